"""The page of one ticket, its live parts, and a new ticket by hand."""

from __future__ import annotations

from datetime import datetime

from babel.dates import format_time
from babel.numbers import format_decimal
from flask import Blueprint, abort, flash, g, redirect, render_template, url_for
from flask_babel import get_locale
from flask_babel import gettext as _

from service.core.clock import now
from service.core.dates import HOME
from service.core.db import db
from service.stations.models import Station
from service.tickets.desk_views import Answer, Desk, seen
from service.tickets.forms import NewTicketForm
from service.tickets.models import Ticket
from service.tickets.states import Priority

bp = Blueprint("tickets", __name__)


@bp.app_template_filter("hour")
def hour(at: datetime) -> str:
    """`08:52`"""
    return format_time(at, "HH:mm", tzinfo=HOME, locale=str(get_locale() or "en"))


@bp.app_template_filter("second")
def second(at: datetime) -> str:
    """`08:52:07.123`"""
    there = at.astimezone(HOME)
    return f"{there:%H:%M:%S}.{there.microsecond // 1000:03d}"


@bp.app_template_filter("brief")
def brief(milliseconds: float) -> str:
    """`0,4 s`: how long an answer took."""
    language = str(get_locale() or "en")
    return f"{format_decimal(milliseconds / 1000, '0.0##', locale=language)} s"


@bp.get("/tickets/<int:ticket_id>")
def show(ticket_id: int) -> str:
    return render_template("tickets/show.html", desk=Desk(seen(ticket_id)))


@bp.get("/tickets/<int:ticket_id>/head")
def head(ticket_id: int) -> str:
    return render_template("tickets/_head.html", desk=Desk(seen(ticket_id)))


@bp.get("/tickets/<int:ticket_id>/timeline")
def timeline(ticket_id: int) -> str:
    return render_template("tickets/_timeline.html", desk=Desk(seen(ticket_id)))


@bp.get("/stations/<int:station_id>/tickets/new")
def new(station_id: int) -> str:
    station = _in_use(station_id)
    form = _form(station)
    form.priority.data = Priority.P3.value
    return render_template("tickets/new.html", station=station, form=form)


@bp.post("/stations/<int:station_id>/tickets/new")
def create(station_id: int) -> Answer:
    station = _in_use(station_id)
    form = _form(station)
    if not form.validate():
        return render_template("tickets/new.html", station=station, form=form), 422

    at = now()
    ticket = Ticket.open_by_hand(
        station, form.title.data or "", form.chosen, g.person, at, connector=form.connector.data
    )
    if form.words.data:
        ticket.note(form.words.data, g.person, at)
    db.session.commit()
    flash(_("The ticket is open."))
    return redirect(url_for("tickets.show", ticket_id=ticket.id))


def _in_use(station_id: int) -> Station:
    """What is retired breaks no more: its page offers no new ticket."""
    station: Station = g.person.may_see(Station, station_id)
    if station.is_retired:
        abort(404)
    return station


def _form(station: Station) -> NewTicketForm:
    form = NewTicketForm()
    outlets = [one.number for one in station.connectors if one.number]
    form.connector.choices = [
        (0, _("the whole station")),
        *((number, _("connector %(number)s", number=number)) for number in outlets),
    ]
    return form
