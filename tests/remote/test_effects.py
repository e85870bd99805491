"""Whether a remote action worked is judged from what the charger shows."""

from typing import Any

import pytest

from service.remote.actions import Effect, Kind
from service.remote.effects import Seen, State, judge

WELL = State({0: ("Available", "NoError"), 1: ("Available", "NoError")})
BROKEN = State({0: ("Available", "NoError"), 1: ("Faulted", "InternalError")})
OUT = State({1: ("Unavailable", "NoError"), 2: ("Available", "NoError")})


def effect(kind: Kind, before: State, now: State, fields: Any = None, **seen: Any) -> Effect:
    return judge(kind, fields or {}, before, Seen(now, **seen))


def test_a_restart_that_heals_is_proven() -> None:
    assert effect(Kind.RESET, BROKEN, WELL, booted=True) is Effect.PROVEN


def test_a_restart_into_the_same_fault_has_not_helped() -> None:
    assert effect(Kind.RESET, BROKEN, BROKEN, booted=True) is Effect.PENDING


def test_a_fault_that_goes_without_a_restart_is_not_the_restarts_doing() -> None:
    assert effect(Kind.RESET, BROKEN, WELL) is Effect.PENDING


def test_a_restart_for_a_ticket_is_judged_by_that_tickets_connector() -> None:
    before = State({1: ("Faulted", "InternalError"), 2: ("Faulted", "GroundFailure")})
    seen = Seen(State({1: ("Available", "NoError"), 2: before.connectors[2]}), booted=True)

    assert judge(Kind.RESET, {}, before, seen, connector=1) is Effect.PROVEN
    assert judge(Kind.RESET, {}, before, seen) is Effect.PENDING


@pytest.mark.parametrize("sign", ["booted", "reconnected"])
def test_a_restart_of_a_well_station_shows_in_its_coming_back(sign: str) -> None:
    assert effect(Kind.RESET, WELL, WELL, **{sign: True}) is Effect.PROVEN
    assert effect(Kind.RESET, WELL, WELL) is Effect.PENDING


def test_an_unlock_is_proven_by_the_connector_it_was_for() -> None:
    assert effect(Kind.UNLOCK, BROKEN, WELL, {"connector": 1}) is Effect.PROVEN
    assert effect(Kind.UNLOCK, BROKEN, BROKEN, {"connector": 1}) is Effect.PENDING


def test_an_unlock_of_what_was_not_broken_cannot_be_seen() -> None:
    assert effect(Kind.UNLOCK, WELL, WELL, {"connector": 1}) is Effect.NOT_OBSERVABLE


def test_out_of_service_is_seen_on_the_connector() -> None:
    fields = {"connector": 1, "type": "inoperative"}
    assert effect(Kind.CHANGE_AVAILABILITY, WELL, OUT, fields) is Effect.PROVEN
    assert effect(Kind.CHANGE_AVAILABILITY, WELL, WELL, fields) is Effect.PENDING


def test_a_triggered_message_is_seen_when_it_comes() -> None:
    fields = {"message": "Heartbeat"}
    came = frozenset({"Heartbeat"})
    assert effect(Kind.TRIGGER_MESSAGE, WELL, WELL, fields, messages=came) is Effect.PROVEN
    assert effect(Kind.TRIGGER_MESSAGE, WELL, WELL, fields) is Effect.PENDING


@pytest.mark.parametrize(
    ("kind", "message"),
    [(Kind.REMOTE_START, "StartTransaction"), (Kind.REMOTE_STOP, "StopTransaction")],
)
def test_a_start_and_a_stop_are_seen_in_the_charge(kind: Kind, message: str) -> None:
    assert effect(kind, WELL, WELL, messages=frozenset({message})) is Effect.PROVEN
    assert effect(kind, WELL, WELL) is Effect.PENDING


@pytest.mark.parametrize("kind", [Kind.CLEAR_CACHE, Kind.CHANGE_CONFIGURATION])
def test_what_shows_nowhere_is_not_said_to_be_proven(kind: Kind) -> None:
    assert effect(kind, WELL, WELL) is Effect.NOT_OBSERVABLE


def test_a_state_survives_being_kept() -> None:
    assert State.from_json(BROKEN.as_json()) == BROKEN
