"""The row is the queue: nothing is sent twice, nothing is forgotten."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from ocpp_link import sender
from service.core.db import db
from service.people.models import Person
from service.remote import jobs
from service.remote.actions import ActionState, Effect, Kind
from service.remote.intake import answered, not_answered, states_of
from service.remote.models import ChargingError, RemoteAction
from service.stations.models import Station
from tests.conftest import NOON
from tests.saying import boot, say, status

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def ask(station: Station, by: Person, kind: Kind = Kind.RESET, **more: Any) -> RemoteAction:
    fields = {"type": "soft"} if kind is Kind.RESET else {}
    action = RemoteAction.ask(station, kind, fields, "Provar", by, NOON, **more)
    db.session.commit()
    return action


def claim(station: Station, at: Any = NOON) -> list[RemoteAction]:
    taken = RemoteAction.claim({station.id: 1}, states_of, at)
    db.session.commit()
    return taken


def action() -> RemoteAction:
    db.session.commit()
    db.session.expire_all()
    return db.session.scalars(select(RemoteAction)).one()


def test_an_action_is_taken_once(station: Station, operator: Person) -> None:
    ask(station, operator)
    assert len(claim(station)) == 1
    assert claim(station) == []


def test_the_next_waits_until_the_first_is_answered(station: Station, operator: Person) -> None:
    first, second = ask(station, operator), ask(station, operator, Kind.CLEAR_CACHE)
    assert claim(station) == [first]
    assert claim(station) == []

    answered(first.id, {"status": "Accepted"}, True, 12.0, NOON)
    assert claim(station) == [second]


def test_the_database_keeps_it_to_one_at_a_time(station: Station, operator: Person) -> None:
    for one in (ask(station, operator), ask(station, operator)):
        one.state = ActionState.SENT
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()


def test_a_link_that_died_between_sending_and_hearing_leaves_no_answer(
    station: Station, operator: Person
) -> None:
    ask(station, operator)
    claim(station)
    jobs.give_up_on_answers(NOON + 89 * SECOND)
    assert action().state is ActionState.SENT

    jobs.give_up_on_answers(NOON + 91 * SECOND)
    assert action().state is ActionState.NO_ANSWER
    assert "may have heard it or not" in (action().outcome or "")


def test_what_got_no_answer_may_still_be_seen_to_work(station: Station, operator: Person) -> None:
    ask(station, operator)
    [sent] = claim(station)
    not_answered(sent.id, "the connection ended before an answer came", NOON + SECOND)
    say(boot(station, NOON + 40 * SECOND))

    assert (action().state, action().effect) == (ActionState.NO_ANSWER, Effect.PROVEN)


def test_without_an_effect_in_its_window_there_is_none(station: Station, operator: Person) -> None:
    ask(station, operator)
    [sent] = claim(station)
    answered(sent.id, {"status": "Accepted"}, True, 12.0, NOON)
    jobs.judge_what_is_over(NOON + 179 * SECOND)
    assert action().effect is Effect.PENDING

    jobs.judge_what_is_over(NOON + 181 * SECOND)
    assert action().effect is Effect.NONE


def test_a_late_answer_changes_nothing(station: Station, operator: Person) -> None:
    ask(station, operator)
    [sent] = claim(station)
    not_answered(sent.id, "no answer within 30 s", NOON)
    answered(sent.id, {"status": "Accepted"}, True, 40_000.0, NOON + MINUTE)

    assert (action().state, action().answer) == (ActionState.NO_ANSWER, None)


def test_an_old_wish_is_cancelled(station: Station, operator: Person) -> None:
    ask(station, operator)
    jobs.cancel_what_waits_too_long(NOON + 59 * MINUTE)
    assert action().state is ActionState.QUEUED

    jobs.cancel_what_waits_too_long(NOON + 61 * MINUTE)
    assert (action().state, action().effect) == (ActionState.CANCELLED, Effect.NONE)


def test_what_is_on_its_way_cannot_be_taken_back(station: Station, operator: Person) -> None:
    ask(station, operator)
    [sent] = claim(station)
    assert not sent.cancel("ångrar mig", operator, NOON)


def test_a_charging_car_is_not_disturbed(station: Station, operator: Person) -> None:
    say(status(station, NOON, "Charging"))
    with pytest.raises(ChargingError):
        ask(station, operator)

    ask(station, operator, force=True)
    assert action().forced


def test_a_car_that_began_meanwhile_is_not_disturbed_either(
    station: Station, operator: Person
) -> None:
    ask(station, operator)
    say(status(station, NOON, "Charging"))
    assert sender._claim({station.id: 1}) == []

    assert (action().state, action().outcome) == (
        ActionState.REFUSED,
        "a car charges there now",
    )
