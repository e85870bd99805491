"""Alarms that came of the work itself: found when it becomes known that somebody was there.

Told late, tickets may have been opened for them by then; told late again that the work was over
earlier, what came after it was a fault all the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, exists, or_, select

from service.core.db import db
from service.monitoring.ledger_past import name_past
from service.monitoring.models import Alarm, AlarmState, MaintenanceWindow
from service.people.models import Person
from service.tickets.models import MANUAL, Ticket
from service.tickets.states import State
from service.tickets.timeline import TimelineEntry
from service.visits.service_visits import ServiceVisit

OWN_TEST = "Own test: raised while a technician worked at the station"
NO_TEST = "It came after the technician had gone"
TOLD = "own_test"


def take_back(visit: ServiceVisit, window: MaintenanceWindow, by: Person, now: datetime) -> None:
    """What its time did to the ledger, the alarms and the tickets before it was known."""
    if window.since >= now:
        return
    name_past(window, now)
    mine = select(Alarm).where(
        Alarm.station_id == window.station_id,
        Alarm.silenced_by_id.is_(None),
        Alarm.raised_at >= window.since,
        Alarm.raised_at < min(window.until, now),
    )
    own = list(db.session.scalars(mine))
    for alarm in own:
        alarm.silenced_by_id = window.id
    db.session.flush()
    for ticket in _tickets(own):
        _cancel(ticket, visit, window, by, now)


def give_back(window: MaintenanceWindow, now: datetime) -> None:
    """What was taken for a test, and came after the work had ended: it is a fault."""
    mine = select(Alarm).where(Alarm.silenced_by_id == window.id, Alarm.raised_at >= window.until)
    after = list(db.session.scalars(mine))
    for alarm in after:
        alarm.silenced_by_id = None
        if alarm.ticket_id is None and alarm.cleared_at is None:
            # The clock opens its ticket, as of any that has waited out its time.
            alarm.state = AlarmState.PENDING
    db.session.flush()
    for ticket in _tickets(after):
        if ticket.state is State.CANCELLED and _was_cancelled_for(ticket, window):
            ticket.reopen(NO_TEST, "rule", now)
            ticket.recovered_at = _well_since(ticket)


def _tickets(alarms: Iterable[Alarm]) -> list[Ticket]:
    keys = {alarm.ticket_id for alarm in alarms if alarm.ticket_id}
    mine = select(Ticket).where(Ticket.id.in_(keys)).order_by(Ticket.id).with_for_update()
    return list(db.session.scalars(mine)) if keys else []


def _cancel(
    ticket: Ticket, visit: ServiceVisit, window: MaintenanceWindow, by: Person, now: datetime
) -> None:
    """Only where nothing but the work itself opened it, and nobody has taken it."""
    if not ticket.is_open or ticket.fault == MANUAL:
        return
    others = exists().where(Alarm.ticket_id == ticket.id, _is_other(visit, window, now))
    if db.session.scalar(select(others)):
        return
    ticket.tell(TOLD, OWN_TEST, now, by, window=window.id, visit=visit.number)
    is_free = not ticket.is_taken and ticket.state is State.NEW
    if is_free and ticket.opened_at >= window.since:
        ticket.cancel(f"{OWN_TEST} ({window.reason})", by, now)


def _is_other(visit: ServiceVisit, window: MaintenanceWindow, now: datetime) -> ColumnElement[bool]:
    """An alarm that is none of the visit's own, or one that the work has left behind."""
    own = [one.window_id for one in visit.windows]
    other = or_(Alarm.silenced_by_id.is_(None), Alarm.silenced_by_id.not_in(own))
    return or_(other, Alarm.cleared_at.is_(None)) if window.until <= now else other


def _was_cancelled_for(ticket: Ticket, window: MaintenanceWindow) -> bool:
    told = exists().where(
        TimelineEntry.ticket_id == ticket.id,
        TimelineEntry.kind == TOLD,
        TimelineEntry.facts["window"].as_integer() == window.id,
    )
    return bool(db.session.scalar(select(told)))


def _well_since(ticket: Ticket) -> datetime | None:
    ends = list(db.session.scalars(select(Alarm.cleared_at).where(Alarm.ticket_id == ticket.id)))
    return None if None in ends else max(filter(None, ends), default=None)
