"""Who may call what: every address of the API, walked by every role."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.core.db import db
from service.people.models import Customer, Person, Role
from service.people.rights import ENDPOINTS, RIGHTS
from service.sessions.models import ChargingSession
from service.stations.models import Station
from service.tickets.models import Ticket
from service.tickets.states import Priority
from tests.api.conftest import Caller, Program
from tests.conftest import NOON


def addresses(app: Flask) -> Iterator[tuple[str, str, str]]:
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("api."):
            path = re.sub(r"<[^>]+>", "999", rule.rule).removeprefix("/api/v1")
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield method, path, rule.endpoint


@pytest.mark.parametrize("role", list(Role))
def test_each_address_opens_for_the_roles_of_its_right_alone(
    app: Flask, program: Caller, customer: Customer, role: Role
) -> None:
    caller = program(role, customer if role is Role.CUSTOMER else None)

    for method, path, endpoint in addresses(app):
        status = caller.ask(method, path).status_code
        allowed = role in RIGHTS[ENDPOINTS[endpoint]]
        assert (status == 403) is not allowed, (method, path, status)
        assert status not in (401, 500), (method, path, status)


def test_no_address_opens_without_a_token(app: Flask, browser: FlaskClient) -> None:
    walked = list(addresses(app))

    for method, path, _ in walked:
        assert Program(browser).ask(method, path).status_code == 401, (method, path)
    assert len(walked) > 50


def test_a_strangers_row_is_a_404_everywhere(
    station: Station, operator: Person, stranger: Program
) -> None:
    Ticket.open_by_hand(station, "Broken", Priority.P3, operator, NOON)
    charge = {"transaction_id": 1, "connector": 1, "id_tag": "A", "started_said": ""}
    db.session.add(ChargingSession(station_id=station.id, **charge))
    db.session.commit()

    for kind in ("customers", "sites", "stations", "tickets", "sessions"):
        stranger.get(f"/{kind}/1", 404)
        mine = stranger.get(f"/{kind}")["items"]
        assert all(one["name"] == "Annan AB" for one in mine), kind
