"""From an alarm that stands to one ticket for its key: a new one, an open one, or one reopened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.attributes import set_committed_value

from service.core.db import add_later, db, hot, later, rows
from service.core.history import History
from service.core.live import announce_many
from service.monitoring.faults import WARNING
from service.monitoring.models import Alarm, AlarmState, FaultCode, MaintenanceWindow
from service.stations.models import Station
from service.tickets import duty
from service.tickets.models import Ticket
from service.tickets.states import State, priority_of
from service.tickets.timeline import TimelineEntry

# The same fault within this time after its ticket ended reopens it.
REOPENS_WITHIN = timedelta(hours=24)
WARNED_DAYS, WARNED_WITHIN = 3, timedelta(days=30)

Key = tuple[int | None, int, str, str]

CLAIMED = (
    "UPDATE alarm SET state = CASE WHEN cleared_at IS NULL THEN 'active' ELSE 'cleared' END,"
    " silenced_by_id = n.silence FROM json_to_recordset(CAST(%(rows)s AS json))"
    " AS n(id bigint, silence bigint) WHERE alarm.id = n.id"
)
BELONGS = (
    "UPDATE alarm SET ticket_id = n.ticket FROM unnest(CAST(%(ids)s AS bigint[]),"
    " CAST(%(tickets)s AS bigint[])) AS n(id, ticket) WHERE alarm.id = n.id"
)
LATEST = (
    "SELECT DISTINCT ON (t.station_id, t.connector, t.fault, t.detail) t.id"
    " FROM json_to_recordset(CAST(%(rows)s AS json))"
    " AS k(station_id bigint, connector bigint, fault text, detail text)"
    " JOIN ticket t ON t.station_id = k.station_id AND t.fault = k.fault"
    " AND t.connector = k.connector AND t.detail = k.detail WHERE t.state <> 'cancelled'"
    " ORDER BY t.station_id, t.connector, t.fault, t.detail,"
    " t.state IN ('new', 'triaged', 'in_progress', 'waiting') DESC, t.id DESC"
)


@dataclass(frozen=True, slots=True)
class Call:
    """An alarm that calls for a ticket, with its fault."""

    alarm: Alarm
    code: FaultCode

    @property
    def key(self) -> Key:
        return _key(self.alarm)

    @property
    def facts(self) -> dict[str, Any]:
        alarm = self.alarm
        return {
            "fault": alarm.fault,
            "detail": alarm.detail,
            "connector": alarm.connector,
            "raw": alarm.evidence,
            "alarm_id": alarm.id,
        }

    @property
    def words(self) -> str:
        place = f"connector {self.alarm.connector}" if self.alarm.connector else "whole station"
        detail = f" ({self.alarm.detail})" if self.alarm.detail else ""
        return f"{self.code.en}{detail}, {place}"


def open_tickets(alarm_ids: Iterable[int], at: datetime) -> None:
    """The debounce of these alarms has run out: call somebody, unless a planned outage holds."""
    open_for(claim_calls(alarm_ids, at), at)


def claim_calls(alarm_ids: Iterable[int], at: datetime) -> list[Call]:
    """The alarms that call for a ticket now. Whoever claims them opens it."""
    alarms = _claim(alarm_ids)
    if not alarms:
        return []
    codes, windows = FaultCode.all_by_code(), _windows(at)
    silences = {alarm.id: windows.get(alarm.station) for alarm in alarms}
    later(CLAIMED, rows=rows({"id": one, "silence": by} for one, by in silences.items()))
    loud = [Call(alarm, codes[alarm.fault]) for alarm in alarms if silences[alarm.id] is None]
    return [call for call in loud if call.code.opens_ticket or _keeps_coming(call.alarm, at)]


def _keeps_coming(alarm: Alarm, at: datetime) -> bool:
    """A warning becomes a ticket when it is seen on three days of thirty."""
    if alarm.fault != WARNING:
        return False
    day = func.date_trunc("day", Alarm.raised_at)
    days = select(func.count(func.distinct(day))).where(
        Alarm.station_id == alarm.station_id,
        Alarm.connector == alarm.connector,
        Alarm.fault == WARNING,
        Alarm.detail == alarm.detail,
        Alarm.raised_at > at - WARNED_WITHIN,
    )
    return (db.session.scalar(days) or 0) >= WARNED_DAYS


def open_for(calls: list[Call], at: datetime) -> None:
    """One ticket for each call's key."""
    known = _latest_by_key(calls)
    fresh = []
    for call in calls:
        ticket = known.get(call.key)
        if ticket and ticket.is_open:
            relapse(ticket, call, at)
        elif ticket and reopens(ticket, at):
            ticket.reopen(f"again within 24 hours: {call.words}", "rule", at)
            relapse(ticket, call, at)
        else:
            fresh.append((call, ticket))
    if fresh:
        _insert(fresh, at)


def relapse(ticket: Ticket, call: Call, at: datetime) -> None:
    """The fault of an open ticket is there again."""
    call.alarm.ticket_id = ticket.id
    ticket.occurrences += call.alarm.times
    ticket.last_seen_at = at
    ticket.recovered_at = None
    ticket.tell("charger", call.words, call.alarm.raised_at, "charger", **call.facts)


def _claim(alarm_ids: Iterable[int]) -> list[Alarm]:
    """Whoever changes them from pending has them: two processes never open for the same."""
    waiting = select(Alarm).where(Alarm.id.in_(list(alarm_ids)), Alarm.state == AlarmState.PENDING)
    mine = waiting.order_by(Alarm.id).with_for_update(skip_locked=True, of=Alarm)
    return list(
        db.session.scalars(mine.options(joinedload(Alarm.station).joinedload(Station.site)))
    )


class Windows(dict[tuple[str, int], int]):
    """The planned outages that hold, by place."""

    def get(self, station: Station, default: Any = None) -> int | None:  # type: ignore[override]
        of_station = dict.get(self, ("station", station.id))
        return of_station or dict.get(self, ("site", station.site_id or 0), default)


def _windows(at: datetime) -> Windows:
    found = Windows()
    for window in db.session.scalars(MaintenanceWindow.on(at)):
        place = ("station", window.station_id) if window.station_id else ("site", window.site_id)
        found[place] = window.id  # type: ignore[index]
    return found


def _latest_by_key(calls: list[Call]) -> dict[Key, Ticket]:
    """The open ticket of each key, or else the one that ended last."""
    keys = [
        {"station_id": one[0], "connector": one[1], "fault": one[2], "detail": one[3]}
        for one in {call.key for call in calls}
    ]
    found = [row[0] for row in hot(LATEST, rows=rows(keys))] if keys else []
    if not found:
        return {}
    query = select(Ticket).where(Ticket.id.in_(found)).order_by(Ticket.id).with_for_update()
    return {_key(ticket): ticket for ticket in db.session.scalars(query)}


def _key(row: Alarm | Ticket) -> Key:
    return (row.station_id, row.connector, row.fault, row.detail)


def reopens(ticket: Ticket, at: datetime) -> bool:
    """Whether the same thing again is the same ticket: it ended within a day."""
    ended = ticket.resolved_at or ticket.closed_at
    return ended is not None and at - ended <= REOPENS_WITHIN


def _insert(fresh: list[tuple[Call, Ticket | None]], at: datetime) -> None:
    """New tickets, with their first lines, in a handful of statements however many there are."""
    new = [_row(call, before, at) for call, before in fresh]
    added = add_later(Ticket, new, found="id, station_id, connector, fault, detail").rows
    id_of = {row[1:]: row[0] for row in added}
    calls = [call for call, _ in fresh]
    ids = [id_of[call.key] for call in calls]
    later(BELONGS, ids=[call.alarm.id for call in calls], tickets=ids)
    lines = [
        line
        for ticket_id, call in zip(ids, calls, strict=True)
        for line in _lines(ticket_id, call, at)
    ]
    add_later(TimelineEntry, lines)
    add_later(History, [_deed(one, call, at) for one, call in zip(ids, calls, strict=True)])
    announce_many("ticket", ids, at)
    addresses = duty.addresses()
    for ticket_id, call in zip(ids, calls, strict=True):
        # The database has it already.
        set_committed_value(call.alarm, "ticket_id", ticket_id)
        duty.tell_new(addresses, ticket_id, call.alarm, call.code, at)


def _row(call: Call, before: Ticket | None, at: datetime) -> dict[str, Any]:
    alarm = call.alarm
    return {
        "station_id": alarm.station_id,
        "site_id": alarm.station.site_id,
        "connector": alarm.connector,
        "fault": alarm.fault,
        "detail": alarm.detail,
        "severity": call.code.severity,
        "priority": priority_of(call.code.severity),
        "state": State.NEW,
        "opened_at": at,
        "occurrences": alarm.times,
        "last_seen_at": alarm.last_at,
        "recovered_at": alarm.cleared_at,
        "recurrence_of_id": before.id if before else None,
        "reopened": 0,
    }


def _lines(ticket_id: int, call: Call, at: datetime) -> list[dict[str, Any]]:
    said = {
        "ticket_id": ticket_id,
        "at": call.alarm.raised_at,
        "kind": "charger",
        "text": call.words,
        "facts": call.facts,
        "actor": "charger",
    }
    opened = {
        "ticket_id": ticket_id,
        "at": at,
        "kind": "opened",
        "text": call.words,
        "facts": {"fault": call.alarm.fault, "waited_s": call.code.debounce_s},
        "actor": "rule",
    }
    return [said, opened]


def _deed(ticket_id: int, call: Call, at: datetime) -> dict[str, Any]:
    return {
        "at": at,
        "actor": "rule",
        "verb": "open",
        "subject": Ticket.__tablename__,
        "subject_id": ticket_id,
        "why": call.words,
        "details": {"alarm_id": call.alarm.id},
    }
