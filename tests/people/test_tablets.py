"""Tablets: how one is enrolled, what its token opens, and how it ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from service.core.clock import now
from service.core.db import db
from service.core.history import History
from service.people.brake import PER_ADDRESS, Attempt
from service.people.models import Customer, Person, Role
from service.people.tablets import LASTS, NotACarrierError, Said, Tablet, TabletCode
from service.people.web_sessions import change_person
from tests.conftest import NOON, person, signed_in

ENROL, WIPED, CONTACT = "/api/t/enrol", "/api/t/wiped", "/api/t/contact"


@pytest.fixture
def carrier(app: Flask) -> Person:
    return person(Role.TECHNICIAN, "Tove Tekniker")


def code_for(somebody: Person, at: datetime | None = None) -> str:
    code = TabletCode.make(somebody, somebody, at or now())
    db.session.commit()
    return code


def enrol(browser: FlaskClient, code: str, name: str = "Lenovo 3") -> Any:
    return browser.post(ENROL, json={"code": code, "name": name})


@pytest.fixture
def token(browser: FlaskClient, carrier: Person) -> str:
    return str(enrol(browser, code_for(carrier)).json["token"])


def tablet() -> Tablet:
    return db.session.scalars(select(Tablet)).one()


def say(browser: FlaskClient, path: str, token: str, method: str = "POST", **headers: str) -> Any:
    return browser.open(path, method=method, headers={"X-Tablet": token, **headers})


def test_a_code_enrols_a_tablet_of_its_person(browser: FlaskClient, carrier: Person) -> None:
    answer = enrol(browser, code_for(carrier))

    assert answer.status_code == 201
    assert answer.json["device_id"] == tablet().id
    assert answer.json["person"]["name"] == "Tove Tekniker"
    assert (tablet().person_id, tablet().name) == (carrier.id, "Lenovo 3")


def test_a_code_is_read_as_people_type_it(browser: FlaskClient, carrier: Person) -> None:
    code = code_for(carrier).lower()

    assert enrol(browser, f" {code[:4]}-{code[4:]} ").status_code == 201


def test_the_tables_hold_neither_code_nor_token(browser: FlaskClient, carrier: Person) -> None:
    code = code_for(carrier)
    token = enrol(browser, code).json["token"]

    kept = [*vars(tablet()).values(), *vars(db.session.scalars(select(TabletCode)).one()).values()]
    assert code not in kept
    assert token not in kept


def test_a_code_works_once(browser: FlaskClient, carrier: Person) -> None:
    code = code_for(carrier)
    enrol(browser, code)
    again = enrol(browser, code)

    assert again.status_code == 422
    assert "code" in again.json["errors"]


def test_a_code_is_over_after_a_quarter_of_an_hour(browser: FlaskClient, carrier: Person) -> None:
    code = code_for(carrier, now() - timedelta(minutes=15))

    assert enrol(browser, code).status_code == 422


def test_a_new_code_ends_the_one_before(browser: FlaskClient, carrier: Person) -> None:
    first, _ = code_for(carrier), code_for(carrier)

    assert enrol(browser, first).status_code == 422


def test_who_is_disabled_enrols_nothing(
    browser: FlaskClient, carrier: Person, admin: Person
) -> None:
    code = code_for(carrier)
    change_person(carrier, {"active": False}, admin, now())
    db.session.commit()

    assert enrol(browser, code).status_code == 422


@pytest.mark.parametrize("body", [None, [], {"code": "ABCD2345"}, {"name": "x"}, {"code": 1}])
def test_half_an_enrolment_is_a_problem(browser: FlaskClient, body: Any) -> None:
    answer = browser.post(ENROL, json=body)

    assert answer.status_code in {400, 422}
    assert answer.mimetype == "application/problem+json"


def test_a_tablet_that_holds_another_ones_work_uses_up_no_code(
    browser: FlaskClient, carrier: Person
) -> None:
    code, other = code_for(carrier), person(Role.TECHNICIAN, "Bo Byte")
    asked = {"code": code, "name": "Lenovo 3"}

    refused: Any = browser.post(ENROL, json=asked | {"holds_work_of": other.id})
    assert refused.status_code == 409
    assert refused.json["type"].endswith("holds-work")
    assert "the code still holds" in refused.json["detail"]

    assert browser.post(ENROL, json=asked | {"holds_work_of": carrier.id}).status_code == 201


def test_who_guesses_codes_must_wait_even_with_the_right_one(
    browser: FlaskClient, carrier: Person
) -> None:
    for _ in range(PER_ADDRESS):
        Attempt.allowed("", "127.0.0.1", now())
    db.session.commit()
    answer = enrol(browser, code_for(carrier))

    assert answer.status_code == 429
    assert "Retry-After" in answer.headers


def test_a_customer_s_person_carries_no_tablet(app: Flask, customer: Customer) -> None:
    guest = person(Role.CUSTOMER, customer=customer)

    with pytest.raises(NotACarrierError):
        TabletCode.make(guest, guest, NOON)


@pytest.mark.parametrize("wrong", ["", "lvt_made-up", "Bearer", "a" * 5000])
def test_a_made_up_token_is_answered_with_a_problem(browser: FlaskClient, wrong: str) -> None:
    answer = say(browser, WIPED, wrong)

    assert answer.status_code == 401
    assert answer.mimetype == "application/problem+json"
    assert "Enrol it anew" in answer.json["detail"]


def test_a_cookie_is_worth_nothing_at_the_tablets_door(app: Flask, carrier: Person) -> None:
    assert signed_in(app, carrier).post(WIPED).status_code == 401


def test_each_contact_says_how_the_tablet_is(browser: FlaskClient, token: str) -> None:
    ahead = now() + timedelta(minutes=5)
    since = datetime(2026, 3, 2, 10, tzinfo=UTC)
    told = {
        "X-Tablet-Waiting": f"3;oldest={since.isoformat()}",
        "X-Tablet-Time": ahead.isoformat().replace("+00:00", "Z"),
        "X-Tablet-Version": "1.4.0",
    }
    say(browser, CONTACT, token, "GET", **told)

    kept = tablet()
    assert (kept.waiting, kept.oldest_waiting_at, kept.app_version) == (3, since, "1.4.0")
    assert kept.skew_ms is not None
    assert abs(kept.skew_ms - 300_000) < 5_000


@pytest.mark.parametrize("waiting", ["", "many", "-1", "99999999999999", "³", "2;oldest=noon"])
def test_what_cannot_be_read_was_not_said(browser: FlaskClient, token: str, waiting: str) -> None:
    told = {"X-Tablet-Waiting": waiting.encode().decode("latin-1"), "X-Tablet-Time": "noon"}
    answer = say(browser, CONTACT, token, "GET", **told)

    assert answer.status_code < 500
    assert tablet().oldest_waiting_at is None
    assert tablet().skew_ms is None


def test_a_contact_lets_the_token_live_on(browser: FlaskClient, token: str) -> None:
    tablet().expires_at = now() + timedelta(minutes=1)
    db.session.commit()
    say(browser, CONTACT, token, "GET")

    assert tablet().expires_at > now() + LASTS - timedelta(minutes=1)


def test_a_tablet_that_was_silent_for_a_month_is_enrolled_anew(
    browser: FlaskClient, token: str
) -> None:
    tablet().expires_at = now() - timedelta(seconds=1)
    db.session.commit()

    assert say(browser, WIPED, token).status_code == 401
    assert tablet().wiped_at is None


def revoke(by: Person) -> None:
    tablet().revoke(by, now(), "lost in a taxi")
    db.session.commit()


def test_a_revoked_tablet_is_told_to_wipe_itself(
    browser: FlaskClient, token: str, admin: Person
) -> None:
    revoke(admin)
    answer = say(browser, CONTACT, token, "GET")

    assert answer.status_code == 403
    assert answer.json["type"].endswith("revoked")


def test_it_is_told_so_however_long_it_was_silent(
    browser: FlaskClient, token: str, admin: Person
) -> None:
    revoke(admin)
    tablet().expires_at = now() - timedelta(days=99)
    db.session.commit()

    assert say(browser, CONTACT, token, "GET").status_code == 403


def test_a_disabled_person_s_tablet_is_as_a_revoked_one(
    browser: FlaskClient, token: str, carrier: Person, admin: Person
) -> None:
    change_person(carrier, {"active": False}, admin, now())
    db.session.commit()

    assert say(browser, CONTACT, token, "GET").status_code == 403
    assert say(browser, WIPED, token).status_code == 204


def test_a_wiped_tablet_says_so_as_often_as_it_likes(
    browser: FlaskClient, token: str, admin: Person
) -> None:
    revoke(admin)
    first = say(browser, WIPED, token).status_code
    wiped = tablet().wiped_at

    assert (first, say(browser, WIPED, token).status_code) == (204, 204)
    assert wiped
    assert tablet().wiped_at == wiped
    deeds = db.session.scalars(select(History.verb).where(History.subject == "tablet")).all()
    assert sorted(deeds) == ["enrol", "revoke", "wipe"]


def test_a_tablet_that_gives_itself_back_is_revoked(browser: FlaskClient, token: str) -> None:
    assert say(browser, WIPED, token).status_code == 204
    assert tablet().is_revoked


def test_another_site_s_page_does_not_speak_for_a_tablet(browser: FlaskClient, token: str) -> None:
    for stranger in ("https://evil.example", "null"):
        assert say(browser, WIPED, token, Origin=stranger).status_code == 403
    assert tablet().wiped_at is None
    assert say(browser, WIPED, token, Origin="http://localhost").status_code == 204


def test_an_old_token_does_not_stand_in_the_way_of_a_new_one(
    browser: FlaskClient, token: str, carrier: Person, admin: Person
) -> None:
    revoke(admin)
    answer = browser.post(
        ENROL, json={"code": code_for(carrier), "name": "x"}, headers={"X-Tablet": token}
    )

    assert answer.status_code == 201


def test_old_codes_are_swept(app: Flask, carrier: Person) -> None:
    code_for(carrier, now() - timedelta(hours=1))
    TabletCode.sweep(now())

    assert db.session.scalar(select(func.count()).select_from(TabletCode)) == 0


def test_a_technician_sees_the_own_tablets_and_the_desk_all(
    app: Flask, token: str, carrier: Person
) -> None:
    other, desk = person(Role.TECHNICIAN), person(Role.DISPATCHER)
    seen = [db.session.scalars(Tablet.visible_to(one)).all() for one in (carrier, other, desk)]

    assert [len(rows) for rows in seen] == [1, 0, 1]


def test_a_tablet_that_says_nothing_keeps_what_it_said(app: Flask, carrier: Person) -> None:
    mine, _ = Tablet.enrol(carrier, "x", NOON)
    mine.touch(Said(waiting=2, oldest_waiting_at=NOON, version="1"), NOON)
    mine.touch(Said(), NOON + timedelta(hours=1))

    assert (mine.waiting, mine.oldest_waiting_at, mine.app_version) == (2, NOON, "1")
    assert mine.expires_at == NOON + timedelta(hours=1) + LASTS
