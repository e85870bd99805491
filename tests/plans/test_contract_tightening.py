"""A contract asks for more than the plan: at the stations that it covers, while it covers them."""

from __future__ import annotations

from datetime import date

from flask.testing import FlaskClient

from service.contracts.words import Renewal
from service.core.db import db
from service.people.models import Customer
from service.plans.assignments import loosen, tighten
from service.plans.words import Scope
from service.stations.models import Station
from tests.contracts.conftest import contract_of, offer
from tests.plans.conftest import MakePlan, MakeStation, dates, give, noon, occurrence, tick

NOW = noon("2026-03-02")
YEARLY, QUARTERLY = [("2026-06-10", "forecast")], [("2026-03-10", "due")]


def standing(station: Station) -> list[tuple[str, str]]:
    return [row for row in dates(station) if row[1] != "void"]


def test_only_covered_stations_are_tightened_and_whoever_is_taken_in_follows(
    make_plan: MakePlan, make_station: MakeStation, customer: Customer
) -> None:
    covered, later = make_station("2025-06-10"), make_station("2025-06-10", "Hamnen 2")
    plan = make_plan({})
    for station in (covered, later):
        give(plan, station, "2026-03-02")
    contract = contract_of(customer, covered)
    one = tighten(contract, None, "Avtalet, §4", "test", NOW, months=3)

    assert one.scope is Scope.CONTRACT
    assert (standing(covered), standing(later)) == (QUARTERLY, YEARLY)
    assert occurrence(covered, "2026-03-10").tightened_by == "Avtalet, §4"

    contract.cover([later], date(2026, 3, 2), "test", NOW)
    tick("2026-03-02")
    assert standing(later) == QUARTERLY
    loosen(one, "Omförhandlat", "test", NOW)
    assert (standing(covered), standing(later)) == (YEARLY, YEARLY)


def test_the_stations_page_says_which_contract_asks_for_more(
    as_admin: FlaskClient, make_plan: MakePlan, make_station: MakeStation, customer: Customer
) -> None:
    covered, other = make_station("2025-06-10"), make_station("2025-06-10", "Hamnen 2")
    tighten(contract_of(customer, covered), None, "Avtalet, §4", "test", NOW, months=3)
    db.session.commit()

    assert "Avtalet, §4" in as_admin.get(f"/stations/{covered.id}/service").text
    assert "Avtalet, §4" not in as_admin.get(f"/stations/{other.id}/service").text


def test_a_contract_that_ends_gives_the_plan_its_dates_back(
    make_plan: MakePlan, make_station: MakeStation, customer: Customer
) -> None:
    station = make_station("2026-01-20")
    give(make_plan({}), station, "2026-03-02")
    contract = contract_of(customer, station, package=offer("Kort", renewal=Renewal.ENDS))
    tighten(contract, None, "Avtalet, §4", "test", NOW, months=4)
    db.session.commit()
    assert standing(station)[0][0] == "2026-05-20"

    tick("2027-01-02")
    # What was missed while it held stays; the next date is a year after it, as the plan says.
    assert standing(station) == [("2026-05-20", "overdue"), ("2027-05-20", "forecast")]
    assert occurrence(station, "2027-05-20").tightened_by is None
