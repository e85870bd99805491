"""Two links on one database: a charger has one connection, whichever of them it knocks at."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from websockets.exceptions import InvalidStatus

from ocpp_link.book import Opening
from ocpp_link.server import Link
from service.core.clock import now
from service.core.db import db
from service.monitoring.link_models import Contact, Node
from service.monitoring.rivals import Rival
from service.people.models import Person
from service.remote.actions import Kind
from service.remote.intake import states_of
from service.remote.models import RemoteAction
from service.stations.models import Station
from service.tickets.models import Ticket
from tests.charger import Charger
from tests.ocpp_link.conftest import Linking, Memory, connected, ponged, url

Pair = Callable[..., AbstractAsyncContextManager[tuple[Link, Link]]]


@pytest.fixture
def pair(linking: Linking) -> Pair:
    """`async with pair() as (one, other)`: two nodes, each with a port of its own."""

    @asynccontextmanager
    async def start(answers_within_s: float = 5.0) -> AsyncIterator[tuple[Link, Link]]:
        ports = [_free_port() for _ in range(2)]
        async with (
            linking(answers_within_s, ocpp_port=ports[0]) as one,
            linking(answers_within_s, ocpp_port=ports[1]) as other,
        ):
            yield one, other

    return start


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


async def status_of(charger: Charger) -> int:
    with pytest.raises(InvalidStatus) as refused:
        await charger.connect()
    return refused.value.response.status_code


async def settled(link: Link) -> None:
    while link.registry._tasks:
        await asyncio.wait(set(link.registry._tasks))


async def _never(*_: object) -> None:
    """Hears a question and does not answer it."""


def generation(station: Station) -> int | None:
    db.session.expire_all()
    held = select(Contact.connection_id).where(Contact.station_id == station.id)
    return db.session.scalars(held).one()


async def test_who_answers_at_one_link_is_not_displaced_by_the_other(
    pair: Pair, inbox: Memory, key: str, station: Station
) -> None:
    async with pair() as (one, other), Charger(url(one), "CP1", key) as first:
        there = await connected(one)

        assert await status_of(Charger(url(other), "CP1", key)) == 409
        assert await first.heartbeat()
        assert generation(station) == there.connection_id
        assert not other.registry.live()
        await settled(one)

    assert [ticket.fault for ticket in db.session.scalars(select(Ticket))] == ["identity_conflict"]


async def test_who_is_silent_at_one_link_makes_room_at_the_other(
    pair: Pair, inbox: Memory, key: str, station: Station
) -> None:
    async with pair(answers_within_s=0.05) as (one, other):
        dead = Charger(url(one), "CP1", key)
        await dead.connect()
        await ponged(one)
        dead.play_dead()
        async with Charger(url(other), "CP1", key) as alive:
            there = await connected(other)

            assert await alive.heartbeat()
            assert not one.registry.live()
            dead.wake_up()
            assert await dead.closed() == 1001
            await settled(one)
            assert generation(station) == there.connection_id


async def test_a_person_lets_the_other_one_take_over_at_the_other_link(
    pair: Pair, inbox: Memory, key: str, station: Station, operator: Person
) -> None:
    async with pair() as (one, other), Charger(url(one), "CP1", key) as first:
        await connected(one)
        assert await status_of(Charger(url(other), "CP1", key)) == 409
        await settled(one)
        Rival.let_in(station, "127.0.0.1", operator, "the site says so", now())
        db.session.commit()

        async with Charger(url(other), "CP1", key) as second:
            assert await second.heartbeat()
            assert await first.closed() == 1001


async def test_who_goes_from_one_link_to_the_other_comes_in_at_once(
    pair: Pair, inbox: Memory, key: str
) -> None:
    async with pair() as (one, other):
        for link in (one, other, one):
            async with Charger(url(link), "CP1", key) as charger:
                assert await charger.heartbeat()


async def test_a_link_that_does_not_answer_keeps_its_lease_until_it_has_run_out(
    pair: Pair, inbox: Memory, key: str, station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ocpp_link.neighbours.ON_THE_WAY_S", 0.05)
    monkeypatch.setattr("ocpp_link.server.BEAT_S", 3600)
    async with pair(answers_within_s=0.05) as (one, other):
        charger = Charger(url(one), "CP1", key)
        await charger.connect()
        stuck = await ponged(one)

        # As if it were stopped: it hears the question, and never comes to answer it.
        monkeypatch.setattr("ocpp_link.neighbours.Neighbours._answer", _never)
        assert await status_of(Charger(url(other), "CP1", key)) == 409

        late = now() - timedelta(seconds=16)
        db.session.execute(update(Node).where(Node.name == one.book.node).values(seen_at=late))
        db.session.commit()
        async with Charger(url(other), "CP1", key) as again:
            assert await again.heartbeat()
            there = await connected(other)
            # It learns with its next beat that it holds the station no more.
            one.registry.lost(await one.book.beat(one.registry.held(), now()))
            assert await charger.closed() == 1001
            await settled(one)
            assert stuck.connection_id != there.connection_id == generation(station)


async def test_a_link_that_was_quicker_keeps_who_it_let_in(
    pair: Pair, inbox: Memory, key: str, station: Station
) -> None:
    """Both were told that nobody has it: the second to write it down finds that out."""
    opening = Opening(station.id, "10.0.0.1", "ocpp1.6", False, now())
    async with pair() as (one, other):
        several = await asyncio.gather(one.book.opened(opening), other.book.opened(opening))

        assert sorted(made is None for made in several) == [False, True]
        assert generation(station) == next(made for made in several if made)


async def test_nothing_is_sent_to_a_connection_that_no_longer_counts(
    pair: Pair, inbox: Memory, key: str, station: Station, operator: Person
) -> None:
    async with pair() as (one, _other), Charger(url(one), "CP1", key):
        there = await connected(one)
        RemoteAction.ask(station, Kind.CLEAR_CACHE, {}, "Provar", operator, now())
        db.session.commit()

        assert RemoteAction.claim({station.id: there.connection_id - 1}, states_of, now()) == []
        assert len(RemoteAction.claim({station.id: there.connection_id}, states_of, now())) == 1
        db.session.commit()
