"""Chargers that nobody knows wait for a person."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from service.core.db import db
from service.core.live import Change
from service.people.models import Person
from service.stations import pending
from service.stations.models import PendingCharger, Station
from tests.conftest import NOON


def waiting() -> list[PendingCharger]:
    return list(db.session.scalars(PendingCharger.waiting()))


@pytest.mark.usefixtures("app")
def test_an_unknown_charger_that_tries_again_waits_once_and_is_counted() -> None:
    PendingCharger.tried("CP9", "192.0.2.1", NOON)
    PendingCharger.tried("cp9", "192.0.2.2", NOON + timedelta(minutes=1))
    db.session.commit()

    (one,) = waiting()
    assert (one.identity, one.address, one.tries) == ("cp9", "192.0.2.2", 2)
    assert (one.first_tried_at, one.last_tried_at) == (NOON, NOON + timedelta(minutes=1))


@pytest.mark.usefixtures("app")
def test_only_the_first_try_is_announced() -> None:
    for minute in range(3):
        PendingCharger.tried("CP9", "192.0.2.1", NOON + timedelta(minutes=minute))
    db.session.commit()

    topics = db.session.scalars(select(Change.topic)).all()
    assert topics == ["pending_charger"]


@pytest.mark.usefixtures("app")
def test_of_too_many_waiting_those_that_knocked_longest_ago_go(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pending, "MOST_WAITING", 3)

    for number in range(5):
        PendingCharger.tried(f"CP{number}", "192.0.2.1", NOON + timedelta(minutes=number))
    db.session.commit()

    assert [one.identity for one in waiting()] == ["CP4", "CP3", "CP2"]


def test_a_refused_charger_stays_refused_however_often_it_tries(operator: Person) -> None:
    PendingCharger.tried("CP9", "192.0.2.1", NOON)
    waiting()[0].refuse(operator, NOON)
    PendingCharger.tried("CP9", "192.0.2.1", NOON + timedelta(minutes=1))
    db.session.commit()

    assert waiting() == []
    (refused,) = db.session.scalars(PendingCharger.refused())
    assert (refused.tries, refused.refused_by_id) == (2, operator.id)


def test_a_refused_charger_can_be_let_wait_again(operator: Person) -> None:
    PendingCharger.tried("CP9", "192.0.2.1", NOON)
    one = waiting()[0]
    one.refuse(operator, NOON)

    one.unrefuse(operator, NOON)

    assert waiting() == [one]


@pytest.mark.usefixtures("app")
def test_a_charger_that_gets_a_station_waits_no_longer() -> None:
    PendingCharger.tried("CP9", "192.0.2.1", NOON)

    Station.create("Hamnen 9", "cp9", "test", NOON)

    assert waiting() == []


@pytest.mark.usefixtures("app")
def test_trying_never_makes_a_station() -> None:
    PendingCharger.tried("CP9", "192.0.2.1", NOON)

    assert db.session.scalar(select(func.count()).select_from(Station)) == 0
