"""A package, and a contract of BRF Kajen's with its one station."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask import Flask

from service.contracts.models import ServiceContract
from service.contracts.packages import ServicePackage, SlaPolicy
from service.contracts.words import Family, Parts, PricePer, Renewal, WorkKind
from service.core.db import db
from service.people.models import Customer
from service.stations.models import Site, Station
from tests.conftest import NOON

START, END = date(2026, 1, 1), date(2026, 12, 31)


def offer(name: str = "Service Plus", **facts: Any) -> ServicePackage:
    """A package for 100 kr a month, a year at a time; it renews itself."""
    values: dict[str, Any] = {
        "family": Family.SERVICE,
        "included": [WorkKind.VISUAL_INSPECTION.value, WorkKind.CLEANING.value],
        "extra_prices": {WorkKind.AIR_FILTER: 45_000},
        "parts": Parts.WEAR,
        "visits_per_year": 2,
        "price_ore": 10_000,
        "price_per": PricePer.MONTH,
        "renewal": Renewal.AUTO,
    }
    package = ServicePackage.create("test", NOON, name=name, **values | facts)
    db.session.commit()
    return package


def contract_of(
    customer: Customer,
    *stations: Station,
    package: ServicePackage | None = None,
    signed: bool = True,
    starts_on: date = START,
    **facts: Any,
) -> ServiceContract:
    package = package or ServicePackage.named("Service Plus") or offer()
    name = facts.pop("name", "Laddning i garaget")
    contract = ServiceContract.draft(package, customer, name, starts_on, "test", NOON, **facts)
    contract.cover(stations, starts_on, "test", NOON)
    if signed:
        contract.sign("test", NOON)
    db.session.commit()
    return contract


def another(site: Site, name: str) -> Station:
    station = Station.create(name, name.upper().replace(" ", "-"), "test", NOON, site=site)
    db.session.commit()
    return station


@pytest.fixture
def policy(app: Flask) -> SlaPolicy:
    targets = {"P1": {"response": 60, "repair": 240}, "P2": {"response": 240, "repair": None}}
    policy = SlaPolicy.create("test", NOON, name="Guld", hours="24/7", targets=targets)
    db.session.commit()
    return policy


@pytest.fixture
def package(policy: SlaPolicy) -> ServicePackage:
    return offer(sla_policy=policy)


@pytest.fixture
def contract(package: ServicePackage, customer: Customer, station: Station) -> ServiceContract:
    return contract_of(customer, station, package=package)
