"""Remote actions in the JSON API."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from marshmallow import INCLUDE, fields

from service.core import problems
from service.core.collection import Collection
from service.core.fields import Body, Flag, Instant, Key, Shown, WholeText, Why, Words, choice
from service.core.paging import Listed, by
from service.core.problems import ProblemError, wrong_field
from service.monitoring.reading import covered
from service.people.models import Person
from service.people.rights import has_right
from service.remote.actions import ActionState, Effect, FieldError, Kind, check_fields
from service.remote.models import ChargingError, RemoteAction
from service.stations.api import stations
from service.stations.models import Station
from service.tickets.models import Ticket

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
    # The row. No other name is safe here: any field may stand beside it.
    ticket_id = Key(Ticket, allow_none=True, load_default=None)
    force = Flag(load_default=False)


class ActionQuery(Listed):
    station_id = by(RemoteAction.station_id, WholeText())
    ticket_id = by(RemoteAction.ticket_id, WholeText())
    state = by(RemoteAction.state, choice(ActionState))


@stations.verb("remote-actions", NewAction, ActionShape, status=202)
def ask(
    station: Station,
    by: Person,
    at: datetime,
    # What is behind may have any name.
    /,
    action: Kind,
    reason: str,
    force: bool,
    **own: Any,
) -> RemoteAction:
    """Ask something of a charger. It is queued, and sent when the charger is connected."""
    if not has_right(by.role, f"remote.{action.value}"):
        raise ProblemError(403, f"This token's role may not ask for {action.value}.")
    ticket: Ticket | None = own.pop("ticket_id")
    # Of this station, or of its site.
    if ticket and ticket.station_id not in (None, station.id):
        raise wrong_field("ticket_id", "It is another station's.")
    asked = check_fields(action, own)
    return RemoteAction.ask(station, action, asked, reason, by, at, ticket, force)


remote = Collection(
    "remote-actions",
    "What is asked of a charger, and what came of it.",
    RemoteAction,
    ActionShape,
    "remote action",
    newest_first=True,
)
remote.lists(ActionQuery)
remote.shows("Get one, with the answer and the effect that was seen.")


@remote.verb("cancellation", Why)
def cancel_action(action: RemoteAction, by: Person, at: datetime, reason: str) -> None:
    """Take one back that is not sent yet."""
    if not action.cancel(reason, by, at):
        raise ProblemError(409, "It is on its way, or done.", "wrong-state")
