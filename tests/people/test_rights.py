"""Every address, for every role: the table decides, and an address without a line fails here."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.core.clock import now
from service.core.db import db
from service.people.models import Customer, Role
from service.people.rights import ENDPOINTS, PUBLIC, RIGHTS, NoRuleError, has_right, may
from service.people.tablets import CARRIERS, Tablet
from service.people.tokens import create_token
from tests.conftest import NOON, person, signed_in

# Their answer would not end: so much of the address asks only whether there is room.
ENDLESS = {"live.stream": "?probe=1"}
# They end the session that walks, so they are walked to with one of their own.
ENDING = {"security.logout"}


def rules(app: Flask) -> list[tuple[str, str, str]]:
    """(endpoint, method, a path with keys that nothing has)"""
    found = []
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<int:[^>]+>", "999999", rule.rule)
        path = re.sub(r"<[^>]+>", "nothing", path) + ENDLESS.get(rule.endpoint, "")
        found += [
            (rule.endpoint, method, path)
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        ]
    return found


def test_the_walk_leaves_no_address_out(app: Flask) -> None:
    assert {endpoint for endpoint, _, _ in rules(app)} == set(app.view_functions)


def test_every_address_has_a_line_in_the_table(app: Flask) -> None:
    there = set(app.view_functions) - PUBLIC
    assert there - set(ENDPOINTS) == set()


def test_the_table_names_no_address_that_is_gone(app: Flask) -> None:
    assert (set(ENDPOINTS) | PUBLIC) - set(app.view_functions) == set()


def test_every_line_names_a_right_that_is_there() -> None:
    assert set(ENDPOINTS.values()) - set(RIGHTS) == set()


def test_an_address_without_a_line_is_a_fault_of_the_program(app: Flask) -> None:
    with pytest.raises(NoRuleError):
        may(Role.ADMINISTRATOR, "nobody.thought_of_this")


def test_nobody_comes_further_than_the_public_addresses(app: Flask, browser: FlaskClient) -> None:
    for endpoint, method, path in rules(app):
        answer = browser.open(path, method=method)
        if endpoint in PUBLIC:
            assert answer.status_code < 500, (endpoint, method)
        elif path.startswith("/api/"):
            assert answer.status_code == 401, (endpoint, method, answer.text)
            assert answer.mimetype == "application/problem+json", (endpoint, method)
        else:
            assert answer.status_code == 302, (endpoint, method)
            assert answer.location.startswith("/sign-in"), (endpoint, method)


@pytest.mark.parametrize("role", list(Role))
def test_each_role_is_refused_what_the_table_does_not_give_it(
    app: Flask, role: Role, customer: Customer
) -> None:
    owner = customer if role is Role.CUSTOMER else None
    somebody = person(role, customer=owner)
    browser = signed_in(app, somebody)
    for endpoint, method, path in rules(app):
        if path.startswith("/api/") or endpoint in PUBLIC:
            continue
        walker = signed_in(app, somebody) if endpoint in ENDING else browser
        answer = walker.open(path, method=method)
        if has_right(role, ENDPOINTS[endpoint]):
            assert answer.status_code not in {401, 403}, (endpoint, method)
            assert answer.status_code < 500, (endpoint, method, answer.text)
        else:
            assert answer.status_code == 403, (endpoint, method)


@pytest.mark.parametrize("role", list(Role))
def test_each_token_is_refused_what_the_table_does_not_give_its_role(
    app: Flask, browser: FlaskClient, role: Role, customer: Customer
) -> None:
    owner = customer if role is Role.CUSTOMER else None
    bearer = {"Authorization": f"Bearer {create_token(role, 'Robot', NOON, owner)}"}
    db.session.commit()
    for endpoint, method, path in rules(app):
        if not path.startswith("/api/") or path.startswith("/api/t/") or endpoint in PUBLIC:
            continue
        answer = browser.open(path, method=method, headers=bearer)
        if has_right(role, ENDPOINTS[endpoint]):
            assert answer.status_code not in {401, 403}, (endpoint, method)
            assert answer.status_code < 500, (endpoint, method, answer.text)
        else:
            assert answer.status_code == 403, (endpoint, method, answer.text)


@pytest.mark.parametrize("role", sorted(CARRIERS))
def test_each_tablet_is_refused_what_the_table_does_not_give_its_person(
    app: Flask, browser: FlaskClient, role: Role
) -> None:
    somebody = person(role)
    for endpoint, method, path in rules(app):
        if not path.startswith("/api/t/") or endpoint in PUBLIC:
            continue
        _, token = Tablet.enrol(somebody, "Walker", now())
        db.session.commit()
        answer = browser.open(path, method=method, headers={"X-Tablet": token})
        if has_right(role, ENDPOINTS[endpoint]):
            assert answer.status_code not in {401, 403}, (endpoint, method)
            assert answer.status_code < 500, (endpoint, method, answer.text)
        else:
            assert answer.status_code == 403, (endpoint, method, answer.text)


def test_a_token_of_the_api_opens_no_address_of_the_tablets(
    app: Flask, browser: FlaskClient
) -> None:
    bearer = {"Authorization": f"Bearer {create_token(Role.ADMINISTRATOR, 'Robot', NOON)}"}
    db.session.commit()
    for endpoint, method, path in rules(app):
        if path.startswith("/api/t/") and endpoint not in PUBLIC:
            answer = browser.open(path, method=method, headers=bearer)
            assert answer.status_code == 401, (endpoint, method)


def test_a_cookie_opens_no_address_of_the_api(app: Flask, as_admin: FlaskClient) -> None:
    for endpoint, method, path in rules(app):
        if path.startswith("/api/") and endpoint not in PUBLIC:
            assert as_admin.open(path, method=method).status_code == 401, (endpoint, method)


def test_a_customer_has_no_right_inside_the_house() -> None:
    inside = ("frames.read", "tickets.notes", "stations.connect", "remote.ask", "remote.reset")
    assert not any(has_right(Role.CUSTOMER, right) for right in inside)


def test_a_technician_resets_but_does_not_configure() -> None:
    assert has_right(Role.TECHNICIAN, "remote.reset")
    assert not has_right(Role.TECHNICIAN, "remote.change_configuration")


def test_a_dispatcher_resets_and_asks_nothing_else() -> None:
    given = {right for right, roles in RIGHTS.items() if Role.DISPATCHER in roles}
    asked = {right for right in given if right.startswith("remote.")}
    assert asked == {"remote.read", "remote.ask", "remote.reset"}


def test_an_administrator_may_everything_that_the_house_uses() -> None:
    not_theirs = {right for right in RIGHTS if not has_right(Role.ADMINISTRATOR, right)}
    # The portal is the customers': whoever belongs to none has nothing there.
    assert not_theirs == {"nothing", "portal.use"}
