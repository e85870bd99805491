"""A published plan, stations that have it, and a look at their dates."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from sqlalchemy import select

from service.contracts.words import WorkKind
from service.core.db import db
from service.plans import jobs
from service.plans.assignments import assign
from service.plans.models import MaintenancePlan
from service.plans.occurrences import Occurrence
from service.plans.words import Anchor
from service.stations.models import Site, Station, StationModel


def noon(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(12), UTC)


def day(text: str) -> date:
    return date.fromisoformat(text)


# What the tests say only where it matters.
TASK: dict[str, Any] = {
    "kind": WorkKind.VISUAL_INSPECTION,
    "title_sv": "Okulär besiktning",
    "title_en": "Visual inspection",
    "minutes": 30,
    "months": 12,
    "anchor": Anchor.FIXED,
    "early_days": 30,
    "late_days": 30,
}

MakePlan = Callable[..., MaintenancePlan]
MakeStation = Callable[..., Station]


@pytest.fixture
def make_plan(model: StationModel) -> MakePlan:
    """A published plan with these tasks."""

    def make(*tasks: dict[str, Any], name: str = "Service") -> MaintenancePlan:
        plan = MaintenancePlan.create(model, name, "test", noon("2020-01-01"))
        for task in tasks or ({},):
            plan.add_task("test", noon("2020-01-01"), **TASK | task)
        plan.publish("test", noon("2020-01-01"))
        db.session.commit()
        return plan

    return make


@pytest.fixture
def make_station(site: Site, model: StationModel) -> MakeStation:
    def make(commissioned: str | None, name: str = "Hamnen 1", **facts: Any) -> Station:
        facts = {"site": site, "model": model} | facts
        on = day(commissioned) if commissioned else None
        at = noon(commissioned or "2020-01-01")
        station = Station.create(name, f"ID-{name}".replace(" ", ""), "test", at, **facts)
        station.commissioned_on = on
        db.session.commit()
        return station

    return make


def give(plan: MaintenancePlan, station: Station, on: str) -> None:
    """Assign it, and let the clock tick that day."""
    assign(plan, [station], "test", noon(on))
    tick(on)


def tick(on: str) -> None:
    jobs.keep_dates(noon(on))
    db.session.commit()
    db.session.expire_all()


def dates(station: Station, key: str = "visual-inspection") -> list[tuple[str, str]]:
    """Each date of a task with its state."""
    rows = db.session.scalars(
        select(Occurrence)
        .where(Occurrence.station_id == station.id)
        .order_by(Occurrence.nominal_on)
    )
    return [(row.nominal_on.isoformat(), row.state.value) for row in rows if row.task.key == key]


def occurrence(station: Station, on: str, key: str = "visual-inspection") -> Occurrence:
    query = select(Occurrence).where(
        Occurrence.station_id == station.id, Occurrence.nominal_on == day(on)
    )
    return next(row for row in db.session.scalars(query) if row.task.key == key)
