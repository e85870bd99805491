"""Another version of a plan: what it would do to each station, and the move of those chosen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select

from service.core.db import db
from service.plans import replanning
from service.plans.assignments import Doer, assign, places_of
from service.plans.models import MaintenancePlan
from service.plans.occurrences import PlanAssignment
from service.plans.places import BASE, places
from service.stations.models import Station


@dataclass(frozen=True)
class Difference:
    """The dates to come of one task at one station, by the plan that it has and by the new one."""

    station: Station
    key: str
    title: str
    before: list[date]
    after: list[date]


def stations_of(plan: MaintenancePlan) -> list[Station]:
    """Those that have another version of this plan."""
    query = (
        select(Station)
        .join(PlanAssignment, PlanAssignment.station_id == Station.id)
        .join(MaintenancePlan, PlanAssignment.plan_id == MaintenancePlan.id)
        .where(
            PlanAssignment.ended_at.is_(None),
            Station.retired_at.is_(None),
            MaintenancePlan.model_id == plan.model_id,
            MaintenancePlan.name == plan.name,
            MaintenancePlan.id != plan.id,
        )
        .order_by(Station.name, Station.id)
    )
    return list(db.session.scalars(query))


def differences(plan: MaintenancePlan, at: datetime, language: str = "en") -> Iterator[Difference]:
    """What moving its stations to this version changes, station by station. Changes nothing."""
    stations = {station.id: station for station in stations_of(plan)}
    mine = places(PlanAssignment.station_id.in_(stations), BASE.is_not(None))
    moved = [replace(place, plan_id=plan.id) for place in mine]
    for one in replanning.differences(moved, at):
        station = stations[one.station_id]
        title = one.task.title(language)
        yield Difference(station, one.task.key, title, one.before, one.after)


def move(plan: MaintenancePlan, stations: Sequence[Station], by: Doer, at: datetime) -> None:
    """Give these stations the new version. What they missed and did stays."""
    assign(plan, stations, by, at)
    replanning.replan(places_of(stations), f"{plan.title}", at)
