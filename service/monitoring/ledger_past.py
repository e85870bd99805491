"""A planned outage that became known too late: the ledger names it for its time all the same.

No state of the past changes. An interval is divided where the outage began or ended, and the part
inside it says which outage that was; what lies outside of it, and said so, says it no more.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, text

from service.core.db import db
from service.monitoring import ledger
from service.monitoring.models import MaintenanceWindow
from service.stations.models import Station

OF_STATION = "connector_id IN (SELECT id FROM connector WHERE station_id = :station)"
DIVIDE = text(
    "WITH cut AS (UPDATE state_interval i SET to_at = :moment"  # noqa: S608
    f" FROM (SELECT id, to_at AS ended FROM state_interval WHERE {OF_STATION}"
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
    "UPDATE state_interval SET window_id = :window WHERE window_id IS NULL"  # noqa: S608
    f" AND from_at >= :since AND from_at < :until AND {OF_STATION}"
)
LET_GO = text(
    "UPDATE state_interval SET window_id = NULL WHERE window_id = :window"  # noqa: S608
    f" AND (from_at >= :until OR from_at < :since) AND {OF_STATION}"
)


def name_past(window: MaintenanceWindow, at: datetime) -> None:
    """Name a station's outage in what the ledger says of its time, up to now, and of no other."""
    station_id = window.station_id
    if station_id is None:
        raise ValueError("name the outage of a site station by station")
    # Locked, as by whoever else writes there.
    ledger.points([station_id])
    _name(window, station_id, window.since, window.until, at)
    for other in _others(window, at):
        _name(other, station_id, max(other.since, window.until), other.until, at)


def _name(
    window: MaintenanceWindow, station_id: int, since: datetime, until: datetime, at: datetime
) -> None:
    told: dict[str, Any] = {"station": station_id}
    _divide(since, told)
    if until <= at:
        _divide(until, told)
    spoken = told | {"window": window.id, "since": since, "until": min(until, at)}
    db.session.execute(NAME, spoken)
    if until <= at and since == window.since:
        db.session.execute(LET_GO, spoken)


def _others(window: MaintenanceWindow, at: datetime) -> list[MaintenanceWindow]:
    """The outages that hold there after this one, up to now."""
    if window.until >= at:
        return []
    site = select(Station.site_id).where(Station.id == window.station_id).scalar_subquery()
    there = or_(
        MaintenanceWindow.station_id == window.station_id, MaintenanceWindow.site_id == site
    )
    later = select(MaintenanceWindow).where(
        there,
        MaintenanceWindow.id != window.id,
        MaintenanceWindow.until > window.until,
        MaintenanceWindow.since < at,
    )
    return list(db.session.scalars(later.order_by(MaintenanceWindow.since)))


def _divide(moment: datetime, told: dict[str, Any]) -> None:
    for row in db.session.execute(DIVIDE, told | {"moment": moment}).mappings().all():
        db.session.execute(GO_ON, {**row, "moment": moment})
