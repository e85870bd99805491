"""With coverage: how a station is this moment, and what is asked of it from the tablet."""

from __future__ import annotations

from typing import Any

from flask import g, jsonify, request
from flask.typing import ResponseReturnValue
from marshmallow import ValidationError, fields
from sqlalchemy import select

from service.core.clock import now
from service.core.db import db
from service.core.fields import Body, Flag, Words, choice, written
from service.core.problems import ProblemError
from service.core.settings import setting
from service.monitoring.link_models import Contact, Frame
from service.monitoring.models import Alarm
from service.monitoring.reading import covered, masked
from service.people.rights import has_right
from service.people.tablet_door import door
from service.remote.actions import Kind, check_fields
from service.remote.models import RemoteAction
from service.sessions.models import Tag
from service.stations.models import Station
from service.tablets import raw
from service.tickets.models import Ticket
from service.tickets.states import OPEN

FAULTS, MESSAGES, LONGEST = 10, 20, 2000
# A charge on a driver's tag is the desk's to start; one on the house's own tag is a test.
RIGHT = {Kind.REMOTE_START: "remote.test_charge"}

bp = door("live")


class NewRemote(Body):
    kind = choice(Kind, required=True)
    fields_ = fields.Dict(keys=fields.String(), data_key="fields", load_default=dict)
    reason = Words(500, required=True)
    force = Flag(load_default=False)


@bp.get("/stations/<int:station_id>/live")
def show(station_id: int) -> ResponseReturnValue:
    """Its connectors as of when it was last heard, its last faults and messages."""
    station = g.person.may_see(Station, station_id)
    contact = db.session.get(Contact, station.id)
    return jsonify(
        station_id=station.id,
        at=written(now()),
        as_of=written(contact.last_seen_at) if contact and contact.last_seen_at else None,
        connected=bool(contact and contact.is_connected),
        connectors=[_connector(one) for one in station.connectors if one.number],
        faults=_faults(station),
        messages=_messages(station),
    )


@bp.post("/stations/<int:station_id>/remote")
def ask(station_id: int) -> ResponseReturnValue:
    """The same rights as at the desk; it is queued, and sent when the station is connected.

    A charge is started on the house's test tag alone, whatever tag is sent.
    """
    station = g.person.may_see(Station, station_id)
    asked = _read()
    kind = asked["kind"]
    if not has_right(g.person.role, RIGHT.get(kind, f"remote.{kind.value}")):
        raise ProblemError(403, f"This person's role may not ask for {kind.value}.")
    tag = {"id_tag": _test_tag()} if kind is Kind.REMOTE_START else {}
    checked = check_fields(kind, asked["fields_"] | tag)
    ticket = _ticket(station)
    action = RemoteAction.ask(
        station, kind, checked, asked["reason"], g.person, now(), ticket, asked["force"]
    )
    db.session.commit()
    return jsonify(_action(action)), 202


@bp.get("/remote/<int:action_id>")
def show_action(action_id: int) -> ResponseReturnValue:
    return jsonify(_action(g.person.may_see(RemoteAction, action_id)))


def _read() -> dict[str, Any]:
    try:
        asked: dict[str, Any] = NewRemote().load(raw.cleaned(raw.read(request.get_data())))
    except raw.UnreadableError:
        raise ProblemError(400, "The body cannot be read as a JSON object.") from None
    except ValidationError as wrong:
        words = "Some fields cannot be used: see errors."
        raise ProblemError(422, words, errors=wrong.messages_dict) from None
    return asked


def _test_tag() -> str:
    tag = Tag.known(setting("test_tag"))
    if tag is None or tag.blocked_at is not None:
        words = "No test tag is in force: an administrator names one in the settings."
        raise ProblemError(409, words, "no-test-tag")
    return tag.id_tag


def _ticket(station: Station) -> Ticket | None:
    """What is done about a ticket stands in its timeline, where there is just one."""
    query = select(Ticket).where(Ticket.station_id == station.id, Ticket.state.in_(OPEN)).limit(2)
    found = db.session.scalars(query).all()
    return found[0] if len(found) == 1 else None


def _connector(one: Any) -> dict[str, Any]:
    names = ("number", "status", "error_code", "vendor_error_code", "info")
    return {name: getattr(one, name) for name in names} | {"since": written(one.since)}


def _faults(station: Station) -> list[dict[str, Any]]:
    mine = select(Alarm).where(Alarm.station_id == station.id)
    rows = db.session.scalars(mine.order_by(Alarm.raised_at.desc(), Alarm.id.desc()).limit(FAULTS))
    return [
        {
            "fault": one.fault,
            "detail": one.detail,
            "connector": one.connector,
            "raised_at": written(one.raised_at),
            "cleared_at": written(one.cleared_at) if one.cleared_at else None,
        }
        for one in rows
    ]


def _messages(station: Station) -> list[dict[str, Any]]:
    mine = select(Frame).where(Frame.station_id == station.id)
    rows = db.session.scalars(
        mine.order_by(Frame.received_at.desc(), Frame.id.desc()).limit(MESSAGES)
    )
    return [
        {
            "at": written(one.received_at),
            "direction": one.direction.value,
            "action": one.action,
            # Values of secret settings are covered.
            "raw": masked(one.raw)[:LONGEST],
        }
        for one in rows
    ]


def _action(one: RemoteAction) -> dict[str, Any]:
    return {
        "id": one.id,
        "station_id": one.station_id,
        "kind": one.kind.value,
        "fields": one.fields,
        "state": one.state.value,
        "answer": covered(one.answer),
        "effect": one.effect.value if one.effect else None,
        "outcome": one.outcome,
        "requested_at": written(one.requested_at),
        "answered_at": written(one.answered_at) if one.answered_at else None,
    }
