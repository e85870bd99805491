from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from service.core.clock import now
from service.core.db import db
from service.core.outbox import Mail
from service.people.links import INVITATION_LASTS, OneTimeLink, first_link
from service.people.models import Customer, Person, Role
from tests.conftest import person
from tests.people.conftest import PASSWORD, enter, give_password

ADA = {"name": "Ada", "email": "ada@example.com", "password": PASSWORD}


def is_in(browser: FlaskClient) -> bool:
    return browser.get("/profile").status_code == 200


def made(at_all: str | None) -> str:
    db.session.commit()
    assert at_all
    return at_all


def test_the_first_link_makes_the_administrator(app: Flask, browser: FlaskClient) -> None:
    link = made(first_link(now()))
    assert browser.get(link).status_code == 200
    assert browser.post(link, data=ADA).status_code == 302

    ada = db.session.scalars(select(Person)).one()
    assert ada.role is Role.ADMINISTRATOR
    assert is_in(browser)
    browser.post("/sign-out")
    enter(browser, ada)
    assert is_in(browser)


def test_the_first_link_works_once(app: Flask, browser: FlaskClient) -> None:
    link = made(first_link(now()))
    browser.post(link, data=ADA)
    again = app.test_client().post(link, data={**ADA, "email": "eve@example.com"})

    assert again.status_code == 404
    assert len(db.session.scalars(select(Person)).all()) == 1


def test_the_first_link_ends_when_an_administrator_exists(app: Flask, browser: FlaskClient) -> None:
    link = made(first_link(now()))
    person(Role.ADMINISTRATOR)

    assert browser.get(link).status_code == 404
    assert first_link(now()) is None


def test_a_service_person_is_no_administrator_who_lets_people_in(app: Flask) -> None:
    db.session.add(Person(name="Robot", role=Role.ADMINISTRATOR, is_service=True, created_at=now()))
    db.session.commit()
    assert first_link(now())


def test_a_second_start_makes_the_first_link_worthless(app: Flask, browser: FlaskClient) -> None:
    old, new = made(first_link(now())), made(first_link(now()))
    assert browser.get(old).status_code == 404
    assert browser.get(new).status_code == 200


def test_the_house_does_not_keep_the_link(app: Flask) -> None:
    link = made(first_link(now()))
    kept = db.session.scalars(select(OneTimeLink)).one()
    assert kept.hash not in link


def test_a_made_up_link_opens_nothing(browser: FlaskClient) -> None:
    assert browser.get("/first/made-up").status_code == 404
    assert browser.get("/invitation/made-up").status_code == 404


@pytest.mark.parametrize(
    "wrong", [{"password": "elva tecken"}, {"email": "no address"}, {"name": " "}]
)
def test_a_wrong_first_form_makes_nobody(
    app: Flask, browser: FlaskClient, wrong: dict[str, str]
) -> None:
    link = made(first_link(now()))
    answer = browser.post(link, data={**ADA, **wrong})

    assert answer.status_code == 422
    assert db.session.scalars(select(Person)).all() == []
    assert browser.post(link, data=ADA).status_code == 302


def invited(as_admin: FlaskClient, **more: str) -> Person:
    form = {"name": "Tom", "email": "tom@example.com", "role": "technician", **more}
    answer = as_admin.post("/people/invitation", data=form)
    assert answer.status_code == 302, answer.text
    return db.session.scalars(select(Person).where(Person.email == "tom@example.com")).one()


def invitation() -> str:
    mail = db.session.scalars(select(Mail).order_by(Mail.id.desc()).limit(1)).one()
    line = next(line for line in mail.body.splitlines() if line.startswith("{web}/"))
    return line.removeprefix("{web}")


def test_who_is_invited_chooses_a_password_and_is_in(
    browser: FlaskClient, as_admin: FlaskClient
) -> None:
    tom = invited(as_admin)
    browser.post(invitation(), data={"password": PASSWORD})

    assert tom.password
    assert is_in(browser)


def test_an_invitation_works_once(app: Flask, browser: FlaskClient, as_admin: FlaskClient) -> None:
    tom = invited(as_admin)
    browser.post(invitation(), data={"password": PASSWORD})
    late = app.test_client().post(invitation(), data={"password": "någon annans ord"})

    assert late.status_code == 404
    enter(third := app.test_client(), tom)
    assert is_in(third)


def test_an_invitation_ends_after_a_week(browser: FlaskClient, as_admin: FlaskClient) -> None:
    invited(as_admin)
    db.session.execute(update(OneTimeLink).values(expires_at=now() - timedelta(seconds=1)))
    db.session.commit()

    assert timedelta(days=7) == INVITATION_LASTS
    assert browser.get(invitation()).status_code == 404


def test_a_disabled_guest_comes_not_in(browser: FlaskClient, as_admin: FlaskClient) -> None:
    tom = invited(as_admin)
    tom.active = False
    db.session.commit()
    assert browser.get(invitation()).status_code == 404


def test_an_invitation_can_be_sent_again(browser: FlaskClient, as_admin: FlaskClient) -> None:
    tom = invited(as_admin)
    first = invitation()
    as_admin.post(f"/people/{tom.id}/invitation")

    assert invitation() != first
    assert browser.get(first).status_code == 404
    assert browser.get(invitation()).status_code == 200


def test_who_has_a_password_is_not_invited_again(as_admin: FlaskClient) -> None:
    tom = invited(as_admin)
    give_password(tom)
    as_admin.post(f"/people/{tom.id}/invitation")
    assert len(db.session.scalars(select(Mail)).all()) == 1


def test_an_address_is_invited_once(as_admin: FlaskClient) -> None:
    invited(as_admin)
    form = {"name": "Tim", "email": "Tom@Example.com", "role": "technician"}
    assert as_admin.post("/people/invitation", data=form).status_code == 422


def test_a_customers_person_needs_a_customer(as_admin: FlaskClient, customer: Customer) -> None:
    form = {"name": "Kim", "email": "kim@example.com", "role": "customer"}
    assert as_admin.post("/people/invitation", data=form).status_code == 422

    kim = invited(as_admin, role="customer", customer=str(customer.id))
    assert kim.customer_id == customer.id


def test_the_invitation_speaks_the_guests_language(as_admin: FlaskClient) -> None:
    invited(as_admin, language="en")
    mail = db.session.scalars(select(Mail)).one()
    assert mail.subject == "An invitation to Laddvakt"
