"""Charges and meter readings, kept once however often a charger sends them."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from service.core.db import claimed, db
from service.monitoring.words import Word
from service.sessions.authorization import TagFacts, verdict
from service.sessions.models import ChargingSession, MeterReading, Tag
from service.sessions.words import (
    AuthorizationAsked,
    MetersRead,
    Sample,
    SessionStarted,
    SessionStopped,
    StartAnswer,
    TransactionTold,
    Verdict,
)
from service.stations.models import Station


def authorize(word: AuthorizationAsked) -> Verdict:
    return verdict_of(word.station_id, word.id_tag, word)


def start(word: SessionStarted) -> StartAnswer:
    """A start is kept whatever the verdict: the charger may have begun already."""
    said = verdict_of(word.station_id, word.id_tag, word)
    adding = insert(ChargingSession).values(
        station_id=word.station_id,
        transaction_id=secrets.randbelow(2**31 - 1) + 1,
        connector=word.connector,
        id_tag=word.id_tag,
        authorized=said is Verdict.ACCEPTED,
        started_at=word.at,
        started_said=word.said_at,
        meter_start_wh=word.meter_wh,
        orphan=False,
    )
    new = db.session.scalar(
        adding.on_conflict_do_nothing().returning(ChargingSession.transaction_id)
    )
    return StartAnswer(new or _stored(word), said)


def stop(word: SessionStopped) -> Verdict | None:
    """The first stop ends the charge; one whose start nobody has seen is kept as an orphan."""
    mine = update(ChargingSession).where(
        ChargingSession.station_id == word.station_id,
        ChargingSession.transaction_id == word.transaction_id,
        ~ChargingSession.orphan,
    )
    ended = mine.where(ChargingSession.stopped_at.is_(None)).values(
        stopped_at=word.at,
        stopped_said=word.said_at,
        meter_stop_wh=word.meter_wh,
        stop_reason=word.reason or "Local",
    )
    if not claimed(ended) and not _has_stopped(word):
        _keep_orphan(word)
    keep_samples(word.station_id, _connector(word), word.transaction_id or 0, word.samples, word)
    return verdict_of(word.station_id, word.id_tag, word) if word.id_tag else None


def read_meters(words: Sequence[MetersRead]) -> None:
    rows = [
        _reading(word.station_id, word.connector, word.transaction_id, sample, word)
        for word in words
        for sample in word.samples
    ]
    if rows:
        db.session.execute(insert(MeterReading).on_conflict_do_nothing(), rows)


def verdict_of(
    station_id: int,
    id_tag: str,
    word: AuthorizationAsked | SessionStarted | SessionStopped | TransactionTold,
) -> Verdict:
    mode = db.session.scalars(select(Station.authorization).where(Station.id == station_id)).one()
    tag = Tag.known(id_tag)
    known = TagFacts(tag.blocked_at is not None, tag.valid_from, tag.valid_until) if tag else None
    return verdict(mode, known, word.at)


def _stored(word: SessionStarted) -> int:
    """The transaction that this very start made before."""
    query = select(ChargingSession.transaction_id).where(
        ChargingSession.station_id == word.station_id,
        ChargingSession.connector == word.connector,
        ChargingSession.id_tag == word.id_tag,
        ChargingSession.started_said == word.said_at,
        ChargingSession.meter_start_wh.is_not_distinct_from(word.meter_wh),
    )
    return db.session.scalars(query.limit(1)).one()


def _has_stopped(word: SessionStopped) -> bool:
    query = select(ChargingSession.id).where(
        ChargingSession.station_id == word.station_id,
        ChargingSession.transaction_id == word.transaction_id,
        ~ChargingSession.orphan,
    )
    return db.session.execute(query.limit(1)).first() is not None


def _keep_orphan(word: SessionStopped) -> None:
    row = {
        "station_id": word.station_id,
        "transaction_id": word.transaction_id or 0,
        "connector": 0,
        "id_tag": word.id_tag,
        "started_said": "",
        "stopped_at": word.at,
        "stopped_said": word.said_at,
        "meter_stop_wh": word.meter_wh,
        "stop_reason": word.reason,
        "orphan": True,
    }
    db.session.execute(insert(ChargingSession).values(row).on_conflict_do_nothing())


def _connector(word: SessionStopped) -> int:
    query = select(ChargingSession.connector).where(
        ChargingSession.station_id == word.station_id,
        ChargingSession.transaction_id == word.transaction_id,
        ~ChargingSession.orphan,
    )
    return db.session.scalar(query.limit(1)) or 0


def keep_samples(
    station_id: int, connector: int, transaction_id: int, samples: Sequence[Sample], word: Word
) -> None:
    rows = [_reading(station_id, connector, transaction_id, sample, word) for sample in samples]
    if rows:
        db.session.execute(insert(MeterReading).on_conflict_do_nothing(), rows)


def _reading(
    station_id: int, connector: int, transaction_id: int, sample: Sample, word: Word
) -> dict[str, Any]:
    return {
        "station_id": station_id,
        "connector": connector,
        "transaction_id": transaction_id,
        "said_at": sample.said_at,
        "received_at": word.at,
        "what": sample.what,
        "value": sample.value,
        "unit": sample.unit,
    }
