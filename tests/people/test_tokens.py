import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from service.core.db import db
from service.core.history import History
from service.people.models import Customer, Person, Role
from service.people.tokens import ApiToken, TokenError, create_token
from tests.conftest import NOON

STATIONS = "/api/v1/stations"


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def token(browser: FlaskClient) -> str:
    token = create_token(Role.OPERATIONS, "Billing", NOON)
    db.session.commit()
    return token


def status(browser: FlaskClient, token: str) -> int:
    return int(browser.get(STATIONS, headers=bearer(token)).status_code)


def test_a_token_opens_the_api(browser: FlaskClient, token: str) -> None:
    assert status(browser, token) == 200


def test_a_token_makes_a_service_person_who_stands_in_the_history(token: str) -> None:
    robot = db.session.scalars(select(Person)).one()
    assert (robot.name, robot.is_service, robot.email) == ("Billing", True, None)
    deeds = db.session.scalars(select(History.verb).order_by(History.id)).all()
    assert deeds == ["join", "create"]


def test_the_table_does_not_hold_the_token(token: str) -> None:
    row = db.session.scalars(select(ApiToken)).one()
    assert token not in (row.hash, row.name)


def test_the_use_of_a_token_is_seen(browser: FlaskClient, token: str) -> None:
    status(browser, token)
    assert db.session.scalars(select(ApiToken)).one().last_used_at


@pytest.mark.parametrize("wrong", ["", "lv_made-up", "Bearer", "å", "a" * 5000])
def test_a_made_up_token_is_answered_with_a_problem(
    browser: FlaskClient, token: str, wrong: str
) -> None:
    answer = browser.get(
        STATIONS, headers={"Authorization": f"Bearer {wrong}".encode().decode("latin-1")}
    )
    assert answer.status_code == 401
    assert answer.mimetype == "application/problem+json"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_no_token_is_answered_with_a_problem(browser: FlaskClient) -> None:
    assert browser.get(STATIONS).status_code == 401


def test_a_revoked_token_is_refused(
    browser: FlaskClient, token: str, as_admin: FlaskClient
) -> None:
    row = db.session.scalars(select(ApiToken)).one()
    assert as_admin.post(f"/tokens/{row.id}/revocation").status_code == 302
    assert status(browser, token) == 401


def test_a_disabled_services_token_is_refused(
    browser: FlaskClient, token: str, as_admin: FlaskClient
) -> None:
    robot = db.session.scalars(select(Person).where(Person.is_service)).one()
    form = {"name": robot.name, "role": "operations"}
    assert as_admin.post(f"/people/{robot.id}", data=form).status_code == 302
    assert status(browser, token) == 401


def test_a_token_opens_no_page(browser: FlaskClient, token: str) -> None:
    assert browser.get("/profile", headers=bearer(token)).status_code == 302


def test_a_token_may_what_its_role_may(browser: FlaskClient) -> None:
    token = create_token(Role.TECHNICIAN, "Van", NOON)
    db.session.commit()
    answer = browser.post(STATIONS, json={}, headers=bearer(token))
    assert answer.status_code == 403
    assert answer.mimetype == "application/problem+json"


def test_an_administrator_makes_a_token_that_is_shown_once(
    browser: FlaskClient, as_admin: FlaskClient
) -> None:
    answer = as_admin.post("/tokens", data={"name": "Billing", "role": "operations"})
    found = re.search(r"lv_[\w-]+", answer.text)
    assert found
    assert answer.headers["Cache-Control"] == "no-store"
    assert status(browser, found[0]) == 200
    assert found[0] not in as_admin.get("/tokens").text


def test_a_customers_token_needs_a_customer(customer: Customer) -> None:
    with pytest.raises(TokenError):
        create_token(Role.CUSTOMER, "Portal", NOON)
    with pytest.raises(TokenError):
        create_token(Role.OPERATIONS, "Desk", NOON, customer)
    assert create_token(Role.CUSTOMER, "Portal", NOON, customer)


def test_a_wrong_token_form_makes_no_token(as_admin: FlaskClient) -> None:
    answer = as_admin.post("/tokens", data={"name": "Portal", "role": "customer"})
    assert answer.status_code == 422
    assert db.session.scalars(select(ApiToken)).all() == []
