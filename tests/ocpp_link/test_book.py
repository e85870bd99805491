"""What stands in the database about who is connected."""

import asyncio
from datetime import timedelta

from flask import Flask
from sqlalchemy import select

from ocpp_link.book import Closing, Opening
from service.core.clock import now
from service.core.db import db
from service.core.live import Change
from service.monitoring.link_models import Connection, Contact, Node
from service.people.models import Person
from service.stations.models import Station
from tests.charger import Charger
from tests.conftest import NOON
from tests.ocpp_link.conftest import Linking, Memory, connected, left, url


def rows() -> list[Connection]:
    db.session.expire_all()
    return list(db.session.scalars(select(Connection).order_by(Connection.id)))


def contact(station: Station) -> Contact:
    db.session.expire_all()
    return db.session.scalars(select(Contact).where(Contact.station_id == station.id)).one()


def opening(station: Station, address: str = "10.0.0.1") -> Opening:
    return Opening(station.id, address, "ocpp1.6", False, NOON)


async def test_a_connection_is_a_row_and_the_stations_contact(
    linking: Linking, key: str, station: Station
) -> None:
    async with linking() as link, Charger(url(link), "CP1", key) as charger:
        await charger.heartbeat()
        row = rows()[0]

        assert (row.station_id, row.address, row.subprotocol, row.secure) == (
            station.id,
            "127.0.0.1",
            "ocpp1.6",
            False,
        )
        assert row.closed_at is None
        assert contact(station).connection_id == row.id
        assert contact(station).last_seen_at == row.opened_at


async def test_a_close_is_kept_with_its_reason(
    linking: Linking, key: str, station: Station
) -> None:
    async with linking() as link, Charger(url(link), "CP1", key) as charger:
        await charger.heartbeat()

    assert rows()[0].close_reason == "1000"
    assert rows()[0].closed_at is not None
    assert contact(station).connection_id is None
    said = {(change.topic, change.ref) for change in db.session.scalars(select(Change))}
    assert said == {("station", station.id)}


async def test_a_stop_says_goodbye(linking: Linking, key: str, station: Station) -> None:
    async with linking() as link:
        charger = Charger(url(link), "CP1", key)
        await charger.connect()

    assert await charger.closed() == 1001
    assert rows()[0].close_reason == "1001 the server restarts"


async def test_a_late_close_leaves_the_next_connection_alone(
    linking: Linking, station: Station
) -> None:
    async with linking() as link:
        first = await link.book.opened(opening(station))
        assert first
        second = await link.book.opened(opening(station, "10.0.0.2"))
        assert second
        await link.book.closed(Closing(station.id, first, NOON, "late"))

        assert contact(station).connection_id == second
        assert [row.closed_at is None for row in rows()] == [False, True]


async def test_many_openings_at_once_keep_their_order(linking: Linking, station: Station) -> None:
    others = [Station.create(f"S{n}", f"CP-{n}", "test", NOON) for n in range(50)]
    db.session.commit()
    ids = [one.id for one in others]
    async with linking() as link:
        openings = [Opening(one, f"10.0.0.{one}", "", True, NOON) for one in reversed(ids)]
        generations = await asyncio.gather(*(link.book.opened(one) for one in openings))

    kept = {row.id: row.station_id for row in rows()}
    assert [kept[generation or 0] for generation in generations] == list(reversed(ids))


async def test_a_close_that_cannot_be_kept_is_tried_again(
    linking: Linking, station: Station
) -> None:
    async with linking() as link:
        generation = await link.book.opened(opening(station))
        assert generation
        # A reason that PostgreSQL cannot keep: the write fails.
        await link.book.closed(Closing(station.id, generation, NOON, "\x00"))
        assert rows()[0].closed_at is None

        link.book._unwritten = [Closing(station.id, generation, NOON, "lost")]
        await link.book.beat({}, NOON)

        assert rows()[0].close_reason == "lost"


async def test_what_a_dead_run_left_open_is_closed_at_the_next_start(
    linking: Linking, station: Station
) -> None:
    async with linking() as link:
        generation = await link.book.opened(opening(station))
        assert generation
        assert contact(station).connection_id == generation

    async with linking():
        assert rows()[0].close_reason == "its link died"
        assert contact(station).connection_id is None


async def test_what_a_dead_node_left_open_is_closed_by_another(
    linking: Linking, station: Station
) -> None:
    async with linking() as link:
        generation = await link.book.opened(opening(station))
        assert generation
        db.session.get_one(Connection, generation).node = "link elsewhere"
        Node.beat("link elsewhere", "link", NOON)
        db.session.commit()

        await link.book.beat({}, NOON + timedelta(seconds=55))
        await link.book.beat({}, NOON + timedelta(seconds=59))
        assert rows()[0].closed_at is None

        await link.book.beat({}, NOON + timedelta(seconds=61))
        assert rows()[0].close_reason == "its link died"
        assert contact(station).connection_id is None


async def test_a_node_that_slept_itself_judges_nobody(linking: Linking, station: Station) -> None:
    async with linking() as link:
        generation = await link.book.opened(opening(station))
        assert generation
        db.session.get_one(Connection, generation).node = "link elsewhere"
        db.session.commit()
        await link.book.beat({}, NOON)
        await link.book.beat({}, NOON + timedelta(hours=1))

        assert rows()[0].closed_at is None


async def test_the_link_says_that_it_lives_until_it_stops(linking: Linking, app: Flask) -> None:
    async with linking() as link:
        await link.book.beat({}, now())

        assert [node.kind for node in db.session.scalars(Node.alive("link", now()))] == ["link"]

    db.session.rollback()
    assert list(db.session.scalars(Node.alive("link", now()))) == []


async def test_a_charger_that_answers_no_ping_stays_as_long_as_it_speaks(
    linking: Linking, inbox: Memory, key: str, station: Station
) -> None:
    async with linking() as link, Charger(url(link), "CP1", key) as charger:
        await charger.heartbeat()
        wire = (await connected(link)).wire
        # A whole number, so that the last second counts to the last bit.
        wire.heard_at = start = 4000.0

        wire.has_ponged, wire.poked_at = False, 0.0
        assert not wire.needs_poke(start + 59)
        assert wire.needs_poke(start + 60)
        wire.poked_at = start + 60
        assert not wire.is_dead(start + 60 + 300 - 1, 300)
        assert wire.is_dead(start + 60 + 300, 300)

        wire.has_ponged = True
        assert not wire.is_dead(start + 79, 300)
        assert wire.is_dead(start + 80, 300)

        wire.heard_at = start + 81
        assert not wire.is_dead(start + 1000, 300)


async def test_who_does_not_answer_a_ping_is_given_up(
    linking: Linking, inbox: Memory, key: str, station: Station
) -> None:
    async with linking() as link:
        charger = Charger(url(link), "CP1", key)
        await charger.connect()
        wire = (await connected(link)).wire
        wire.has_ponged = True
        wire.heard_at, wire.poked_at = wire.loop.time() - 100, wire.loop.time() - 40

        link.registry.keep_alive()

        assert await charger.closed() == 1011
        await left(link)

    assert rows()[0].close_reason == "1011 no answer to a ping"


async def test_a_new_key_closes_the_connection_that_the_old_one_opened(
    linking: Linking, key: str, station: Station
) -> None:
    async with linking() as link, Charger(url(link), "CP1", key) as charger:
        await charger.heartbeat()
        held = link.registry.held()
        assert await link.book.beat(held, now()) == []

        station.give_key("test", now())
        db.session.commit()
        assert await link.book.beat(held, now()) == [station.id]


async def test_a_retired_station_is_let_go(
    linking: Linking, key: str, station: Station, operator: Person
) -> None:
    async with linking() as link, Charger(url(link), "CP1", key) as charger:
        await charger.heartbeat()
        station.retire(operator, "Rivs", now())
        db.session.commit()
        link.registry.lost(await link.book.beat(link.registry.held(), now()))

        assert await charger.closed() == 1001
