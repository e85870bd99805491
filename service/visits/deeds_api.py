"""What is done to a work order and its lines, in the JSON API."""

from __future__ import annotations

from typing import Any

from flask import g
from marshmallow import fields
from marshmallow.validate import Length
from werkzeug.exceptions import Forbidden

from service.contracts.words import WorkKind
from service.core import clock, problems
from service.core.db import db
from service.core.fields import Body, CivilDay, Flag, Text, Whole, Why, choice
from service.core.problems import ProblemError, wrong_field
from service.people.api import seen
from service.people.guard import has
from service.people.models import NotVisibleError
from service.plans.recalls import Recall
from service.plans.recalls_api import recalls
from service.visits import carrying, making, pricing
from service.visits.api import kept, locked, orders
from service.visits.api_lines import NewOrderLine, put_on
from service.visits.api_shapes import MadeShape, OrderDetailShape
from service.visits.charges import USUAL_VAT_PERCENT
from service.visits.making import MOST_AT_ONCE, Made
from service.visits.models import WorkOrder, WorkOrderLine
from service.visits.refusals import InFutureError, OrderError, ReasonNeededError
from service.visits.states import BY_TECHNICIAN, State

__all__ = ["orders", "recalls"]

problems.means(
    OrderError, lambda wrong: ProblemError(409, f"It cannot be done: {wrong}.", "wrong-state")
)
problems.means(ReasonNeededError, lambda wrong: wrong_field("reason", f"{wrong}."))
problems.means(
    InFutureError,
    lambda wrong: wrong_field(
        "done_on", f"{wrong} has not come yet: nothing is done in the future."
    ),
)


class OrderStateChange(Body):
    state = choice(State, required=True)
    reason = Text(500, metadata={"description": "For on_hold, cannot_complete, cancelled; back."})


class OrderLineDone(Body):
    done_on = CivilDay(required=True, metadata={"description": "On the calendar of the site."})
    though_early = Flag(
        load_default=False,
        metadata={"description": "It satisfies the date though its window is not open yet."},
    )
    minutes = Whole(1, 10_000)


class OrderLineChange(Body):
    minutes = Whole(1, 10_000, allow_none=True)
    note = Text(2000, allow_none=True)
    work_kind = choice(WorkKind, allow_none=True)
    extra_price_ore = Whole(
        0, 10**13, allow_none=True, metadata={"description": "null: what the contracts say."}
    )
    vat_percent = Whole(0, 100, load_default=USUAL_VAT_PERCENT)


class FromOccurrences(Body):
    occurrence_ids = fields.List(Whole(), required=True, validate=Length(1, MOST_AT_ONCE))


@orders.post("/work-orders/<int:order_id>/state", OrderDetailShape, OrderStateChange, status=200)
def change_state(asked: dict[str, Any], order_id: int) -> WorkOrder:
    """Bring a work order into another state, with the reason where one is needed."""
    order, to = locked(order_id), asked["state"]
    if to not in BY_TECHNICIAN and not has("orders.manage"):
        raise Forbidden
    carrying.move(order, to, asked.get("reason"), g.person, clock.now())
    return kept(order)


@orders.post("/work-orders/<int:order_id>/follow-up", OrderDetailShape, Why)
def follow_up(asked: dict[str, Any], order_id: int) -> WorkOrder:
    """Say that it cannot be completed. Answers the order that carries on."""
    order = locked(order_id)
    after = carrying.cannot_complete(order, asked["reason"], g.person, clock.now())
    if after is None:
        raise ProblemError(409, "Nothing on it is left to be done.", "wrong-state")
    return kept(after)


@orders.post("/work-orders/<int:order_id>/lines", OrderDetailShape, NewOrderLine)
def add_line(asked: dict[str, Any], order_id: int) -> WorkOrder:
    """Put something more on a work order."""
    order = locked(order_id)
    put_on(order, [asked], clock.now())
    return kept(order)


@orders.patch("/work-orders/<int:order_id>/lines/<int:line_id>", OrderDetailShape, OrderLineChange)
def change_line(asked: dict[str, Any], order_id: int, line_id: int) -> WorkOrder:
    """Change the minutes, the note, the kind of work or the price of a line."""
    line, at = _line(order_id, line_id), clock.now()
    facts = {name: asked[name] for name in ("minutes", "note", "work_kind") if name in asked}
    carrying.amend(line, g.person, at, **facts)
    if "extra_price_ore" in asked:
        pricing.agree(line, asked["extra_price_ore"], asked["vat_percent"], g.person, at)
    return kept(line.order)


@orders.post(
    "/work-orders/<int:order_id>/lines/<int:line_id>/completion",
    OrderDetailShape,
    OrderLineDone,
    status=200,
)
def complete_line(asked: dict[str, Any], order_id: int, line_id: int) -> WorkOrder:
    """Say that a line was done. Its date is completed with it, and the order is started."""
    line, early = _line(order_id, line_id), asked["though_early"]
    done = (asked["done_on"], g.person, clock.now())
    carrying.finish(line, *done, though_early=early, minutes=asked.get("minutes"))
    return kept(line.order)


@orders.post(
    "/work-orders/<int:order_id>/lines/<int:line_id>/not-done",
    OrderDetailShape,
    Why,
    status=200,
)
def give_line_up(asked: dict[str, Any], order_id: int, line_id: int) -> WorkOrder:
    """Say that a line was not done, and why. What it is about stays to be done."""
    line = _line(order_id, line_id)
    carrying.give_up(line, asked["reason"], g.person, clock.now())
    return kept(line.order)


@orders.post(
    "/work-orders/<int:order_id>/lines/<int:line_id>/reopening",
    OrderDetailShape,
    Why,
    status=200,
)
def reopen_line(asked: dict[str, Any], order_id: int, line_id: int) -> WorkOrder:
    """Take back that a line was done, or given up."""
    line = _line(order_id, line_id)
    carrying.take_back(line, asked["reason"], g.person, clock.now())
    return kept(line.order)


@orders.post(
    "/work-orders/<int:order_id>/lines/<int:line_id>/removal", OrderDetailShape, status=200
)
def remove_line(order_id: int, line_id: int) -> WorkOrder:
    """Take a line that is not done off a work order."""
    line = _line(order_id, line_id)
    order = line.order
    making.remove(order, line, g.person, clock.now())
    return kept(order)


@orders.post("/work-orders/from-occurrences", MadeShape, FromOccurrences)
def from_occurrences(asked: dict[str, Any]) -> dict[str, Any]:
    """Make work orders of dates, one a site. Answers those that could not be put on one."""
    return _answer(making.from_occurrences(asked["occurrence_ids"], g.person, clock.now()))


@recalls.post("/recalls/<int:recall_id>/work-orders", MadeShape)
def from_recall(recall_id: int) -> dict[str, Any]:
    """Make work orders for every station where a recall is open, one a site."""
    return _answer(making.from_recall(seen(Recall, recall_id), g.person, clock.now()))


def _answer(made: Made) -> dict[str, Any]:
    db.session.commit()
    db.session.expire_all()
    left = [{"id": key, "why": why.value} for key, why in made.left]
    return {"orders": made.orders, "left": left}


def _line(order_id: int, line_id: int) -> WorkOrderLine:
    order = locked(order_id)
    line = next((one for one in order.lines if one.id == line_id), None)
    if line is None:
        raise NotVisibleError(WorkOrderLine.__name__, line_id)
    return line
