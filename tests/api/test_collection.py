"""What holds for every kind of row in the API, whichever it is."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import select

from service.core.db import db
from service.core.history import History
from service.people.models import Customer, Person
from service.stations.models import Site, Station
from service.tickets.models import Ticket
from service.tickets.states import Priority
from tests.api.conftest import Program, fields
from tests.conftest import NOON


@pytest.fixture
def ticket(station: Station, operator: Person) -> Ticket:
    ticket = Ticket.open_by_hand(station, "Broken", Priority.P3, operator, NOON)
    db.session.commit()
    return ticket


def at_once(app: Flask, program: Program, path: str, body: dict[str, str], times: int) -> list[int]:
    """The statuses of as many calls, made at the same time."""

    def call(_: int) -> int:
        with app.app_context():
            mine = Program(app.test_client(), program.token)
            return mine.ask("POST", path, json=body).status_code

    with ThreadPoolExecutor(times) as programs:
        return sorted(programs.map(call, range(times)))


def test_of_two_that_retire_a_row_at_once_one_is_told_that_it_is_done(
    app: Flask, admin: Program, customer: Customer
) -> None:
    path = f"/customers/{customer.id}/retirement"

    assert at_once(app, admin, path, {"reason": "Over"}, 4) == [200, 409, 409, 409]
    deeds = select(History).where(History.verb == "retire")
    assert len(db.session.scalars(deeds).all()) == 1


def test_of_two_that_cancel_a_ticket_at_once_one_is_told_that_it_is_done(
    app: Flask, admin: Program, ticket: Ticket
) -> None:
    path = f"/tickets/{ticket.id}/cancellation"

    assert at_once(app, admin, path, {"why": "A mistake"}, 3) == [200, 409, 409]


@pytest.mark.parametrize("path", ["/customers", "/sites"])
def test_what_is_retired_is_not_changed(admin: Program, site: Site, path: str) -> None:
    admin.post(f"/sites/{site.id}/retirement", {"reason": "Sold"}, status=200)
    admin.post(f"/customers/{site.customer_id}/retirement", {"reason": "Sold"}, status=200)

    assert admin.patch(f"{path}/1", {"name": "New"}, 409)["type"].endswith("#retired")
    assert admin.get(f"{path}/1")["name"] != "New"


def test_a_row_that_a_stranger_may_not_see_cannot_be_named(
    stranger: Program, admin: Program, site: Site
) -> None:
    """Strangers are told the same of a row that is there and of one that is not."""
    known = admin.post("/stations", _station(site_id=999), status=422)
    assert known["errors"] == {"site_id": ["There is none with this id."]}
    stranger.post("/stations", _station(site_id=site.id), status=403)


def _station(**more: object) -> dict[str, object]:
    facts = {"name": "A", "ocpp_identity": "A", "security_profile": 1}
    return {**facts, "authorization": "accept_all", **more}


@pytest.mark.parametrize("name", ["station", "by", "at", "row", "ticket", "self"])
def test_a_field_that_no_action_has_is_named_whatever_it_is_called(
    admin: Program, station: Station, name: str
) -> None:
    body = {"action": "clear_cache", "reason": "Try", name: 1}

    problem = admin.post(f"/stations/{station.id}/remote-actions", body, status=422)
    assert fields(problem) == {name}


def test_a_refused_deed_leaves_nothing_behind(admin: Program, site: Site, station: Station) -> None:
    admin.post(f"/sites/{site.id}/retirement", {"reason": "Sold"}, status=409)

    assert admin.get(f"/sites/{site.id}")["retired_at"] is None
    assert "retire" not in db.session.scalars(select(History.verb)).all()
