"""What every page shares: headers, guarded forms, errors in words, language and theme."""

import re
from dataclasses import replace

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient
from jinja2 import TemplateNotFound
from psycopg.errors import AdminShutdown
from sqlalchemy.exc import OperationalError

from app import create_app
from service.core.config import Settings
from service.core.web import local
from service.people.models import Person, Role
from service.people.rights import PUBLIC
from tests.conftest import person, signed_in

SV = {"Accept-Language": "sv-SE,sv;q=0.9,en;q=0.5"}
EN = {"Accept-Language": "en-GB,en;q=0.9"}


@pytest.fixture
def broken(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """A product with addresses that go wrong in one way each."""
    app = create_app(settings, TESTING=True, PROPAGATE_EXCEPTIONS=False)

    def breaks(how: str) -> str:
        if how == "database":
            raise OperationalError("SELECT 1", {}, AdminShutdown("gone"))
        if how == "program":
            raise ZeroDivisionError
        abort(int(how))

    app.add_url_rule("/breaks/<how>", "breaks", breaks)
    monkeypatch.setattr("service.people.rights.PUBLIC", PUBLIC | {"breaks"})
    return app.test_client()


def test_a_page_may_load_and_run_only_what_is_ours(browser: FlaskClient) -> None:
    headers = browser.get("/sign-in").headers

    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


def test_only_tls_asks_the_browser_to_stay_with_tls(settings: Settings, app: Flask) -> None:
    plain = app.test_client().get("/sign-in")
    secure = app.test_client().get("/sign-in", base_url="https://localhost")

    assert "Strict-Transport-Security" not in plain.headers
    assert "Strict-Transport-Security" in secure.headers


def test_a_signed_in_page_is_kept_nowhere(as_admin: FlaskClient) -> None:
    assert as_admin.get("/settings").headers["Cache-Control"] == "no-store"


def test_a_static_file_with_its_mark_is_kept_for_long(browser: FlaskClient) -> None:
    page = browser.get("/sign-in").text
    marked = re.search(r'href="(/static/app.css\?v=\w+)"', page)

    assert marked
    with browser.get(marked[1]) as file:
        assert "immutable" in file.headers["Cache-Control"]


def test_a_post_without_its_token_does_nothing(as_admin: FlaskClient) -> None:
    answer = as_admin.post(
        "/settings", data={"duty_email": "a@example.com"}, headers=EN, csrf=False
    )

    assert answer.status_code == 400
    assert "Nothing was saved" in answer.text


@pytest.mark.parametrize("status", [400, 403, 404, 409, 413, 429])
def test_an_error_says_what_happened_and_what_to_do(broken: FlaskClient, status: int) -> None:
    answer = broken.get(f"/breaks/{status}", headers=EN)

    assert answer.status_code == status
    assert answer.text.count("<h1>") == 1


def test_an_error_speaks_the_browsers_language(broken: FlaskClient) -> None:
    assert "Det finns ingenting på den här adressen." in broken.get("/no", headers=SV).text
    assert "There is nothing at this address." in broken.get("/no", headers=EN).text


def test_a_broken_program_is_a_page_without_its_insides(broken: FlaskClient) -> None:
    answer = broken.get("/breaks/program", headers=EN)

    assert answer.status_code == 500
    assert "Something broke on our side." in answer.text
    assert "ZeroDivisionError" not in answer.text


def test_a_database_that_is_gone_says_when_to_come_back(broken: FlaskClient) -> None:
    answer = broken.get("/breaks/database", headers=EN)

    assert answer.status_code == 503
    assert answer.headers["Retry-After"]


def test_a_program_gets_a_problem_instead_of_a_page(browser: FlaskClient) -> None:
    answer = browser.get("/api/v1/nothing-here")

    assert answer.mimetype == "application/problem+json"
    assert answer.json is not None
    assert answer.json["status"] == answer.status_code


def test_without_a_database_health_says_so(settings: Settings, app: Flask) -> None:
    nowhere = replace(settings, database_url="postgresql+psycopg://x@127.0.0.1:1/x")

    answer = create_app(nowhere, TESTING=True).test_client().get("/health")

    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["detail"] == "The database does not answer."


def test_the_browsers_language_is_spoken(browser: FlaskClient) -> None:
    assert '<html lang="sv"' in browser.get("/sign-in", headers=SV).text
    assert '<html lang="en"' in browser.get("/sign-in", headers=EN).text


def test_a_chosen_language_goes_before_the_browsers(browser: FlaskClient) -> None:
    back = browser.post("/language", data={"language": "sv", "next": "/sign-in"}, csrf=False)

    assert back.location == "/sign-in"
    assert '<html lang="sv"' in browser.get("/sign-in", headers=EN).text


def test_a_language_is_the_persons_on_every_device(app: Flask, operator: Person) -> None:
    signed_in(app, operator).post("/language", data={"language": "sv"})

    assert '<html lang="sv"' in signed_in(app, operator).get("/", headers=EN).text


def test_a_theme_is_remembered_and_given_up_when_pressed_again(browser: FlaskClient) -> None:
    browser.post("/theme", data={"theme": "dark"}, csrf=False)
    assert 'data-theme="dark"' in browser.get("/sign-in").text

    browser.post("/theme", data={"theme": "dark"}, csrf=False)
    assert "data-theme" not in browser.get("/sign-in").text


@pytest.mark.parametrize("choice", ["klingon", "", "../etc"])
def test_a_language_or_theme_that_is_none_changes_nothing(
    browser: FlaskClient, choice: str
) -> None:
    for name in ("language", "theme"):
        answer = browser.post(f"/{name}", data={name: choice}, csrf=False)
        assert not answer.headers.get("Set-Cookie")


@pytest.mark.parametrize(
    "address",
    ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:x()", "/a\nb", ""],
)
def test_a_choice_leads_back_to_nobody_elses_page(address: str) -> None:
    assert local(address) == "/"


def test_a_choice_leads_back_to_where_it_was_made() -> None:
    assert local("/tickets/?state=open") == "/tickets/?state=open"


def test_the_menu_names_only_places_that_one_may_go_to(app: Flask) -> None:
    dispatcher = signed_in(app, person(Role.DISPATCHER)).get("/", headers=EN).text

    assert ">Tickets</a>" in dispatcher
    assert ">Settings</a>" not in dispatcher


def test_what_breaks_the_error_page_too_is_answered_in_plain_words(
    broken: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_page(*_: object, **__: object) -> str:
        raise TemplateNotFound("base.html")

    monkeypatch.setattr("service.core.errors.render_template", no_page)
    answer = broken.get("/breaks/program", headers=EN)

    assert answer.status_code == 500
    assert answer.text.startswith("Something broke on our side.")


def test_the_menu_shows_the_day_and_the_group_that_one_is_in(as_admin: FlaskClient) -> None:
    """A menu of all places at once scrolls on a laptop and fills half a tablet."""
    at_work = as_admin.get("/tickets", headers=EN).text
    in_register = as_admin.get("/customers", headers=EN).text

    assert re.findall(r'<details class="group"( open)?>\s*<summary>(\w+)', at_work) == [
        ("", "Register"),
        ("", "Administration"),
    ]
    assert '<details class="group" open>\n        <summary>Register' in in_register
