"""Remote actions over the API."""

from __future__ import annotations

from typing import Any

import pytest

from service.core.db import db
from service.people.models import Customer, Person, Role
from service.remote.actions import ActionState, Effect
from service.remote.models import RemoteAction
from service.stations.models import Station
from service.tickets.models import Ticket
from service.tickets.states import Priority
from tests.api.conftest import Caller, Program, fields
from tests.conftest import NOON

RESET = {"action": "reset", "type": "soft", "reason": "It hangs"}
CONTRACT = {
    "id",
    "station_id",
    "ticket_id",
    "action",
    "fields",
    "reason",
    "state",
    "answer",
    "effect",
    "before",
    "after",
    "outcome",
    "requested_at",
    "sent_at",
    "answered_at",
}


def path(station: Station) -> str:
    return f"/stations/{station.id}/remote-actions"


def ask(admin: Program, station: Station, status: int = 202, **body: Any) -> Any:
    return admin.post(path(station), RESET | body, status)


def test_an_action_is_queued(admin: Program, station: Station) -> None:
    asked = ask(admin, station)

    assert asked == admin.get(f"/remote-actions/{asked['id']}")
    assert set(asked) >= CONTRACT
    assert (asked["state"], asked["effect"]) == ("queued", "pending")
    assert asked["fields"] == {"type": "soft"}
    assert asked["sent_at"] is asked["answer"] is asked["before"] is None


@pytest.mark.parametrize(
    "own",
    [
        {"action": "reset", "type": "hard"},
        {"action": "unlock", "connector": 1},
        {"action": "change_availability", "connector": 0, "type": "inoperative"},
        {"action": "trigger_message", "message": "StatusNotification", "connector": 1},
        {"action": "trigger_message", "message": "BootNotification"},
        {"action": "clear_cache"},
        {"action": "get_configuration"},
        {"action": "get_configuration", "keys": ["HeartbeatInterval"]},
        {"action": "change_configuration", "key": "HeartbeatInterval", "value": "60"},
        {"action": "remote_start", "connector": 1, "id_tag": "ABC"},
        {"action": "remote_stop", "transaction_id": 5},
    ],
)
def test_each_action_takes_its_own_fields(
    admin: Program, station: Station, own: dict[str, Any]
) -> None:
    asked = admin.post(path(station), own | {"reason": "Try"}, status=202)

    assert asked["action"] == own.pop("action")
    assert asked["fields"] == own


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"action": "explode"}, "action"),
        ({"action": "reset", "type": "gentle"}, "type"),
        ({"action": "reset"}, "type"),
        ({"action": "reset", "type": "soft", "colour": "red"}, "colour"),
        ({"action": "unlock"}, "connector"),
        ({"action": "unlock", "connector": "1"}, "connector"),
        ({"action": "unlock", "connector": 0}, "connector"),
        ({"action": "unlock", "connector": 2**70}, "connector"),
        ({"action": "remote_start", "connector": 1, "id_tag": "x\x00"}, "id_tag"),
        ({"action": "remote_start", "connector": 1, "id_tag": "x" * 21}, "id_tag"),
        ({"action": "change_configuration", "key": "AuthorizationKey", "value": "0"}, "key"),
        ({"action": "get_configuration", "keys": "all"}, "keys"),
        ({"action": "clear_cache", "force": "yes"}, "force"),
        ({"action": "clear_cache", "reason": ""}, "reason"),
        ({"action": "clear_cache", "ticket_id": 99}, "ticket_id"),
    ],
)
def test_a_wrong_field_is_named(
    admin: Program, station: Station, body: dict[str, Any], field: str
) -> None:
    problem = admin.post(path(station), {"reason": "Try"} | body, status=422)

    assert fields(problem) == {field}
    assert db.session.query(RemoteAction).count() == 0


def test_a_reason_is_needed(admin: Program, station: Station) -> None:
    body = {"action": "clear_cache"}

    assert fields(admin.post(path(station), body, status=422)) == {"reason"}


def test_a_charging_car_is_not_disturbed_unless_forced(admin: Program, station: Station) -> None:
    station.connectors[1].status = "Charging"
    db.session.commit()

    problem = ask(admin, station, 409)

    assert problem["type"].endswith("#charging")
    assert ask(admin, station, force=True)["forced"] is True


def test_an_action_of_a_ticket_stands_in_its_timeline(
    admin: Program, station: Station, operator: Person
) -> None:
    ticket = Ticket.open_by_hand(station, "Broken", Priority.P3, operator, NOON)
    db.session.commit()

    asked = ask(admin, station, ticket_id=ticket.id)

    entry = admin.get(f"/tickets/{ticket.id}")["timeline"][-1]
    assert (entry["kind"], entry["remote_action_id"]) == ("action", asked["id"])
    assert admin.get("/remote-actions", ticket_id=ticket.id)["total"] == 1


def test_an_action_is_not_done_for_another_stations_ticket(
    admin: Program, station: Station, operator: Person
) -> None:
    other = Station.create("Hamnen 4", "CP2", "test", NOON, site=station.site)
    ticket = Ticket.open_by_hand(other, "Broken", Priority.P3, operator, NOON)
    db.session.commit()

    assert fields(ask(admin, station, 422, ticket_id=ticket.id)) == {"ticket_id"}


def test_what_came_of_it_is_shown_without_secrets(admin: Program, station: Station) -> None:
    asked = admin.post(path(station), {"action": "get_configuration", "reason": "Look"}, status=202)
    action = db.session.get_one(RemoteAction, asked["id"])
    action.state, action.effect = ActionState.ANSWERED, Effect.NOT_OBSERVABLE
    action.sent_at = action.answered_at = NOON
    action.answer = {
        "configurationKey": [
            {"key": "AuthorizationKey", "readonly": False, "value": "c0ffee"},
            {"key": "HeartbeatInterval", "readonly": False, "value": "60"},
        ]
    }
    db.session.commit()

    shown = admin.get(f"/remote-actions/{action.id}")

    assert (shown["state"], shown["effect"]) == ("answered", "not_observable")
    assert shown["answered_at"] == "2026-03-02T12:00:00Z"
    assert "c0ffee" not in str(shown)
    assert shown["answer"]["configurationKey"][1]["value"] == "60"


def test_a_waiting_action_can_be_taken_back_once(admin: Program, station: Station) -> None:
    cancel = f"/remote-actions/{ask(admin, station)['id']}/cancellation"

    taken_back = admin.post(cancel, {"reason": "Wrong one"}, status=200)

    assert (taken_back["state"], taken_back["effect"]) == ("cancelled", "none")
    assert taken_back["outcome"] == "Wrong one"
    assert admin.post(cancel, {"reason": "Again"}, status=409)["type"].endswith("#wrong-state")


def test_actions_are_found_by_each_filter(admin: Program, station: Station) -> None:
    ask(admin, station)

    assert admin.get("/remote-actions", station_id=station.id)["total"] == 1
    assert admin.get("/remote-actions", station_id=99)["total"] == 0
    assert admin.get("/remote-actions", state="queued")["total"] == 1
    assert admin.get("/remote-actions", state="sent")["total"] == 0


def test_each_role_asks_for_what_it_may(program: Caller, station: Station) -> None:
    technician, dispatcher = program(Role.TECHNICIAN), program(Role.DISPATCHER)

    ask(technician, station)
    ask(dispatcher, station)
    unlock = {"action": "unlock", "connector": 1, "reason": "A cable is stuck"}
    technician.post(path(station), unlock, status=202)
    dispatcher.post(path(station), unlock, status=403)
    start = {"action": "remote_start", "connector": 1, "id_tag": "A", "reason": "Try"}
    technician.post(path(station), start, status=403)


def test_a_customer_asks_for_nothing(program: Caller, customer: Customer, station: Station) -> None:
    ask(program(Role.CUSTOMER, customer), station, 403)
