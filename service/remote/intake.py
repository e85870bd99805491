"""What a charger does after it was asked: its answer, and whether the effect was seen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from service.core.db import Later, db, hot, later
from service.core.live import announce
from service.monitoring import words as said
from service.monitoring.words import PartsReported, StatusReported, Word
from service.remote.actions import WINDOW_S, ActionState, Effect, Kind
from service.remote.effects import Seen, State, judge
from service.remote.models import RemoteAction
from service.sessions.words import (
    MetersRead,
    SessionStarted,
    SessionStopped,
    Stage,
    TransactionTold,
)
from service.stations.models import Connector
from service.tickets.models import Ticket
from service.tickets.states import OPEN

MESSAGES: dict[type[Word], str] = {
    said.Booted: "BootNotification",
    said.HeartbeatSeen: "Heartbeat",
    said.StatusReported: "StatusNotification",
    said.FirmwareStatusReported: "FirmwareStatusNotification",
    said.DiagnosticsStatusReported: "DiagnosticsStatusNotification",
    MetersRead: "MeterValues",
    SessionStarted: "StartTransaction",
    SessionStopped: "StopTransaction",
}
STAGES = {
    Stage.STARTED: "StartTransaction",
    Stage.UPDATED: "MeterValues",
    Stage.ENDED: "StopTransaction",
}
PENDING = (
    "SELECT id, station_id FROM remote_action WHERE effect = 'pending'"
    " AND state IN ('sent', 'answered', 'no_answer') AND station_id = ANY(%(ids)s)"
)
CONTACT = (
    "SELECT station_id, last_boot_at, connection_id FROM contact WHERE station_id = ANY(%(ids)s)"
)
RESET_LATELY = (
    "SELECT DISTINCT station_id FROM remote_action WHERE station_id = ANY(%(ids)s)"
    " AND kind = 'reset' AND sent_at > %(since)s"
)


def reset_lately(stations: Iterable[int], at: datetime) -> set[int]:
    """Stations whose boot we asked for: it is no sign of trouble."""
    since = at - timedelta(seconds=WINDOW_S[Kind.RESET])
    return {row[0] for row in hot(RESET_LATELY, ids=list(stations), since=since)}


def waiting(words: Sequence[Word]) -> Later:
    """Ask for the actions of these stations whose effect has not been seen yet."""
    return later(PENDING, ids=sorted({word.station_id for word in words}))


def observe(words: Sequence[Word], asked: Later, at: datetime) -> None:
    """See whether something that was asked for has come about. `asked` is what was `waiting`."""
    found = asked.rows
    if not found:
        return
    messages: defaultdict[int, set[str]] = defaultdict(set)
    for word in words:
        messages[word.station_id].add(_message(word))
    pending = select(RemoteAction).where(RemoteAction.id.in_([row[0] for row in found]))
    actions = list(db.session.scalars(pending.order_by(RemoteAction.id).with_for_update()))
    stations = [action.station_id for action in actions]
    contacts = {row[0]: row for row in hot(CONTACT, ids=stations)}
    states = states_of(stations)
    for action in actions:
        now = states[action.station_id]
        seen = _seen(action, now, contacts.get(action.station_id), messages[action.station_id])
        connector = action.ticket.connector if action.ticket else 0
        before = State.from_json(action.before)
        effect = judge(action.kind, action.fields, before, seen, connector)
        if effect is Effect.PROVEN:
            action.settle(effect, now.as_json(), at)
            _tell_tickets_of_test_start(action, at)


def _message(word: Word) -> str:
    """What it is called where effects are judged: by the names of OCPP 1.6."""
    if isinstance(word, TransactionTold):
        starts = word.is_remote_start and word.stage is not Stage.ENDED
        return STAGES[Stage.STARTED if starts else word.stage]
    if isinstance(word, PartsReported):
        word = next((one for one in word.reports if isinstance(one, StatusReported)), word)
    return MESSAGES.get(type(word), "")


def _seen(
    action: RemoteAction, now: State, contact: tuple[Any, ...] | None, messages: set[str]
) -> Seen:
    booted = bool(contact and contact[1] and action.sent_at and contact[1] >= action.sent_at)
    elsewhere = bool(contact and contact[2] and contact[2] != action.connection_id)
    return Seen(now, booted, elsewhere, frozenset(messages))


def states_of(stations: Iterable[int]) -> defaultdict[int, State]:
    """How these stations are now, by what their connectors last said."""
    found: defaultdict[int, dict[int, tuple[str | None, str | None]]] = defaultdict(dict)
    query = select(
        Connector.station_id, Connector.number, Connector.status, Connector.error_code
    ).where(Connector.station_id.in_(list(stations)))
    for station_id, number, status, error in db.session.execute(query):
        found[station_id][number] = (status, error)
    return defaultdict(State, {one: State(state) for one, state in found.items()})


def _tell_tickets_of_test_start(action: RemoteAction, at: datetime) -> None:
    """A start that we asked for and that worked is proof for what has recovered there."""
    if action.kind is not Kind.REMOTE_START:
        return
    recovered = select(Ticket).where(
        Ticket.station_id == action.station_id,
        Ticket.state.in_(OPEN),
        Ticket.recovered_at.is_not(None),
        Ticket.connector.in_((0, action.fields.get("connector") or 0)),
    )
    for ticket in db.session.scalars(recovered):
        ticket.tell("test_start", "a test start worked", at, remote_action_id=action.id)


def answered(
    action_id: int, answer: dict[str, Any], agreed: bool, latency_ms: float, at: datetime
) -> None:
    """The charger answered. That it agreed proves nothing yet; that it did not, settles it."""
    action = _mine(action_id)
    if action is None:
        return
    action.state = ActionState.ANSWERED if agreed else ActionState.REFUSED
    action.answer, action.answered_at, action.latency_ms = answer, at, latency_ms
    action.tell_answer(at)
    if not agreed:
        action.settle(Effect.NONE, states_of([action.station_id])[action.station_id].as_json(), at)
    elif action.effect is Effect.PENDING and WINDOW_S[action.kind] == 0:
        action.settle(Effect.NOT_OBSERVABLE, None, at)
    announce("station", action.station_id, at)


def not_asked(action_id: int, why: str, at: datetime) -> None:
    """It cannot be said in the version of OCPP that the charger speaks: it was not sent."""
    if action := _mine(action_id):
        action.refuse(why, at)
        announce("station", action.station_id, at)


def not_answered(action_id: int, why: str, at: datetime) -> None:
    """No answer in time, or the line broke. Some chargers act without one (chargers.md 8.9)."""
    action = _mine(action_id)
    if action is None:
        return
    action.state, action.outcome = ActionState.NO_ANSWER, why
    action.tell_answer(at)
    announce("station", action.station_id, at)


def _mine(action_id: int) -> RemoteAction | None:
    """The action, while it waits for its answer. A late one changes nothing."""
    query = select(RemoteAction).where(
        RemoteAction.id == action_id, RemoteAction.state == ActionState.SENT
    )
    return db.session.scalars(query.with_for_update()).one_or_none()
