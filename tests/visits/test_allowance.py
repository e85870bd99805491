"""A contract includes so many visits a year; the next one is a priced extra."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from flask import Flask

from service.contracts import periods
from service.contracts.models import ServiceContract
from service.contracts.words import Family, WorkKind
from service.core.db import db
from service.people.models import Customer, Person
from service.stations.models import Site, Station
from service.visits import allowance, carrying, pricing
from service.visits.charges import Charge
from service.visits.lines import WorkOrderLine
from service.visits.models import WorkOrder
from service.visits.states import Kind
from tests.conftest import NOON, signed_in
from tests.contracts.conftest import another, contract_of, offer
from tests.plans.conftest import noon
from tests.visits.conftest import AT

LATER = noon("2027-03-02")
DAYS = [date(2026, 1, 10), date(2026, 1, 20), date(2026, 2, 1)]


@pytest.fixture
def contract(customer: Customer, station: Station) -> ServiceContract:
    package = offer(visits_per_year=2, extra_prices={WorkKind.CLEANING: 45_000})
    return contract_of(customer, station, package=package)


def done(
    site: Site, by: Person, on: date, *stations: Station, at: datetime = AT
) -> list[WorkOrderLine]:
    """A cleaning of each, on an order of its own."""
    order = WorkOrder.draft(site, Kind.PREVENTIVE, by, NOON)
    order.lines.extend(
        WorkOrderLine(station=one, text="Clean", work_kind=WorkKind.CLEANING, created_at=NOON)
        for one in stations
    )
    db.session.flush()
    order.release(by, NOON)
    for line in order.lines:
        carrying.finish(line, on, by, at)
    db.session.commit()
    return order.lines


def charges(lines: list[WorkOrderLine]) -> list[Charge | None]:
    return [line.charge for line in lines]


def test_the_visit_after_the_last_one_is_a_priced_extra(
    contract: ServiceContract, site: Site, station: Station, technician: Person
) -> None:
    lines = [done(site, technician, on, station)[0] for on in DAYS]

    assert charges(lines) == [Charge.INCLUDED, Charge.INCLUDED, Charge.BEYOND_VISITS]
    last = lines[-1]
    assert (last.extra_price_ore, last.vat_percent, last.contract) == (45_000, 25, contract)
    assert last.order.extra_ore == 45_000


def test_two_stations_on_one_day_are_one_visit(
    contract: ServiceContract, site: Site, station: Station, technician: Person
) -> None:
    other = another(site, "Hamnen 9")
    contract.cover([other], contract.starts_on, "test", NOON)
    first = done(site, technician, DAYS[0], station, other)
    second = done(site, technician, DAYS[0], station)

    assert charges([*first, *second]) == [Charge.INCLUDED] * 3
    assert allowance.of_contract(contract, DAYS[0]).used == 1


def test_a_contract_that_is_over_tells_its_last_year(contract: ServiceContract) -> None:
    last = contract.ends_on
    years = [allowance.running(contract, day) for day in (last, last + timedelta(days=40))]

    assert [(year.since, year.until) for year in years] == [(contract.starts_on, last)] * 2


def test_pricing_an_early_visit_anew_leaves_it_included(
    contract: ServiceContract, site: Site, station: Station, technician: Person
) -> None:
    lines = [done(site, technician, on, station)[0] for on in DAYS]
    pricing.price([line.order for line in reversed(lines)], AT)

    assert charges(lines) == [Charge.INCLUDED, Charge.INCLUDED, Charge.BEYOND_VISITS]


def test_a_visit_that_is_told_late_takes_its_place_among_those_of_the_year(
    contract: ServiceContract, site: Site, station: Station, technician: Person
) -> None:
    first, last, middle = (
        done(site, technician, on, station)[0] for on in (DAYS[0], DAYS[2], DAYS[1])
    )

    assert charges([first, middle]) == [Charge.INCLUDED] * 2
    assert (last.charge, last.extra_price_ore) == (Charge.BEYOND_VISITS, 45_000)


def test_a_visit_that_is_taken_back_leaves_its_place_to_the_next(
    contract: ServiceContract, site: Site, station: Station, technician: Person
) -> None:
    lines = [done(site, technician, on, station)[0] for on in DAYS]

    carrying.take_back(lines[0], "at another house", technician, AT)

    assert charges(lines[1:]) == [Charge.INCLUDED] * 2
    assert lines[2].extra_price_ore is None


def test_what_is_approved_keeps_its_price_when_the_others_are_counted_again(
    contract: ServiceContract, site: Site, station: Station, technician: Person
) -> None:
    lines = [done(site, technician, on, station)[0] for on in DAYS]
    lines[2].order.complete(technician, AT)
    lines[2].order.approve(technician, AT)

    carrying.take_back(lines[0], "at another house", technician, AT)

    assert charges(lines[1:]) == [Charge.INCLUDED, Charge.BEYOND_VISITS]


def test_visits_of_another_year_are_not_counted(
    contract: ServiceContract, site: Site, station: Station, technician: Person
) -> None:
    contract.renew("test", NOON)
    next_year = [done(site, technician, on.replace(year=2027), station, at=LATER)[0] for on in DAYS]
    before = done(site, technician, DAYS[0], station)

    assert charges([*before, *next_year]) == [*[Charge.INCLUDED] * 3, Charge.BEYOND_VISITS]


def test_another_contract_that_includes_the_work_pays_for_what_is_beyond(
    contract: ServiceContract, customer: Customer, site: Site, station: Station, technician: Person
) -> None:
    more = offer("Online", family=Family.COMMUNICATION, visits_per_year=1, extra_prices={})
    second = contract_of(customer, station, package=more)
    days = [*DAYS, date(2026, 2, 20)]
    lines = [done(site, technician, on, station)[0] for on in days]

    assert [line.contract for line in lines] == [contract, contract, second, contract]
    assert charges(lines) == [*[Charge.INCLUDED] * 3, Charge.BEYOND_VISITS]


def test_a_contract_without_a_number_includes_them_all(
    customer: Customer, site: Site, station: Station, technician: Person
) -> None:
    contract_of(customer, station, package=offer(visits_per_year=None))

    assert {done(site, technician, on, station)[0].charge for on in DAYS} == {Charge.INCLUDED}


def test_beyond_the_visits_without_a_price_nobody_has_agreed(
    customer: Customer, site: Site, station: Station, technician: Person
) -> None:
    contract_of(customer, station, package=offer(visits_per_year=0, extra_prices={}))
    (line,) = done(site, technician, DAYS[0], station)

    assert (line.charge, line.extra_price_ore) == (Charge.BEYOND_VISITS, None)


@pytest.mark.parametrize(
    ("start", "on", "since", "until"),
    [
        ("2024-03-01", "2026-02-28", "2025-03-01", "2026-02-28"),
        ("2024-03-01", "2026-03-01", "2026-03-01", "2027-02-28"),
        ("2024-02-29", "2025-02-28", "2025-02-28", "2026-02-27"),
        ("2024-02-29", "2025-02-27", "2024-02-29", "2025-02-27"),
    ],
)
def test_the_running_year_begins_on_the_day_of_the_start(
    start: str, on: str, since: str, until: str
) -> None:
    found = periods.running_year(date.fromisoformat(start), date.fromisoformat(on))

    assert [day.isoformat() for day in found] == [since, until]


def test_the_page_says_how_many_are_used_and_what_is_beyond(
    app: Flask, contract: ServiceContract, site: Site, station: Station, dispatcher: Person
) -> None:
    for on in DAYS:
        done(site, dispatcher, on, station)
    page = signed_in(app, dispatcher).get(f"/contracts/{contract.id}/visits").text

    assert "3 of 2 used" in page
    assert page.count("beyond what is included") == 1
