"""Stations with dates that are due, and a technician to send there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from service.core.db import db
from service.core.history import History
from service.people.models import Person, Role
from service.plans.occurrences import Occurrence
from service.stations.models import Station
from service.visits import making, visiting
from service.visits.lines import WorkOrderLine
from service.visits.models import WorkOrder
from service.visits.service_visits import ServiceVisit
from tests.conftest import person
from tests.plans.conftest import (  # noqa: F401
    MakePlan,
    MakeStation,
    day,
    give,
    make_plan,
    make_station,
    noon,
)

# The day on which the tests live: the dates below are due, and their windows open.
TODAY = "2026-03-02"
AT = noon(TODAY)
Due = Callable[..., Occurrence]


@pytest.fixture
def technician(app: Any) -> Person:
    return person(Role.TECHNICIAN, "Tove Tekniker")


@pytest.fixture
def dispatcher(app: Any) -> Person:
    return person(Role.DISPATCHER, "Disa Dispatch")


@pytest.fixture
def due(make_plan: MakePlan, make_station: MakeStation) -> Due:  # noqa: F811
    """A date that is due on TODAY, at a new station; `task` overrides what the task is like."""
    plans: dict[str, Any] = {}

    def make(
        name: str = "Hamnen 1", task: dict[str, Any] | None = None, **facts: Any
    ) -> Occurrence:
        plan = plans.get("plan") or plans.setdefault("plan", make_plan(task or {}))
        station = make_station("2025-03-10", name, **facts)
        give(plan, station, "2025-03-10")
        give(plan, station, TODAY)
        return dated(station)

    return make


def dated(station: Station) -> Occurrence:
    query = select(Occurrence).where(
        Occurrence.station_id == station.id, Occurrence.nominal_on == date(2026, 3, 10)
    )
    return db.session.scalars(query).one()


def ordered(by: Person, *dates: Occurrence) -> WorkOrder:
    """One released order with these dates of one site."""
    made = making.from_occurrences([one.id for one in dates], by, AT)
    db.session.commit()
    (order,) = made.orders
    return order


@pytest.fixture
def line(due: Due, dispatcher: Person) -> WorkOrderLine:
    """A date that stands on a released order."""
    return ordered(dispatcher, due()).lines[0]


@pytest.fixture
def visit(line: WorkOrderLine, technician: Person, dispatcher: Person) -> ServiceVisit:
    """Planned for today, and the technician's."""
    return visit_of([line], dispatcher, technician)


def visit_of(
    lines: Sequence[WorkOrderLine], by: Person, technician: Person | None = None
) -> ServiceVisit:
    made = visiting.plan(lines[0].order.site, lines, AT, by, AT, technician)
    db.session.commit()
    return made


def in_words(order: WorkOrder, station: Station, *texts: str) -> list[WorkOrderLine]:
    lines = [making.add_words(order, station, text, "test", AT) for text in texts]
    db.session.commit()
    return lines


def history(row: ServiceVisit) -> list[str]:
    mine = select(History.verb).where(
        History.subject == "service_visit", History.subject_id == row.id
    )
    return list(db.session.scalars(mine.order_by(History.id)))


def asked(row: ServiceVisit) -> list[str]:
    return [one.question for one in row.open_reviews]
