"""The page of one work order, and of one of its lines."""

from __future__ import annotations

from datetime import date

from flask import g, render_template
from sqlalchemy.orm import joinedload, selectinload

from service.core.clock import now
from service.core.db import db
from service.parts.models import Kit, KitLine
from service.people.models import NotVisibleError, is_key
from service.people.skills import PersonSkill, Skill
from service.plans.models import MaintenanceTask
from service.plans.occurrences import Occurrence
from service.plans.places import Days
from service.plans.recalls import RecallStation
from service.stations import pages
from service.stations.models import Site
from service.tickets.list_views import Faults
from service.visits import labels
from service.visits.blueprint import bp
from service.visits.forms import DoneForm, LineForm
from service.visits.models import WorkOrder, WorkOrderLine
from service.visits.page_deeds import deeds_for


@bp.get("/work-orders/<int:order_id>")
def show(order_id: int) -> str:
    return page_of(seen(order_id))


@bp.get("/work-orders/<int:order_id>/history")
def history(order_id: int) -> str:
    return pages.history(g.person.may_see(WorkOrder, order_id), labels, labels.reason)


@bp.get("/work-orders/<int:order_id>/lines/<int:line_id>")
def line(order_id: int, line_id: int) -> str:
    return line_page(line_of(seen(order_id), line_id))


def page_of(order: WorkOrder) -> str:
    needs, on = order.needs, order.planned_on or today(order)
    missing: list[Skill] = []
    if order.assignee and g.person.sees_all:
        missing = needs.missing(PersonSkill.of(order.assignee), on)
    return render_template(
        "visits/show.html",
        order=order,
        needs=needs,
        missing=missing,
        today=today(order),
        deeds=deeds_for(order),
        labels=labels,
        faults=Faults(),
    )


def line_page(
    one: WorkOrderLine, done: DoneForm | None = None, said: LineForm | None = None
) -> str:
    """`done` and `said` are forms that were just refused, with what was typed."""
    day = one.order.planned_on or today(one.order)
    done = done or DoneForm(done_on=min(day, today(one.order)), minutes=one.minutes)
    if said is None:
        said = LineForm(one)
        if one.charge is None or one.charge.value != "agreed":
            said.extra_price_ore.data = None
    values = {"order": one.order, "line": one, "done": done, "said": said}
    return render_template("visits/line.html", labels=labels, faults=Faults(), **values)


def seen(order_id: int) -> WorkOrder:
    """The order with all that its page shows, in a handful of queries."""
    lines = selectinload(WorkOrder.lines)
    task = lines.joinedload(WorkOrderLine.occurrence).joinedload(Occurrence.task)
    query = WorkOrder.visible_to(g.person).where(WorkOrder.id == order_id)
    loaded = query.options(
        joinedload(WorkOrder.site).joinedload(Site.customer),
        joinedload(WorkOrder.assignee),
        joinedload(WorkOrder.recall),
        lines.joinedload(WorkOrderLine.station),
        lines.joinedload(WorkOrderLine.ticket),
        lines.joinedload(WorkOrderLine.contract),
        lines.joinedload(WorkOrderLine.recall_station).joinedload(RecallStation.recall),
        task.joinedload(MaintenanceTask.skill),
        task.joinedload(MaintenanceTask.authorisation),
        task.joinedload(MaintenanceTask.kit).selectinload(Kit.lines).joinedload(KitLine.part),
    )
    asked = loaded.execution_options(populate_existing=True)
    order = db.session.scalars(asked).unique().one_or_none() if is_key(order_id) else None
    if order is None:
        raise NotVisibleError(WorkOrder.__name__, order_id)
    return order


def line_of(order: WorkOrder, line_id: int) -> WorkOrderLine:
    found = next((one for one in order.lines if one.id == line_id), None)
    if found is None:
        raise NotVisibleError(WorkOrderLine.__name__, line_id)
    return found


def today(order: WorkOrder) -> date:
    return Days(now())[order.site.time_zone]
