"""Service visits in the JSON API: planned, moved, driven, and what the dispatcher is asked."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import g
from marshmallow import fields
from marshmallow.validate import Length
from sqlalchemy import Select, select

from service.checklists.models import ChecklistRun
from service.checklists.runs_api import LATER, RunShape
from service.core import problems
from service.core.collection import Collection
from service.core.db import db
from service.core.fields import (
    Body,
    Flag,
    Instant,
    Shown,
    Text,
    Whole,
    WholeText,
    Why,
    Words,
    choice,
    one_of,
)
from service.core.paging import Listed, by
from service.core.problems import ProblemError, wrong_field
from service.people.api import referred
from service.people.models import Person
from service.visits import checking_in, finishing, visiting
from service.visits.api import assignee
from service.visits.lines import WorkOrderLine
from service.visits.models import WorkOrder
from service.visits.refusals import RefusedError
from service.visits.service_visits import ServiceVisit, VisitError
from service.visits.visit_rows import VisitRun
from service.visits.visit_states import VISIT_OPEN, AbortKind, TimeKind, VisitState

# So far another clock may be ahead of ours.
SKEW = timedelta(minutes=2)

problems.means(
    VisitError, lambda wrong: ProblemError(409, f"It cannot be done: {wrong}.", "wrong-state")
)


class VisitReviewShape(Shown):
    id = fields.Integer()
    question = fields.String()
    facts = fields.Dict()
    asked_at = Instant()
    settled_at = Instant(allow_none=True)
    answer = fields.String(allow_none=True)


class VisitTimeShape(Shown):
    kind = choice(TimeKind)
    minutes = fields.Integer()
    spent_on = fields.Date()
    person_id = fields.Integer()


class PartUsageShape(Shown):
    id = fields.Integer()
    station_id = fields.Integer(allow_none=True)
    part_id = fields.Integer(allow_none=True)
    title = fields.String()
    quantity = fields.Decimal(as_string=True)
    serial_old = fields.String(allow_none=True)
    serial_new = fields.String(allow_none=True)
    used_at = Instant()


class ServiceVisitShape(Shown):
    inside = ("notes", "technician_id", "rev", "state_reason", "scanned", "reviews", "times")
    id = fields.Integer()
    number = fields.String()
    site_id = fields.Integer()
    technician_id = fields.Integer(allow_none=True)
    starts_at = Instant()
    minutes = fields.Integer()
    state = choice(VisitState)
    state_reason = fields.String(allow_none=True)
    abort_kind = choice(AbortKind, allow_none=True)
    checked_in_at = Instant(allow_none=True)
    checked_out_at = Instant(allow_none=True)
    notes = fields.String(allow_none=True)
    rev = fields.Integer()
    created_at = Instant()


def _runs(visit: ServiceVisit) -> list[ChecklistRun]:
    """A customer is told of a checklist once it is submitted."""
    sees_all = g.person.sees_all
    # The database keeps an open one from customers: they find the row without its run.
    return [one.run for one in visit.runs if one.run and (sees_all or not one.run.is_open)]


def run_ids_of(visit_id: int) -> Select[int]:
    return select(VisitRun.run_id).where(VisitRun.visit_id == visit_id)


LATER["visit_id"] = run_ids_of


class ServiceVisitDetailShape(ServiceVisitShape):
    scanned = fields.String(allow_none=True)
    station_ids = fields.Function(lambda visit: [one.id for one in visit.stations])
    line_ids = fields.Function(lambda visit: [one.work_order_line_id for one in visit.lines])
    run_ids = fields.Function(lambda visit: [one.id for one in _runs(visit)])
    runs = fields.Function(
        lambda visit: RunShape(many=True).dump(_runs(visit)),
        metadata={
            "type": "array",
            "items": {"type": "object"},
            "description": "Its checklists, as `/checklist-runs` answers them.",
        },
    )
    times = fields.List(fields.Nested(VisitTimeShape))
    parts = fields.List(fields.Nested(PartUsageShape))
    reviews = fields.List(fields.Nested(VisitReviewShape))
    not_available = fields.Function(
        checking_in.not_available, metadata={"description": "Connectors that are not Available."}
    )


class ServiceVisitQuery(Listed):
    state = by(
        lambda state: (
            ServiceVisit.state.in_(VISIT_OPEN)
            if state == "open"
            else ServiceVisit.state == VisitState(state)
        ),
        fields.String(validate=one_of("open", *(one.value for one in VisitState))),
    )
    technician_id = by(ServiceVisit.technician_id, WholeText())
    site_id = by(ServiceVisit.site_id, WholeText())
    since = by(lambda since: ServiceVisit.starts_at >= since, Instant(data_key="from"))
    until = by(lambda until: ServiceVisit.starts_at < until, Instant(data_key="to"))


class NewServiceVisit(Body):
    work_order_ids = fields.List(Whole(), load_default=list, validate=Length(max=50))
    line_ids = fields.List(Whole(), load_default=list, validate=Length(max=500))
    technician_id = Whole(allow_none=True, load_default=None)
    starts_at = Instant(required=True)
    minutes = Whole(1, 10_080, allow_none=True, load_default=None)
    notes = Text(4000, allow_none=True, load_default=None)


class ServiceVisitChange(Body):
    technician_id = Whole(allow_none=True)
    starts_at = Instant()
    minutes = Whole(1, 10_080)
    notes = Text(4000, allow_none=True)


class Moment(Body):
    at = Instant(metadata={"description": "When it happened; now if absent."})


class LineTold(Body):
    line_id = Whole(required=True)
    done = Flag(required=True)
    why = Text(500, allow_none=True, load_default=None)
    though_early = Flag(load_default=True)


class VisitFinish(Moment):
    lines = fields.List(fields.Nested(LineTold), required=True, validate=Length(max=500))


class VisitAbort(Moment):
    kind = choice(AbortKind, required=True)
    words = Words(500, required=True)


class ReviewAnswer(Body):
    review_id = Whole(required=True)
    answer = Words(500, required=True)


service_visits = Collection(
    "service-visits",
    "Who goes to which site, when, for which lines of work orders.",
    ServiceVisit,
    ServiceVisitShape,
    "service visit",
    detail=ServiceVisitDetailShape,
    newest_first=True,
)
service_visits.lists(ServiceVisitQuery)
service_visits.shows()


@service_visits.creation(NewServiceVisit)
def create_visit(by: Person, at: datetime, **asked: Any) -> ServiceVisit:
    """Plan a service visit from open lines of work orders at one site."""
    lines = _lines(asked)
    key = asked["technician_id"]
    technician = assignee(key) if key is not None else None
    facts = {"minutes": asked["minutes"], "notes": asked["notes"]}
    site = lines[0].order.site
    try:
        return visiting.plan(site, lines, asked["starts_at"], by, at, technician, **facts)
    except RefusedError as wrong:
        raise wrong_field("line_ids", f"It cannot stand on the visit: {wrong.why}.") from None


@service_visits.change(ServiceVisitChange)
def change_visit(visit: ServiceVisit, by: Person, at: datetime, **asked: Any) -> None:
    """Move a service visit to another time or technician."""
    key = asked.get("technician_id", visit.technician_id)
    visiting.move(
        visit,
        asked.get("starts_at", visit.starts_at),
        asked.get("minutes", visit.minutes),
        assignee(key) if key is not None else None,
        by,
        at,
        notes=asked.get("notes", visit.notes),
    )


@service_visits.verb("dispatch")
def dispatch_visit(visit: ServiceVisit, by: Person, at: datetime) -> None:
    """Put a service visit on the technician's tablet."""
    visiting.dispatch(visit, by, at)


@service_visits.verb("cancellation", Why)
def cancel_visit(visit: ServiceVisit, by: Person, at: datetime, reason: str) -> None:
    """Cancel a service visit. Its lines stay to be done."""
    visiting.cancel(visit, reason, by, at)


@service_visits.verb("check-in", Moment)
def check_in_visit(visit: ServiceVisit, by: Person, now: datetime, at: Any = None) -> None:
    """Begin the work: alarms of its stations call nobody from then on."""
    checking_in.check_in(visit, by, _moment(at, now), now)


@service_visits.verb("check-out", Moment)
def check_out_visit(visit: ServiceVisit, by: Person, now: datetime, at: Any = None) -> None:
    """End the work: alarms count again, and each station is asked how it is."""
    checking_in.check_out(visit, by, _moment(at, now), now)


@service_visits.verb("finish", VisitFinish)
def finish_visit(
    visit: ServiceVisit, by: Person, now: datetime, lines: list[Any], at: Any = None
) -> None:
    """Finish a service visit: which lines were done, and why the others were not."""
    told = {
        one["line_id"]: finishing.Told(one["done"], one["why"], one["though_early"])
        for one in lines
    }
    finishing.finish(visit, told, by, _moment(at, now), now)


@service_visits.verb("abort", VisitAbort)
def abort_visit(
    visit: ServiceVisit, by: Person, now: datetime, kind: AbortKind, words: str, at: Any = None
) -> None:
    """End a service visit before its work is done."""
    finishing.abort(visit, kind, words, by, _moment(at, now), now)


@service_visits.verb("answer", ReviewAnswer)
def answer_visit(
    visit: ServiceVisit, by: Person, at: datetime, review_id: int, answer: str
) -> None:
    """Answer what a service visit asks the dispatcher."""
    review = next((one for one in visit.open_reviews if one.id == review_id), None)
    if review is None:
        raise wrong_field("review_id", "It asks no such question.")
    review.settle(answer, by, at)


def _moment(at: datetime | None, now: datetime) -> datetime:
    """When it happened. Nothing happens before its time has come."""
    if at is not None and at > now + SKEW:
        raise wrong_field("at", "That has not come yet.")
    return min(at or now, now)


def _lines(asked: dict[str, Any]) -> list[WorkOrderLine]:
    orders = [referred(WorkOrder, key, "work_order_ids") for key in asked["work_order_ids"]]
    lines = [line for order in orders for line in visiting.free_lines(order)]
    for key in asked["line_ids"]:
        line = db.session.get(WorkOrderLine, key)
        if line is None:
            raise wrong_field("line_ids", "There is none with this id.")
        referred(WorkOrder, line.work_order_id, "line_ids")
        lines.append(line)
    if not lines:
        raise wrong_field("work_order_ids", "Give work orders with open lines, or lines.")
    return list(dict.fromkeys(lines))
