"""Tablets on pages: codes, what waits on each, revoking; and the warning where none can work."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from service.core.clock import now
from service.core.config import Settings
from service.core.db import db
from service.people.models import Person, Role
from service.people.tablets import NotForThemError, Said, Tablet, TabletCode, TabletState
from tests.conftest import NOON, person, signed_in

PART = {"HX-Request": "true"}


@pytest.fixture
def carrier(app: Flask) -> Person:
    return person(Role.TECHNICIAN, "Tove Tekniker")


@pytest.fixture
def tablet(carrier: Person) -> Tablet:
    one, _ = Tablet.enrol(carrier, "Lenovo 3", now() - timedelta(days=2))
    at = now() - timedelta(hours=2)
    one.touch(Said(7, at - timedelta(hours=1), "1.2.3", at + timedelta(minutes=7)), at)
    db.session.commit()
    return one


def code_on(page: str) -> str:
    found = re.search(r'label-code">([^<]+)<', page)
    assert found
    return found[1]


def test_everybody_who_carries_one_makes_a_code_on_the_own_profile(
    app: Flask, carrier: Person
) -> None:
    me = signed_in(app, carrier)
    answer = me.post("/profile/tablets", headers=PART)
    code = code_on(answer.text)

    assert answer.headers["Cache-Control"] == "no-store"
    assert re.fullmatch(r"[2-9A-Z]{4}-[2-9A-Z]{4}", code)
    assert "<html" not in answer.text
    assert TabletCode.redeem(code, now()) == carrier
    assert code not in me.get("/profile/tablets").text


def test_without_javascript_the_code_stands_on_a_whole_page(app: Flask, carrier: Person) -> None:
    page = signed_in(app, carrier).post("/profile/tablets").text

    assert "<h1>" in page
    assert code_on(page)


def test_the_picture_of_a_code_is_one_and_has_no_script(app: Flask, carrier: Person) -> None:
    page = signed_in(app, carrier).post("/profile/tablets", headers=PART).text
    found = re.search(r'src="data:image/svg\+xml([^,]*),([^"]+)"', page)
    assert found
    svg = b64decode(found[2]).decode() if "base64" in found[1] else unquote(found[2])

    assert svg.startswith("<svg")
    assert "script" not in svg


def test_the_desk_makes_a_code_for_a_technician(
    as_dispatcher: FlaskClient, carrier: Person
) -> None:
    page = as_dispatcher.post(f"/people/{carrier.id}/tablets", headers=PART).text

    assert TabletCode.redeem(code_on(page), now()) == carrier


def test_nobody_at_the_desk_becomes_an_administrator_by_a_code(
    as_dispatcher: FlaskClient, as_admin: FlaskClient, admin: Person, operator: Person
) -> None:
    for somebody in (admin, operator):
        assert as_dispatcher.post(f"/people/{somebody.id}/tablets").status_code == 403
    assert as_admin.post(f"/people/{operator.id}/tablets").status_code == 200


def test_a_technician_makes_no_code_for_a_colleague(carrier: Person) -> None:
    with pytest.raises(NotForThemError):
        TabletCode.make(carrier, person(Role.TECHNICIAN, "Kollega"), NOON)


def test_there_is_no_such_page_of_a_customer_s_person(as_admin: FlaskClient, customer: Any) -> None:
    guest = person(Role.CUSTOMER, customer=customer)

    assert as_admin.get(f"/people/{guest.id}/tablets").status_code == 404


def test_the_desk_sees_what_waits_on_each_tablet_and_how_old_that_word_is(
    as_dispatcher: FlaskClient, tablet: Tablet
) -> None:
    page = as_dispatcher.get("/tablets", headers={"Accept-Language": "en"}).text

    for words in ("Tove Tekniker", "Lenovo 3", "7 wait", "2 h ago", "1.2.3", "7 min fast"):
        assert words in page


@pytest.mark.parametrize(
    ("filters", "found"),
    [("waiting=yes", True), ("waiting=no", False), ("state=in_force", True), ("q=tove", True)]
    + [(f"state={state}", False) for state in ("revoked", "wiped", "expired")],
)
def test_tablets_are_found(
    as_dispatcher: FlaskClient, tablet: Tablet, filters: str, found: bool
) -> None:
    assert ("Lenovo 3" in as_dispatcher.get(f"/tablets?{filters}").text) is found


def test_the_filter_and_the_word_say_the_same(app: Flask, tablet: Tablet, admin: Person) -> None:
    at = now()
    changes: tuple[Callable[[], None], ...] = (
        lambda: None,
        lambda: setattr(tablet, "expires_at", at),
        lambda: setattr(tablet.person, "active", False),
        lambda: tablet.revoke(admin, at, "x"),
        lambda: tablet.wipe(at),
    )
    seen = set()
    for change in changes:
        change()
        db.session.flush()
        state = tablet.state(at)
        seen.add(state)
        for one in TabletState:
            found = select(Tablet).join(Tablet.person).where(Tablet.is_in(one, at))
            assert bool(db.session.scalars(found).all()) is (one is state)
    assert seen == set(TabletState)


def test_the_desk_revokes_a_tablet_with_a_reason(
    as_dispatcher: FlaskClient, tablet: Tablet
) -> None:
    address = f"/tablets/{tablet.id}/revocation"
    as_dispatcher.post(address, data={"reason": ""})
    assert not tablet.is_revoked
    as_dispatcher.post(address, data={"reason": "Lost in a taxi"})
    assert tablet.revoked_why == "Lost in a taxi"
    assert "Lost in a taxi" in as_dispatcher.get("/tablets").text


def test_one_revokes_the_own_tablet_and_no_colleague_s(
    app: Flask, tablet: Tablet, carrier: Person, as_dispatcher: FlaskClient
) -> None:
    address = f"/profile/tablets/{tablet.id}/revocation"
    assert as_dispatcher.post(address, data={"reason": "x"}).status_code == 404
    assert not tablet.is_revoked
    signed_in(app, carrier).post(address, data={"reason": "Ny platta"})
    assert tablet.is_revoked


def test_from_the_list_one_comes_to_whoever_is_to_have_a_tablet(
    as_dispatcher: FlaskClient, carrier: Person
) -> None:
    there = as_dispatcher.get(f"/tablets/enrolment?person={carrier.id}").location

    assert there == f"/people/{carrier.id}/tablets"
    assert as_dispatcher.get("/tablets/enrolment?person=x").location == "/tablets"


@pytest.mark.parametrize(
    ("public_url", "bind", "works"),
    [
        ("", "127.0.0.1", True),
        ("", "0.0.0.0", False),  # noqa: S104
        ("http://localhost:8000", "0.0.0.0", True),  # noqa: S104
        ("http://laddvakt.example", "127.0.0.1", False),
        ("https://laddvakt.example", "0.0.0.0", True),  # noqa: S104
    ],
)
def test_tablets_work_over_tls_and_on_this_machine(public_url: str, bind: str, works: bool) -> None:
    assert Settings(public_url=public_url, bind=bind).tablets_work is works


WARNING = "There is no app for tablets yet."


def english(browser: FlaskClient, path: str) -> str:
    return str(browser.get(path, headers={"Accept-Language": "en"}).text)


def test_an_administrator_is_warned_where_no_browser_keeps_the_app(
    app: Flask, as_admin: FlaskClient, as_dispatcher: FlaskClient
) -> None:
    assert WARNING not in english(as_admin, "/settings")
    app.config["SETTINGS"] = Settings(public_url="http://laddvakt.example")

    assert WARNING in english(as_admin, "/settings")
    assert WARNING in english(as_admin, "/")
    assert WARNING not in english(as_dispatcher, "/")
