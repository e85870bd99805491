"""What a person does to a work order and its lines: each deed is a noun of its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import flash, g, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from service.core.clock import now
from service.core.db import db
from service.core.web import here
from service.plans.deeds import TooEarlyError
from service.plans.models import PlanError
from service.plans.recalls import Recall
from service.stations import pages
from service.stations.pages import Answer
from service.visits import carrying, labels, making, pricing
from service.visits.blueprint import bp
from service.visits.forms import DoneForm, LineForm, PlanForm, ReasonForm
from service.visits.making import MOST_AT_ONCE, Made
from service.visits.models import WorkOrder, WorkOrderLine
from service.visits.refusals import OrderError
from service.visits.show_views import line_of, line_page, seen

Verb = Callable[[WorkOrder, str, datetime], Any]


@bp.post("/work-orders/<int:order_id>/release")
def release(order_id: int) -> Answer:
    return _do(order_id, lambda it, why, at: it.release(g.person, at))


@bp.post("/work-orders/<int:order_id>/work")
def start(order_id: int) -> Answer:
    return _do(order_id, lambda it, why, at: it.start(g.person, at))


@bp.post("/work-orders/<int:order_id>/hold/end")
def resume(order_id: int) -> Answer:
    """Back to where it waits: for its day, or for a day."""
    return _do(
        order_id,
        lambda it, why, at: (it.schedule if it.planned_on else it.unschedule)(g.person, at),
    )


@bp.post("/work-orders/<int:order_id>/completion")
def complete(order_id: int) -> Answer:
    return _do(order_id, lambda it, why, at: it.complete(g.person, at))


@bp.post("/work-orders/<int:order_id>/hold")
def hold(order_id: int) -> Answer:
    return _do(order_id, lambda it, why, at: it.hold(why, g.person, at))


@bp.post("/work-orders/<int:order_id>/follow-up")
def give_up(order_id: int) -> Answer:
    return _do(order_id, lambda it, why, at: carrying.cannot_complete(it, why, g.person, at))


@bp.post("/work-orders/<int:order_id>/approval")
def approve(order_id: int) -> Answer:
    return _do(order_id, lambda it, why, at: it.approve(g.person, at))


@bp.post("/work-orders/<int:order_id>/closure")
def close(order_id: int) -> Answer:
    return _do(order_id, lambda it, why, at: it.close(g.person, at))


@bp.post("/work-orders/<int:order_id>/cancellation")
def cancel(order_id: int) -> Answer:
    return _do(order_id, lambda it, why, at: it.cancel(why, g.person, at))


@bp.post("/work-orders/<int:order_id>/reopening")
def reopen(order_id: int) -> Answer:
    return _do(order_id, lambda it, why, at: carrying.reopen(it, why, g.person, at))


@bp.route("/work-orders/<int:order_id>/plan", methods=["GET", "POST"])
def plan(order_id: int) -> Answer:
    order = _locked(order_id)
    form = PlanForm(order)
    if not form.validate():
        title = _("Plan %(number)s", number=order.number)
        return pages.ask(form, title, page(order), request.path)
    return _carry(order, lambda: _plan(order, form))


def _plan(order: WorkOrder, form: PlanForm) -> None:
    at = now()
    order.plan(form.planned_on.data, form.assignee, g.person, at)
    pricing.price([order], at)


@bp.post("/work-orders/<int:order_id>/lines/<int:line_id>/completion")
def finish_line(order_id: int, line_id: int) -> Answer:
    line = line_of(_locked(order_id), line_id)
    form = DoneForm()
    if not form.validate():
        return line_page(line, done=form), 422
    done: dict[str, Any] = {"minutes": form.minutes.data, "done_on": form.done_on.data}
    try:
        carrying.finish(line, by=g.person, at=now(), though_early=form.though_early.data, **done)
    except TooEarlyError:
        return _ask_early(order_id, line_id, form)
    except (OrderError, PlanError) as wrong:
        return pages.refuse(labels.said(wrong), page(line.order))
    return pages.done(_("Done."), page(line.order))


def _ask_early(order_id: int, line_id: int, form: DoneForm) -> Answer:
    db.session.rollback()
    form.refuse("though_early", _("Its window is not open yet: say that it counts all the same."))
    return line_page(line_of(seen(order_id), line_id), done=form), 422


@bp.post("/work-orders/<int:order_id>/lines/<int:line_id>/obstacle")
def give_line_up(order_id: int, line_id: int) -> Answer:
    return _do_line(order_id, line_id, lambda it, why: carrying.give_up(it, why, g.person, now()))


@bp.post("/work-orders/<int:order_id>/lines/<int:line_id>/reopening")
def reopen_line(order_id: int, line_id: int) -> Answer:
    return _do_line(order_id, line_id, lambda it, why: carrying.take_back(it, why, g.person, now()))


@bp.post("/work-orders/<int:order_id>/lines/<int:line_id>/removal")
def remove_line(order_id: int, line_id: int) -> Answer:
    line = line_of(_locked(order_id), line_id)
    return _carry(line.order, lambda: making.remove(line.order, line, g.person, now()))


@bp.post("/work-orders/<int:order_id>/lines/<int:line_id>/price")
def change_line(order_id: int, line_id: int) -> Answer:
    line, at = line_of(_locked(order_id), line_id), now()
    form = LineForm()
    if not form.validate():
        return line_page(line, said=form), 422
    ore, vat = form.extra_price_ore.data, form.vat_percent.data or 0

    def change() -> None:
        facts = {"minutes": form.minutes.data, "note": form.note.data or None}
        carrying.amend(line, g.person, at, **facts)
        if ore is not None or line.extra_price_ore is not None:
            pricing.agree(line, ore, vat, g.person, at)

    return _carry(line.order, change)


@bp.post("/work-orders/from-occurrences")
def from_occurrences() -> Answer:
    """Orders of the dates that were picked in a list: `occurrence`, once for each."""
    keys = request.form.getlist("occurrence", type=int)
    if not 1 <= len(keys) <= MOST_AT_ONCE:
        flash(_("Nothing was made: choose 1 to %(n)s dates.", n=MOST_AT_ONCE), "error")
        return redirect(here(), 303)
    return _made(making.from_occurrences(keys, g.person, now()))


@bp.post("/recalls/<int:recall_id>/work-orders")
def from_recall(recall_id: int) -> Answer:
    recall = g.person.may_see(Recall, recall_id)
    back = url_for("recalls.show", recall_id=recall.id)
    return _made(making.from_recall(recall, g.person, now()), back)


def _made(made: Made, back: str = "") -> Answer:
    db.session.commit()
    if made.orders:
        told = ngettext("%(num)d work order", "%(num)d work orders", len(made.orders))
        lines = ngettext("%(num)d line", "%(num)d lines", made.lines)
        flash(_("Made: %(orders)s with %(lines)s.", orders=told, lines=lines), "ok")
    for why, number in made.counted:
        words = ngettext("%(num)d was left out", "%(num)d were left out", number)
        flash(f"{words}: {labels.REFUSED[why]}.", "warning")
    if not made.orders:
        return redirect(back or here(), 303)
    if len(made.orders) == 1:
        return redirect(page(made.orders[0]), 303)
    return redirect(back or url_for("work_orders.index", state="unscheduled"), 303)


def page(order: WorkOrder) -> str:
    return url_for("work_orders.show", order_id=order.id)


def _locked(order_id: int) -> WorkOrder:
    """Two people at once: the second sees what the first has done."""
    order = g.person.may_see(WorkOrder, order_id)
    db.session.refresh(order, with_for_update={"of": WorkOrder})
    return seen(order_id)


def _do(order_id: int, verb: Verb) -> Answer:
    order, form = _locked(order_id), ReasonForm()
    why = (form.reason.data or "")[:500]
    return _carry(order, lambda: verb(order, why, now()))


def _do_line(order_id: int, line_id: int, verb: Callable[[WorkOrderLine, str], Any]) -> Answer:
    line, form = line_of(_locked(order_id), line_id), ReasonForm()
    if not form.validate():
        return pages.refuse(_("Nothing was changed: say why."), page(line.order))
    return _carry(line.order, lambda: verb(line, form.reason.data or ""))


def _carry(order: WorkOrder, deed: Callable[[], Any]) -> Answer:
    """Do it and say so, or say why not."""
    try:
        after = deed()
    except (OrderError, PlanError) as wrong:
        return pages.refuse(labels.said(wrong), page(order))
    if isinstance(after, WorkOrder):
        told = _("What is not done goes on in %(number)s.", number=after.number)
        return pages.done(told, page(after))
    return pages.done(_("Done."), page(order))
