"""What the clock does with alarms and tickets."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from service.core.db import db
from service.core.settings import setting
from service.monitoring import silence
from service.monitoring.models import Alarm, AlarmState, MaintenanceWindow
from service.tickets import intake, opening, proof
from service.tickets.models import Ticket
from service.tickets.offline import open_offline


def open_ripe_alarms(at: datetime) -> None:
    """What has lasted as long as its debounce asks becomes a ticket."""
    ripe = select(Alarm.id).where(Alarm.state == AlarmState.PENDING, Alarm.due_at <= at)
    opening.open_tickets(db.session.scalars(ripe.limit(1000)).all(), at)


def call_silent_stations(at: datetime, offline_after: timedelta) -> None:
    if stations := silence.silent_stations(at, offline_after):
        news = silence.call_offline(stations, at)
        open_offline(news.raised, at)


def resolve_what_is_proven(at: datetime) -> None:
    proof.resolve_proven(db.session.scalars(proof.candidates(at).with_for_update(of=Ticket)), at)


def close_resolved(at: datetime) -> None:
    hours = int(setting("close_resolved_after_hours"))
    # Whoever reopens one meanwhile was first: so ask again for those that had to be waited for.
    for ticket in db.session.scalars(proof.ended_before(at, hours).with_for_update()):
        ticket.close("rule", at)


def end_boot_loops(at: datetime) -> None:
    intake.take(silence.boots_have_ended(at), at)


def let_warnings_age(at: datetime) -> None:
    intake.take(silence.warnings_have_aged(at), at)


def speak_after_outages(at: datetime) -> None:
    """A fault that a planned outage silenced, and that outlived it, becomes a ticket."""
    over = select(MaintenanceWindow.id).where(MaintenanceWindow.until <= at)
    silenced = select(Alarm).where(Alarm.cleared_at.is_(None), Alarm.silenced_by_id.in_(over))
    alarms = list(db.session.scalars(silenced.with_for_update()))
    for alarm in alarms:
        alarm.state, alarm.silenced_by_id = AlarmState.PENDING, None
    db.session.flush()
    opening.open_tickets([alarm.id for alarm in alarms], at)
