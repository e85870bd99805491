"""A planned outage that became known too late: the ledger names it for its time all the same.

No state of the past changes. An interval is divided where the outage began or ended, and the part
inside it says which outage that was.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text

from service.core.db import db
from service.monitoring.models import MaintenanceWindow

DIVIDE = text(
    "WITH cut AS (UPDATE state_interval i SET to_at = :moment"
    " FROM (SELECT id, to_at AS ended FROM state_interval WHERE connector_id IN"
    " (SELECT id FROM connector WHERE station_id = :station)"
    " AND from_at < :moment AND (to_at > :moment OR to_at IS NULL)) AS old"
    " WHERE i.id = old.id"
    " RETURNING i.connector_id, i.state, old.ended, i.error_code, i.window_id)"
    " SELECT connector_id, state, ended, error_code, window_id FROM cut"
)
GO_ON = text(
    "INSERT INTO state_interval (connector_id, state, from_at, to_at, error_code, window_id)"
    " VALUES (:connector_id, :state, :moment, :ended, :error_code, :window_id)"
)
NAME = text(
    "UPDATE state_interval SET window_id = :window WHERE window_id IS NULL"
    " AND from_at >= :since AND from_at < :until AND connector_id IN"
    " (SELECT id FROM connector WHERE station_id = :station)"
)


def name_past(window: MaintenanceWindow, at: datetime) -> None:
    """Name a station's outage in what the ledger says of its time, up to now."""
    told = {"station": window.station_id}
    _divide(window.since, told)
    if window.until <= at:
        _divide(window.until, told)
    spoken = told | {"window": window.id, "since": window.since, "until": min(window.until, at)}
    db.session.execute(NAME, spoken)


def _divide(moment: datetime, told: dict[str, int | None]) -> None:
    for row in db.session.execute(DIVIDE, told | {"moment": moment}).mappings().all():
        db.session.execute(GO_ON, {**row, "moment": moment})
