"""Work orders in the JSON API: the list, one with its lines, a new one."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import g
from marshmallow import fields
from marshmallow.validate import Length
from sqlalchemy import Select, select

from service.core import clock
from service.core.api import Resource
from service.core.dates import HOME
from service.core.db import db
from service.core.fields import Body, CivilDay, FlagText, Text, Whole, WholeText, choice, one_of
from service.core.paging import Listed, containing, page, page_of
from service.core.problems import wrong_field
from service.people.api import referred, seen
from service.people.models import Person
from service.stations.models import Site, Station
from service.visits import pricing
from service.visits.api_lines import NewOrderLine, put_on
from service.visits.api_shapes import OrderDetailShape, OrderShape
from service.visits.models import WorkOrder, WorkOrderLine
from service.visits.states import OPEN, Kind, State

orders = Resource("work-orders", "What is to be done at a site, by whom, and what came of it.")


class OrderQuery(Listed):
    state = fields.String(
        validate=one_of("open", *(state.value for state in State)),
        metadata={"description": "`open` is all from draft to on_hold."},
    )
    kind = choice(Kind)
    site_id = WholeText()
    station_id = WholeText(metadata={"description": "With a line at this station."})
    recall_id = WholeText()
    assignee_id = WholeText()
    overdue = FlagText()
    q = Text(200, metadata={"description": "Part of the number or the title."})


class OrderChange(Body):
    title = Text(200, allow_none=True)
    kind = choice(Kind)
    notes = Text(4000, allow_none=True)
    planned_on = CivilDay(allow_none=True, metadata={"description": "On the calendar of the site."})
    assignee_id = Whole(allow_none=True)


class NewOrder(OrderChange):
    kind = choice(Kind, required=True)
    site_id = Whole(metadata={"description": "The first line's if absent."})
    state = fields.String(load_default="draft", validate=one_of("draft", "unscheduled"))
    lines = fields.List(fields.Nested(NewOrderLine), load_default=list, validate=Length(max=500))


@orders.get("/work-orders", page_of(OrderShape), OrderQuery)
def list_orders(asked: dict[str, Any]) -> dict[str, Any]:
    """List work orders, newest first."""
    return page(WorkOrder, _matching(asked), asked, newest_first=True)


@orders.get("/work-orders/<int:order_id>", OrderDetailShape)
def show_order(order_id: int) -> WorkOrder:
    """Get one work order with its lines and what it needs."""
    return seen(WorkOrder, order_id)


@orders.post("/work-orders", OrderDetailShape, NewOrder)
def create_order(asked: dict[str, Any]) -> WorkOrder:
    """Make a work order of dates, tickets, recalls, or words."""
    at, lines = clock.now(), asked["lines"]
    facts = {name: asked.get(name) or None for name in ("title", "notes")}
    order = WorkOrder.draft(_site(asked), asked["kind"], g.person, at, **facts)
    if lines:
        put_on(order, lines, at)
    if asked["state"] == "unscheduled":
        order.release(g.person, at)
    _plan(order, asked)
    return kept(order)


@orders.patch("/work-orders/<int:order_id>", OrderDetailShape, OrderChange)
def change_order(asked: dict[str, Any], order_id: int) -> WorkOrder:
    """Change a work order. With a day, what waits for one is scheduled."""
    order = locked(order_id)
    facts = {name: asked[name] or None for name in ("title", "kind", "notes") if name in asked}
    order.edit(g.person, clock.now(), **facts)
    _plan(order, asked)
    return kept(order)


def locked(order_id: int) -> WorkOrder:
    """Two programs at once: the second sees what the first has done."""
    order = seen(WorkOrder, order_id)
    db.session.refresh(order, with_for_update={"of": WorkOrder})
    return order


def kept(order: WorkOrder) -> WorkOrder:
    db.session.commit()
    db.session.expire_all()
    return order


def _site(asked: dict[str, Any]) -> Site:
    if "site_id" in asked:
        site = referred(Site, asked["site_id"], "site_id")
    elif asked["lines"]:
        site = _site_of(asked["lines"][0])
    else:
        raise wrong_field("site_id", "Give a site, or lines.")
    if site.retired_at:
        raise wrong_field("site_id", "This site is retired.")
    return site


def _site_of(line: dict[str, Any]) -> Site:
    work = line.get("work") or line["station"]
    place = work if isinstance(work, Station) else work.station or work
    if place.site is None:
        raise wrong_field("lines", "The station of the first line has no site.")
    site: Site = place.site
    return site


def _plan(order: WorkOrder, asked: dict[str, Any]) -> None:
    if not {"planned_on", "assignee_id"} & set(asked):
        return
    at = clock.now()
    on: date | None = asked.get("planned_on", order.planned_on)
    key = asked.get("assignee_id", order.assignee_id)
    order.plan(on, assignee(key) if key is not None else None, g.person, at)
    pricing.price([order], at)


def assignee(key: int) -> Person:
    somebody = referred(Person, key, "assignee_id")
    if not (somebody.active and somebody.sees_all):
        raise wrong_field("assignee_id", "Nobody who can have a work order.")
    return somebody


def _matching(asked: dict[str, Any]) -> Select[WorkOrder]:
    found = WorkOrder.visible_to(g.person)
    for name in ("kind", "site_id", "recall_id"):
        if name in asked:
            found = found.where(getattr(WorkOrder, name) == asked[name])
    if "assignee_id" in asked and g.person.sees_all:
        found = found.where(WorkOrder.assignee_id == asked["assignee_id"])
    if "station_id" in asked:
        there = WorkOrderLine.station_id == asked["station_id"]
        found = found.where(WorkOrder.id.in_(select(WorkOrderLine.work_order_id).where(there)))
    if "overdue" in asked:
        late = WorkOrder.due_on < clock.now().astimezone(HOME).date()
        found = found.where(late if asked["overdue"] else late.is_not(True))
    if words := asked.get("q"):
        found = found.where(containing(words, WorkOrder.number, WorkOrder.title))
    return _in_state(found, asked.get("state"))


def _in_state(found: Select[WorkOrder], state: str | None) -> Select[WorkOrder]:
    if state is None:
        return found
    return found.where(
        WorkOrder.state.in_(OPEN) if state == "open" else WorkOrder.state == State(state)
    )
