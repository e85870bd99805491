"""Service visits in the JSON API: planned, moved, driven, and what the dispatcher is asked."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from service.core import problems
from service.core.collection import Collection
from service.core.db import db
from service.core.fields import (
    Why,
)
from service.core.problems import ProblemError, wrong_field
from service.people.api import referred
from service.people.models import Person
from service.visits import checking_in, finishing, pausing, visiting
from service.visits.api import assignee
from service.visits.lines import WorkOrderLine
from service.visits.models import WorkOrder
from service.visits.refusals import RefusedError
from service.visits.service_visit_shapes import (
    Moment,
    NewServiceVisit,
    ReviewAnswer,
    ServiceVisitChange,
    ServiceVisitDetailShape,
    ServiceVisitQuery,
    ServiceVisitShape,
    VisitAbort,
    VisitFinish,
    VisitPausing,
)
from service.visits.service_visits import ServiceVisit, VisitError
from service.visits.visit_states import AbortKind, PauseKind

# So far another clock may be ahead of ours.
SKEW = timedelta(minutes=2)

problems.means(
    VisitError, lambda wrong: ProblemError(409, f"It cannot be done: {wrong}.", "wrong-state")
)


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


@service_visits.verb("pause", VisitPausing)
def pause_visit(
    visit: ServiceVisit, by: Person, now: datetime, kind: PauseKind, words: str, at: Any = None
) -> None:
    """Be away for a while, and say why. A check-in goes on."""
    pausing.pause(visit, kind, words, by, _moment(at, now), now)


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
