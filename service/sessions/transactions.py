"""Charges that the charger names itself (OCPP 2.x), told in events that may come in any order.

An event that comes again changes nothing: the charge is found by its name, each fact of it is kept
from the first event that knows it, and a reading by its own key.
"""

from __future__ import annotations

import secrets
from typing import Any

from sqlalchemy import func, update
from sqlalchemy.dialects.postgresql import insert

from service.core.db import db
from service.monitoring.occupied import does
from service.sessions.intake import keep_samples, verdict_of
from service.sessions.models import ChargingSession
from service.sessions.words import Stage, TransactionTold, Verdict
from service.stations.outlets import OCCUPIED


def tell(word: TransactionTold) -> Verdict | None:
    """Kept whatever the verdict: the charger may have begun already. None where it names no tag."""
    said = verdict_of(word.station_id, word.id_tag, word) if word.id_tag else None
    if word.said_id:
        connector, transaction_id, is_over = _kept(word, said)
        if word.does:
            # What comes after its end tells of before.
            does(word.station_id, connector, OCCUPIED if is_over else word.does, word.at)
        keep_samples(word.station_id, connector, transaction_id, word.samples, word)
    else:
        keep_samples(word.station_id, word.connector, 0, word.samples, word)
    return said


def _kept(word: TransactionTold, said: Verdict | None) -> tuple[int, int, bool]:
    """The charge's outlet, our number of it, and whether it is over: new or as it is known."""
    stops = word.stage is Stage.ENDED
    row: dict[str, Any] = {
        "station_id": word.station_id,
        "said_id": word.said_id,
        "transaction_id": secrets.randbelow(2**31 - 1) + 1,
        "connector": word.connector,
        "id_tag": word.id_tag,
        "authorized": said is Verdict.ACCEPTED,
        "started_at": None if stops else word.at,
        "started_said": "" if stops else word.said_at,
        "meter_start_wh": word.meter_start_wh,
        "orphan": False,
        **(_end(word) if stops else {}),
    }
    adding = insert(ChargingSession).values(row).on_conflict_do_nothing()
    found = (
        ChargingSession.connector,
        ChargingSession.transaction_id,
        ChargingSession.stopped_at.is_not(None),
    )
    new = db.session.execute(adding.returning(*found)).first()
    if new is None:
        mine = update(ChargingSession).where(
            ChargingSession.station_id == word.station_id, ChargingSession.said_id == word.said_id
        )
        new = db.session.execute(mine.values(_filled(word, said)).returning(*found)).one()
    return new[0], new[1], new[2]


def _end(word: TransactionTold) -> dict[str, Any]:
    return {
        "stopped_at": word.at,
        "stopped_said": word.said_at,
        "meter_stop_wh": word.meter_stop_wh,
        "stop_reason": word.reason,
    }


def _filled(word: TransactionTold, said: Verdict | None) -> dict[str, Any]:
    """What was not known of it before. What is known stays."""
    mine = ChargingSession
    facts: dict[str, Any] = {
        "connector": func.coalesce(func.nullif(mine.connector, 0), word.connector),
        "meter_start_wh": func.coalesce(mine.meter_start_wh, word.meter_start_wh),
    }
    if word.id_tag:
        facts["id_tag"] = func.coalesce(func.nullif(mine.id_tag, ""), word.id_tag)
        if said is Verdict.ACCEPTED:
            facts["authorized"] = True
    if word.stage is Stage.STARTED:
        # Told after its end: then it began no later than that.
        facts["started_at"] = func.least(func.coalesce(mine.started_at, word.at), mine.stopped_at)
        facts["started_said"] = func.coalesce(func.nullif(mine.started_said, ""), word.said_at)
    if word.stage is Stage.ENDED:
        known = {name: getattr(mine, name) for name in _end(word)}
        facts |= {name: func.coalesce(known[name], value) for name, value in _end(word).items()}
    return facts
