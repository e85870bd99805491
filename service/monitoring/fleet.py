"""The state of whole stations: how each is now, and how the database finds those that are so."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select

from service.monitoring.health import WORST, Health, Kind, health, worst
from service.monitoring.link_models import Contact
from service.monitoring.models import MaintenanceWindow
from service.stations.models import Connector, Station


def parts(station: Station, offline: bool, in_window: bool) -> list[tuple[Connector, Health]]:
    """Each connector with its health. Number 0 counts only where the charger speaks of it."""
    return [
        (one, health(one.status, one.error_code, offline, in_window))
        for one in station.connectors
        if one.number or one.status
    ]


def health_of(station: Station, offline: bool, in_window: bool) -> Health:
    return worst([one for _connector, one in parts(station, offline, in_window)])


def in_window(at: datetime) -> ColumnElement[bool]:
    """Whether a planned outage is on, for a query of stations."""
    here = or_(
        MaintenanceWindow.station_id == Station.id, MaintenanceWindow.site_id == Station.site_id
    )
    return (
        exists()
        .where(MaintenanceWindow.since <= at, MaintenanceWindow.until > at, here)
        .correlate(Station)
    )


def rank(at: datetime) -> ColumnElement[int]:
    """Where a station's state stands in WORST: `health_of`, for a query joined with contacts."""
    place = {kind: number for number, kind in enumerate(WORST)}
    unknown = Connector.status.is_(None) | Connector.status.in_(("", "Unknown"))
    no_error = func.coalesce(Connector.error_code, "").in_(("", "NoError"))
    return case(
        (~_has(), place[Kind.UNKNOWN]),
        (in_window(at), place[Kind.SERVICE]),
        (Contact.is_offline.is_(True), place[Kind.OFFLINE]),
        (_has(Connector.status == "Faulted"), place[Kind.FAULT]),
        (_has(~no_error, ~unknown, Connector.status != "Unavailable"), place[Kind.WARNING]),
        (_has(unknown), place[Kind.UNKNOWN]),
        (_has(Connector.status == "Unavailable"), place[Kind.SERVICE]),
        else_=place[Kind.OK],
    )


def is_kind(kind: Kind, at: datetime) -> ColumnElement[bool]:
    """Faults are few: their own condition goes first, so that the index finds them."""
    same = rank(at) == WORST.index(kind)
    return and_(_has(Connector.status == "Faulted"), same) if kind is Kind.FAULT else same


def _has(*conditions: Any) -> ColumnElement[bool]:
    counts = or_(Connector.number > 0, func.coalesce(Connector.status, "") != "")
    mine = select(Connector.id).where(Connector.station_id == Station.id, counts, *conditions)
    return mine.correlate(Station).exists()
