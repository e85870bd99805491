"""What a program is told when it asks for something that cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from service.core.clock import now
from service.core.config import Settings
from service.core.db import db
from service.people.models import Person, Role
from service.people.tokens import ApiToken
from service.stations.models import Station
from tests.api.conftest import Caller, Program, fields
from tests.conftest import sign_in


def test_without_a_token_nothing_is_answered(browser: FlaskClient) -> None:
    answer = Program(browser).ask("GET", "/stations")

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    Program(browser).get("/stations", 401)


@pytest.mark.parametrize(
    "authorization",
    [
        "Bearer",
        "Bearer ",
        "Bearer nonsense",
        "Basic YTpi",
        "Bearer lv_\x80",
        "bearer lv_" + "x" * 9999,
    ],
)
def test_a_token_that_is_none_lets_nobody_in(browser: FlaskClient, authorization: str) -> None:
    headers = {"Authorization": authorization}

    Program(browser).call("GET", "/stations", 401, headers=headers)


def test_a_revoked_token_is_over_at_once(admin: Program, operator: Person) -> None:
    db.session.query(ApiToken).one().revoke(operator, now())
    db.session.commit()

    admin.get("/stations", 401)


def test_a_service_person_who_is_shut_out_is_out(admin: Program) -> None:
    db.session.query(Person).one().active = False
    db.session.commit()

    admin.get("/stations", 401)


def test_a_role_without_the_right_is_told_so(program: Caller) -> None:
    program(Role.TECHNICIAN).get("/frames", 403)


@pytest.mark.parametrize(
    "path",
    [
        "/stations/99",
        "/stations/99999999999999999999999",
        "/tickets/1",
        "/fault-codes/nothing",
        "/fault-codes/%00",
        "/fault-codes/%F0%9F%94%8C",
        "/remote-actions/1",
        "/nothing-here",
        "/stations/abc",
        "/stations/1/nothing",
        "/customers/1",
        "/sites/1",
        "/models/1",
        "/tags/1",
        "/sessions/1",
        "/planned-outages/1",
    ],
)
def test_what_is_not_there_is_a_404(admin: Program, path: str) -> None:
    admin.get(path, 404)


def test_an_unknown_address_is_a_problem_without_a_token_too(browser: FlaskClient) -> None:
    Program(browser).get("/nothing-here", 404)


def test_a_page_that_is_not_there_stays_a_page(browser: FlaskClient) -> None:
    answer = browser.get("/nothing-here")

    assert answer.status_code in (302, 404)
    assert answer.mimetype == "text/html"


def test_another_method_is_told_which_ones_there_are(admin: Program, station: Station) -> None:
    answer = admin.ask("DELETE", f"/stations/{station.id}")

    assert answer.status_code == 405
    assert answer.mimetype == "application/problem+json"
    assert {"GET", "PATCH"} <= set(answer.headers["Allow"].replace(" ", "").split(","))


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff\xfe",
        b'{"name": }',
        b'{"reason": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
    ],
)
def test_a_body_that_is_no_json_is_a_400(admin: Program, body: bytes) -> None:
    admin.call("POST", "/customers", 400, data=body, content_type="application/json")


@pytest.mark.parametrize("body", [[], "x", 5, None, [{"name": "A"}]])
def test_a_body_that_is_no_object_is_a_422(admin: Program, body: object) -> None:
    admin.call("POST", "/customers", 422, json=body)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "9" * 400])
def test_a_number_that_is_none_is_a_422(admin: Program, site: object, number: str) -> None:
    body = f'{{"latitude": {number}}}'

    admin.call("PATCH", "/sites/1", 422, data=body, content_type="application/json")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "text/xml"])
def test_a_body_of_another_kind_is_a_415(admin: Program, kind: str) -> None:
    admin.call("POST", "/customers", 415, data='{"name": "A"}', content_type=kind)


def test_no_body_at_all_names_what_is_needed(admin: Program) -> None:
    assert fields(admin.call("POST", "/customers", 422)) == {"name"}


def test_a_body_over_a_megabyte_is_a_413(admin: Program) -> None:
    admin.call("POST", "/customers", 413, json={"name": "A", "notes": "x" * 1_100_000})


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"per_page": 501}, "per_page"),
        ({"per_page": 0}, "per_page"),
        ({"per_page": -1}, "per_page"),
        ({"per_page": "ten"}, "per_page"),
        ({"per_page": "1.5"}, "per_page"),
        ({"per_page": "²"}, "per_page"),
        ({"cursor": "nonsense"}, "cursor"),
        ({"cursor": "é"}, "cursor"),
        ({"cursor": "aWQ6OTk5OTk5OTk5OTk5OTk5OTk5OTk="}, "cursor"),
        ({"cursor": ""}, "cursor"),
        ({"station": 1}, "station"),
        ({"site_id": "9" * 30}, "site_id"),
        ({"site_id": "'; DROP TABLE site"}, "site_id"),
        ({"connected": "maybe"}, "connected"),
        ({"q": "a\x00"}, "q"),
    ],
)
def test_a_wrong_query_is_named(admin: Program, query: dict[str, object], field: str) -> None:
    assert fields(admin.get("/stations", 422, **query)) == {field}


def test_bytes_that_are_no_text_search_for_nothing(admin: Program) -> None:
    assert admin.get("/stations?q=%ff")["items"] == []


def test_a_cookie_opens_nothing(browser: FlaskClient, operator: Person) -> None:
    """Only a token counts: another site cannot make a browser call the API for its person."""
    sign_in(browser, operator)

    Program(browser).get("/stations", 401)
    Program(browser, "lv_wrong").post("/customers", {"name": "A"}, status=401)


def test_a_token_counts_for_itself_beside_a_cookie(
    browser: FlaskClient, operator: Person, program: Caller
) -> None:
    sign_in(browser, operator)

    program(Role.TECHNICIAN).get("/frames", 403)


def test_no_form_token_is_asked_for(settings: Settings, app: Flask, admin: Program) -> None:
    app.config["WTF_CSRF_ENABLED"] = True

    admin.post("/customers", {"name": "BRF Björken"})


def test_what_breaks_here_is_a_problem_and_says_nothing_inner(
    app: Flask, admin: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_: object) -> object:
        raise RuntimeError("password=hunter2")

    app.config["PROPAGATE_EXCEPTIONS"] = False
    monkeypatch.setitem(app.view_functions, "api.stations.list_stations", broken)

    problem = admin.get("/stations", 500)

    assert "hunter2" not in str(problem)


def test_a_database_that_is_away_is_a_503(tmp_path: Path) -> None:
    nowhere = "postgresql+psycopg://nobody@127.0.0.1:1/nothing?connect_timeout=2"
    settings = Settings(instance=tmp_path, database_url=nowhere, secret_key="for this test only")
    away = create_app(settings, TESTING=True, PROPAGATE_EXCEPTIONS=False)

    answer = Program(away.test_client(), "lv_x").ask("GET", "/stations")

    assert answer.status_code == 503
    assert answer.mimetype == "application/problem+json"
    assert answer.headers["Retry-After"]
