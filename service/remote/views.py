"""What is asked of a charger: the panel of a station or a ticket, and each action's result."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from service.core.clock import now
from service.core.db import db
from service.core.web import whole
from service.monitoring.labels import status as status_word
from service.monitoring.link_models import Contact
from service.people.guard import has
from service.remote import labels
from service.remote.actions import ActionState, Effect, Kind
from service.remote.forms import ActionForm, form_for, running
from service.remote.models import ChargingError, RemoteAction
from service.sessions.models import ChargingSession, Tag
from service.stations.models import Station
from service.tickets.models import Ticket
from service.tickets.story import states

bp = Blueprint("remote", __name__)
Answer = str | Response | tuple[str, int]
RECENT = 8


@dataclass(frozen=True)
class Loss:
    """A charge that an action would disturb."""

    connector: int
    session: ChargingSession | None
    # What the tag is called in the list of tags.
    label: str

    @property
    def since(self) -> datetime | None:
        return self.session.started_at if self.session else None


@dataclass
class Panel:
    """The remote actions of one station, as one person may ask for them."""

    station: Station
    ticket: Ticket | None
    kind: Kind | None = None
    form: ActionForm | None = None
    losses: list[Loss] = field(default_factory=list)
    trouble: str = ""
    asked: RemoteAction | None = None

    labels = labels

    @property
    def kinds(self) -> list[Kind]:
        if self.station.is_retired:
            return []
        return [kind for kind in Kind if has(f"remote.{kind.value}")]

    @property
    def recent(self) -> list[RemoteAction]:
        return RemoteAction.of_station(self.station.id, RECENT)

    @property
    def is_connected(self) -> bool:
        contact = db.session.get(Contact, self.station.id)
        return contact is not None and contact.is_connected

    def url(self, endpoint: str, **values: Any) -> str:
        ticket = self.ticket.id if self.ticket else None
        return url_for(endpoint, station_id=self.station.id, ticket=ticket, **values)


@bp.app_template_global()
def action_words(kind: str, fields: dict[str, Any] | None = None) -> str:
    return labels.action_words(kind, fields, inside=has("remote.read"))


@bp.app_template_global()
def answer_words(facts: dict[str, Any]) -> str:
    return labels.answer_words(facts.get("answer"), facts.get("state"))


@bp.app_template_global()
def outcome_words(why: str | None) -> str:
    return labels.outcome_words(why)


@bp.app_template_global()
def effect_state(effect: str) -> Markup:
    look, words = labels.EFFECT[Effect(effect)]
    return Markup('<span class="state {}">{}</span>').format(look.value, words)


@bp.context_processor
def _words() -> dict[str, Any]:
    return {"labels": labels, "status_word": status_word, "states": states}


@bp.get("/stations/<int:station_id>/actions")
def of_station(station_id: int) -> str:
    return render_template(_page("_panel"), panel=_panel(station_id))


@bp.get("/stations/<int:station_id>/actions/recent")
def recent(station_id: int) -> str:
    return render_template("remote/_recent.html", panel=_panel(station_id))


@bp.get("/stations/<int:station_id>/actions/<kind>")
def form(station_id: int, kind: str) -> str:
    panel = _panel(station_id, kind)
    return render_template(_page("_ask"), panel=panel)


@bp.post("/stations/<int:station_id>/actions/<kind>")
def ask(station_id: int, kind: str) -> Answer:
    panel = _panel(station_id, kind)
    if panel.kind is None or panel.form is None:
        abort(404)
    if panel.station.is_retired:
        return _refused(panel, _("The station is retired. Nothing was sent."), 409)
    fields = panel.form.checked(panel.kind)
    if fields is None:
        return _refused(panel, "", 422)
    try:
        panel.asked = _ask(panel, panel.kind, fields, panel.form)
    except ChargingError:
        panel.losses = _losses(panel.station, fields.get("connector", 0))
        words = _("A car charges there. Nothing was sent, and what you typed is kept below.")
        return _refused(panel, words, 409)
    db.session.commit()
    if request.headers.get("HX-Request"):
        return render_template("remote/_asked.html", panel=panel)
    flash(_("It is on its way."))
    return redirect(panel.url("remote.of_station"))


def _ask(panel: Panel, kind: Kind, fields: dict[str, Any], form: ActionForm) -> RemoteAction:
    return RemoteAction.ask(
        panel.station,
        kind,
        fields,
        form.reason.data or "",
        g.person,
        now(),
        ticket=panel.ticket,
        force=bool(form.force.data),
    )


@bp.get("/remote-actions/<int:action_id>")
def show(action_id: int) -> str:
    """One action, live: what was asked, the answer, and whether it worked."""
    action = g.person.may_see(RemoteAction, action_id)
    return render_template(_page("_action"), action=action, panel=Panel(action.station, None))


@bp.post("/remote-actions/<int:action_id>/cancellation")
def cancel(action_id: int) -> Answer:
    action = g.person.may_see(RemoteAction, action_id)
    if not has(f"remote.{action.kind.value}"):
        abort(403)
    why = request.form.get("reason", "").strip()[:500]
    if not why:
        return _not_cancelled(action, _("Say why: it stands in the history."), 422)
    if not action.cancel(why, g.person, now()):
        db.session.rollback()
        words = _("It was sent before you took it back. What came of it stands below.")
        return _not_cancelled(action, words, 409)
    db.session.commit()
    flash(_("It was taken back. Nothing was sent."))
    return redirect(url_for("remote.of_station", station_id=action.station_id))


def _not_cancelled(action: RemoteAction, words: str, status: int) -> Answer:
    db.session.refresh(action)
    panel = Panel(action.station, None, trouble=words)
    return render_template("remote/action.html", action=action, panel=panel), status


def _panel(station_id: int, kind: str = "") -> Panel:
    station = g.person.may_see(Station, station_id)
    panel = Panel(station, _ticket(station))
    if kind:
        panel.kind = _kind(kind)
        panel.form = form_for(panel.kind, station)
    return panel


def _kind(word: str) -> Kind:
    if word not in set(Kind):
        abort(404)
    if not has(f"remote.{word}"):
        abort(403)
    return Kind(word)


def _ticket(station: Station) -> Ticket | None:
    """The ticket that it is done for, if it is about this station."""
    key = request.args.get("ticket", type=whole)
    if key is None:
        return None
    ticket: Ticket = g.person.may_see(Ticket, key)
    is_here = ticket.station_id == station.id
    is_site = ticket.station_id is None and ticket.site_id == station.site_id
    if not is_here and not is_site:
        abort(404)
    return ticket


def _refused(panel: Panel, words: str, status: int) -> Answer:
    panel.trouble = words
    return render_template(_page("_ask"), panel=panel), status


def _losses(station: Station, connector: int) -> list[Loss]:
    """Whose charge it would be: by connector, with the session where one is known."""
    begun = {one.connector: one for one in reversed(running(station))}
    return [
        Loss(one.number, begun.get(one.number), _label(begun.get(one.number)))
        for one in station.connectors
        if one.is_charging and connector in (0, one.number)
    ]


def _label(session: ChargingSession | None) -> str:
    tag = Tag.known(session.id_tag) if session else None
    return tag.label if tag else ""


def _page(part: str) -> str:
    """The part alone for a page that asks for it, else a page around it."""
    return f"remote/{part}.html" if request.headers.get("HX-Request") else f"remote/{part[1:]}.html"


# What a template compares with.
bp.add_app_template_global(ActionState, "ActionState")
