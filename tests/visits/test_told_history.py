"""The history says what was done in its reader's language, and names rows by their name."""

from __future__ import annotations

from flask.testing import FlaskClient
from sqlalchemy import select

from service.core.db import db
from service.core.history import History, spoken
from service.people.models import Customer, Person
from service.stations.models import Site, Station
from tests.conftest import NOON
from tests.visits.conftest import Due, due, ordered, technician

__all__ = ["due", "technician"]
SV, EN = {"Accept-Language": "sv"}, {"Accept-Language": "en"}


def test_an_orders_history_names_tasks_in_the_readers_language(
    due: Due, technician: Person, as_admin: FlaskClient
) -> None:
    date = due()
    order = ordered(technician, date)
    db.session.commit()
    address = f"/work-orders/{order.id}/history"
    swedish, english = date.task.title_sv, date.task.title_en
    assert swedish != english

    read = as_admin.get(address, headers=SV).text
    assert f"{date.station.name}: {swedish}" in read
    assert english not in read
    assert f"{date.station.name}: {english}" in as_admin.get(address, headers=EN).text


def test_a_station_that_moves_says_from_where_to_where(
    station: Station, customer: Customer, admin: Person, as_admin: FlaskClient
) -> None:
    old = station.site
    assert old
    new = Site(customer=customer, name="Varvet", city="Göteborg", created_at=NOON)
    db.session.add(new)
    db.session.flush()
    station.edit(admin, NOON, site=new)
    db.session.commit()

    assert (
        f"{old.name} → Varvet" in as_admin.get(f"/stations/{station.id}/history", headers=SV).text
    )


def test_a_row_is_named_as_it_was_called_then(
    station: Station, customer: Customer, admin: Person
) -> None:
    new = Site(customer=customer, name="Varvet", city="Göteborg", created_at=NOON)
    db.session.add(new)
    db.session.flush()
    station.edit(admin, NOON, site=new)
    new.name = "Docksidan"
    db.session.flush()
    row = db.session.scalars(select(History).where(History.verb == "edit")).one()

    assert row.details["site"][1] == {"id": new.id, "name": "Varvet"}


def test_what_was_written_down_before_stands_as_it_was() -> None:
    assert spoken("Torget 1: RCD test", "sv") == "Torget 1: RCD test"
    assert spoken([1, None], "sv") == [1, None]
    assert spoken({"sv": "Prov", "en": "Test"}, "en") == "Test"
    assert spoken({"max": 3}, "sv") == {"max": 3}
