"""What a person types into a charger, and the chargers that wait to be adopted."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from service.core.db import db
from service.core.history import History
from service.monitoring.link_models import Connection, Contact
from service.stations import keys
from service.stations.api import connection
from service.stations.models import PendingCharger, Station
from tests.conftest import NOON

STATION = {"name": "Ny", "access": "internal", "authorization": "known_tags"}


def key_in(page: str) -> str:
    found = re.search(r'id="key">([0-9a-f]{40})<', page)
    assert found
    return found[1]


def test_the_page_shows_the_exact_address_and_identity(
    as_operations: FlaskClient, station: Station
) -> None:
    page = as_operations.get(f"/stations/{station.id}/connection").text

    assert 'id="address">ws://localhost:9000/ocpp/CP1<' in page
    assert 'id="identity">CP1<' in page


def test_an_identity_is_written_as_an_address_everywhere_the_same(
    app: Flask, as_operations: FlaskClient, station: Station
) -> None:
    station.edit("test", NOON, ocpp_identity="KAJ|3=A")
    db.session.commit()
    page = as_operations.get(f"/stations/{station.id}/connection").text

    assert 'id="address">ws://localhost:9000/ocpp/KAJ%7C3=A<' in page
    assert connection(station, None)["url"] == "ws://localhost:9000/ocpp/KAJ%7C3=A"


def test_a_new_key_is_shown_once_and_the_old_one_dies(
    as_operations: FlaskClient, station: Station
) -> None:
    old = station.give_key("test", NOON)
    db.session.commit()

    answer = as_operations.post(f"/stations/{station.id}/connection/key")

    key = key_in(answer.text)
    assert answer.headers["Cache-Control"] == "no-store"
    assert keys.matches(station.key_hash, key.encode())
    assert not keys.matches(station.key_hash, old.encode())
    assert key not in as_operations.get(f"/stations/{station.id}/connection").text


def test_a_key_is_kept_nowhere_in_clear(
    as_operations: FlaskClient, station: Station, capfd: pytest.CaptureFixture[str]
) -> None:
    key = key_in(as_operations.post(f"/stations/{station.id}/connection/key").text)

    deeds = db.session.scalars(select(History)).all()
    assert not any(key in str(deed.details) for deed in deeds)
    assert key not in "".join(capfd.readouterr())


def test_a_retired_station_gets_no_key(as_operations: FlaskClient, station: Station) -> None:
    as_operations.post(f"/stations/{station.id}/retirement", data={"reason": "gone"})

    answer = as_operations.post(f"/stations/{station.id}/connection/key", follow_redirects=True)

    assert "A retired station gets no key." in answer.text
    assert station.key_hash is None


def test_profile_2_without_tls_says_that_the_charger_will_be_refused(
    as_operations: FlaskClient, station: Station
) -> None:
    as_operations.post(f"/stations/{station.id}/connection/profile", data={"security_profile": 2})

    assert station.security_profile == 2
    assert "needs TLS" in as_operations.get(f"/stations/{station.id}/connection").text


def test_the_operations_desk_is_not_offered_profile_0_and_cannot_choose_it(
    as_operations: FlaskClient, station: Station
) -> None:
    address = f"/stations/{station.id}/connection"

    answer = as_operations.post(f"{address}/profile", data={"security_profile": "0"})

    assert answer.status_code == 422
    assert '<option value="0"' not in as_operations.get(address).text
    assert station.security_profile == 1


def test_an_administrator_allows_profile_0_with_a_reason_and_a_red_warning(
    as_admin: FlaskClient, station: Station
) -> None:
    address = f"/stations/{station.id}/connection"
    silent = as_admin.post(f"{address}/profile", data={"security_profile": "0"})
    as_admin.post(f"{address}/profile", data={"security_profile": "0", "reason": "old charger"})

    assert silent.status_code == 422
    assert station.security_profile == 0
    assert "Anybody who knows the identity can speak for this charger" in as_admin.get(address).text


def test_the_page_turns_green_when_the_charger_connects(
    as_operations: FlaskClient, station: Station
) -> None:
    address = f"/stations/{station.id}/connection/state"
    before = as_operations.get(address).text
    link = Connection(
        station_id=station.id,
        node="link",
        address="192.0.2.7",
        subprotocol="ocpp1.6",
        secure=False,
        opened_at=NOON,
    )
    db.session.add(link)
    db.session.flush()
    db.session.add(Contact(station_id=station.id, connection_id=link.id, last_seen_at=NOON))
    db.session.commit()

    after = as_operations.get(address).text

    assert "Not connected" in before
    assert f"changed:station-{station.id} from:body" in before
    assert 'class="state ok">Connected' in after
    assert "192.0.2.7" in after


def test_a_waiting_charger_is_adopted_with_its_identity_and_gets_a_key(
    as_operations: FlaskClient,
) -> None:
    PendingCharger.tried("CP9", "192.0.2.1", NOON)
    db.session.commit()

    listed = as_operations.get("/pending").text
    form = as_operations.get("/stations/new?identity=CP9").text
    answer = as_operations.post("/stations", data={**STATION, "ocpp_identity": "CP9"})

    assert "/stations/new?identity=CP9" in listed
    assert 'value="CP9"' in form
    assert keys.matches(
        db.session.scalars(select(Station.key_hash)).one(), key_in(answer.text).encode()
    )
    assert "CP9" not in as_operations.get("/pending").text


def test_a_waiting_charger_is_refused_and_let_wait_again(as_operations: FlaskClient) -> None:
    PendingCharger.tried("CP9", "192.0.2.1", NOON)
    db.session.commit()

    as_operations.post("/pending/1/refusal")
    refused = as_operations.get("/pending").text, as_operations.get("/pending?shown=refused").text
    as_operations.post("/pending/1/waiting")

    assert "192.0.2.1" not in refused[0]
    assert "192.0.2.1" in refused[1]
    assert "192.0.2.1" in as_operations.get("/pending").text


def test_what_a_charger_calls_itself_is_harmless_on_the_page(as_operations: FlaskClient) -> None:
    PendingCharger.tried("<script>alert(1)</script>", "192.0.2.1", NOON)
    db.session.commit()

    page = as_operations.get("/pending").text

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


@pytest.mark.parametrize("browser", ["as_technician", "as_dispatcher", "as_customer"])
def test_only_the_desk_decides_about_waiting_chargers(
    browser: str, request: pytest.FixtureRequest, app: Flask
) -> None:
    PendingCharger.tried("CP9", "192.0.2.1", NOON)
    db.session.commit()
    client: FlaskClient = request.getfixturevalue(browser)

    answers = [client.get("/pending"), client.post("/pending/1/refusal")]

    assert {answer.status_code for answer in answers} == {403}
