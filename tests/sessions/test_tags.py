"""The list of charging tags, and the charging sessions on the pages."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from service.core.db import db
from service.core.history import History
from service.people.models import Customer
from service.people.roles import Role
from service.sessions.forms import as_sent
from service.sessions.models import ChargingSession, Tag, TagTakenError
from service.sessions.words import Verdict
from service.stations.models import Station
from tests.conftest import NOON, person, signed_in

TAG = {"id_tag": "04A2B3C4", "label": "Kim"}


def session(station: Station, **facts: object) -> ChargingSession:
    values = {
        "transaction_id": 7,
        "connector": 1,
        "id_tag": "04A2B3C4",
        "started_at": NOON,
        "started_said": "2026-03-02T12:00:00Z",
        "meter_start_wh": 1000,
    }
    one = ChargingSession(station_id=station.id, **values | facts)
    db.session.add(one)
    db.session.commit()
    return one


def test_a_tag_is_made_changed_blocked_and_unblocked(as_operations: FlaskClient) -> None:
    as_operations.post("/tags", data=TAG)
    tag = db.session.scalars(select(Tag)).one()
    as_operations.post(
        f"/tags/{tag.id}", data={"label": "Kim L", "valid_until": "2026-03-02T14:00"}
    )
    as_operations.post(f"/tags/{tag.id}/block", data={"reason": "lost"})
    blocked = tag.verdict(NOON)
    as_operations.post(f"/tags/{tag.id}/unblock", data={"reason": "found"})

    assert (tag.id_tag, tag.label) == ("04A2B3C4", "Kim L")
    assert tag.valid_until == NOON + timedelta(hours=1)
    assert (blocked, tag.verdict(NOON)) == (Verdict.BLOCKED, Verdict.ACCEPTED)
    deeds = db.session.scalars(History.of(tag)).all()
    assert [deed.verb for deed in deeds] == ["unblock", "block", "edit", "create"]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"id_tag": ""}, "This field is required"),
        ({"id_tag": "x" * 21}, "at most 20 signs"),
        ({"id_tag": "A\x01B"}, "characters in it that no charger sends"),
        ({"id_tag": "DEAD"}, "The list has this tag already"),
        ({"valid_from": "2026-03-02T12:00", "valid_until": "2026-03-02T12:00"}, "after the begin"),
        ({"valid_from": "soon"}, "Not a valid datetime"),
    ],
)
def test_a_wrong_tag_is_refused_beside_the_field(
    as_operations: FlaskClient, typed: dict[str, str], words: str
) -> None:
    Tag.create("dead", "test", NOON)
    db.session.commit()

    answer = as_operations.post("/tags", data={**TAG, **typed})

    assert answer.status_code == 422
    assert words in answer.text
    assert db.session.scalars(select(Tag.id_tag)).all() == ["dead"]


@pytest.mark.usefixtures("app")
def test_a_tag_is_in_the_list_once_in_whatever_case() -> None:
    Tag.create("dead", "test", NOON)

    with pytest.raises(TagTakenError):
        Tag.create("DEAD", "test", NOON)

    assert Tag.known(" dEaD ") is not None


def test_no_tag_is_blocked_without_a_reason(as_operations: FlaskClient) -> None:
    tag = Tag.create("dead", "test", NOON)
    db.session.commit()

    as_operations.post(f"/tags/{tag.id}/block", data={})

    assert tag.blocked_at is None


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("04:a2:b3:c4", "04A2B3C4"),
        ("04 A2 B3 C4 D5 E6 F7", "04A2B3C4D5E6F7"),
        (" Kim-tag ", "Kim-tag"),
        ("AB-CD", "AB-CD"),
    ],
)
def test_a_number_as_printed_on_a_card_is_kept_as_a_charger_sends_it(typed: str, sent: str) -> None:
    assert as_sent(typed) == sent


def test_the_list_shows_and_filters_by_what_a_tag_is_now(as_operations: FlaskClient) -> None:
    Tag.create("GOOD", "test", NOON)
    Tag.create("OLD", "test", NOON, valid_until=NOON - timedelta(days=1))
    Tag.create("LOST", "test", NOON, blocked_at=NOON)
    db.session.commit()

    lists = {
        state: as_operations.get(f"/tags?state={state}&format=csv").text
        for state in ("accepted", "expired", "blocked")
    }

    assert {state: text.splitlines()[1].split(",")[:2] for state, text in lists.items()} == {
        "accepted": ["valid", "GOOD"],
        "expired": ["not valid now", "OLD"],
        "blocked": ["blocked", "LOST"],
    }


@pytest.mark.parametrize("browser", ["as_technician", "as_dispatcher", "as_customer"])
def test_only_the_desk_sees_and_changes_tags(browser: str, request: pytest.FixtureRequest) -> None:
    client: FlaskClient = request.getfixturevalue(browser)

    answers = [client.get("/tags"), client.post("/tags", data=TAG)]

    assert {answer.status_code for answer in answers} == {403}


def test_the_sessions_of_a_station_say_energy_and_how_it_ended(
    as_operations: FlaskClient, station: Station
) -> None:
    stopped = NOON + timedelta(hours=1)
    session(station, stopped_at=stopped, meter_stop_wh=8500, stop_reason="EVDisconnected")

    page = as_operations.get(f"/stations/{station.id}/sessions").text

    assert "7.5 kWh" in page
    assert "cable taken out of the car" in page
    assert "04A2B3C4" in page


def test_a_customers_person_sees_own_sessions_without_whose_tag_it_was(
    as_customer: FlaskClient, station: Station
) -> None:
    session(station)

    pages = [f"/stations/{station.id}/sessions", "/sessions", "/sessions?format=csv"]
    texts = [as_customer.get(page).text for page in pages]

    assert not any("04A2B3C4" in text for text in texts)
    assert "Hamnen 3" in texts[1]
    assert "Hamnen 3" not in as_customer.get("/sessions?q=04A2").text


def test_a_strangers_sessions_are_not_there(as_operations: FlaskClient, station: Station) -> None:
    session(station)
    other = Customer(name="Annan AB", created_at=NOON)
    stranger = signed_in(as_operations.application, person(Role.CUSTOMER, "Sven", other))

    assert stranger.get(f"/stations/{station.id}/sessions").status_code == 404
    assert "Hamnen 3" not in stranger.get("/sessions").text
