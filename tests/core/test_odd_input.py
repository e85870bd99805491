"""What no person types on purpose: it is answered, and it is no fault of the program."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.core.clock import now
from service.core.database import dsn
from service.core.db import db
from service.core.hub import Hub
from service.core.live import announce
from service.people.models import Person
from service.stations.models import Station
from tests.people.conftest import PASSWORD, give_password

# Numbers that no column holds, and letters that only look like digits.
ODD = ("9223372036854775808", "99999999999999999999999", "-99999999999999999999999", "²", "٣")
NUMBERED = (
    "/tickets?q={}",
    "/tickets?q=%23{}",
    "/tickets?page={}",
    "/tickets?site={}",
    "/live?probe=1&after={}",
    "/stations/1/frames?before={}",
    "/stations/1/frames/news?after={}",
    "/stations/1/actions?ticket={}",
    "/stations/new?site={}",
    "/sites/new?customer={}",
)


@pytest.fixture
def answered(app: Flask) -> None:
    """As in the product: what breaks is a page with a 500."""
    app.config["PROPAGATE_EXCEPTIONS"] = False


def paths_with_a_number(app: Flask) -> list[str]:
    """Those of the house: the portal is the customers' alone."""
    all_of_them = app.url_map.iter_rules()
    rules = [rule.rule for rule in all_of_them if "GET" in (rule.methods or ())]
    ours = [rule for rule in rules if not rule.startswith("/portal/")]
    return [rule for rule in ours if "<int:" in rule and rule.count("<") == 1]


@pytest.mark.usefixtures("answered", "station")
@pytest.mark.parametrize("number", ODD)
@pytest.mark.parametrize("path", NUMBERED)
def test_an_odd_number_in_a_query_is_no_fault(
    as_admin: FlaskClient, path: str, number: str
) -> None:
    assert as_admin.get(path.format(number)).status_code < 500


@pytest.mark.usefixtures("answered")
@pytest.mark.parametrize("number", ODD[:2])
def test_a_number_that_is_no_key_names_nothing(
    app: Flask, as_admin: FlaskClient, number: str
) -> None:
    for rule in paths_with_a_number(app):
        if not rule.startswith("/api/"):
            path = rule[: rule.index("<")] + number + rule[rule.index(">") + 1 :]
            assert as_admin.get(path).status_code == 404, path


@pytest.mark.usefixtures("answered")
@pytest.mark.parametrize("number", ODD[:4])
def test_a_stream_takes_any_last_event(app: Flask, as_admin: FlaskClient, number: str) -> None:
    hub = Hub(dsn(app.config["SQLALCHEMY_DATABASE_URI"]), most=2)
    app.extensions["live_hub"] = hub
    announce("ticket", 1, now())
    db.session.commit()
    answers = [
        as_admin.get(f"/live?after={number}"),
        as_admin.get("/live", headers={"Last-Event-ID": number}),
    ]
    for answer in answers:
        answer.close()
    hub.close()

    assert [answer.status_code for answer in answers] == [200, 200]


@pytest.mark.usefixtures("answered")
@pytest.mark.parametrize("letter", ["\x00", "\ud800".encode("utf-8", "surrogatepass")])
def test_letters_that_no_database_keeps_are_no_fault(
    as_admin: FlaskClient, station: Station, letter: str | bytes
) -> None:
    form = {"name": b"BRF " + (letter.encode() if isinstance(letter, str) else letter)}

    assert as_admin.post("/customers", data=form).status_code < 500
    assert as_admin.get("/people/1/sessions/%00/end").status_code < 500
    assert as_admin.post("/people/1/sessions/%00/end").status_code < 500
    assert as_admin.get(f"/stations/{station.id}/frames?q=%00&action=%00").status_code < 500


@pytest.mark.usefixtures("answered")
def test_a_sign_in_with_letters_that_nobody_types_is_refused(
    browser: FlaskClient, operator: Person
) -> None:
    give_password(operator)
    for email, password in (
        ("a\x00@example.com", PASSWORD),
        (str(operator.email), "a\x00b"),
        ("\x00", "\x00"),
    ):
        form = {"email": email, "password": password}
        assert browser.post("/sign-in", data=form).status_code < 500
        assert browser.post("/recovery", data={"email": email}).status_code < 500


@pytest.mark.usefixtures("answered")
@pytest.mark.parametrize("time", ["0001-01-01T00:00", "9999-12-31T23:59", "2026-02-30T00:00"])
def test_a_time_at_the_end_of_the_calendar_is_no_fault(
    as_admin: FlaskClient, station: Station, time: str
) -> None:
    form = {"since": time, "until": time, "reason": "Provar"}

    assert as_admin.post(f"/stations/{station.id}/outages/new", data=form).status_code == 422
    query = f"/stations/{station.id}/frames?since={time}&until={time}"
    assert as_admin.get(query).status_code < 500


@pytest.mark.usefixtures("answered")
@pytest.mark.parametrize("number", ODD[:3])
@pytest.mark.parametrize(("path", "field"), [("/sites", "customer_id"), ("/plans", "model_id")])
def test_a_choice_that_no_column_holds_is_refused_and_the_rest_stays(
    as_admin: FlaskClient, path: str, field: str, number: str
) -> None:
    answer = as_admin.post(path, data={"name": "Vintergatan", field: number})

    assert answer.status_code == 422
    assert "Vintergatan" in answer.text
