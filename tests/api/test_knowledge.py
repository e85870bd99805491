"""Where a model's facts stand, its protection and its documents, over the API."""

from __future__ import annotations

from typing import Any

import pytest

from service.core.db import db
from service.people.models import Role
from service.stations.models import Site, Station, StationModel
from service.stations.words import Environment
from tests.api.conftest import Caller, Program, fields
from tests.conftest import NOON

EVIDENCE: dict[str, Any] = {"kind": "manual", "document": "Handbok", "says": "Varje år"}
DEVICE: dict[str, Any] = {"rcd_type": "rdc_dd", "rated_ma": 6, "place": "built_in", "per": "outlet"}
PAPER: dict[str, Any] = {"title": "Handbok", "address": "https://x.example/m", "kind": "data_sheet"}
KINDS = {"evidence": EVIDENCE, "protection": DEVICE, "documents": PAPER}


@pytest.fixture
def path(model: StationModel) -> str:
    return f"/models/{model.id}"


@pytest.fixture
def other(model: StationModel) -> StationModel:
    other = StationModel.create("test", NOON, maker="X", name="1", current="ac")
    db.session.commit()
    return other


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_known_is_added_listed_and_removed(admin: Program, path: str, kind: str) -> None:
    made = admin.post(f"{path}/{kind}", KINDS[kind])

    assert made.items() >= KINDS[kind].items()
    assert admin.get(f"{path}/{kind}")["items"] == [made]
    assert admin.post(f"{path}/{kind}/{made['id']}/removal", status=200) == made
    assert admin.get(f"{path}/{kind}")["items"] == []


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_removed_by_another_models_address(
    admin: Program, path: str, other: StationModel, kind: str
) -> None:
    made = admin.post(f"{path}/{kind}", KINDS[kind])

    admin.post(f"/models/{other.id}/{kind}/{made['id']}/removal", status=404)
    assert admin.get(f"/models/{other.id}/{kind}")["items"] == []


def test_evidence_that_somebody_has_read_verifies_the_model(admin: Program, path: str) -> None:
    made = admin.post(f"{path}/evidence", EVIDENCE)
    assert admin.get(path)["verified"] is False
    assert admin.get("/models", verified="true")["total"] == 0

    read = admin.post(f"{path}/evidence/{made['id']}/verification", status=200)

    assert read["verified_at"]
    assert admin.get(path)["verified"] is True
    assert admin.get("/models", verified="true")["total"] == 1
    assert admin.get("/models", verified="false")["total"] == 0
    assert admin.post(f"{path}/doubt", {"reason": "Ny utgåva"}, status=200)["verified"] is False


def test_a_default_verifies_nothing(admin: Program, path: str) -> None:
    made = admin.post(f"{path}/evidence", {"kind": "default", "says": "Varje år"})

    problem = admin.post(f"{path}/evidence/{made['id']}/verification", status=409)
    assert problem["type"].endswith("#wrong-state")


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [
        ("evidence", "document", ""),
        ("evidence", "says", ""),
        ("evidence", "kind", "rumour"),
        ("evidence", "dated_on", "2026-13-01"),
        ("protection", "rcd_type", "c"),
        ("protection", "rated_ma", 0),
        ("documents", "address", "javascript:alert(1)"),
        ("documents", "address", "ftp://x.example/m"),
        ("documents", "address", "https://"),
    ],
)
def test_a_wrong_field_is_named(
    admin: Program, path: str, kind: str, field: str, value: object
) -> None:
    body = KINDS[kind] | {field: value}
    assert fields(admin.post(f"{path}/{kind}", body, status=422)) == {field}


def test_a_retired_model_stays_as_it_was(admin: Program, path: str) -> None:
    admin.post(f"{path}/retirement", {"reason": "Slut"}, status=200)

    for kind, body in KINDS.items():
        assert admin.post(f"{path}/{kind}", body, status=409)["type"].endswith("#retired")


def test_a_model_says_what_it_has_and_how_often_to_come(admin: Program, path: str) -> None:
    facts: dict[str, Any] = {"capabilities": ["rcd_button", "air_filter"], "visit_months": 12}

    assert admin.patch(path, facts).items() >= facts.items()
    assert admin.get(path).items() >= facts.items()
    assert fields(admin.patch(path, {"visit_months": 0}, status=422)) == {"visit_months"}
    assert fields(admin.patch(path, {"capabilities": ["wings"]}, status=422)) == {"capabilities"}


def test_a_customers_program_is_shown_the_model_as_it_was(
    program: Caller, path: str, site: Site
) -> None:
    theirs = program(Role.CUSTOMER, site.customer)

    assert not theirs.get(path).keys() & {"verified", "capabilities", "visit_months", "notes"}
    theirs.get(f"{path}/evidence", 403)


def test_the_environment_of_a_site_and_a_station_is_told_and_changed(
    admin: Program, station: Station
) -> None:
    site, one = f"/sites/{station.site_id}", f"/stations/{station.id}"
    assert (admin.get(site)["environment"], admin.get(one)["environment"]) == ("normal", None)

    admin.patch(site, {"environment": "coastal"})
    admin.patch(one, {"environment": "dusty"})

    assert admin.get(site)["environment"] == Environment.COASTAL
    assert admin.get(one)["environment"] == Environment.DUSTY
    assert admin.patch(one, {"environment": None})["environment"] is None


def test_a_new_station_tells_its_environment(admin: Program) -> None:
    body = {
        "name": "Ny",
        "ocpp_identity": "NY1",
        "security_profile": 1,
        "authorization": "known_tags",
    }
    assert admin.post("/stations", body)["environment"] is None
