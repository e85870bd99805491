"""What must be known of a station to date its tasks: its place, its day, what tightens it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select

from service.core.dates import HOME
from service.core.db import db
from service.plans.models import MaintenancePlan, MaintenanceTask
from service.plans.occurrences import PlanAssignment, Tightening
from service.plans.rules import Terms, Tight, terms
from service.plans.words import Scope
from service.stations.models import Site, Station
from service.stations.words import Environment

# The day that a station's dates are counted from.
BASE = func.coalesce(PlanAssignment.counted_from, Station.commissioned_on)
ENVIRONMENT = func.coalesce(Station.environment, Site.environment, Environment.NORMAL.value)
# All of a station that decides its dates: where this changes, they are made anew.
GROUND = func.concat_ws(" ", BASE, ENVIRONMENT, Station.site_id)


@dataclass(frozen=True)
class Place:
    """One assigned station."""

    assignment_id: int
    station_id: int
    plan_id: int
    since: date
    base: date | None
    site_id: int | None
    customer_id: int | None
    time_zone: str | None
    environment: Environment

    @property
    def ground(self) -> str:
        """As GROUND."""
        words = (self.base, self.environment.value, self.site_id)
        return " ".join(str(word) for word in words if word is not None)


@dataclass
class Days:
    """What day it is in each time zone at one instant."""

    at: datetime
    known: dict[str | None, date] = field(default_factory=dict)

    def __getitem__(self, zone: str | None) -> date:
        if zone not in self.known:
            self.known[zone] = self.at.astimezone(ZoneInfo(zone) if zone else HOME).date()
        return self.known[zone]


def local_day(station: Station, at: datetime) -> date:
    """The date at the station: the site's clock says what day it is."""
    return Days(at)[station.site.time_zone if station.site else None]


def places(*wanted: ColumnElement[bool], most: int | None = None) -> list[Place]:
    """Stations in use with a plan, as far as `wanted` says."""
    query = (
        select(
            PlanAssignment.id,
            PlanAssignment.station_id,
            PlanAssignment.plan_id,
            PlanAssignment.since,
            BASE,
            Site.id,
            Site.customer_id,
            Site.time_zone,
            ENVIRONMENT,
        )
        .join(Station, PlanAssignment.station_id == Station.id)
        .outerjoin(Site, Station.site_id == Site.id)
        .where(PlanAssignment.ended_at.is_(None), Station.retired_at.is_(None), *wanted)
        .order_by(PlanAssignment.id)
        .limit(most)
    )
    return [Place(*row[:-1], Environment(row[-1])) for row in db.session.execute(query)]


class Tightenings:
    """All that stand now, found by whom they reach. There are few of them."""

    def __init__(self) -> None:
        self._by: dict[tuple[Scope, int | None], list[Tight]] = defaultdict(list)
        for one in db.session.scalars(select(Tightening).where(Tightening.ended_at.is_(None))):
            tight = Tight(one.kind, one.interval, one.why)
            by_one = [one.station_id or one.site_id or one.customer_id]
            for reached in one.reached if one.scope is Scope.CONTRACT else by_one:
                self._by[one.scope, reached].append(tight)

    def on(self, place: Place) -> tuple[Tight, ...]:
        reach: Iterable[tuple[Scope, int | None]] = (
            (Scope.LAW, None),
            (Scope.CUSTOMER, place.customer_id),
            (Scope.SITE, place.site_id),
            (Scope.CONTRACT, place.station_id),
            (Scope.STATION, place.station_id),
        )
        return tuple(tight for key in reach for tight in self._by.get(key, ()))


class Tasks:
    """The tasks of each plan, asked for once."""

    def __init__(self) -> None:
        self._of: dict[int, Sequence[MaintenanceTask]] = {}

    def of(self, plan_id: int) -> Sequence[MaintenanceTask]:
        if plan_id not in self._of:
            plan = db.session.get_one(MaintenancePlan, plan_id)
            self._of[plan_id] = plan.tasks
        return self._of[plan_id]


def terms_at(task: MaintenanceTask, place: Place, tightenings: Sequence[Tight]) -> Terms:
    percent = {
        Environment.NORMAL: 100,
        Environment.DUSTY: task.dusty_percent,
        Environment.COASTAL: task.coastal_percent,
    }[place.environment]
    return terms(task, percent, tightenings, place.environment.value)
