"""Remote actions in the JSON API."""

from __future__ import annotations

from typing import Any

from flask import g
from marshmallow import INCLUDE, fields

from service.core import clock, problems
from service.core.api import Resource
from service.core.db import db
from service.core.fields import Body, Flag, Instant, Shown, Whole, WholeText, Why, Words, choice
from service.core.paging import Listed, page, page_of
from service.core.problems import ProblemError, refuse_retired, wrong_field
from service.monitoring.reading import covered
from service.people.api import seen
from service.people.models import NotVisibleError
from service.people.rights import has_right
from service.remote.actions import ActionState, Effect, FieldError, Kind, check_fields
from service.remote.models import ChargingError, RemoteAction
from service.stations.api import stations
from service.stations.models import Station
from service.tickets.models import Ticket

remote = Resource("remote-actions", "What is asked of a charger, and what came of it.")

problems.means(FieldError, lambda wrong: wrong_field(wrong.name, wrong.words))
problems.means(
    ChargingError,
    lambda _: ProblemError(409, "A car charges there. Send `force` with the reason.", "charging"),
)


class ActionShape(Shown):
    id = fields.Integer()
    station_id = fields.Integer()
    ticket_id = fields.Integer(allow_none=True)
    action = choice(Kind, attribute="kind")
    fields_ = fields.Dict(attribute="fields", data_key="fields")
    reason = fields.String()
    forced = fields.Boolean()
    state = choice(ActionState)
    answer = fields.Function(
        lambda action: covered(action.answer),
        metadata={
            "type": ["object", "null"],
            "description": "The charger's own; values of secret settings are covered.",
        },
    )
    latency_ms = fields.Float(
        allow_none=True, metadata={"description": "Until it answered, measured on the wire."}
    )
    effect = choice(Effect)
    before = fields.Dict(allow_none=True)
    after = fields.Dict(allow_none=True)
    outcome = fields.String(allow_none=True)
    requested_by_id = fields.Integer(allow_none=True)
    requested_at = Instant()
    sent_at = Instant(allow_none=True)
    answered_at = Instant(allow_none=True)


class NewAction(Body):
    """With the action's own fields beside these:

    `reset` type: soft | hard; `unlock` connector; `change_availability` connector,
    type: operative | inoperative; `trigger_message` message, connector?; `clear_cache`;
    `get_configuration` keys?; `change_configuration` key, value; `remote_start` connector, id_tag;
    `remote_stop` transaction_id.
    """

    class Meta:
        unknown = INCLUDE

    action = choice(Kind, required=True)
    reason = Words(500, required=True)
    ticket_id = Whole(allow_none=True, load_default=None)
    force = Flag(load_default=False)


class ActionQuery(Listed):
    station_id = WholeText()
    ticket_id = WholeText()
    state = choice(ActionState)


@stations.post("/stations/<int:station_id>/remote-actions", ActionShape, NewAction, status=202)
def ask(asked: dict[str, Any], station_id: int) -> RemoteAction:
    """Ask something of a charger. It is queued, and sent when the charger is connected."""
    station = seen(Station, station_id)
    refuse_retired(station)
    kind, reason, force = (asked.pop(name) for name in ("action", "reason", "force"))
    _refuse_without_right(kind)
    ticket = _ticket(station, asked.pop("ticket_id"))
    own = check_fields(kind, asked)
    now = clock.now()
    action = RemoteAction.ask(station, kind, own, reason, g.person, now, ticket, force)
    db.session.commit()
    return action


@remote.get("/remote-actions", page_of(ActionShape), ActionQuery)
def list_actions(asked: dict[str, Any]) -> dict[str, Any]:
    """List remote actions, newest first."""
    found = RemoteAction.visible_to(g.person)
    for name in ("station_id", "ticket_id", "state"):
        if name in asked:
            found = found.where(getattr(RemoteAction, name) == asked[name])
    return page(RemoteAction, found, asked, newest_first=True)


@remote.get("/remote-actions/<int:action_id>", ActionShape)
def show_action(action_id: int) -> RemoteAction:
    """Get one, with the answer and the effect that was seen."""
    return seen(RemoteAction, action_id)


@remote.post("/remote-actions/<int:action_id>/cancellation", ActionShape, Why, status=200)
def cancel_action(asked: dict[str, Any], action_id: int) -> RemoteAction:
    """Take one back that is not sent yet."""
    action = seen(RemoteAction, action_id)
    if not action.cancel(asked["reason"], g.person, clock.now()):
        raise ProblemError(409, "It is on its way, or done.", "wrong-state")
    db.session.commit()
    return action


def _refuse_without_right(kind: Kind) -> None:
    if not has_right(g.person.role, f"remote.{kind.value}"):
        raise ProblemError(403, f"This token's role may not ask for {kind.value}.")


def _ticket(station: Station, key: int | None) -> Ticket | None:
    """The ticket that the action is done for: of this station, or of its site."""
    if key is None:
        return None
    try:
        ticket = seen(Ticket, key)
    except NotVisibleError:
        raise wrong_field("ticket_id", "There is none with this id.") from None
    if ticket.station_id not in (None, station.id):
        raise wrong_field("ticket_id", "It is another station's.")
    return ticket
