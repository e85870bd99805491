"""A charger has started: what it says of itself, and whether it starts over and over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert

from service.core.db import db, hot, later, rows
from service.core.history import History
from service.monitoring.alarms import AlarmNews, derive
from service.monitoring.faults import BOOT_LOOP
from service.monitoring.words import BootAnswer, Booted
from service.stations.models import Station

LOOP_BOOTS, LOOP_WITHIN = 3, timedelta(hours=1)
# What is remembered of a station that boots all day long.
MOST_BOOTS = 50

KNOWN = (
    "SELECT s.id, s.firmware_version, s.reported_maker, s.reported_model, s.reported_serial,"
    " c.boots FROM station s JOIN contact c ON c.station_id = s.id WHERE s.id = ANY(%(ids)s)"
    " ORDER BY s.id FOR UPDATE OF c"
)
BOOTED = (
    "UPDATE contact SET last_boot_at = n.at, heartbeat_s = n.heartbeat_s, boots = n.boots"
    " FROM json_to_recordset(CAST(%(rows)s AS json))"
    " AS n(id bigint, at timestamptz, heartbeat_s bigint, boots text[])"
    " WHERE contact.station_id = n.id"
)
SAID = (
    "UPDATE station SET firmware_version = coalesce(nullif(n.firmware, ''), firmware_version),"
    " reported_maker = n.maker, reported_model = n.model, reported_serial = n.serial"
    " FROM json_to_recordset(CAST(%(rows)s AS json))"
    " AS n(id bigint, firmware text, maker text, model text, serial text) WHERE station.id = n.id"
)
FORGET = (
    "UPDATE connector SET plugs = (SELECT jsonb_object_agg('~' || key, value)"
    " FROM jsonb_each(plugs) WHERE left(key, 1) <> '~')"
    " WHERE station_id = ANY(%(ids)s) AND plugs IS NOT NULL"
)


@dataclass(slots=True)
class Known:
    """What is known of a station that boots, while a group of words is taken in."""

    id: int
    firmware: str | None
    maker: str | None
    model: str | None
    serial: str | None
    boots: list[str]
    last: Booted | None = None

    def take(self, word: Booted, asked: bool) -> None:
        """Remember the boot. `asked`: we had sent a reset, so it is no sign of trouble."""
        self.last = word
        since = word.at - LOOP_WITHIN
        recent = [one for one in self.boots if datetime.fromisoformat(one) > since]
        self.boots = recent if asked else [*recent, word.at.isoformat()][-MOST_BOOTS:]

    def says_news(self, word: Booted) -> bool:
        told = (self.maker, self.model, self.serial)
        return told != (word.maker, word.model, word.serial) or self.has_other_firmware(word)

    def has_other_firmware(self, word: Booted) -> bool:
        return bool(word.firmware) and word.firmware != self.firmware


def take(
    words: Sequence[Booted], asked: set[int], heartbeat_s: int, at: datetime
) -> tuple[list[BootAnswer], AlarmNews]:
    """Remember these boots with a fixed number of statements. Their contacts exist already."""
    found = hot(KNOWN, ids=[word.station_id for word in words])
    known = {row[0]: Known(*row) for row in found}
    for word in words:
        known[word.station_id].take(word, word.station_id in asked)
    latest = [(one, one.last) for one in known.values() if one.last]
    _keep_boots(latest, heartbeat_s)
    _forget_plugs([one.id for one, word in latest if word.tells_plugs])
    _keep_words([(one, word) for one, word in latest if one.says_news(word)])
    answers = [BootAnswer(spread(heartbeat_s, word.station_id)) for word in words]
    return answers, _loops(list(known.values()), at)


def spread(heartbeat_s: int, station_id: int) -> int:
    """Up to a fifth less, so that a fleet does not beat in phase; never more than was promised."""
    return max(1, heartbeat_s - heartbeat_s * (station_id % 21) // 100)


def _keep_boots(latest: list[tuple[Known, Booted]], heartbeat_s: int) -> None:
    kept = [
        {
            "id": one.id,
            "at": word.at,
            "heartbeat_s": spread(heartbeat_s, one.id),
            "boots": one.boots,
        }
        for one, word in latest
    ]
    later(BOOTED, rows=rows(kept))


def _forget_plugs(stations: list[int]) -> None:
    """It tells of each anew; until then what it said holds. One that it has no more would stand
    for ever: what was not told again by the next boot is forgotten."""
    if stations:
        later(FORGET, ids=stations)


def _keep_words(news: list[tuple[Known, Booted]]) -> None:
    """What a charger says of itself, where it says something new; other firmware is a deed."""
    if not news:
        return
    said = [
        {
            "id": one.id,
            "firmware": word.firmware,
            "maker": word.maker,
            "model": word.model,
            "serial": word.serial,
        }
        for one, word in news
    ]
    later(SAID, rows=rows(said))
    deeds = [_deed(one, word) for one, word in news if one.has_other_firmware(word)]
    if deeds:
        db.session.execute(insert(History), deeds)


def _deed(one: Known, word: Booted) -> dict[str, Any]:
    return {
        "at": word.at,
        "actor": "charger",
        "verb": "report_firmware",
        "subject": Station.__tablename__,
        "subject_id": one.id,
        "details": {"firmware": [one.firmware, word.firmware]},
    }


def _loops(known: list[Known], at: datetime) -> AlarmNews:
    """The stations that have booted too often within the hour."""
    looping = [one.id for one in known if len(one.boots) >= LOOP_BOOTS]
    if not looping:
        return AlarmNews()
    return derive(BOOT_LOOP, looping, at, f"{LOOP_BOOTS} boots within an hour")
