"""Stations over the API: registered, read, changed and retired."""

from __future__ import annotations

import pytest

from service.core.db import db
from service.monitoring.link_models import Contact
from service.people.models import Customer, Role
from service.stations.models import Site, Station, StationModel
from tests.api.conftest import Caller, Program, fields
from tests.conftest import NOON

NEW = {
    "name": "Kajen 1",
    "ocpp_identity": "KAJEN-1",
    "security_profile": 1,
    "authorization": "accept_all",
}


def test_a_new_station_answers_what_to_type_into_the_charger(admin: Program) -> None:
    made = admin.post("/stations", NEW)

    assert made["connection"]["identity"] == "KAJEN-1"
    assert made["connection"]["url"] == "ws://localhost:9000/ocpp/KAJEN-1"
    assert len(made["connection"]["key"]) == 40
    assert isinstance(made["id"], int)
    assert "connection" not in admin.get(f"/stations/{made['id']}")


def test_profile_0_needs_no_key(admin: Program) -> None:
    made = admin.post("/stations", NEW | {"security_profile": 0})

    assert made["security_profile"] == 0
    assert made["connection"]["key"] is None


def test_only_an_administrator_may_ask_for_profile_0(program: Caller) -> None:
    program(Role.OPERATIONS).post("/stations", NEW | {"security_profile": 0}, status=403)

    assert Station.with_identity("KAJEN-1") is None


def test_a_second_station_with_the_identity_is_refused(admin: Program) -> None:
    admin.post("/stations", NEW)

    problem = admin.post("/stations", NEW | {"ocpp_identity": "kajen-1"}, status=409)

    assert problem["type"].endswith("#already-exists")
    assert fields(problem) == {"ocpp_identity"}


def test_a_station_may_be_placed_at_once(admin: Program, site: Site, model: StationModel) -> None:
    made = admin.post("/stations", NEW | {"site_id": site.id, "model_id": model.id})

    shown = admin.get(f"/stations/{made['id']}")
    assert (shown["site_id"], shown["model_id"]) == (site.id, model.id)
    assert [one["number"] for one in shown["connectors"]] == [1, 2]
    assert shown["whole_station"]["number"] == 0


def test_a_site_that_is_not_there_is_said_beside_its_field(admin: Program) -> None:
    assert fields(admin.post("/stations", NEW | {"site_id": 99}, status=422)) == {"site_id"}


def test_a_retired_site_or_model_gets_no_new_station(
    admin: Program, site: Site, model: StationModel
) -> None:
    made = admin.post("/stations", NEW | {"model_id": model.id})
    for path in ("/sites/1", "/models/1"):
        admin.post(f"{path}/retirement", {"reason": "Over"}, status=200)

    for field in ("site_id", "model_id"):
        other = NEW | {"ocpp_identity": "KAJEN-2", field: 1}
        assert fields(admin.post("/stations", other, status=422)) == {field}
    assert fields(admin.patch(f"/stations/{made['id']}", {"site_id": 1}, 422)) == {"site_id"}
    # Those that stand keep their model.
    admin.patch(f"/stations/{made['id']}", {"model_id": model.id, "name": "Kajen"})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "  "),
        ("name", 5),
        ("name", "a\x00b"),
        ("name", "\ud800"),
        ("ocpp_identity", "has a blank"),
        ("ocpp_identity", "x" * 49),
        ("ocpp_identity", ".."),
        ("security_profile", 3),
        ("security_profile", "1"),
        ("security_profile", True),
        ("security_profile", 1.0),
        ("authorization", "anybody"),
        ("authorization", []),
        ("site_id", 2**63),
        ("site_id", -1),
        ("site_id", "1"),
        ("access", {"a": 1}),
        ("commissioned_on", "2026-02-30"),
        ("commissioned_on", 20260101),
        ("commissioned_on", "9999-12-31"),
        ("commissioned_on", "0001-01-01"),
        ("wallbox", True),
    ],
)
def test_a_wrong_field_is_named(admin: Program, field: str, value: object) -> None:
    assert fields(admin.post("/stations", NEW | {field: value}, status=422)) == {field}


@pytest.mark.parametrize("field", list(NEW))
def test_the_four_fields_of_a_new_station_are_needed(admin: Program, field: str) -> None:
    body = {name: value for name, value in NEW.items() if name != field}

    assert fields(admin.post("/stations", body, status=422)) == {field}


def test_a_silent_station_is_not_connected(admin: Program, station: Station) -> None:
    shown = admin.get(f"/stations/{station.id}")

    assert shown["connected"] is False
    assert shown["last_seen_at"] is None
    assert shown["connectors"][0] == {
        "number": 1,
        "status": None,
        "error_code": None,
        "since": "2026-03-02T12:00:00Z",
        "vendor_error_code": None,
        "info": None,
    }


def test_a_station_shows_what_its_charger_last_said(admin: Program, station: Station) -> None:
    db.session.add(Contact(station_id=station.id, connection_id=1, last_seen_at=NOON))
    station.connectors[1].status = "Faulted"
    station.connectors[1].error_code = "GroundFailure"
    db.session.commit()

    shown = admin.get(f"/stations/{station.id}")

    assert shown["connected"] is True
    assert shown["last_seen_at"] == "2026-03-02T12:00:00Z"
    assert shown["connectors"][0]["status"] == "Faulted"
    assert shown["connectors"][0]["error_code"] == "GroundFailure"


def test_a_station_is_changed_field_by_field(admin: Program, station: Station) -> None:
    changed = admin.patch(f"/stations/{station.id}", {"name": "Hamnen 4", "access": "public"})

    assert (changed["name"], changed["access"]) == ("Hamnen 4", "public")
    assert changed["ocpp_identity"] == "CP1"
    assert changed["authorization"] == "known_tags"


def test_a_station_can_leave_its_site(admin: Program, station: Station) -> None:
    assert admin.patch(f"/stations/{station.id}", {"site_id": None})["site_id"] is None


def test_a_station_does_not_take_anothers_identity(admin: Program, station: Station) -> None:
    admin.post("/stations", NEW)

    admin.patch(f"/stations/{station.id}", {"ocpp_identity": "KAJEN-1"}, status=409)

    db.session.expire_all()
    assert station.ocpp_identity == "CP1"


def test_a_new_key_is_another_one(admin: Program, station: Station) -> None:
    keys = [admin.post(f"/stations/{station.id}/key")["connection"]["key"] for _ in range(2)]

    assert keys[0] != keys[1]


def test_a_retired_station_gives_its_identity_free(admin: Program, station: Station) -> None:
    retired = admin.post(f"/stations/{station.id}/retirement", {"reason": "Sold"}, status=200)

    assert retired["retired_at"].endswith("Z")
    admin.post("/stations", NEW | {"ocpp_identity": "CP1"})


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "", {"name": "New"}),
        ("POST", "/key", {}),
        ("POST", "/retirement", {"reason": "Again"}),
        ("POST", "/remote-actions", {"action": "clear_cache", "reason": "Try"}),
    ],
)
def test_what_is_retired_changes_no_more(
    admin: Program, station: Station, method: str, path: str, body: dict[str, str]
) -> None:
    admin.post(f"/stations/{station.id}/retirement", {"reason": "Sold"}, status=200)

    problem = admin.call(method, f"/stations/{station.id}{path}", 409, json=body)

    assert problem["type"].endswith("#retired")


def test_retiring_needs_a_reason(admin: Program, station: Station) -> None:
    path = f"/stations/{station.id}/retirement"

    assert fields(admin.post(path, {}, status=422)) == {"reason"}


def test_stations_are_found_by_each_filter(
    admin: Program, station: Station, site: Site, model: StationModel
) -> None:
    admin.post("/stations", NEW)
    db.session.add(Contact(station_id=station.id, connection_id=1))
    db.session.commit()

    for query in (
        {"q": "hamnen"},
        {"q": "cp1"},
        {"site_id": site.id},
        {"customer_id": site.customer_id},
        {"model_id": model.id},
        {"ocpp_identity": "cp1"},
        {"connected": "true"},
    ):
        found = admin.get("/stations", **query)
        assert [one["id"] for one in found["items"]] == [station.id], query
        assert found["total"] == 1
    assert admin.get("/stations", connected="false")["items"][0]["name"] == "Kajen 1"
    assert admin.get("/stations", q="100%")["items"] == []


def test_a_customer_sees_its_own_stations_and_no_credentials(
    program: Caller, customer: Customer, station: Station, admin: Program
) -> None:
    elsewhere = admin.post("/stations", NEW)["id"]
    theirs = program(Role.CUSTOMER, customer)

    assert [one["id"] for one in theirs.get("/stations")["items"]] == [station.id]
    shown = theirs.get(f"/stations/{station.id}")
    assert not set(shown) & {"ocpp_identity", "security_profile", "reported_serial"}
    assert "vendor_error_code" not in shown["connectors"][0]
    theirs.get(f"/stations/{elsewhere}", 404)


def test_a_customer_cannot_guess_an_identity_by_searching(
    program: Caller, customer: Customer, station: Station
) -> None:
    theirs = program(Role.CUSTOMER, customer)

    assert theirs.get("/stations", ocpp_identity="CP1")["items"] == []
    assert theirs.get("/stations", q="CP1")["items"] == []
