"""How a service visit is answered in the JSON API, and what may be asked of it."""

from __future__ import annotations

from flask import g
from marshmallow import fields
from marshmallow.validate import Length
from sqlalchemy import Select, select

from service.checklists.models import ChecklistRun
from service.checklists.runs_api import LATER, RunShape
from service.core.fields import (
    Body,
    Flag,
    Instant,
    Shown,
    Text,
    Whole,
    WholeText,
    Words,
    choice,
    one_of,
)
from service.core.paging import Listed, by
from service.visits import checking_in, positions
from service.visits.service_visits import ServiceVisit
from service.visits.visit_rows import VisitRun
from service.visits.visit_states import VISIT_OPEN, AbortKind, PauseKind, TimeKind, VisitState
from service.visits.visit_states import Moment as PlaceMoment


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


class VerificationShape(Shown):
    """An outlet after the check-out. Times are those of arrival at the server."""

    station_id = fields.Integer(attribute="connector.station_id")
    connector = fields.Integer(attribute="connector.number")
    since = Instant(metadata={"description": "When the check-out arrived."})
    seen_at = Instant(
        allow_none=True, metadata={"description": "When the charger said Available after it."}
    )
    missed_at = Instant(
        allow_none=True, metadata={"description": "When the time for that was over."}
    )
    instead = fields.String(
        allow_none=True, metadata={"description": "What was seen by then instead."}
    )


class VisitPauseShape(Shown):
    kind = choice(PauseKind)
    words = fields.String()
    since = Instant()
    until = Instant(allow_none=True)


class VisitPositionShape(Shown):
    """Kept for 30 days."""

    moment = choice(PlaceMoment)
    lat = fields.Float()
    lon = fields.Float()
    accuracy_m = fields.Integer(allow_none=True)
    taken_at = Instant()
    distance_m = fields.Function(
        lambda one: positions.distance_m(one, one.visit.site),
        metadata={
            "type": ["integer", "null"],
            "description": "To the site; null where nobody has said where that is.",
        },
    )


class ServiceVisitShape(Shown):
    inside = (
        *("notes", "technician_id", "rev", "state_reason", "scanned", "reviews", "times"),
        *("pauses", "positions"),
    )
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
    """With those that correct them."""
    first = select(VisitRun.run_id.label("id")).where(VisitRun.visit_id == visit_id)
    found = first.cte("run_ids", recursive=True)
    again = select(ChecklistRun.id).join(found, ChecklistRun.amends_id == found.c.id)
    return select(found.union_all(again).c.id)


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
    pauses = fields.List(fields.Nested(VisitPauseShape))
    positions = fields.List(fields.Nested(VisitPositionShape))
    reviews = fields.List(fields.Nested(VisitReviewShape))
    verification = fields.List(
        fields.Nested(VerificationShape),
        metadata={
            "description": "Whether each outlet was seen Available after the last check-out."
        },
    )
    not_available = fields.Function(
        checking_in.not_available,
        metadata={"description": "Connectors that are not Available as it is asked."},
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


class VisitPausing(Moment):
    kind = choice(PauseKind, required=True)
    words = Text(500, load_default="")


class VisitFinish(Moment):
    lines = fields.List(fields.Nested(LineTold), required=True, validate=Length(max=500))


class VisitAbort(Moment):
    kind = choice(AbortKind, required=True)
    words = Words(500, required=True)


class ReviewAnswer(Body):
    review_id = Whole(required=True)
    answer = Words(500, required=True)
