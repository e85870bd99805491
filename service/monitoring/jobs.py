"""What the clock does with frames and planned outages."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select, text

from service.core.db import db
from service.core.settings import setting
from service.monitoring import ledger
from service.monitoring.models import MaintenanceWindow
from service.stations.models import Station

DAYS_AHEAD = 7


def make_partitions(at: datetime) -> None:
    """A partition for each day to come, so that no frame ever waits for one."""
    for day in range(DAYS_AHEAD + 1):
        date = (at + timedelta(days=day)).date()
        db.session.execute(text("SELECT frame_partition(:day)"), {"day": date})


def drop_old_frames(at: datetime) -> None:
    last = (at - timedelta(days=int(setting("frame_retention_days")))).date()
    db.session.execute(text("SELECT drop_frame_partitions_before(:day)"), {"day": last})


def name_outages_in_ledger(at: datetime) -> None:
    """The planned outages that began or ended since: their stations' intervals name them."""
    holding = {
        station_id: window_id
        for window_id, station_id in db.session.execute(
            select(MaintenanceWindow.id, Station.id)
            .join(Station, _covers())
            .where(MaintenanceWindow.since <= at, MaintenanceWindow.until > at)
        )
    }
    named = db.session.execute(NAMED)
    wrong: dict[int, int | None] = {
        station_id: holding.get(station_id)
        for station_id, window_id in named
        if holding.get(station_id) != window_id
    }
    if wrong or holding:
        ledger.windows_changed({**holding, **wrong}, at)


def _covers() -> ColumnElement[bool]:
    return or_(
        MaintenanceWindow.station_id == Station.id, MaintenanceWindow.site_id == Station.site_id
    )


NAMED = text(
    "SELECT DISTINCT c.station_id, i.window_id FROM state_interval i"
    " JOIN connector c ON c.id = i.connector_id"
    " WHERE i.to_at IS NULL AND i.window_id IS NOT NULL"
)
