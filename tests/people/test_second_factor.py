import re
from datetime import timedelta

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from service.core.clock import now
from service.core.db import db
from service.core.history import History
from service.people.models import Person
from service.people.web_sessions import WebSession
from tests.conftest import sign_in
from tests.people.conftest import enter, give_password


@pytest.fixture
def olle(operator: Person) -> Person:
    give_password(operator)
    return operator


def is_in(browser: FlaskClient) -> bool:
    return browser.get("/profile").status_code == 200


def set_up(browser: FlaskClient) -> pyotp.TOTP:
    """Turn the code app on, as a person does; returns the app."""
    page = browser.post("/profile/second-factor", data={"setup": "authenticator"}).text
    key = re.search(r'<code class="copyable">([^<]+)</code>', page)
    action = re.search(r'action="(/profile/second-factor/[^"]+)"', page)
    assert key
    assert action
    app = pyotp.TOTP(key[1].replace("-", "").replace(" ", ""))
    browser.post(action[1], data={"code": app.at(now() - timedelta(seconds=30))})
    return app


@pytest.fixture
def code_app(app: Flask, olle: Person) -> pyotp.TOTP:
    browser = app.test_client()
    sign_in(browser, olle)
    return set_up(browser)


def test_the_code_app_is_turned_on_by_a_first_code(code_app: pyotp.TOTP, olle: Person) -> None:
    assert olle.has_second_factor
    assert "set_up_second_factor" in db.session.scalars(select(History.verb)).all()


def test_a_wrong_first_code_turns_nothing_on(browser: FlaskClient, olle: Person) -> None:
    sign_in(browser, olle)
    page = browser.post("/profile/second-factor", data={"setup": "authenticator"}).text
    action = re.search(r'action="(/profile/second-factor/[^"]+)"', page)
    assert action
    browser.post(action[1], data={"code": "000000"})

    assert not olle.has_second_factor


def test_the_picture_for_the_camera_has_an_address_of_its_own(
    browser: FlaskClient, olle: Person
) -> None:
    sign_in(browser, olle)
    assert browser.get("/profile/second-factor/picture.svg").status_code == 404
    page = browser.post("/profile/second-factor", data={"setup": "authenticator"}).text
    picture = browser.get("/profile/second-factor/picture.svg")

    assert "data:" not in page
    assert picture.mimetype == "image/svg+xml"
    assert picture.headers["Cache-Control"] == "no-store"


def test_the_password_alone_opens_nothing_then(
    browser: FlaskClient, code_app: pyotp.TOTP, olle: Person
) -> None:
    answer = enter(browser, olle)
    assert answer.location.startswith("/sign-in/code")
    assert not is_in(browser)


def test_the_code_opens(browser: FlaskClient, code_app: pyotp.TOTP, olle: Person) -> None:
    enter(browser, olle)
    browser.post("/sign-in/code", data={"code": code_app.at(now())})

    assert is_in(browser)
    levels = db.session.scalars(WebSession.of(olle, now()).with_only_columns(WebSession.level))
    assert "password + code" in levels.all()


def test_a_wrong_code_opens_nothing(
    browser: FlaskClient, code_app: pyotp.TOTP, olle: Person
) -> None:
    enter(browser, olle)
    browser.post("/sign-in/code", data={"code": "000000"})
    assert not is_in(browser)


def test_a_code_works_once(
    app: Flask, browser: FlaskClient, code_app: pyotp.TOTP, olle: Person
) -> None:
    code, over_the_shoulder = code_app.at(now()), app.test_client()
    enter(browser, olle)
    browser.post("/sign-in/code", data={"code": code})
    enter(over_the_shoulder, olle)
    over_the_shoulder.post("/sign-in/code", data={"code": code})

    assert is_in(browser)
    assert not is_in(over_the_shoulder)


def test_a_code_without_a_password_before_it_leads_to_sign_in(
    browser: FlaskClient, code_app: pyotp.TOTP
) -> None:
    answer = browser.post("/sign-in/code", data={"code": code_app.at(now())})
    assert answer.location.startswith("/sign-in")
    assert not is_in(browser)


def test_codes_cannot_be_guessed_for_long(
    browser: FlaskClient, code_app: pyotp.TOTP, olle: Person
) -> None:
    enter(browser, olle)
    statuses = [
        browser.post("/sign-in/code", data={"code": f"{number:06}"}).status_code
        for number in range(11)
    ]
    assert statuses[-1] == 429


def test_a_recovery_code_opens_once(
    app: Flask, browser: FlaskClient, code_app: pyotp.TOTP, olle: Person
) -> None:
    account = app.test_client()
    sign_in(account, olle)
    page = account.post("/profile/recovery-codes", data={"generate_new_codes": "1"}).text
    codes = re.findall(r"<li><code>([^<]+)</code>", page)
    assert len(codes) == 10

    enter(browser, olle)
    browser.post("/sign-in/recovery-code", data={"code": codes[0]})
    assert is_in(browser)

    second = app.test_client()
    enter(second, olle)
    second.post("/sign-in/recovery-code", data={"code": codes[0]})
    assert not is_in(second)


def test_recovery_codes_are_not_kept_as_they_are_written(
    browser: FlaskClient, olle: Person
) -> None:
    sign_in(browser, olle)
    page = browser.post("/profile/recovery-codes", data={"generate_new_codes": "1"}).text
    codes = re.findall(r"<li><code>([^<]+)</code>", page)
    assert not set(codes) & set(olle.mf_recovery_codes or [])


def test_the_code_app_is_turned_off_again(
    browser: FlaskClient, code_app: pyotp.TOTP, olle: Person
) -> None:
    sign_in(browser, olle)
    browser.post("/profile/second-factor", data={"setup": "disable"})
    assert not olle.has_second_factor


def test_an_old_sign_in_must_be_proven_again_first(browser: FlaskClient, olle: Person) -> None:
    sign_in(browser, olle)
    row = db.session.scalars(select(WebSession)).one()
    row.data = {**row.data, "fs_paa": now().timestamp() - 2 * 3600}
    db.session.commit()

    answer = browser.post("/profile/second-factor", data={"setup": "authenticator"})
    assert answer.location.startswith("/verify")


def test_an_administrator_helps_who_lost_the_telephone(
    browser: FlaskClient, code_app: pyotp.TOTP, olle: Person, as_admin: FlaskClient
) -> None:
    as_admin.post(f"/people/{olle.id}/second-factor/reset")
    assert not olle.has_second_factor

    enter(browser, olle)
    assert is_in(browser)
