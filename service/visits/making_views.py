"""Work orders by hand: a new one, what it is, and more to do on it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask import g, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from service.core.clock import now
from service.core.db import db
from service.plans.occurrences import Occurrence
from service.plans.recalls import Recall, RecallStation
from service.plans.words import OPEN as OPEN_DATES
from service.plans.words import RecallState
from service.stations import pages
from service.stations.models import Site, Station
from service.stations.pages import Answer
from service.tickets.list_views import Faults
from service.tickets.models import Ticket
from service.tickets.states import OPEN as OPEN_TICKETS
from service.visits import labels, making
from service.visits.blueprint import bp
from service.visits.deed_views import page
from service.visits.forms import NewOrderForm, OrderForm, WordsForm, WorkForm
from service.visits.making import Work
from service.visits.models import WorkOrder
from service.visits.refusals import OrderError
from service.visits.show_views import seen, today

# What falls due within so many days is offered for an order of today.
AHEAD = timedelta(days=90)
OFFERED = 200


@bp.route("/work-orders/new", methods=["GET", "POST"])
def create() -> Answer:
    """With `site` in the address, that one is chosen already."""
    form = NewOrderForm(site_id=request.args.get("site", type=int))
    title = _("New work order")
    if not form.validate():
        return pages.ask(form, title, url_for("work_orders.index"), request.path)
    site = g.person.may_see(Site, form.site_id.data)
    facts = {name: value for name, value in form.facts.items() if name != "site_id"}
    order = WorkOrder.draft(site, facts.pop("kind"), g.person, now(), **facts)
    words = _("%(number)s is a draft. Say what is to be done.", number=order.number)
    return pages.done(words, url_for("work_orders.add", order_id=order.id))


@bp.route("/work-orders/<int:order_id>/edit", methods=["GET", "POST"])
def edit(order_id: int) -> Answer:
    order = g.person.may_see(WorkOrder, order_id)
    form = OrderForm(order)
    if not form.validate():
        title = _("Edit %(number)s", number=order.number)
        return pages.ask(form, title, page(order), request.path)
    try:
        order.edit(g.person, now(), **form.facts)
    except OrderError as wrong:
        return pages.refuse(labels.said(wrong), page(order))
    return pages.done(_("Saved."), page(order))


@bp.route("/work-orders/<int:order_id>/lines/new", methods=["GET", "POST"])
def add(order_id: int) -> Answer:
    """What waits at the site, to be picked."""
    order = seen(order_id)
    form, waiting = WorkForm(), _waiting(order)
    if not form.validate():
        return _add_page(order, waiting, WordsForm(order))
    picked = [one for one in waiting if one.id in _chosen(form, one)]
    if not picked:
        return pages.refuse(_("Nothing was changed: choose at least one."), request.path)
    try:
        making.add(order, picked, g.person, now())
    except OrderError as wrong:
        return pages.refuse(labels.said(wrong), page(order))
    return pages.done(_("Added."), page(order))


@bp.post("/work-orders/<int:order_id>/lines/words")
def add_words(order_id: int) -> Answer:
    order = seen(order_id)
    form = WordsForm(order)
    if not form.validate():
        return _add_page(order, _waiting(order), form), 422
    station = g.person.may_see(Station, form.station_id.data)
    said = {"minutes": form.minutes.data, "work_kind": form.kind}
    try:
        making.add_words(order, station, form.text.data or "", g.person, now(), **said)
    except OrderError as wrong:
        return pages.refuse(labels.said(wrong), page(order))
    return pages.done(_("Added."), page(order))


def _add_page(order: WorkOrder, waiting: Sequence[Work], words: WordsForm) -> str:
    kinds = {Occurrence: "occurrences", Ticket: "tickets", RecallStation: "recalls"}
    groups: dict[str, list[Any]] = {name: [] for name in kinds.values()}
    for one in waiting:
        groups[kinds[type(one)]].append(one)
    values = {"order": order, "words": words, "today": today(order)}
    return render_template("visits/add.html", labels=labels, faults=Faults(), **values, **groups)


def _chosen(form: WorkForm, one: Work) -> list[int]:
    if isinstance(one, Occurrence):
        return form.occurrences.data or []
    return (form.tickets.data if isinstance(one, Ticket) else form.recalls.data) or []


def _waiting(order: WorkOrder) -> list[Work]:
    """What an order at this site may have: dates, open tickets, open recalls."""
    there = select(Station.id).where(Station.site_id == order.site_id)
    dates = (
        select(Occurrence)
        .where(
            Occurrence.station_id.in_(there),
            Occurrence.state.in_(OPEN_DATES),
            Occurrence.earliest_on <= today(order) + AHEAD,
        )
        .options(joinedload(Occurrence.station), joinedload(Occurrence.task))
        .order_by(Occurrence.latest_on, Occurrence.id)
    )
    tickets = (
        select(Ticket)
        .where(Ticket.site_id == order.site_id, Ticket.state.in_(OPEN_TICKETS))
        .options(joinedload(Ticket.station))
        .order_by(Ticket.priority, Ticket.id)
    )
    recalls = (
        select(RecallStation)
        .join(Recall)
        .where(
            RecallStation.station_id.in_(there),
            RecallStation.state == RecallState.OPEN,
            Recall.closed_at.is_(None),
        )
        .options(joinedload(RecallStation.station), joinedload(RecallStation.recall))
        .order_by(RecallStation.id)
    )
    found: list[Work] = []
    for query in (dates, tickets, recalls):
        found += db.session.scalars(query.limit(OFFERED))
    return making.can_stand(found, order.site_id)
