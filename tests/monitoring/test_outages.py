"""A customer's people see the planned outages of their own stations and sites, and no other's."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from sqlalchemy import text

from service.core.clock import now
from service.core.db import db
from service.monitoring.models import MaintenanceWindow
from service.people.models import Customer, Person
from service.people.roles import Role
from service.people.tokens import create_token
from service.stations.models import Site, Station
from tests.conftest import NOON, person, signed_in

HOUR = timedelta(hours=1)


def plan(place: Station | Site, reason: str, by: Person) -> MaintenanceWindow:
    at = now()
    window = MaintenanceWindow.plan(place, at - HOUR, at + HOUR, reason, by, at)
    db.session.commit()
    return window


@pytest.fixture
def stranger(app: Flask) -> Customer:
    stranger = Customer(name="Annan AB", created_at=NOON)
    db.session.add(stranger)
    db.session.commit()
    return stranger


@pytest.fixture
def windows(station: Station, stranger: Customer, operator: Person) -> list[MaintenanceWindow]:
    """Two of the customer's, and two of somebody else's."""
    torget = Site(customer=stranger, name="Torget", city="Umeå", created_at=NOON)
    other = Station.create("Torget 1", "CP9", "test", NOON, site=torget)
    db.session.commit()
    assert station.site
    return [
        plan(station, "Ny kabel", operator),
        plan(station.site, "Strömlöst", operator),
        plan(other, "Hemlig kabel", operator),
        plan(torget, "Hemligt bygge", operator),
    ]


@pytest.mark.usefixtures("windows")
def test_a_customer_sees_the_outages_of_its_own_stations_and_sites(
    as_customer: FlaskClient,
) -> None:
    page = as_customer.get("/outages").text

    assert "Ny kabel" in page
    assert "Strömlöst" in page
    assert "Hemlig" not in page


@pytest.mark.usefixtures("windows")
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_no_other_customers_outage_is_in_a_file(as_customer: FlaskClient, form: str) -> None:
    for address in ("/outages?time=&format=", "/outages?q=torget&time=&format="):
        assert b"Hemlig" not in as_customer.get(address + form).data


@pytest.mark.usefixtures("windows")
def test_they_stand_on_the_pages_of_station_and_site(
    as_customer: FlaskClient, station: Station
) -> None:
    of_station = as_customer.get(f"/stations/{station.id}/outages").text
    of_site = as_customer.get(f"/sites/{station.site_id}/outages").text

    for page in (of_station, of_site):
        assert "Ny kabel" in page
        assert "Strömlöst" in page
    assert "Hamnen 3" in of_site


def test_another_customers_place_is_not_there(
    as_customer: FlaskClient, windows: list[MaintenanceWindow]
) -> None:
    other, torget = windows[2].station_id, windows[3].site_id

    assert as_customer.get(f"/stations/{other}/outages").status_code == 404
    assert as_customer.get(f"/sites/{torget}/outages").status_code == 404


def test_a_customer_plans_and_ends_none(
    as_customer: FlaskClient, windows: list[MaintenanceWindow], operator: Person
) -> None:
    mine = windows[0]
    page = as_customer.get("/outages").text

    assert as_customer.post(f"/outages/{mine.id}/end").status_code == 403
    assert as_customer.get(f"/stations/{mine.station_id}/outages/new").status_code == 403
    assert f"/outages/{mine.id}/end" not in page
    assert operator.name not in page


def test_the_api_gives_a_customers_token_its_own(
    app: Flask, customer: Customer, windows: list[MaintenanceWindow]
) -> None:
    token = create_token(Role.CUSTOMER, "Fastighetssystem", NOON, customer=customer)
    db.session.commit()
    asking = {"headers": {"Authorization": f"Bearer {token}"}}
    api, one = app.test_client(), "/api/v1/planned-outages"

    listed: Any = api.get(one, **asking).json
    reasons = {found["reason"] for found in listed["items"]}
    answers = [api.get(f"{one}/{window.id}", **asking).status_code for window in windows]
    ended = api.post(f"{one}/{windows[0].id}/end", **asking)

    assert reasons == {"Ny kabel", "Strömlöst"}
    assert answers == [200, 200, 404, 404]
    assert ended.status_code == 403


@pytest.mark.usefixtures("windows")
def test_the_database_keeps_the_others_away_whatever_is_asked(
    app: Flask, customer: Customer, stranger: Customer
) -> None:
    def seen(by: Customer) -> set[str]:
        with app.app_context():
            g.customer = str(by.id)
            return set(db.session.scalars(text("SELECT reason FROM maintenance_window")))

    keys = (customer, stranger)
    assert [seen(one) for one in keys] == [
        {"Ny kabel", "Strömlöst"},
        {"Hemlig kabel", "Hemligt bygge"},
    ]


@pytest.mark.usefixtures("windows")
def test_the_house_sees_them_all(app: Flask) -> None:
    page = signed_in(app, person(Role.TECHNICIAN)).get("/outages").text

    assert "Ny kabel" in page
    assert "Hemligt bygge" in page
