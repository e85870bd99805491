"""A model's page: what is known, from where, and what nobody has read."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from service.core.db import db
from service.people.models import Person
from service.stations.knowledge import ModelDocument, ModelEvidence, ProtectiveDevice
from service.stations.models import Site, Station, StationModel
from service.stations.words import Environment
from tests.conftest import NOON

BADGE = "check the manufacturer"
EVIDENCE = {"kind": "manual", "document": "Alfen handbok", "page": "12", "says": "Varje år"}
DEVICE = {"rcd_type": "rdc_dd", "rated_ma": "6", "place": "built_in", "per": "outlet", "note": ""}
PAPER = {"title": "Handbok", "address": "https://x.example/eve", "kind": "user_manual"}
KINDS: dict[str, tuple[dict[str, str], Any]] = {
    "evidence": (EVIDENCE, ModelEvidence),
    "protection": (DEVICE, ProtectiveDevice),
    "documents": (PAPER, ModelDocument),
}


@pytest.fixture
def path(model: StationModel) -> str:
    return f"/models/{model.id}"


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_known_is_added_shown_and_removed(
    as_admin: FlaskClient, path: str, kind: str
) -> None:
    typed, table = KINDS[kind]
    assert as_admin.get(f"{path}/{kind}/new").status_code == 200
    as_admin.post(f"{path}/{kind}", data=typed)
    row = db.session.scalars(select(table)).one()

    shown = {"evidence": "Varje år", "protection": "6 mA DC", "documents": typed.get("address", "")}
    assert shown[kind] in as_admin.get(path).text

    as_admin.post(f"{path}/{kind}/{row.id}/removal")
    assert db.session.scalars(select(table)).all() == []


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_removed_by_another_models_address(
    as_admin: FlaskClient, path: str, kind: str
) -> None:
    typed, table = KINDS[kind]
    other = StationModel.create("test", NOON, maker="X", name="1", current="ac")
    db.session.commit()
    as_admin.post(f"{path}/{kind}", data=typed)
    row = db.session.scalars(select(table)).one()

    assert as_admin.post(f"/models/{other.id}/{kind}/{row.id}/removal").status_code == 404
    assert db.session.scalars(select(table)).all() == [row]


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("evidence", {"document": ""}),
        ("evidence", {"says": ""}),
        ("evidence", {"kind": "rumour"}),
        ("protection", {"rated_ma": "0"}),
        ("protection", {"rcd_type": "c"}),
        ("documents", {"address": "javascript:alert(1)"}),
        ("documents", {"address": "handbok.pdf"}),
        ("documents", {"title": ""}),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(
    as_admin: FlaskClient, path: str, kind: str, typed: dict[str, str]
) -> None:
    known, table = KINDS[kind]

    assert as_admin.post(f"{path}/{kind}", data=known | typed).status_code == 422
    assert db.session.scalars(select(table)).all() == []


def test_an_unread_model_says_so_wherever_it_is_named(
    as_admin: FlaskClient, station: Station, path: str
) -> None:
    pages = ("/models", path, f"/stations/{station.id}")
    assert all(BADGE in as_admin.get(page).text for page in pages)

    as_admin.post(f"{path}/evidence", data=EVIDENCE)
    evidence = db.session.scalars(select(ModelEvidence)).one()
    as_admin.post(f"{path}/evidence/{evidence.id}/verification")

    assert not any(BADGE in as_admin.get(page).text for page in pages)
    assert "Ada Administratör" in as_admin.get(path).text


def test_whoever_doubts_says_why_and_it_is_a_default_again(
    as_admin: FlaskClient, model: StationModel, path: str, admin: Person
) -> None:
    evidence = ModelEvidence(kind="manual", document="Handbok", says="Varje år")
    model.add_evidence(evidence, admin, NOON)
    model.verify(admin, NOON, evidence)
    db.session.commit()

    as_admin.post(f"{path}/doubt")
    assert model.is_verified
    as_admin.post(f"{path}/doubt", data={"reason": "Ny utgåva"})

    assert not model.is_verified
    assert "Ny utgåva" in as_admin.get(f"{path}/history").text


def test_a_default_is_not_verified_by_its_address_either(
    as_admin: FlaskClient, model: StationModel, path: str
) -> None:
    as_admin.post(f"{path}/evidence", data=EVIDENCE | {"kind": "default", "document": ""})
    evidence = db.session.scalars(select(ModelEvidence)).one()

    assert f"{path}/evidence/{evidence.id}/verification" not in as_admin.get(path).text
    as_admin.post(f"{path}/evidence/{evidence.id}/verification")

    assert not model.is_verified


def test_models_are_found_by_whether_somebody_has_read(
    as_admin: FlaskClient, model: StationModel
) -> None:
    assert "Eve Double" in as_admin.get("/models?verified=no").text
    assert "Eve Double" not in as_admin.get("/models?verified=yes").text


def test_what_a_model_has_and_can_do_is_ticked(
    as_operations: FlaskClient, model: StationModel, path: str
) -> None:
    typed = {"maker": "Alfen", "name": "Eve Double", "current": "ac", "connectors": "2"}
    ticked = {"capabilities": ["rcd_button", "air_filter"], "visit_months": "12"}
    as_operations.post(path, data=typed | ticked)

    assert (model.capabilities, model.visit_months) == (["rcd_button", "air_filter"], 12)
    page = as_operations.get(path).text
    assert "RCD test button" in page
    assert "12 months" in page

    as_operations.post(path, data=typed | {"visit_months": ""})
    assert (model.capabilities, model.visit_months) == ([], None)


def test_the_house_reads_and_administrators_alone_change(
    as_operations: FlaskClient, as_technician: FlaskClient, path: str
) -> None:
    for browser in (as_operations, as_technician):
        page = browser.get(path).text
        assert "Evidence" in page
        assert f"{path}/evidence/new" not in page
        for kind, (typed, _) in KINDS.items():
            assert browser.post(f"{path}/{kind}", data=typed).status_code == 403


def test_a_customer_sees_the_model_as_before(
    as_customer: FlaskClient, station: Station, path: str
) -> None:
    for page in ("/models", path, f"/stations/{station.id}"):
        text = as_customer.get(page).text
        assert "Eve Double" in text
        assert not any(word in text for word in (BADGE, "Evidence", "Wear parts"))


def test_a_station_follows_its_site_until_it_says_otherwise(
    app: Flask, as_admin: FlaskClient, station: Station, site: Site
) -> None:
    page, typed = f"/stations/{station.id}", {"name": "Hamnen 3", "ocpp_identity": "CP1"}
    typed |= {"site_id": str(site.id), "access": "public", "authorization": "known_tags"}
    site.environment = Environment.COASTAL
    db.session.commit()
    assert "by the sea (as its site)" in as_admin.get(page).text

    as_admin.post(page, data=typed | {"environment": "dusty"})
    assert station.environment is Environment.DUSTY
    as_admin.post(page, data=typed | {"environment": ""})
    assert station.environment is None


def test_a_site_says_where_it_stands(as_admin: FlaskClient, site: Site) -> None:
    typed = {"name": "Hamnen", "customer_id": str(site.customer_id)}
    typed |= {"time_zone": "Europe/Stockholm", "environment": "coastal"}
    as_admin.post(f"/sites/{site.id}", data=typed)

    assert site.environment is Environment.COASTAL
    assert "by the sea" in as_admin.get(f"/sites/{site.id}").text
