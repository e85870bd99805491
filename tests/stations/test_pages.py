"""The pages of the register: what can be seen, made, changed and retired."""

from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from service.core.db import db
from service.people.models import Customer, Person
from service.people.roles import Role
from service.stations.models import Site, Station, StationModel
from tests.conftest import NOON, person, signed_in

STATION = {
    "name": "Hamnen 9",
    "ocpp_identity": "CP9",
    "access": "public",
    "authorization": "known_tags",
    "commissioned_on": "2026-02-01",
}
SITE = {"name": "Torget", "time_zone": "Europe/Stockholm", "latitude": "57,7", "longitude": "11.9"}
MODEL = {"maker": "Zaptec", "name": "Pro", "current": "ac", "power_kw": "22", "connectors": "1"}


@pytest.fixture
def desk(app: Flask, operator: Person) -> FlaskClient:
    return signed_in(app, operator)


@pytest.fixture
def stranger(app: Flask) -> FlaskClient:
    other = Customer(name="Annan AB", created_at=NOON)
    return signed_in(app, person(Role.CUSTOMER, "Sven Sträng", other))


def test_every_page_of_the_register_opens(desk: FlaskClient, station: Station) -> None:
    pages = [
        "/stations",
        f"/stations/{station.id}",
        f"/stations/{station.id}/state",
        f"/stations/{station.id}/history",
        f"/stations/{station.id}/edit",
        f"/stations/{station.id}/connection",
        f"/stations/{station.id}/connection/state",
        "/stations/new",
        "/sites",
        f"/sites/{station.site_id}",
        f"/sites/{station.site_id}/edit",
        f"/sites/{station.site_id}/history",
        "/sites/new",
        "/customers",
        "/customers/1",
        "/customers/1/edit",
        "/customers/1/history",
        "/customers/new",
        "/models",
        f"/models/{station.model_id}",
        f"/models/{station.model_id}/edit",
        f"/models/{station.model_id}/history",
        "/models/new",
        "/pending",
    ]

    answers = {page: desk.get(page).status_code for page in pages}

    assert answers == dict.fromkeys(pages, 200)


def test_a_customer_is_made_changed_and_retired(desk: FlaskClient) -> None:
    desk.post("/customers", data={"name": "BRF Solen", "email": "styrelsen@solen.se"})
    customer = db.session.scalars(select(Customer)).one()
    desk.post(f"/customers/{customer.id}", data={"name": "BRF Månen", "email": ""})
    desk.post(f"/customers/{customer.id}/retirement", data={"reason": "left"})

    assert (customer.name, customer.email) == ("BRF Månen", None)
    assert customer.retired_at is not None


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"name": ""}, "This field is required"),
        ({"name": "brf kajen"}, "There is a customer of this name already"),
        ({"name": "BRF Ny", "email": "nobody"}, "Invalid email address"),
        ({"name": "x" * 121}, "Field cannot be longer than 120 characters"),
    ],
)
def test_a_wrong_customer_is_refused_beside_the_field(
    desk: FlaskClient, customer: Customer, typed: dict[str, str], words: str
) -> None:
    answer = desk.post("/customers", data=typed)

    assert answer.status_code == 422
    assert words in answer.text
    assert db.session.scalars(select(Customer)).all() == [customer]


def test_a_site_is_made_with_coordinates_as_people_write_them(
    desk: FlaskClient, customer: Customer
) -> None:
    desk.post("/sites", data={**SITE, "customer_id": customer.id})

    site = db.session.scalars(select(Site)).one()
    assert (site.latitude, site.longitude) == (Decimal("57.7"), Decimal("11.9"))
    assert site.customer is customer


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"name": ""}, "This field is required"),
        ({"customer_id": ""}, "This field is required"),
        ({"customer_id": "99"}, "Not a valid choice"),
        ({"name": "hamnen"}, "This customer has a site of this name already"),
        ({"time_zone": "Mars/Base"}, "Not a valid choice"),
        ({"latitude": "91"}, "Number must be between -90 and 90"),
        ({"latitude": "north"}, "Write a number"),
        ({"latitude": ""}, "Latitude and longitude belong together"),
    ],
)
def test_a_wrong_site_is_refused_beside_the_field(
    desk: FlaskClient, site: Site, typed: dict[str, str], words: str
) -> None:
    answer = desk.post("/sites", data={**SITE, "customer_id": str(site.customer_id), **typed})

    assert answer.status_code == 422
    assert words in answer.text
    assert db.session.scalars(select(Site)).all() == [site]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"maker": ""}, "This field is required"),
        ({"current": "steam"}, "Invalid Choice"),
        ({"connectors": "0"}, "Number must be between 1 and 62"),
        ({"power_kw": "-1"}, "Number must be between 0 and 10000"),
        ({"maker": "alfen", "name": "EVE double"}, "There is a model of this maker"),
    ],
)
def test_a_wrong_model_is_refused_beside_the_field(
    desk: FlaskClient, model: StationModel, typed: dict[str, str], words: str
) -> None:
    answer = desk.post("/models", data={**MODEL, **typed})

    assert answer.status_code == 422
    assert words in answer.text
    assert db.session.scalars(select(StationModel)).all() == [model]


def test_a_model_is_made_changed_and_retired(desk: FlaskClient) -> None:
    desk.post("/models", data=MODEL)
    model = db.session.scalars(select(StationModel)).one()
    desk.post(f"/models/{model.id}", data={**MODEL, "connectors": "2"})
    desk.post(f"/models/{model.id}/retirement", data={"reason": "not sold"})

    assert (model.title, model.connectors) == ("Zaptec Pro", 2)
    assert model.retired_at is not None


def test_a_new_station_shows_its_key_once(
    desk: FlaskClient, site: Site, model: StationModel
) -> None:
    answer = desk.post("/stations", data={**STATION, "site_id": site.id, "model_id": model.id})

    station = db.session.scalars(select(Station)).one()
    assert (station.name, station.site, station.model) == ("Hamnen 9", site, model)
    assert len(station.connectors) == 3
    assert 'id="key"' in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert 'id="key"' not in desk.get(f"/stations/{station.id}/connection").text


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"name": ""}, "This field is required"),
        ({"ocpp_identity": "CP 9"}, "1 to 48 letters"),
        ({"ocpp_identity": "cp1"}, "Another station has this identity already"),
        ({"site_id": "99"}, "Not a valid choice"),
        ({"access": "secret"}, "Invalid Choice"),
        ({"commissioned_on": "yesterday"}, "Not a valid date value"),
        ({"commissioned_on": "9999-12-31"}, "Dates lie between 1900 and 2200"),
    ],
)
def test_a_wrong_station_is_refused_beside_the_field(
    desk: FlaskClient, station: Station, typed: dict[str, str], words: str
) -> None:
    answer = desk.post("/stations", data={**STATION, **typed})

    assert answer.status_code == 422
    assert words in answer.text
    assert "Hamnen 9" in answer.text or not typed.get("name", "x")
    assert db.session.scalars(select(Station)).all() == [station]


def test_a_station_is_changed_and_its_page_says_who_did_it(
    desk: FlaskClient, station: Station
) -> None:
    desk.post(f"/stations/{station.id}", data={**STATION, "ocpp_identity": "CP1"})

    assert station.name == "Hamnen 9"
    history = desk.get(f"/stations/{station.id}/history").text
    assert "Olle Operatör" in history
    assert "Hamnen 3 → Hamnen 9" in history


def test_another_stations_identity_cannot_be_taken_by_an_edit(
    desk: FlaskClient, station: Station
) -> None:
    Station.create("Hamnen 4", "CP4", "test", NOON)
    db.session.commit()

    answer = desk.post(f"/stations/{station.id}", data={**STATION, "ocpp_identity": "cp4"})

    assert answer.status_code == 422
    assert "Another station has this identity already" in answer.text


def test_a_retired_station_says_so_and_is_gone_from_the_list(
    desk: FlaskClient, station: Station
) -> None:
    desk.post(f"/stations/{station.id}/retirement", data={"reason": "demolished"})

    assert "This station is retired" in desk.get(f"/stations/{station.id}").text
    assert "Hamnen 3" not in desk.get("/stations").text
    assert "Hamnen 3" in desk.get("/stations?shown=retired").text


def test_nothing_is_retired_without_a_reason(desk: FlaskClient, station: Station) -> None:
    answer = desk.post(
        f"/stations/{station.id}/retirement", data={"reason": " "}, follow_redirects=True
    )

    assert "Nothing was changed: say why." in answer.text
    assert station.retired_at is None


def test_a_retired_station_is_not_changed_by_an_old_form(
    desk: FlaskClient, station: Station, operator: Person
) -> None:
    station.retire(operator, "demolished", NOON)
    db.session.commit()

    answer = desk.post(
        f"/stations/{station.id}",
        data={**STATION, "ocpp_identity": "CP1"},
        follow_redirects=True,
    )

    assert "Nothing was changed: it is retired already." in answer.text
    assert station.name == "Hamnen 3"


@pytest.mark.parametrize(
    ("path", "form"),
    [("/customers/1", {"name": "Ny"}), ("/sites/1", SITE), ("/models/1", MODEL)],
)
def test_what_is_retired_stays_as_it_was(
    desk: FlaskClient, site: Site, model: StationModel, path: str, form: dict[str, str]
) -> None:
    kind = {"/customers/1": Customer, "/sites/1": Site, "/models/1": StationModel}[path]
    if kind is Customer:
        desk.post("/sites/1/retirement", data={"reason": "sold"})
    desk.post(f"{path}/retirement", data={"reason": "sold"})
    row: Any = db.session.get_one(kind, 1)
    before = (row.name, row.retired_at)
    assert row.retired_at

    for answer in (
        desk.post(path, data=form | {"customer_id": "1"}, follow_redirects=True),
        desk.post(f"{path}/retirement", data={"reason": "again"}, follow_redirects=True),
    ):
        assert "Nothing was changed: it is retired already." in answer.text
    db.session.expire_all()
    assert (row.name, row.retired_at) == before


def test_a_site_with_stations_says_which_stand_in_the_way(
    desk: FlaskClient, station: Station
) -> None:
    answer = desk.post(
        f"/sites/{station.site_id}/retirement", data={"reason": "sold"}, follow_redirects=True
    )

    assert "it is still in use by Hamnen 3" in answer.text


def test_a_customer_with_sites_says_which_stand_in_the_way(desk: FlaskClient, site: Site) -> None:
    answer = desk.post(
        f"/customers/{site.customer_id}/retirement", data={"reason": "left"}, follow_redirects=True
    )

    assert "it is still in use by Hamnen" in answer.text


def test_a_customers_person_sees_own_stations_without_what_they_sign_in_with(
    as_customer: FlaskClient, station: Station
) -> None:
    station.ocpp_identity, station.identity_key = "HEMLIG77", "hemlig77"
    db.session.commit()

    pages = [f"/stations/{station.id}", f"/stations/{station.id}/state", "/stations"]
    texts = [as_customer.get(page).text for page in pages]
    found = as_customer.get("/stations?q=hemlig77").text

    assert all("Hamnen 3" in text for text in (texts[0], texts[2]))
    assert not any("HEMLIG77" in text for text in texts)
    assert "HEMLIG77" not in as_customer.get("/stations?format=csv").text
    assert "Hamnen 3" not in found
    assert as_customer.get(f"/stations/{station.id}/connection").status_code == 403


def test_a_customers_person_changes_nothing(as_customer: FlaskClient, station: Station) -> None:
    posts = [
        "/stations",
        f"/stations/{station.id}",
        f"/stations/{station.id}/retirement",
        f"/stations/{station.id}/connection/key",
        f"/stations/{station.id}/connection/profile",
        "/sites",
        f"/sites/{station.site_id}",
        "/customers",
        "/models",
    ]

    assert {as_customer.post(page, data=STATION).status_code for page in posts} == {403}


def test_a_strangers_station_and_site_are_not_there(
    stranger: FlaskClient, station: Station, customer: Customer
) -> None:
    pages = [
        f"/stations/{station.id}",
        f"/stations/{station.id}/state",
        f"/sites/{station.site_id}",
        f"/customers/{customer.id}",
    ]

    assert {stranger.get(page).status_code for page in pages} == {404}
    for page in ("/stations", "/sites", "/customers"):
        assert "Hamnen" not in stranger.get(page).text
        assert "Kajen" not in stranger.get(page).text


def test_a_list_is_searched_and_downloaded_harmless(desk: FlaskClient, station: Station) -> None:
    Station.create("=HYPERLINK(1)", "=cmd", "test", NOON)
    db.session.commit()

    csv = desk.get("/stations?format=csv").text

    assert "'=HYPERLINK(1)" in csv
    assert "'=cmd" in csv
    assert "Hamnen 3" not in desk.get("/stations?q=hyperlink").text


def test_names_sort_as_swedes_sort_them(desk: FlaskClient) -> None:
    for name in ("Ö-torg", "Zebra", "Älgen", "ål", "apa"):
        Customer.create("test", NOON, name=name)
    db.session.commit()

    csv = desk.get("/customers?format=csv").text.splitlines()[1:]

    assert [line.split(",")[0] for line in csv] == ["apa", "Zebra", "ål", "Älgen", "Ö-torg"]
