"""Two connections with one identity: A5 to A9 of the attacks, over real sockets."""

import asyncio
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select
from websockets.exceptions import InvalidStatus

from ocpp_link.pace import Pace, Pressure
from ocpp_link.server import Link
from service.core.clock import now
from service.core.db import db
from service.core.history import History
from service.monitoring.link_models import Connection as Row
from service.monitoring.link_models import Contact
from service.monitoring.models import Alarm
from service.monitoring.rivals import Rival
from service.people.models import Person
from service.stations.models import Station
from service.tickets.models import Ticket
from tests.charger import Charger
from tests.ocpp_link.conftest import Linking, Memory, connected, left, ponged, push, url


async def refused(charger: Charger) -> int:
    with pytest.raises(InvalidStatus) as refusal:
        await charger.connect()
    return refusal.value.response.status_code


async def settled(link: Link) -> None:
    """Until everything that the registry does beside is done."""
    while link.registry._tasks:
        await asyncio.wait(set(link.registry._tasks))


def contact(station: Station) -> Contact:
    db.session.expire_all()
    return db.session.scalars(select(Contact).where(Contact.station_id == station.id)).one()


async def test_a5_who_is_there_and_answers_stays(
    linking: Linking, inbox: Memory, key: str, station: Station
) -> None:
    async with linking() as link, Charger(url(link), "CP1", key) as first:
        await connected(link)
        held = link.registry.held()

        assert await refused(Charger(url(link), "CP1", key)) == 409
        assert link.registry.held() == held
        assert await first.heartbeat()
        await settled(link)

    assert [ticket.fault for ticket in db.session.scalars(select(Ticket))] == ["identity_conflict"]


async def test_a7_a_hundred_tries_are_one_ticket(
    linking: Linking, inbox: Memory, key: str, station: Station
) -> None:
    async with linking() as link, Charger(url(link), "CP1", key) as first:
        for _ in range(100):
            assert await refused(Charger(url(link), "CP1", key)) == 409
        await settled(link)

        assert await first.heartbeat()
        assert link.registry._doors == {}

    assert [ticket.occurrences for ticket in db.session.scalars(select(Ticket))] == [1]


async def test_c8_a_flood_is_one_ticket_of_its_own(
    linking: Linking,
    inbox: Memory,
    key: str,
    station: Station,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ocpp_link.connection.Pace", partial(Pace, per_second=200, burst=2))
    monkeypatch.setattr("ocpp_link.connection.Pressure", partial(Pressure, patience_s=0.05))
    async with linking() as link:
        for _ in range(2):
            charger = Charger(url(link), "CP1", key)
            await charger.connect()
            await push(charger, '[2,"a","Heartbeat",{}]')
            assert await charger.closed() == 1008
            await left(link)

    ticket = db.session.scalars(select(Ticket)).one()
    assert (ticket.fault, ticket.occurrences) == ("message_flood", 2)
    assert "127.0.0.1" in str(db.session.scalars(select(Alarm)).one().evidence)


async def test_a6_who_is_silent_makes_room(
    linking: Linking, inbox: Memory, key: str, station: Station
) -> None:
    async with linking(answers_within_s=0.05) as link:
        dead = Charger(url(link), "CP1", key)
        await dead.connect()
        await ponged(link)
        dead.play_dead()
        async with Charger(url(link), "CP1", key) as alive:
            assert await alive.heartbeat()
            alive.answers["ClearCache"] = {"status": "Accepted"}
            connection = await connected(link)
            await connection.call("c1", "ClearCache", {}, 5)

            dead.wake_up()
            assert await dead.closed() == 1001
            # A9: the late close of the old one leaves the new one where it is.
            await settled(link)
            assert link.registry.get(station.id) is connection
            assert contact(station).connection_id == connection.connection_id
            assert await alive.heartbeat()

    assert contact(station).connection_id is None


async def test_a6_a_call_to_the_silent_one_ends_at_once(
    linking: Linking, inbox: Memory, key: str, station: Station
) -> None:
    async with linking(answers_within_s=0.05) as link:
        dead = Charger(url(link), "CP1", key)
        await dead.connect()
        old = await ponged(link)
        dead.play_dead()
        calling = asyncio.create_task(old.call("c1", "ClearCache", {}, 600))
        async with Charger(url(link), "CP1", key):
            outcome = await calling
        dead.wake_up()
        await dead.closed()

    assert outcome.__class__.__name__ == "Lost"


async def test_q7_who_has_gone_makes_room_at_once(
    linking: Linking, inbox: Memory, key: str, station: Station
) -> None:
    async with linking() as link:
        first = Charger(url(link), "CP1", key)
        await first.connect()
        await first.vanish()
        async with Charger(url(link), "CP1", key) as second:
            assert await second.heartbeat()

    assert len(db.session.scalars(select(Row)).all()) == 2


async def test_a_profile_0_newcomer_never_displaces_who_is_there(
    linking: Linking, inbox: Memory, key: str, station: Station
) -> None:
    station.security_profile = 0
    db.session.commit()
    async with linking() as link, Charger(url(link), "CP1") as first:
        assert await refused(Charger(url(link), "CP1")) == 409
        assert await first.heartbeat()


async def test_a_profile_0_station_can_come_back_after_a_silent_loss(
    linking: Linking, inbox: Memory, station: Station
) -> None:
    station.security_profile = 0
    db.session.commit()
    async with linking(answers_within_s=0.05) as link:
        dead = Charger(url(link), "CP1")
        await dead.connect()
        await ponged(link)
        dead.play_dead()
        async with Charger(url(link), "CP1") as again:
            assert await again.heartbeat()
        dead.wake_up()
        await dead.closed()


async def test_without_tls_a_few_silent_seconds_put_out_nobody_who_never_answers_pings(
    linking: Linking,
    inbox: Memory,
    key: str,
    station: Station,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with linking(answers_within_s=0.05) as link:
        charger = Charger(url(link), "CP1", key)
        await charger.connect()
        charger.play_dead()
        old = await connected(link)
        assert not old.wire.has_ponged

        assert await refused(Charger(url(link), "CP1", key)) == 409
        assert link.registry.get(station.id) is old
        await settled(link)

        monkeypatch.setattr("ocpp_link.registry.MUTE_S", 0)
        async with Charger(url(link), "CP1", key) as again:
            assert await again.heartbeat()
        charger.wake_up()
        await charger.closed()

    # Nobody knows that there are two: it is no conflict.
    assert db.session.scalars(select(Ticket)).all() == []


async def test_a_person_lets_the_other_one_take_over(
    linking: Linking, inbox: Memory, key: str, station: Station, operator: Person
) -> None:
    async with linking() as link, Charger(url(link), "CP1", key) as first:
        assert await refused(Charger(url(link), "CP1", key)) == 409
        await settled(link)
        Rival.let_in(station, "127.0.0.1", operator, "the site says so", now())
        db.session.commit()

        async with Charger(url(link), "CP1", key) as second:
            assert await second.heartbeat()
            assert await first.closed() == 1001
            # Once: who was put out is now the one that is refused.
            assert await refused(Charger(url(link), "CP1", key)) == 409
        await settled(link)

    deeds = [(one.verb, one.actor, one.why) for one in db.session.scalars(History.of(station))]
    assert deeds[:2] == [
        ("take_over", "link", None),
        ("let_in", "Olle Operatör", "the site says so"),
    ]


async def test_the_identity_is_one_in_whatever_case(
    linking: Linking, inbox: Memory, key: str, station: Station
) -> None:
    async with linking() as link, Charger(url(link), "CP1", key):
        assert await refused(Charger(url(link), "cp1", key)) == 409


async def test_two_newcomers_at_once_are_one_connection(
    linking: Linking, inbox: Memory, key: str, station: Station
) -> None:
    async with linking() as link:
        pair = [Charger(url(link), "CP1", key) for _ in range(2)]
        outcomes = await asyncio.gather(*(one.connect() for one in pair), return_exceptions=True)
        alive = [one for one, wrong in zip(pair, outcomes, strict=True) if wrong is None]
        hearts = await asyncio.gather(*(one.heartbeat() for one in alive), return_exceptions=True)

        assert len([one for one in hearts if isinstance(one, dict)]) == 1
        assert len(link.registry.live()) == 1
        for one in alive:
            await one.close()


async def test_a_connection_that_another_node_has_taken_over_is_closed(
    linking: Linking, inbox: Memory, key: str, station: Station, app: Flask
) -> None:
    async with linking() as link:
        charger = Charger(url(link), "CP1", key)
        await charger.connect()
        await connected(link)
        contact(station).connection_id = 999
        db.session.commit()
        lost = await link.book.beat(link.registry.held(), station.created_at)
        link.registry.lost(lost)

        assert lost == [station.id]
        assert await charger.closed() == 1001

    assert contact(station).connection_id == 999
