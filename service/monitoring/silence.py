"""What silence says: a station is out of contact, a boot loop or a warning is over."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, or_, select, update

from service.core.db import db
from service.monitoring import ledger
from service.monitoring.alarms import AlarmNews, derive, over
from service.monitoring.faults import BOOT_LOOP, OFFLINE, WARNING
from service.monitoring.link_models import Contact, Node
from service.monitoring.models import Alarm, AlarmState
from service.stations.models import Station

# A connected charger is asked once; so long has it to answer.
ANSWERS_WITHIN = timedelta(seconds=30)
# It is asked when this share of its time is over, so that its answer still counts.
ASKED_AFTER = 0.8
# Some chargers say nothing when a warning ends (chargers.md 8.2).
WARNING_LASTS = timedelta(hours=24)


def threshold(heartbeat_s: int | None, offline_after: timedelta) -> timedelta:
    """So much silence makes a station offline: the setting, and twice its heartbeat."""
    return max(offline_after, timedelta(seconds=2 * (heartbeat_s or 0)))


def silent_stations(at: datetime, offline_after: timedelta) -> dict[int, datetime]:
    """Stations that are out of contact from now on, with when each was last heard.

    Nobody is judged while no link of ours listens, nor before a fresh link has listened as long.
    """
    listening = db.session.scalar(
        select(func.max(Node.started_at)).where(
            Node.kind == "link", Node.seen_at > at - timedelta(seconds=15)
        )
    )
    if listening is None:
        return {}
    asked = or_(Contact.connection_id.is_(None), Contact.probed_at < at - _patience(offline_after))
    query = (
        select(Contact.station_id, Contact.last_seen_at, Contact.heartbeat_s)
        .join(Station, Station.id == Contact.station_id)
        .where(
            Station.retired_at.is_(None),
            ~Contact.is_offline,
            Contact.last_seen_at < at - offline_after,
            asked,
        )
    )
    return {
        station_id: seen
        for station_id, seen, heartbeat_s in db.session.execute(query)
        if seen and max(seen, listening) < at - threshold(heartbeat_s, offline_after)
    }


def _patience(offline_after: timedelta) -> timedelta:
    return min(ANSWERS_WITHIN, (1 - ASKED_AFTER) / 2 * offline_after)


def call_offline(stations: dict[int, datetime], at: datetime) -> AlarmNews:
    """They are offline: the ledger says so from when they were last heard."""
    mark = update(Contact).where(Contact.station_id.in_(stations)).values(is_offline=True)
    db.session.execute(mark)
    ledger.connection_lost(stations, at)
    return derive(OFFLINE, stations, at, "no frame, and no answer to a question")


def call_back(stations: set[int], at: datetime) -> AlarmNews:
    """They are heard again."""
    mark = update(Contact).where(Contact.station_id.in_(stations)).values(is_offline=False)
    db.session.execute(mark)
    ledger.connection_back(stations, at)
    return over(OFFLINE, stations, at)


def boots_have_ended(at: datetime) -> AlarmNews:
    """An hour without a boot ends a boot loop."""
    quiet = (
        select(Alarm.station_id)
        .join(Contact, Contact.station_id == Alarm.station_id)
        .where(Alarm.fault == BOOT_LOOP, Alarm.cleared_at.is_(None))
        .where(Contact.last_boot_at < at - timedelta(hours=1))
    )
    return over(BOOT_LOOP, db.session.scalars(quiet), at)


def warnings_have_aged(at: datetime) -> AlarmNews:
    """A warning that was not repeated for a day is over."""
    old = update(Alarm).where(
        Alarm.fault == WARNING, Alarm.cleared_at.is_(None), Alarm.last_at < at - WARNING_LASTS
    )
    ended = old.values(state=AlarmState.CLEARED, cleared_at=at).returning(Alarm.ticket_id)
    return AlarmNews(cleared={ticket: at for ticket in db.session.scalars(ended) if ticket})
