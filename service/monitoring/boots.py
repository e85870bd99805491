"""A charger has started: what it says of itself, and whether it starts over and over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.dialects.postgresql import insert

from service.core.db import db
from service.core.history import record
from service.monitoring.alarms import AlarmNews, derive
from service.monitoring.faults import BOOT_LOOP
from service.monitoring.link_models import Contact
from service.monitoring.words import BootAnswer, Booted
from service.stations.models import Station

LOOP_BOOTS, LOOP_WITHIN = 3, timedelta(hours=1)


def take(word: Booted, asked: bool, heartbeat_s: int) -> BootAnswer:
    """Remember the boot. `asked`: we had sent a reset, so it is no sign of trouble."""
    station = db.session.get_one(Station, word.station_id)
    if word.firmware and word.firmware != station.firmware_version:
        before, station.firmware_version = station.firmware_version, word.firmware
        record("report_firmware", station, "charger", word.at, firmware=[before, word.firmware])
    station.reported_maker, station.reported_model = word.maker, word.model
    station.reported_serial = word.serial
    contact = _contact(word.station_id)
    contact.last_boot_at, contact.heartbeat_s = word.at, spread(heartbeat_s, word.station_id)
    recent = [one for one in contact.boots if datetime.fromisoformat(one) > word.at - LOOP_WITHIN]
    contact.boots = recent if asked else [*recent, word.at.isoformat()][-50:]
    return BootAnswer(contact.heartbeat_s)


def loops(words: Sequence[Booted], at: datetime) -> AlarmNews:
    """The stations that have booted too often within the hour."""
    stations = {word.station_id for word in words}
    looping = [one for one in stations if len(_contact(one).boots) >= LOOP_BOOTS]
    if not looping:
        return AlarmNews()
    return derive(BOOT_LOOP, looping, at, f"{LOOP_BOOTS} boots within an hour")


def spread(heartbeat_s: int, station_id: int) -> int:
    """Up to a fifth less, so that a fleet does not beat in phase; never more than was promised."""
    return max(1, heartbeat_s - heartbeat_s * (station_id % 21) // 100)


def _contact(station_id: int) -> Contact:
    db.session.execute(insert(Contact).values(station_id=station_id).on_conflict_do_nothing())
    return db.session.get_one(Contact, station_id)
