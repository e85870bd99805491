"""A customer with two sites, plans, and a year behind them."""

from __future__ import annotations

from typing import Any

import pytest

from service.contracts.words import WorkKind
from service.core.db import db
from service.people.models import Customer
from service.people.skills import Skill
from service.plans import deeds
from service.plans.words import Anchor
from service.stations.knowledge import ProtectiveDevice
from service.stations.models import Site, Station, StationModel
from service.stations.words import Per, Place, RcdType
from tests.conftest import NOON
from tests.plans.conftest import (
    MakePlan,
    MakeStation,
    day,
    give,
    make_plan,
    make_station,
    noon,
    occurrence,
    tick,
)

__all__ = ["make_plan", "make_station"]

TODAY = noon("2026-11-25")


@pytest.fixture
def electrician(customer: Customer) -> Skill:
    named = {"name_sv": "Elektriker med auktorisation", "name_en": "Authorised electrician"}
    skill = Skill.create("test", NOON, code="electrician", is_authorisation=True, **named)
    db.session.commit()
    return skill


TASKS: tuple[dict[str, Any], ...] = (
    {
        "key": "rcd",
        "kind": WorkKind.RCD_TEST,
        "title_sv": "Jordfelsbrytare provad med instrument",
        "title_en": "RCD tested by instrument",
        "months": 12,
        "legal_max_months": 13,
        "legal_basis": "SS 436 40 00",
        "early_days": 20,
        "late_days": 10,
    },
    {
        "key": "exercise",
        "kind": WorkKind.RCD_EXERCISE,
        "title_sv": "Motionera jordfelsbrytare",
        "title_en": "Exercise the RCD",
        "months": 6,
        "plug_cycles": 5000,
        "anchor": Anchor.FLOATING,
        "season_from": 3,
        "season_to": 11,
    },
)


@pytest.fixture
def fleet(
    model: StationModel,
    site: Site,
    customer: Customer,
    electrician: Skill,
    make_plan: MakePlan,
    make_station: MakeStation,
) -> list[Station]:
    """Hamnen has two stations and Torget one: with work done, late, skipped and overdue."""
    device = ProtectiveDevice(rcd_type=RcdType.A, rated_ma=30, place=Place.UPSTREAM, per=Per.OUTLET)
    model.add_protection(device, "test", NOON)
    customer.organisation_number = "769600-1234"
    torget = Site(
        customer=customer, name="Torget", address="Torget 1", city="Lund", created_at=NOON
    )
    db.session.add(torget)
    rcd, exercise = TASKS
    plan = make_plan({**rcd, "authorisation_id": electrician.id}, exercise)
    stations = [
        make_station("2024-05-10", "Hamnen 1", serial_number="SN-1001"),
        make_station("2024-05-10", "Hamnen 2", serial_number="SN-1002"),
        make_station("2024-05-10", "Torget 1", serial_number="SN-2001", site=torget),
    ]
    for station in stations:
        give(plan, station, "2025-05-01")
    tick("2025-11-20")
    _work(stations)
    tick("2026-11-25")
    return stations


def _work(stations: list[Station]) -> None:
    one, two, three = stations
    deeds.complete(occurrence(one, "2025-05-10", "rcd"), day("2025-05-12"), "test", TODAY)
    deeds.complete(occurrence(two, "2025-05-10", "rcd"), day("2025-06-08"), "test", TODAY)
    deeds.skip(occurrence(three, "2025-05-10", "rcd"), "Garaget var stängt", "test", TODAY)
    db.session.commit()
