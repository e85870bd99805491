"""Customers, sites and models over the API, as a business system keeps them."""

from __future__ import annotations

from typing import Any

import pytest

from service.people.models import Customer, Role
from service.stations.models import Site, Station, StationModel
from tests.api.conftest import Caller, Program, fields

PLACES: dict[str, dict[str, Any]] = {
    "/customers": {"name": "Fastighets AB Norr"},
    "/sites": {"name": "Torget", "customer_id": 1},
    "/models": {"maker": "Easee", "name": "Charge", "current": "ac"},
}


@pytest.mark.parametrize("path", PLACES)
def test_what_is_created_can_be_read_changed_and_retired(
    admin: Program, customer: Customer, path: str
) -> None:
    made = admin.post(path, PLACES[path])
    one = f"{path}/{made['id']}"

    assert admin.get(one) == made
    assert admin.patch(one, {"name": "Another"})["name"] == "Another"
    assert admin.post(f"{one}/retirement", {"reason": "Over"}, status=200)["retired_at"]
    assert admin.post(f"{one}/retirement", {"reason": "Over"}, status=409)["type"].endswith(
        "#retired"
    )


@pytest.mark.parametrize("path", PLACES)
def test_the_same_name_is_taken_once(admin: Program, customer: Customer, path: str) -> None:
    admin.post(path, PLACES[path])

    twin = PLACES[path] | {"name": PLACES[path]["name"].upper()}
    problem = admin.post(path, twin, status=409)

    assert fields(problem) == {"name"}
    assert problem["type"].endswith("#already-exists")


@pytest.mark.parametrize("path", PLACES)
def test_a_change_does_not_take_anothers_name(
    admin: Program, customer: Customer, path: str
) -> None:
    admin.post(path, PLACES[path])
    other = admin.post(path, PLACES[path] | {"name": "Other"})

    admin.patch(f"{path}/{other['id']}", {"name": PLACES[path]["name"]}, status=409)
    admin.patch(f"{path}/{other['id']}", {"name": "Other"})


@pytest.mark.parametrize("path", PLACES)
def test_a_change_of_nothing_changes_nothing(admin: Program, customer: Customer, path: str) -> None:
    made = admin.post(path, PLACES[path])

    assert admin.patch(f"{path}/{made['id']}", {}) == made
    deeds = admin.get("/history", subject_id=made["id"])["items"]
    assert "edit" not in {deed["verb"] for deed in deeds}


@pytest.mark.parametrize(
    ("path", "field", "value"),
    [
        ("/customers", "name", "x" * 201),
        ("/customers", "name", None),
        ("/customers", "email", "nobody"),
        ("/customers", "id", 7),
        ("/customers", "retired_at", None),
        ("/sites", "customer_id", 99),
        ("/sites", "customer_id", None),
        ("/sites", "latitude", 91),
        ("/sites", "latitude", "57.7"),
        ("/sites", "longitude", True),
        ("/sites", "time_zone", "Sverige"),
        ("/sites", "city", "a\x00"),
        ("/models", "current", "three-phase"),
        ("/models", "connectors", 0),
        ("/models", "connectors", 63),
        ("/models", "power_kw", -1),
        ("/models", "power_kw", 10**30),
    ],
)
def test_a_wrong_field_is_named(
    admin: Program, customer: Customer, path: str, field: str, value: object
) -> None:
    assert fields(admin.post(path, PLACES[path] | {field: value}, status=422)) == {field}


def test_a_place_is_kept_as_exactly_as_it_was_sent(admin: Program, customer: Customer) -> None:
    where: dict[str, Any] = {"latitude": 57.706812, "longitude": 11.96678}
    made = admin.post("/sites", PLACES["/sites"] | where)

    assert {name: made[name] for name in where} == where
    assert made["time_zone"] == "Europe/Stockholm"


def test_a_customer_with_sites_is_not_retired(admin: Program, site: Site) -> None:
    path = f"/customers/{site.customer_id}/retirement"

    assert admin.post(path, {"reason": "Over"}, status=409)["names"] == ["Hamnen"]


def test_a_site_with_stations_is_not_retired(admin: Program, station: Station) -> None:
    path = f"/sites/{station.site_id}/retirement"

    assert admin.post(path, {"reason": "Over"}, status=409)["names"] == ["Hamnen 3"]


def test_a_retired_customer_gets_no_new_site(admin: Program, customer: Customer) -> None:
    admin.post(f"/customers/{customer.id}/retirement", {"reason": "Over"}, status=200)

    assert fields(admin.post("/sites", PLACES["/sites"], status=422)) == {"customer_id"}


def test_lists_are_searched(admin: Program, site: Site, model: StationModel) -> None:
    for path, words in (("/customers", "KAJ"), ("/sites", "göte"), ("/models", "alf")):
        assert admin.get(path, q=words)["total"] == 1
        assert admin.get(path, q="nowhere")["total"] == 0
    assert admin.get("/sites", customer_id=site.customer_id)["total"] == 1
    assert admin.get("/sites", customer_id=99)["total"] == 0


def test_a_customer_sees_itself_and_its_sites_alone(
    program: Caller, admin: Program, site: Site, stranger: Program
) -> None:
    theirs = program(Role.CUSTOMER, site.customer)

    assert [one["name"] for one in theirs.get("/customers")["items"]] == ["BRF Kajen"]
    assert "notes" not in theirs.get(f"/customers/{site.customer_id}")
    assert "access_notes" not in theirs.get(f"/sites/{site.id}")
    stranger.get(f"/customers/{site.customer_id}", 404)
    stranger.get(f"/sites/{site.id}", 404)
    assert stranger.get("/sites")["items"] == []


def test_each_deed_stands_in_the_history_with_its_program(
    admin: Program, customer: Customer
) -> None:
    admin.patch(f"/customers/{customer.id}", {"name": "BRF Piren"})

    deed = admin.get("/history", subject="customer", subject_id=customer.id)["items"][0]

    assert (deed["verb"], deed["actor"]) == ("edit", "administrator")
    assert deed["details"] == {"name": ["BRF Kajen", "BRF Piren"]}
