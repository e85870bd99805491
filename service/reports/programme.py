"""What a control programme says: a customer's stations, what is controlled, and what was done.

ELSÄK-FS 2022:3 asks whoever holds an installation for written routines, and for proof of them.
Nothing is left out: a date that was skipped, missed or made void after its day stands there too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, and_, cast, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from service.core.dates import today
from service.core.db import db
from service.core.history import History
from service.core.swedish import alphabetical
from service.people.models import Customer, Person
from service.plans.intervals import has_passed
from service.plans.models import MaintenancePlan, MaintenanceTask
from service.plans.occurrences import Occurrence
from service.plans.places import Place, Tightenings, places, terms_at
from service.plans.rules import Terms
from service.plans.words import OPEN, OccurrenceState
from service.stations.models import Site, Station, StationModel


@dataclass(frozen=True)
class Period:
    """Both days belong to it."""

    since: date
    until: date


@dataclass
class TaskLine:
    """A task of a plan at one site, with the stations that have each interval."""

    task: MaintenanceTask
    terms: dict[Terms, list[str]] = field(default_factory=lambda: defaultdict(list))


@dataclass
class PlanPart:
    plan: MaintenancePlan
    lines: list[TaskLine]


@dataclass(frozen=True)
class Entry:
    """One date of the record."""

    site_id: int
    station: str
    task_id: int
    state: OccurrenceState
    nominal_on: date
    latest_on: date
    legal_latest_on: date | None
    done_on: date | None
    reason: str | None
    by: str | None
    # The file that it came with, and what was noted there.
    file: str | None = None
    note: str | None = None

    @property
    def is_late(self) -> bool:
        return self.done_on is not None and self.done_on > self.latest_on

    def is_overdue_by_law(self, day: date) -> bool:
        return self.state in OPEN and has_passed(self.legal_latest_on, day)


@dataclass
class SitePart:
    site: Site
    stations: list[Station] = field(default_factory=list)
    plans: list[PlanPart] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)


@dataclass
class Programme:
    customer: Customer
    period: Period
    # The day on which it was made.
    day: date
    sites: list[SitePart]
    tasks: dict[int, MaintenanceTask]
    # The plan of each station that has one.
    plans: dict[int, MaintenancePlan]

    @property
    def stations(self) -> list[Station]:
        return [station for part in self.sites for station in part.stations]

    @property
    def without_plan(self) -> list[Station]:
        return [one for one in self.stations if not one.is_retired and one.id not in self.plans]

    def count(self, *states: OccurrenceState) -> int:
        return sum(entry.state in states for part in self.sites for entry in part.entries)


def programme(customer: Customer, period: Period, at: datetime) -> Programme:
    """The programme of one customer, as it stands now."""
    day = today(at)
    parts = {part.site.id: part for part in _sites(customer, period)}
    found = places(Site.customer_id == customer.id)
    plans = _plans({place.plan_id for place in found})
    _add_plans(parts, found, plans)
    tasks: dict[int, MaintenanceTask] = {}
    for entry in _entries(customer, period, day):
        parts[entry.site_id].entries.append(entry)
        tasks.setdefault(entry.task_id, db.session.get_one(MaintenanceTask, entry.task_id))
    return Programme(
        customer=customer,
        period=period,
        day=day,
        sites=[part for part in parts.values() if part.stations],
        tasks=tasks,
        plans={place.station_id: plans[place.plan_id] for place in found},
    )


def _sites(customer: Customer, period: Period) -> Iterator[SitePart]:
    """With the stations that were in use in the period, or are."""
    sites = select(Site).where(Site.customer_id == customer.id).order_by(alphabetical(Site.name))
    parts = {site.id: SitePart(site) for site in db.session.scalars(sites)}
    gone = cast(func.timezone("Europe/Stockholm", Station.retired_at), Date)
    query = (
        select(Station)
        .where(Station.site_id.in_(parts), or_(Station.retired_at.is_(None), gone >= period.since))
        .options(joinedload(Station.model).selectinload(StationModel.protection))
        .order_by(alphabetical(Station.name), Station.id)
    )
    for station in db.session.scalars(query):
        parts[station.site_id or 0].stations.append(station)
    yield from parts.values()


def _plans(keys: set[int]) -> dict[int, MaintenancePlan]:
    tasks = selectinload(MaintenancePlan.tasks)
    who = (MaintenanceTask.skill, MaintenanceTask.authorisation)
    query = select(MaintenancePlan).where(MaintenancePlan.id.in_(keys))
    query = query.options(
        joinedload(MaintenancePlan.model), *(tasks.joinedload(one) for one in who)
    )
    return {plan.id: plan for plan in db.session.scalars(query)}


def _add_plans(
    parts: dict[int, SitePart], found: Sequence[Place], plans: dict[int, MaintenancePlan]
) -> None:
    """What is controlled at each site, by plan, and where it is asked for more often than that."""
    tightenings, at_site = Tightenings(), dict[tuple[int, int], PlanPart]()
    names = {one.id: one.name for part in parts.values() for one in part.stations}
    for place in found:
        key, plan = (place.site_id or 0, place.plan_id), plans[place.plan_id]
        if key not in at_site:
            at_site[key] = PlanPart(plan, [TaskLine(task) for task in plan.tasks])
            parts[key[0]].plans.append(at_site[key])
        tight = tightenings.on(place)
        for line in at_site[key].lines:
            line.terms[terms_at(line.task, place, tight)].append(names[place.station_id])


def _entries(customer: Customer, period: Period, day: date) -> Iterator[Entry]:
    columns = (
        Station.site_id,
        Station.name,
        Occurrence.task_id,
        Occurrence.state,
        Occurrence.nominal_on,
        Occurrence.latest_on,
        Occurrence.legal_latest_on,
        Occurrence.done_on,
        Occurrence.reason,
        Person.name,
        History.details["file"].astext,
        History.why,
    )
    imported = and_(
        History.subject == Occurrence.__tablename__,
        History.subject_id == Occurrence.id,
        History.verb == "import",
    )
    query = (
        select(*columns)
        .join(Station, Occurrence.station_id == Station.id)
        .join(Site, Station.site_id == Site.id)
        .outerjoin(Person, Occurrence.closed_by_id == Person.id)
        .outerjoin(History, imported)
        .where(Site.customer_id == customer.id, _belongs(period, day))
        .order_by(
            func.coalesce(Occurrence.done_on, Occurrence.nominal_on),
            alphabetical(Station.name),
            Occurrence.id,
        )
    )
    return (Entry(*row) for row in db.session.execute(query))


def _belongs(period: Period, day: date) -> Any:
    """What was done or was to be done in the period, and whatever is overdue now."""
    on = func.coalesce(Occurrence.done_on, Occurrence.nominal_on)
    became_void = cast(func.timezone("Europe/Stockholm", Occurrence.closed_at), Date)
    is_news = or_(
        Occurrence.state != OccurrenceState.VOID,
        # Its day had come. One that was planned anew before that is told by its new date.
        Occurrence.nominal_on <= became_void,
    )
    in_period = and_(on.between(period.since, period.until), is_news)
    is_overdue = and_(Occurrence.state.in_(OPEN), Occurrence.latest_on < day)
    return or_(in_period, is_overdue)
