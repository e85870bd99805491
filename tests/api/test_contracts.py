"""Packages and contracts over the API, as a business system keeps them."""

from __future__ import annotations

from typing import Any

import pytest

from service.contracts.models import ServiceContract
from service.people.models import Customer, Role
from service.stations.models import Site, Station
from tests.api.conftest import Caller, Program, fields
from tests.contracts.conftest import another, contract_of, offer

PACKAGE: dict[str, Any] = {
    "name": "Service Plus",
    "family": "service",
    "included": ["visual_inspection", "cleaning"],
    "price_ore": 14_900,
    "price_per": "month",
    "extra_prices": {"air_filter": 45_000},
}
CONTRACT: dict[str, Any] = {"name": "Garaget", "starts_on": "2026-01-01"}


@pytest.fixture
def draft(admin: Program, customer: Customer) -> dict[str, Any]:
    package = admin.post("/packages", PACKAGE)
    body = CONTRACT | {"customer_id": customer.id, "package_id": package["id"]}
    made: dict[str, Any] = admin.post("/contracts", body)
    return made


def test_a_package_is_created_changed_and_retired(admin: Program) -> None:
    policy = admin.post("/sla-policies", {"name": "Guld", "targets": {"P1": {"response": 60}}})
    assert policy["targets"] == {"P1": {"response": 60, "repair": None}}
    made = admin.post("/packages", PACKAGE | {"sla_policy_id": policy["id"]})
    one = f"/packages/{made['id']}"

    assert admin.get(one) == made
    assert made["extra_prices"] == {"air_filter": 45_000}
    changed = admin.patch(one, {"extra_prices": {"rcd_test": 90_000}, "visits_per_year": 2})
    assert changed["extra_prices"] == {"rcd_test": 90_000}
    assert changed["included"] == ["visual_inspection", "cleaning"]
    assert admin.post(f"{one}/retirement", {"reason": "Old"}, status=200)["retired_at"]
    assert admin.patch(one, {"name": "x"}, status=409)["type"].endswith("#retired")
    assert admin.get("/packages", retired="false")["items"] == []


def test_a_service_level_is_changed(admin: Program) -> None:
    made = admin.post("/sla-policies", {"name": "Guld"})
    one = f"/sla-policies/{made['id']}"

    assert admin.patch(one, {"targets": {"P2": {"repair": 480}}})["targets"] == {
        "P2": {"response": None, "repair": 480}
    }
    assert admin.get(one)["hours"] == "24/7"
    assert admin.get("/sla-policies", q="gul")["total"] == 1
    assert admin.post(f"{one}/retirement", {"reason": "Old"}, status=200)["retired_at"]
    body = PACKAGE | {"sla_policy_id": made["id"]}
    assert fields(admin.post("/packages", body, status=422)) == {"sla_policy_id"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("family", "food"),
        ("included", ["painting"]),
        ("price_ore", 1.5),
        ("price_ore", -1),
        ("price_per", "week"),
        ("period_months", 0),
        ("vat_percent", 101),
        ("sla_policy_id", 99),
        ("extra_prices", {"painting": 5}),
        ("extra_prices", {"cleaning": 5}),
    ],
)
def test_a_wrong_field_of_a_package_is_named(admin: Program, field: str, value: object) -> None:
    assert fields(admin.post("/packages", PACKAGE | {field: value}, status=422)) == {field}


@pytest.mark.parametrize(
    "change",
    [
        {"extra_prices": {"cleaning": 5}},
        {"included": ["air_filter"]},
        {"included": ["air_filter"], "visits_per_year": None},
    ],
)
def test_a_change_gives_included_work_no_price(admin: Program, change: dict[str, Any]) -> None:
    one = f"/packages/{admin.post('/packages', PACKAGE)['id']}"

    assert fields(admin.patch(one, change, 422)) == {"extra_prices"}
    assert admin.patch(one, change | {"visits_per_year": 2})["visits_per_year"] == 2
    assert fields(admin.patch(one, {"visits_per_year": None}, 422)) == {"extra_prices"}


def test_the_same_name_is_offered_once(admin: Program) -> None:
    admin.post("/packages", PACKAGE)

    assert fields(admin.post("/packages", PACKAGE, status=409)) == {"name"}


def test_a_contract_goes_from_draft_to_its_end(
    admin: Program, draft: dict[str, Any], station: Station
) -> None:
    one = f"/contracts/{draft['id']}"
    assert (draft["state"], draft["ends_on"]) == ("draft", "2026-12-31")
    assert admin.post(f"{one}/activation", status=409)["type"].endswith("#wrong-state")

    body = {"site_ids": [station.site_id]}
    assert len(admin.post(f"{one}/stations", body, status=200)["stations"]) == 1
    active = admin.post(f"{one}/activation", status=200)
    assert (active["state"], active["terms"]["package"]) == ("active", "Service Plus")
    over = admin.post(
        f"{one}/cancellation", {"reason": "Såld", "last_day": "2026-03-31"}, status=200
    )
    assert (over["state"], over["ends_on"]) == ("cancelled", "2026-03-31")
    assert admin.post(f"{one}/cancellation", {"reason": "x"}, status=409)
    assert admin.get(one) == over


@pytest.mark.parametrize(
    ("field", "day"),
    [("starts_on", "9999-12-31"), ("ends_on", "9999-12-31"), ("starts_on", "0001-01-01")],
)
def test_a_contract_holds_on_days_of_the_calendar(
    admin: Program, draft: dict[str, Any], field: str, day: str
) -> None:
    body = CONTRACT | {"customer_id": draft["customer_id"], "package_id": draft["package_id"]}

    assert fields(admin.post("/contracts", body | {field: day}, 422)) == {field}
    assert fields(admin.patch(f"/contracts/{draft['id']}", {field: day}, 422)) == {field}
    query = {"on": "9999-12-31"}
    assert fields(admin.get(f"/contracts/{draft['id']}/visits", 422, **query)) == {"on"}


def test_a_signed_contract_is_indexed_renewed_and_given_notice_of(
    admin: Program, customer: Customer, station: Station
) -> None:
    package = offer(index_cap_percent=4, period_months=12)
    contract = contract_of(customer, station, package=package)
    one, price = f"/contracts/{contract.id}", {"since": "2026-07-01", "reason": "KPI"}

    assert fields(admin.post(f"{one}/prices", price | {"price_ore": 10_401}, 422)) == {"price_ore"}
    assert admin.post(f"{one}/prices", price | {"price_ore": 10_400})["prices"] == [
        {"since": "2026-01-01", "price_ore": 10_000},
        {"since": "2026-07-01", "price_ore": 10_400},
    ]
    # An index may fall, by as much as it likes; the same day has one price.
    assert fields(admin.post(f"{one}/prices", price | {"price_ore": 1}, 422)) == {"since"}
    fallen = admin.post(f"{one}/prices", price | {"since": "2026-08-01", "price_ore": 1})
    assert fallen["prices"][-1]["price_ore"] == 1
    assert admin.post(f"{one}/period", {"reason": "Ja"}, 200)["ends_on"] == "2027-12-31"
    notice = {"renewal": "ends", "reason": "Uppsagt"}
    assert admin.post(f"{one}/renewal", notice, 200)["renewal"] == "ends"


@pytest.mark.parametrize(
    ("deed", "body"),
    [
        ("prices", {"price_ore": 1, "since": "2026-07-01", "reason": "KPI"}),
        ("period", {"reason": "Ja"}),
        ("renewal", {"renewal": "ends", "reason": "Uppsagt"}),
    ],
)
def test_a_draft_is_neither_indexed_nor_renewed(
    admin: Program, draft: dict[str, Any], deed: str, body: dict[str, Any]
) -> None:
    problem = admin.post(f"/contracts/{draft['id']}/{deed}", body, 409)

    assert problem["type"].endswith("#wrong-state")
    assert admin.post(f"/contracts/{draft['id']}/{deed}", {}, 422)


def test_a_draft_keeps_its_last_day_while_other_things_change(
    admin: Program, draft: dict[str, Any]
) -> None:
    one = f"/contracts/{draft['id']}"
    admin.patch(one, {"ends_on": "2026-06-30"})

    changed = admin.patch(one, {"number": "A-7", "price_ore": 9_900})
    assert (changed["ends_on"], changed["number"]) == ("2026-06-30", "A-7")
    assert changed["prices"] == [{"since": "2026-01-01", "price_ore": 9_900}]
    assert admin.patch(one, {"starts_on": "2027-01-01"})["ends_on"] == "2027-12-31"
    assert fields(admin.patch(one, {"ends_on": "2026-01-01"}, status=422)) == {"ends_on"}


def test_of_a_signed_contract_only_the_name_changes(
    admin: Program, customer: Customer, station: Station
) -> None:
    one = f"/contracts/{contract_of(customer, station).id}"

    assert admin.patch(one, {"name": "Nytt"})["name"] == "Nytt"
    assert admin.patch(one, {"price_ore": 1}, status=409)["type"].endswith("#wrong-state")


def test_a_station_that_another_contract_covers_is_named(
    admin: Program, customer: Customer, station: Station
) -> None:
    contract_of(customer, station)
    rival = contract_of(customer, station, signed=False)

    problem = admin.post(f"/contracts/{rival.id}/activation", status=409)
    assert problem["names"] == ["Hamnen 3"]
    assert admin.get(f"/contracts/{rival.id}")["state"] == "draft"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "station_ids"),
        ({"station_ids": [99]}, "station_ids"),
        ({"site_ids": [99]}, "site_ids"),
        ({"station_ids": [1], "since": "2020-01-01"}, "since"),
    ],
)
def test_stations_that_cannot_be_covered_are_refused_beside_the_field(
    admin: Program, customer: Customer, station: Station, body: dict[str, Any], field: str
) -> None:
    contract = contract_of(customer, signed=False)
    path = f"/contracts/{contract.id}/stations"

    assert fields(admin.post(path, body, status=422)) == {field}


def test_a_strangers_station_is_refused(
    admin: Program, stranger: Program, customer: Customer, station: Station
) -> None:
    other = Customer.named("Annan AB")
    assert other
    contract = contract_of(other, signed=False)
    path = f"/contracts/{contract.id}/stations"

    assert fields(admin.post(path, {"station_ids": [station.id]}, 422)) == {"station_ids"}


def test_a_station_is_let_go(
    admin: Program, customer: Customer, site: Site, station: Station
) -> None:
    contract = contract_of(customer, station, another(site, "Hamnen 4"))
    body = {"station_ids": [station.id], "until": "2026-05-31", "reason": "Flyttad"}

    told = admin.post(f"/contracts/{contract.id}/removal", body, status=200)
    assert [one["until"] for one in told["stations"]] == ["2026-05-31", None]
    problem = admin.post(f"/contracts/{contract.id}/removal", body | {"station_ids": [99]}, 422)
    assert fields(problem) == {"station_ids"}


def test_contracts_are_found_by_what_they_have(
    admin: Program, customer: Customer, station: Station
) -> None:
    contract_of(customer, station, number="A-1")
    contract_of(customer, number="A-2", signed=False)

    def found(**query: Any) -> list[str]:
        return [one["number"] for one in admin.get("/contracts", **query)["items"]]

    assert found() == ["A-1", "A-2"]
    assert found(state="draft") == ["A-2"]
    assert found(station_id=station.id) == ["A-1"]
    assert found(q="a-2") == ["A-2"]
    assert found(q="kajen") == ["A-1", "A-2"]
    assert found(ends_before="2027-01-01") == ["A-1"]
    assert found(customer_id=99) == []


def test_a_customer_reads_its_signed_contracts_and_nothing_of_the_house(
    program: Caller, customer: Customer, station: Station, stranger: Program
) -> None:
    signed, draft = contract_of(customer, station), contract_of(customer, signed=False)
    mine = program(Role.CUSTOMER, customer)

    assert [one["id"] for one in mine.get("/contracts")["items"]] == [signed.id]
    shown = mine.get(f"/contracts/{signed.id}")
    assert shown["terms"]["package"] == "Service Plus"
    assert "package_id" not in shown
    mine.get(f"/contracts/{draft.id}", 404)
    mine.get("/packages", 403)
    stranger.get(f"/contracts/{signed.id}", 404)
    assert stranger.get("/contracts")["items"] == []


def test_a_retired_package_or_customer_gets_no_contract(admin: Program, customer: Customer) -> None:
    package = offer()
    admin.post(f"/packages/{package.id}/retirement", {"reason": "Old"}, status=200)
    body = CONTRACT | {"customer_id": customer.id, "package_id": package.id}

    assert fields(admin.post("/contracts", body, status=422)) == {"package_id"}
    assert fields(
        admin.post("/contracts", body | {"customer_id": 99, "package_id": 1}, status=422)
    ) <= {"customer_id", "package_id"}


def test_a_number_is_given_once(admin: Program, customer: Customer) -> None:
    contract = contract_of(customer, number="A-1", signed=False)
    body = CONTRACT | {"customer_id": customer.id, "package_id": contract.package_id}

    problem = admin.post("/contracts", body | {"number": "A-1"}, status=409)
    assert fields(problem) == {"number"}


def test_what_was_done_stands_in_the_history(
    admin: Program, customer: Customer, station: Station
) -> None:
    contract: ServiceContract = contract_of(customer, station)
    admin.post(f"/contracts/{contract.id}/cancellation", {"reason": "Såld"}, status=200)

    deeds = admin.get("/history", subject="service_contract")["items"]
    assert (deeds[0]["verb"], deeds[0]["why"]) == ("cancel", "Såld")


def test_a_contract_says_how_many_of_its_visits_are_used(
    admin: Program, customer: Customer, station: Station
) -> None:
    contract = contract_of(customer, station, package=offer(visits_per_year=2))

    told = admin.get(f"/contracts/{contract.id}/visits", on="2026-05-01")
    assert told == {
        "since": "2026-01-01",
        "until": "2026-12-31",
        "included": 2,
        "used": 0,
        "beyond": 0,
        "visits": [],
    }


def test_included_work_has_a_price_where_visits_are_counted(admin: Program) -> None:
    both = {"included": ["cleaning"], "extra_prices": {"cleaning": 45_000}}

    made = admin.post("/packages", PACKAGE | both | {"visits_per_year": 2})
    assert made["extra_prices"]["cleaning"] == 45_000
    wrong = admin.post("/packages", PACKAGE | both | {"name": "B"}, status=422)
    assert fields(wrong) == {"extra_prices"}
