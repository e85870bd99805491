"""What a station's charging points were on each of the last 30 days, from the ledger."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_percent
from flask import Blueprint, g, render_template, request
from flask_babel import get_locale
from sqlalchemy import or_, select

from service.core.clock import now
from service.core.dates import HOME
from service.core.db import db
from service.monitoring import labels
from service.monitoring.availability import ORDER, Day, days, shares, total
from service.monitoring.models import StateInterval
from service.stations.models import Connector, Station

bp = Blueprint("availability", __name__)


@dataclass(frozen=True)
class Strip:
    connector: Connector
    days: list[Day]

    @property
    def total(self) -> dict[str, float]:
        return dict(total(self.days))

    @property
    def working(self) -> float:
        return self.total.get("available", 0) + self.total.get("occupied", 0)


@bp.get("/stations/<int:station_id>/availability")
def of_station(station_id: int) -> str:
    station = g.person.may_see(Station, station_id)
    is_part = bool(request.headers.get("HX-Request"))
    return render_template(
        "monitoring/_availability.html" if is_part else "monitoring/availability.html",
        station=station,
        strips=_strips(station, now()),
        order=ORDER,
        labels=labels,
    )


@bp.app_template_filter("percent")
def percent(share: float) -> str:
    return format_percent(share, "0.0 %", locale=str(get_locale() or "en"))


@bp.app_template_filter("day_of_month")
def day_of_month(day: Day) -> str:
    return format_date(day.on, "EEE d MMM", locale=str(get_locale() or "en"))


def zone_of(station: Station) -> ZoneInfo:
    return ZoneInfo(station.site.time_zone) if station.site else HOME


def _strips(station: Station, at: datetime) -> list[Strip]:
    outlets = [one for one in station.connectors if one.number]
    zone = zone_of(station)
    ledger = _ledger([one.id for one in outlets], days(at, zone)[0].begins)
    return [Strip(one, shares(ledger[one.id], at, zone)) for one in outlets]


def _ledger(connectors: Iterable[int], since: datetime) -> dict[int, list[Any]]:
    found: defaultdict[int, list[Any]] = defaultdict(list)
    intervals = select(StateInterval).where(
        StateInterval.connector_id.in_(list(connectors)),
        or_(StateInterval.to_at.is_(None), StateInterval.to_at > since),
    )
    for one in db.session.scalars(intervals.order_by(StateInterval.from_at)):
        found[one.connector_id].append(one)
    return found
