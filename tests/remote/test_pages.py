"""What the desk asks of chargers: forms, what is refused, what is shown of the outcome."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from service.core.db import db
from service.people.models import Customer, Person
from service.people.roles import Role
from service.remote import intake
from service.remote.actions import ActionState, Effect, FieldError, Kind, check_fields
from service.remote.models import RemoteAction
from service.sessions.models import ChargingSession, Tag
from service.stations.models import Station
from service.tickets.models import Ticket
from service.tickets.states import Priority
from tests.conftest import NOON, person, signed_in

PART = {"HX-Request": "true"}
RESET = {"reset-type": "soft", "reset-reason": "Hänger"}


@pytest.fixture
def desk(app: Flask, operator: Person) -> FlaskClient:
    return signed_in(app, operator)


@pytest.fixture
def ticket(station: Station, operator: Person) -> Ticket:
    ticket = Ticket.open_by_hand(station, "Den hänger", Priority.P2, operator, NOON)
    db.session.commit()
    return ticket


@pytest.fixture
def charging(station: Station) -> ChargingSession:
    """Anna charges on connector 2."""
    station.connectors[2].status = "Charging"
    Tag.create("ABC123", "test", NOON, label="Annas bricka")
    session = ChargingSession(
        station=station,
        transaction_id=4711,
        connector=2,
        id_tag="ABC123",
        started_at=NOON,
        started_said="2026-03-02T12:00:00Z",
        meter_start_wh=0,
    )
    db.session.add(session)
    db.session.commit()
    return session


def actions() -> list[RemoteAction]:
    db.session.commit()
    return list(db.session.scalars(select(RemoteAction).order_by(RemoteAction.id)))


def ask(
    desk: FlaskClient, station: Station, kind: str, typed: Mapping[str, Any], **more: Any
) -> Any:
    return desk.post(f"/stations/{station.id}/actions/{kind}", data=dict(typed), **more)


@pytest.mark.parametrize(
    ("kind", "typed", "fields"),
    [
        ("reset", {"type": "hard"}, {"type": "hard"}),
        ("unlock", {"connector": 2}, {"connector": 2}),
        (
            "change_availability",
            {"connector": 0, "type": "inoperative"},
            {"connector": 0, "type": "inoperative"},
        ),
        ("trigger_message", {"message": "Heartbeat", "connector": 0}, {"message": "Heartbeat"}),
        ("clear_cache", {}, {}),
        ("get_configuration", {"keys": "A, B"}, {"keys": ["A", "B"]}),
        ("get_configuration", {"keys": ""}, {}),
        ("change_configuration", {"key": "A", "value": "1"}, {"key": "A", "value": "1"}),
        ("remote_start", {"connector": 1, "id_tag": "X"}, {"connector": 1, "id_tag": "X"}),
    ],
)
def test_each_kind_is_asked_with_its_own_fields(
    desk: FlaskClient, station: Station, kind: str, typed: dict[str, Any], fields: dict[str, Any]
) -> None:
    words = {f"{kind}-{name}": value for name, value in typed.items()}

    answer = ask(desk, station, kind, {**words, f"{kind}-reason": "Prov"})

    assert answer.status_code == 302
    (action,) = actions()
    assert (action.kind, action.fields, action.reason) == (Kind(kind), fields, "Prov")


def test_a_charge_that_runs_is_stopped(
    desk: FlaskClient, station: Station, charging: ChargingSession
) -> None:
    typed = {"remote_stop-transaction_id": 4711, "remote_stop-reason": "Föraren ber"}

    ask(desk, station, "remote_stop", typed)

    assert actions()[0].fields == {"transaction_id": 4711}


def test_the_form_says_what_will_happen_and_to_which_station(
    desk: FlaskClient, station: Station
) -> None:
    for headers in ({}, PART):
        page = desk.get(f"/stations/{station.id}/actions/reset", headers=headers).text
        assert "The whole station restarts" in page
        assert "Hamnen 3" in page
        assert ("<html" in page) is not bool(headers)


def test_the_result_is_shown_in_place_and_stays_live(desk: FlaskClient, station: Station) -> None:
    page = ask(desk, station, "reset", RESET, headers=PART).text

    assert "<html" not in page
    assert "Restart: soft" in page
    assert "Waits to be sent" in page
    assert f"changed:station-{station.id} from:body" in page


@pytest.mark.parametrize(
    ("kind", "typed", "words"),
    [
        ("reset", {"reset-type": "soft"}, "Say why"),
        ("reset", {"reset-type": "boot", "reset-reason": "x"}, "Not a valid choice"),
        ("unlock", {"unlock-connector": 9, "unlock-reason": "x"}, "Not a valid choice"),
        (
            "change_configuration",
            {
                "change_configuration-key": "AuthorizationKey",
                "change_configuration-value": "x",
                "change_configuration-reason": "x",
            },
            "connection page only",
        ),
        (
            "remote_start",
            {
                "remote_start-connector": 1,
                "remote_start-id_tag": "x" * 21,
                "remote_start-reason": "x",
            },
            "at most 20 characters",
        ),
        (
            "remote_stop",
            {"remote_stop-transaction_id": 1, "remote_stop-reason": "x"},
            "Not a valid",
        ),
    ],
)
def test_what_cannot_be_asked_says_so_beside_the_field(
    desk: FlaskClient, station: Station, kind: str, typed: dict[str, Any], words: str
) -> None:
    answer = ask(desk, station, kind, typed)

    assert answer.status_code == 422
    assert words in answer.text
    assert actions() == []


def test_while_a_car_charges_it_says_who_would_lose_what_and_offers_force(
    desk: FlaskClient, station: Station, charging: ChargingSession
) -> None:
    answer = ask(desk, station, "reset", RESET, headers=PART)

    assert answer.status_code == 409
    assert "Annas bricka" in answer.text
    assert "connector 2" in answer.text
    assert 'name="reset-force"' in answer.text
    assert "Hänger" in answer.text
    assert actions() == []

    assert ask(desk, station, "reset", {**RESET, "reset-force": "y"}).status_code == 302
    assert actions()[0].forced


def test_another_connector_is_not_disturbed(
    desk: FlaskClient, station: Station, charging: ChargingSession
) -> None:
    typed = {"unlock-connector": 1, "unlock-reason": "Fast"}

    assert ask(desk, station, "unlock", typed).status_code == 302


def test_from_a_ticket_it_stands_in_the_tickets_timeline_with_its_outcome(
    desk: FlaskClient, station: Station, ticket: Ticket
) -> None:
    desk.post(f"/stations/{station.id}/actions/reset?ticket={ticket.id}", data=RESET)
    (action,) = actions()
    action.state, action.sent_at, action.answered_at = ActionState.ANSWERED, NOON, NOON
    action.answer, action.before = {"status": "Accepted"}, {"1": {"status": "Faulted"}}
    action.latency_ms = 420.0
    action.tell_answer(NOON)
    action.settle(Effect.PROVEN, {"1": {"status": "Available"}}, NOON)
    db.session.commit()

    page = desk.get(f"/tickets/{ticket.id}").text

    assert "Restart: soft" in page
    assert "<b>Accepted</b> after 0.42 s" in page
    assert "Before: Faulted" in page
    assert "Available" in page
    assert "Effect proven" in page


def test_timeline_and_panel_say_the_latency_of_the_wire(
    desk: FlaskClient, station: Station, ticket: Ticket
) -> None:
    desk.post(f"/stations/{station.id}/actions/reset?ticket={ticket.id}", data=RESET)
    (action,) = actions()
    action.state, action.sent_at = ActionState.SENT, NOON
    intake.answered(action.id, {"status": "Accepted"}, True, 37.0, NOON + timedelta(seconds=2))
    db.session.commit()

    for page in (f"/tickets/{ticket.id}", f"/stations/{station.id}/actions/recent"):
        assert "<b>Accepted</b> after 0.037 s" in desk.get(page).text


def test_another_stations_ticket_is_not_its_reason(
    desk: FlaskClient, station: Station, ticket: Ticket
) -> None:
    other = Station.create("Torget 1", "CP2", "test", NOON)
    db.session.commit()

    answer = desk.post(f"/stations/{other.id}/actions/reset?ticket={ticket.id}", data=RESET)

    assert answer.status_code == 404
    assert actions() == []


def test_what_still_waits_is_taken_back_with_a_reason(desk: FlaskClient, station: Station) -> None:
    ask(desk, station, "reset", RESET)
    (action,) = actions()
    address = f"/remote-actions/{action.id}/cancellation"

    assert desk.post(address).status_code == 422
    assert desk.post(address, data={"reason": "Fel station"}).status_code == 302
    assert actions()[0].state is ActionState.CANCELLED


def test_what_was_sent_is_not_taken_back(desk: FlaskClient, station: Station) -> None:
    ask(desk, station, "reset", RESET)
    (action,) = actions()
    action.state, action.sent_at = ActionState.SENT, NOON
    db.session.commit()

    answer = desk.post(f"/remote-actions/{action.id}/cancellation", data={"reason": "x"})

    assert answer.status_code == 409
    assert "It was sent before you took it back" in answer.text
    assert actions()[0].state is ActionState.SENT


def test_what_a_charger_tells_of_its_settings_is_a_table_without_secrets(
    desk: FlaskClient, station: Station
) -> None:
    ask(desk, station, "get_configuration", {"get_configuration-reason": "Prov"})
    (action,) = actions()
    action.state = ActionState.ANSWERED
    action.answer = {
        "configurationKey": [
            {"key": "HeartbeatInterval", "readonly": False, "value": "300"},
            {"key": "AuthorizationKey", "readonly": False, "value": "hemligt"},
        ],
        "unknownKey": ["Nonsense"],
    }
    db.session.commit()

    page = desk.get(f"/remote-actions/{action.id}").text

    assert "HeartbeatInterval" in page
    assert "300" in page
    assert "hemligt" not in page
    assert "Nonsense" in page


def test_nothing_is_asked_of_a_retired_station(
    desk: FlaskClient, station: Station, operator: Person
) -> None:
    station.retire(operator, "Riven", NOON)
    db.session.commit()

    assert ask(desk, station, "reset", RESET).status_code == 409
    assert actions() == []


def test_each_role_asks_for_what_is_its_own(app: Flask, station: Station) -> None:
    technician = signed_in(app, person(Role.TECHNICIAN))
    panel = technician.get(f"/stations/{station.id}/actions", headers=PART).text

    assert "/actions/unlock" in panel
    assert "/actions/change_configuration" not in panel
    assert technician.get(f"/stations/{station.id}/actions/clear_cache").status_code == 403
    assert ask(technician, station, "clear_cache", {"clear_cache-reason": "x"}).status_code == 403
    assert actions() == []


def test_a_customer_has_no_remote_actions(as_customer: FlaskClient, station: Station) -> None:
    assert as_customer.get(f"/stations/{station.id}/actions").status_code == 403


def test_there_is_no_such_kind(desk: FlaskClient, station: Station) -> None:
    assert desk.get(f"/stations/{station.id}/actions/explode").status_code == 404


@pytest.mark.parametrize(
    ("kind", "fields", "name"),
    [
        (Kind.RESET, {}, "type"),
        (Kind.RESET, {"type": 1}, "type"),
        (Kind.RESET, {"type": "soft", "connector": 1}, "connector"),
        (Kind.UNLOCK, {"connector": 0}, "connector"),
        (Kind.UNLOCK, {"connector": True}, "connector"),
        (Kind.UNLOCK, {"connector": "1"}, "connector"),
        (Kind.CHANGE_AVAILABILITY, {"connector": -1, "type": "operative"}, "connector"),
        (Kind.TRIGGER_MESSAGE, {"message": "Reset"}, "message"),
        (Kind.TRIGGER_MESSAGE, {"message": "Heartbeat", "connector": 0}, "connector"),
        (Kind.CLEAR_CACHE, {"key": "x"}, "key"),
        (Kind.GET_CONFIGURATION, {"keys": "A"}, "keys"),
        (Kind.GET_CONFIGURATION, {"keys": ["x" * 51]}, "keys"),
        (Kind.GET_CONFIGURATION, {"keys": ["A"] * 101}, "keys"),
        (Kind.CHANGE_CONFIGURATION, {"key": "cpoNAME", "value": "x"}, "key"),
        (Kind.CHANGE_CONFIGURATION, {"key": "A"}, "value"),
        (Kind.CHANGE_CONFIGURATION, {"key": "A", "value": "\x00"}, "value"),
        (Kind.REMOTE_START, {"connector": 1, "id_tag": " "}, "id_tag"),
        (Kind.REMOTE_STOP, {"transaction_id": 2**31}, "transaction_id"),
    ],
)
def test_a_wrong_field_is_named(kind: Kind, fields: dict[str, Any], name: str) -> None:
    with pytest.raises(FieldError) as wrong:
        check_fields(kind, fields)

    assert wrong.value.name == name
    assert wrong.value.words


def test_words_are_taken_however_their_case_is_spelled() -> None:
    assert check_fields(Kind.RESET, {"type": " Soft "}) == {"type": "soft"}
    assert check_fields(Kind.TRIGGER_MESSAGE, {"message": "status_notification"}) == {
        "message": "StatusNotification"
    }


def test_a_stranger_finds_no_action_of_others(
    app: Flask, desk: FlaskClient, station: Station
) -> None:
    ask(desk, station, "reset", RESET)
    other = Customer(name="Annan AB", created_at=NOON)
    stranger = person(Role.CUSTOMER, "Sven Sträng", other)

    assert RemoteAction.visible_to(stranger).with_only_columns(RemoteAction.id) is not None
    assert list(db.session.scalars(RemoteAction.visible_to(stranger))) == []
