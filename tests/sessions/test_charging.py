"""Charges and meter readings, kept once however often a charger sends them."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from service.core.db import db
from service.sessions.models import ChargingSession, MeterReading, Tag
from service.sessions.words import (
    AuthorizationAsked,
    MetersRead,
    Sample,
    SessionStarted,
    SessionStopped,
    StartAnswer,
    Verdict,
)
from service.stations.models import Site, Station
from service.stations.words import Authorization
from tests.conftest import NOON
from tests.saying import say

SAID = "2026-03-02T12:00:00Z"


@pytest.fixture(autouse=True)
def tag(station: Station) -> Tag:
    tag = Tag(id_tag="04A1", tag_key="04a1", created_at=NOON)
    db.session.add(tag)
    db.session.commit()
    return tag


def started(station: Station, id_tag: str = "04A1", said: str = SAID) -> StartAnswer:
    word = SessionStarted(
        station_id=station.id,
        connection_id=1,
        at=NOON,
        connector=1,
        id_tag=id_tag,
        meter_wh=1000,
        said_at=said,
    )
    [answer] = say(word)
    return answer  # type: ignore[no-any-return]


def stop(station: Station, transaction_id: int | None, meter_wh: int = 4000) -> Verdict | None:
    word = SessionStopped(
        station_id=station.id,
        connection_id=1,
        at=NOON + timedelta(hours=1),
        transaction_id=transaction_id,
        id_tag="",
        meter_wh=meter_wh,
        said_at="2026-03-02T13:00:00Z",
        reason="Local",
    )
    [answer] = say(word)
    return answer  # type: ignore[no-any-return]


def sessions() -> list[ChargingSession]:
    db.session.expire_all()
    return list(db.session.scalars(select(ChargingSession).order_by(ChargingSession.id)))


def test_a_charge_is_kept_from_start_to_stop(station: Station) -> None:
    answer = started(station)
    stop(station, answer.transaction_id)

    [session] = sessions()
    assert answer.verdict is Verdict.ACCEPTED
    assert (session.energy_wh, session.stop_reason, session.is_good) == (3000, "Local", True)


def test_a_start_that_is_sent_again_is_the_same_start(station: Station) -> None:
    assert started(station).transaction_id == started(station).transaction_id
    assert len(sessions()) == 1


def test_a_start_with_a_strange_tag_is_kept_and_told_so(station: Station) -> None:
    answer = started(station, "FFFF")

    assert answer.verdict is Verdict.INVALID
    assert [session.authorized for session in sessions()] == [False]


def test_the_first_stop_ends_the_charge(station: Station) -> None:
    answer = started(station)
    stop(station, answer.transaction_id, 4000)
    stop(station, answer.transaction_id, 9000)

    assert [session.meter_stop_wh for session in sessions()] == [4000]


@pytest.mark.parametrize("transaction_id", [0, -1, None, 2**62, 4711])
def test_a_stop_of_nobodys_is_kept_and_never_refused(
    station: Station, transaction_id: int | None
) -> None:
    stop(station, transaction_id)
    stop(station, transaction_id)
    stop(station, transaction_id, 5000)

    assert [(one.orphan, one.connector) for one in sessions()] == [(True, 0)] * 2


def test_a_charger_cannot_stop_anothers_charge(station: Station, site: Site) -> None:
    other = Station.create("Hamnen 4", "CP2", "test", NOON, site=site)
    answer = started(station)
    stop(other, answer.transaction_id)

    assert [(one.station_id, one.orphan) for one in sessions()] == [
        (station.id, False),
        (other.id, True),
    ]
    assert sessions()[0].stopped_at is None


@pytest.mark.parametrize(
    ("mode", "verdict"),
    [
        (Authorization.ACCEPT_ALL, Verdict.ACCEPTED),
        (Authorization.KNOWN_TAGS, Verdict.INVALID),
        (Authorization.REFUSE, Verdict.INVALID),
    ],
)
def test_who_may_charge_is_a_setting_of_the_station(
    station: Station, mode: Authorization, verdict: Verdict
) -> None:
    station.authorization = mode
    db.session.commit()

    asked = AuthorizationAsked(station_id=station.id, connection_id=1, at=NOON, id_tag="STRANGER")
    assert say(asked) == [verdict]


def test_a_reading_is_kept_once(station: Station) -> None:
    sample = Sample(SAID, "Energy.Active.Import.Register", 1200.0, "Wh")
    word = MetersRead(
        station_id=station.id,
        connection_id=1,
        at=NOON,
        connector=1,
        transaction_id=7,
        samples=(sample,),
    )
    say(word, word)
    say(word)

    assert [one.value for one in db.session.scalars(select(MeterReading))] == [1200.0]
