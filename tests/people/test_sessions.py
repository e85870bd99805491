from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from service.core.clock import now
from service.core.config import Settings
from service.core.db import db
from service.core.history import History
from service.people import sign_in as signing
from service.people.models import Person, Role
from service.people.session_cookie import device
from service.people.web_sessions import ABSOLUTE, ANONYMOUS, IDLE, WebSession
from tests.conftest import sign_in, signed_in
from tests.people.conftest import PASSWORD, enter, give_password

PROFILE = "/profile"


def is_in(browser: FlaskClient) -> bool:
    return browser.get(PROFILE).status_code == 200


def replay(app: Flask, cookie: str) -> FlaskClient:
    thief = app.test_client()
    thief.set_cookie(app.config["SESSION_COOKIE_NAME"], cookie)
    return thief


def test_a_signed_in_browser_is_let_in(browser: FlaskClient, operator: Person) -> None:
    sign_in(browser, operator)
    assert is_in(browser)


def test_nobody_is_sent_to_sign_in(browser: FlaskClient) -> None:
    answer = browser.get(PROFILE)
    assert answer.location == "/sign-in?next=/profile"


def test_a_part_of_a_page_sends_the_whole_page_to_sign_in(browser: FlaskClient) -> None:
    answer = browser.get(PROFILE, headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/sign-in"


def test_a_copied_cookie_opens_nothing_after_sign_out(
    app: Flask, browser: FlaskClient, operator: Person
) -> None:
    cookie = sign_in(browser, operator)
    thief = replay(app, cookie)
    assert is_in(thief)

    browser.post("/sign-out")

    assert not is_in(thief)
    assert not is_in(browser)


def test_signing_out_stands_in_the_history(browser: FlaskClient, operator: Person) -> None:
    sign_in(browser, operator)
    browser.post("/sign-out")
    assert "sign_out" in db.session.scalars(select(History.verb)).all()


def test_a_sign_in_gives_a_new_cookie(browser: FlaskClient, operator: Person) -> None:
    give_password(operator)
    browser.get("/sign-in")
    before = browser.get_cookie("sid")
    enter(browser, operator)
    after = browser.get_cookie("sid")

    assert before
    assert after
    assert before.value != after.value


def test_a_cookie_from_before_the_sign_in_is_worth_nothing(
    app: Flask, browser: FlaskClient, operator: Person
) -> None:
    give_password(operator)
    browser.get("/sign-in")
    fixed = browser.get_cookie("sid")
    assert fixed
    enter(browser, operator)

    assert is_in(browser)
    assert not is_in(replay(app, fixed.value))


def test_signing_in_as_somebody_else_ends_the_session_before(
    app: Flask, browser: FlaskClient, operator: Person, admin: Person
) -> None:
    cookie = sign_in(browser, operator)
    browser.post("/sign-out")
    give_password(admin)
    enter(browser, admin)

    assert is_in(browser)
    assert not is_in(replay(app, cookie))


def test_a_disabled_person_is_out_at_once(
    browser: FlaskClient, operator: Person, as_admin: FlaskClient
) -> None:
    sign_in(browser, operator)
    assert is_in(browser)

    form = {"name": operator.name, "email": operator.email, "role": "operations"}
    as_admin.post(f"/people/{operator.id}", data=form)

    assert not is_in(browser)


def test_a_person_who_is_enabled_again_signs_in_anew(
    browser: FlaskClient, operator: Person, as_admin: FlaskClient
) -> None:
    sign_in(browser, operator)
    form = {"name": operator.name, "email": operator.email, "role": "operations"}
    as_admin.post(f"/people/{operator.id}", data=form)
    as_admin.post(f"/people/{operator.id}", data={**form, "active": "y"})

    assert operator.active
    assert not is_in(browser)


def test_a_new_role_ends_the_sessions(
    browser: FlaskClient, operator: Person, as_admin: FlaskClient
) -> None:
    sign_in(browser, operator)
    form = {"name": operator.name, "email": operator.email, "role": "technician", "active": "y"}
    as_admin.post(f"/people/{operator.id}", data=form)

    assert operator.role is Role.TECHNICIAN
    assert not is_in(browser)


def test_a_new_name_ends_no_session(
    browser: FlaskClient, operator: Person, as_admin: FlaskClient
) -> None:
    sign_in(browser, operator)
    form = {"name": "Olle", "email": operator.email, "role": "operations", "active": "y"}
    as_admin.post(f"/people/{operator.id}", data=form)

    assert operator.name == "Olle"
    assert is_in(browser)


def test_an_administrators_click_ends_every_session(
    app: Flask, operator: Person, as_admin: FlaskClient
) -> None:
    first, second = signed_in(app, operator), signed_in(app, operator)
    as_admin.post(f"/people/{operator.id}/sessions/end")

    assert not is_in(first)
    assert not is_in(second)
    assert is_in(as_admin)


def test_an_administrators_click_ends_one_session(
    app: Flask, operator: Person, as_admin: FlaskClient
) -> None:
    first, second = signed_in(app, operator), signed_in(app, operator)
    latest = db.session.scalars(WebSession.of(operator, now())).first()
    assert latest
    as_admin.post(f"/people/{operator.id}/sessions/{latest.number}/end")

    assert is_in(first) is not is_in(second)


def test_a_person_ends_their_own_session_elsewhere(app: Flask, operator: Person) -> None:
    here, elsewhere = signed_in(app, operator), signed_in(app, operator)
    both = db.session.scalars(WebSession.of(operator, now())).all()
    there = both[0]
    here.post(f"/profile/sessions/{there.number}/end")

    assert is_in(here) is not is_in(elsewhere)


def test_nobody_ends_a_strangers_session(
    browser: FlaskClient, operator: Person, as_technician: FlaskClient
) -> None:
    sign_in(browser, operator)
    theirs = db.session.scalars(WebSession.of(operator, now())).one()

    assert as_technician.post(f"/profile/sessions/{theirs.number}/end").status_code == 404
    assert is_in(browser)


def test_the_profile_lists_where_one_is_signed_in(browser: FlaskClient, operator: Person) -> None:
    sign_in(browser, operator)
    assert "this one" in browser.get(PROFILE).text


@pytest.mark.parametrize(
    ("age", "lived"), [(IDLE - timedelta(minutes=1), True), (IDLE + timedelta(minutes=1), False)]
)
def test_a_session_ends_when_nothing_happens_for_half_a_day(
    browser: FlaskClient, operator: Person, age: timedelta, lived: bool
) -> None:
    sign_in(browser, operator)
    db.session.scalars(select(WebSession)).one().last_seen_at = now() - age
    db.session.commit()

    assert is_in(browser) is lived


def test_a_session_ends_after_a_month_however_busy(browser: FlaskClient, operator: Person) -> None:
    sign_in(browser, operator)
    db.session.scalars(select(WebSession)).one().created_at = now() - ABSOLUTE
    db.session.commit()

    assert not is_in(browser)


def test_a_request_moves_last_seen_but_not_at_each_click(
    browser: FlaskClient, operator: Person
) -> None:
    sign_in(browser, operator)
    row = db.session.scalars(select(WebSession)).one()
    recently, long_ago = now() - timedelta(seconds=10), now() - timedelta(hours=1)
    row.last_seen_at = recently
    db.session.commit()
    browser.get(PROFILE)
    assert row.last_seen_at == recently

    row.last_seen_at = long_ago
    db.session.commit()
    browser.get(PROFILE)
    assert row.last_seen_at > recently


def test_the_table_does_not_hold_the_cookie(browser: FlaskClient, operator: Person) -> None:
    cookie = sign_in(browser, operator)
    row = db.session.scalars(select(WebSession)).one()

    assert cookie not in (row.id, row.number)
    assert cookie not in str(row.data)


def test_old_sessions_are_swept(browser: FlaskClient, operator: Person) -> None:
    sign_in(browser, operator)
    browser.application.test_client().get("/sign-in")
    WebSession.sweep(now() + ANONYMOUS + timedelta(minutes=1))
    assert [row.person_id for row in db.session.scalars(select(WebSession))] == [operator.id]

    WebSession.sweep(now() + ABSOLUTE + timedelta(minutes=1))
    assert db.session.scalars(select(WebSession)).all() == []


def test_the_cookie_is_kept_from_scripts_and_other_sites(browser: FlaskClient) -> None:
    cookie = browser.get("/sign-in").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert cookie.startswith("sid=")


def test_with_tls_the_cookie_is_bound_to_the_host() -> None:
    cookie = signing._cookie(Settings(public_url="https://laddvakt.example"))
    assert cookie["SESSION_COOKIE_NAME"] == "__Host-sid"
    assert cookie["SESSION_COOKIE_SECURE"]


def test_a_post_without_its_token_is_refused(browser: FlaskClient, operator: Person) -> None:
    sign_in(browser, operator)
    answer = browser.post(PROFILE, data={"name": "Forged", "language": ""}, csrf=False)

    assert answer.status_code == 400
    assert operator.name == "Olle Operatör"


def test_a_changed_password_ends_the_other_sessions_only(app: Flask, operator: Person) -> None:
    give_password(operator)
    elsewhere, here = signed_in(app, operator), signed_in(app, operator)
    new = "ett helt nytt lösenord"
    form = {"password": PASSWORD, "new_password": new, "new_password_confirm": new}
    here.post("/profile/password", data=form)

    assert is_in(here)
    assert not is_in(elsewhere)


def test_the_device_has_the_name_that_a_person_would_give_it() -> None:
    firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    assert device(firefox) == "Firefox, Linux"
    assert device("curl/8") == ""
