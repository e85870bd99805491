"""What becomes of tickets when alarms come, repeat and go."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from service.core.db import db, hot, later
from service.core.live import announce_many
from service.monitoring.alarms import AlarmNews
from service.monitoring.models import Alarm
from service.tickets.models import Ticket
from service.tickets.opening import open_tickets
from service.tickets.states import OPEN

REPEATED = (
    "UPDATE ticket SET occurrences = ticket.occurrences + n.times, last_seen_at = %(at)s"
    " FROM unnest(CAST(%(ids)s AS bigint[]), CAST(%(times)s AS bigint[])) AS n(id, times)"
    " WHERE ticket.id = n.id"
)


DUE = "SELECT id FROM alarm WHERE id = ANY(%(ids)s) AND due_at <= %(at)s ORDER BY id"


def take(news: AlarmNews, at: datetime) -> None:
    """In this order: what repeats, what is over, what is new (without debounce), what flashed."""
    if news.repeated:
        later(REPEATED, ids=list(news.repeated), times=list(news.repeated.values()), at=at)
        announce_many("ticket", news.repeated, at)
    recovered(news.cleared, at)
    if due := _due(news.raised, at):
        open_tickets(due, at)
    if news.flashed:
        alarms = db.session.scalars(select(Alarm).where(Alarm.id.in_(news.flashed)))
        flashed = {one.ticket_id: at for one in alarms if one.ticket_id}
        recovered(flashed, at)


def _due(alarm_ids: list[int], at: datetime) -> list[int]:
    return [row[0] for row in hot(DUE, ids=alarm_ids, at=at)] if alarm_ids else []


def recovered(cleared: dict[int, datetime], at: datetime) -> None:
    """The charger is well: from now on its ticket waits for proof, or for whoever has taken it."""
    if not cleared:
        return
    still = select(Alarm.ticket_id).where(Alarm.ticket_id.in_(cleared), Alarm.cleared_at.is_(None))
    query = select(Ticket).where(
        Ticket.id.in_(cleared), Ticket.state.in_(OPEN), Ticket.id.not_in(still)
    )
    for ticket in db.session.scalars(query.order_by(Ticket.id).with_for_update()):
        ticket.recovered_at = cleared[ticket.id]
        ticket.tell("recovered", "the charger says that it is well", at, "charger")
