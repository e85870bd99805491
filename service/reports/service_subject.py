"""What a service report is about: a visit with its runs, and the time since the one before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from service.checklists.models import Answer, Finding
from service.core.dates import today
from service.core.db import db
from service.people.models import Customer, Person
from service.plans.occurrences import Occurrence
from service.plans.words import OPEN
from service.reports.service_checks import Checks
from service.stations.models import Site, Station
from service.tablets.models import Operation
from service.tablets.words import Kind
from service.visits.service_visits import ServiceVisit
from service.visits.visit_rows import VisitRun, VisitTime
from service.visits.visit_states import VisitState

# Where there was no visit before: so far back is told of.
USUAL = timedelta(days=365)
# Longer lists are read by nobody.
MOST_DATES = 60
# "fail" stands before "remark" in any alphabet.
WORST_FIRST = (Finding.safety.desc(), Finding.verdict, Finding.id)
# A date that was brought forward is due on its last day, before the one that its plan names.
DUE = func.least(Occurrence.nominal_on, Occurrence.latest_on)
ENDED = (VisitState.FINISHED, VisitState.ABORTED)


def falls_due(one: Occurrence) -> date:
    """As `DUE` says it."""
    return min(one.nominal_on, one.latest_on)


@dataclass(frozen=True)
class Subject:
    visit: ServiceVisit
    at: datetime

    @property
    def site(self) -> Site:
        return self.visit.site

    @property
    def customer(self) -> Customer:
        return self.site.customer

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.site.time_zone)

    @property
    def until(self) -> datetime:
        """When the work was over."""
        return self.visit.checked_out_at or self.visit.ended_at or self.at

    @property
    def on(self) -> date:
        return today(self.visit.checked_in_at or self.until, self.zone)

    @property
    def is_done(self) -> bool:
        return self.visit.state is VisitState.FINISHED

    @cached_property
    def since(self) -> datetime:
        """The end of the visit before at this site."""
        before = (
            select(ServiceVisit.ended_at)
            .where(
                ServiceVisit.site_id == self.visit.site_id,
                ServiceVisit.id != self.visit.id,
                ServiceVisit.state.in_(ENDED),
                ServiceVisit.ended_at < self.until,
            )
            .order_by(ServiceVisit.ended_at.desc())
        )
        last = db.session.scalars(before.limit(1)).first()
        return max(last, self.until - USUAL) if last else self.until - USUAL

    @cached_property
    def checks(self) -> list[Checks]:
        """Each run by the one that corrects it last; those in which nothing was answered are not
        told."""
        once = dict.fromkeys(self.visit.held_runs)
        return [Checks.of(run) for run in once if run.answers or not run.is_open]

    @cached_property
    def stations(self) -> list[Station]:
        """Those that the visit was for, in the order of its lines; then those that were checked."""
        found = [*self.visit.stations, *(one.run.station for one in self.checks)]
        return list({one.id: one for one in found}.values())

    @cached_property
    def technicians(self) -> list[str]:
        """Whose visit it was at the end, then whoever was there before and did some of it."""
        runs = select(VisitRun.run_id).where(VisitRun.visit_id == self.visit.id)
        answered = select(Answer.person_id).where(Answer.run_id.in_(runs))
        spent = select(VisitTime.person_id).where(VisitTime.visit_id == self.visit.id)
        others = select(Person).where(Person.id.in_(answered) | Person.id.in_(spent))
        last = [self.visit.technician] if self.visit.technician else []
        everybody = [*last, *db.session.scalars(others.order_by(Person.name, Person.id))]
        return [one.name for one in dict.fromkeys(everybody)]

    @cached_property
    def findings(self) -> Sequence[Finding]:
        runs = [one.run.id for one in self.checks]
        mine = select(Finding).where(Finding.run_id.in_(runs))
        return db.session.scalars(mine.order_by(*WORST_FIRST)).all()

    @cached_property
    def dates(self) -> Sequence[Occurrence]:
        """What falls due next at these stations, the soonest first."""
        keys = [one.id for one in self.stations]
        open_ones = (
            select(Occurrence)
            .where(Occurrence.station_id.in_(keys), Occurrence.state.in_(OPEN))
            .options(joinedload(Occurrence.station), joinedload(Occurrence.task))
        )
        soonest = open_ones.order_by(DUE, Occurrence.nominal_on, Occurrence.id).limit(MOST_DATES)
        return db.session.scalars(soonest).all()

    @cached_property
    def photos(self) -> list[tuple[str, str]]:
        """Those of the visit itself, not of an answer: hash and caption, in their order."""
        taken = (
            select(Operation)
            .where(
                Operation.visit_id == self.visit.id,
                Operation.kind == Kind.PHOTO.value,
                Operation.counts(),
            )
            .order_by(Operation.at, Operation.id)
        )
        bodies = (one.body or {} for one in db.session.scalars(taken))
        return [(str(one.get("sha")), str(one.get("caption") or "")) for one in bodies]

    @property
    def verdict(self) -> str:
        """The worst of it: a word of `service_labels.VERDICT`."""
        found = {word for one in self.checks for word in one.verdicts}
        if "fail" in found:
            return "fail"
        if not self.is_done:
            return "undone"
        if found & {"remark", "warn"}:
            return "remark"
        return "ok" if found else "none"
