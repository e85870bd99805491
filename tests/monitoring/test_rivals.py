"""Two with one identity: a person sees both, and says with a reason which of them takes over."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from service import intake
from service.core.clock import now
from service.core.db import db
from service.core.history import History
from service.monitoring.rivals import NoRivalError, Rival
from service.people.models import Person
from service.stations.models import Station
from tests.conftest import NOON

HERE, THERE = "10.0.0.1", "203.0.113.9"
MINUTE = timedelta(minutes=1)


def conflict(station: Station, address: str = THERE, minute: int = 0) -> None:
    intake.identity_conflict(station.id, (HERE, address), NOON + minute * MINUTE)
    db.session.commit()
    db.session.expire_all()


def rival() -> Rival:
    return db.session.scalars(select(Rival)).one()


def let_in(station: Station, by: Person, address: str = THERE, minute: int = 1) -> None:
    Rival.let_in(station, address, by, "asked at the site", NOON + minute * MINUTE)


def takes_over(station: Station, address: str = THERE, minute: int = 2) -> bool:
    return Rival.takes_over(station.id, address, NOON + minute * MINUTE)


def test_who_is_let_in_takes_over_once(station: Station, operator: Person) -> None:
    conflict(station)
    assert not takes_over(station)
    let_in(station, operator)

    assert [takes_over(station) for _ in range(2)] == [True, False]


def test_nobody_from_elsewhere_uses_it(station: Station, operator: Person) -> None:
    conflict(station)
    let_in(station, operator)

    assert not takes_over(station, "198.51.100.4")
    assert not takes_over(station, HERE)


def test_it_is_over_after_an_hour(station: Station, operator: Person) -> None:
    conflict(station)
    let_in(station, operator)

    assert not takes_over(station, minute=61)


def test_another_newcomer_has_not_been_let_in(station: Station, operator: Person) -> None:
    conflict(station)
    let_in(station, operator)
    conflict(station, "198.51.100.4", minute=1)
    conflict(station, minute=2)

    assert not takes_over(station)


def test_the_same_newcomer_knocking_again_stays_let_in(station: Station, operator: Person) -> None:
    conflict(station)
    let_in(station, operator)
    conflict(station, minute=1)

    assert (rival().first_at, rival().last_at) == (NOON, NOON + MINUTE)
    assert takes_over(station)


@pytest.mark.parametrize(("address", "minute"), [("198.51.100.4", 1), (THERE, 60)])
def test_only_who_knocked_lately_is_let_in(
    station: Station, operator: Person, address: str, minute: int
) -> None:
    conflict(station)

    with pytest.raises(NoRivalError):
        let_in(station, operator, address, minute)


def knocks_now(station: Station) -> None:
    intake.identity_conflict(station.id, (HERE, THERE), now())
    db.session.commit()


def test_the_station_says_that_there_are_two_and_where_to_decide(
    as_dispatcher: FlaskClient, as_technician: FlaskClient, station: Station
) -> None:
    knocks_now(station)

    page = as_dispatcher.get(f"/stations/{station.id}/state").text

    assert "Two use the identity of this station." in page
    assert f'href="/stations/{station.id}/rival"' in page
    assert THERE not in as_technician.get(f"/stations/{station.id}/state").text


def test_a_dispatcher_lets_it_take_over_with_a_reason(
    as_dispatcher: FlaskClient, station: Station
) -> None:
    knocks_now(station)
    address = f"/stations/{station.id}/rival"
    assert HERE in as_dispatcher.get(address).text

    without = as_dispatcher.post(f"{address}/takeover", data={"address": THERE})
    assert without.status_code == 422
    assert "Say why" in without.text
    assert rival().let_in_at is None

    told = {"address": THERE, "reason": "the old box was stolen"}
    answer = as_dispatcher.post(f"{address}/takeover", data=told, follow_redirects=True)
    assert "It takes over as soon as it knocks again." in answer.text
    deed = db.session.scalars(History.of(station)).first()
    assert deed is not None
    assert (deed.verb, deed.why) == ("let_in", "the old box was stolen")


def test_the_page_says_when_there_is_nobody(as_dispatcher: FlaskClient, station: Station) -> None:
    address = f"/stations/{station.id}/rival"

    assert "Nobody else has used" in as_dispatcher.get(address).text
    told = {"address": THERE, "reason": "x"}
    answer = as_dispatcher.post(f"{address}/takeover", data=told, follow_redirects=True)
    assert "has not knocked lately" in answer.text


def test_a_technician_decides_nothing(as_technician: FlaskClient, station: Station) -> None:
    assert as_technician.get(f"/stations/{station.id}/rival").status_code == 403
