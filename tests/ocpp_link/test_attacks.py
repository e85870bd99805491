"""Attacks on the link that no other file tests, by their names in docs/security.md."""

import asyncio
import itertools
import os
import re
import resource
import struct
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from flask import Flask
from websockets.exceptions import ConnectionClosed, InvalidStatus

from ocpp_link.connection import Connection
from ocpp_link.outcomes import Answered
from ocpp_link.server import Link
from service.core.clock import now
from service.core.db import db
from service.core.proxies import networks_in
from service.people.models import Person
from service.stations.models import Station
from tests.charger import PATIENCE_S, Charger
from tests.conftest import NOON
from tests.ocpp_link.conftest import Linking, Memory, connected, left, ponged, url

PAGE = (Path(__file__).parents[2] / "docs" / "security.md").read_text()
KNOCK = """
import socket, sys
sockets = [socket.create_connection(("127.0.0.1", int(sys.argv[1]))) for _ in range(60)]
for one in sockets:
    one.sendall(b"GET /ocpp/CP1 HTTP/1.1\\r\\n")
print("open", flush=True)
sys.stdin.readline()
"""


async def status_of(charger: Charger) -> int:
    with pytest.raises(InvalidStatus) as refused:
        await charger.connect()
    return refused.value.response.status_code


async def until_in(link: Link, station: Station) -> Connection:
    async with asyncio.timeout(PATIENCE_S):
        while not (there := link.registry.get(station.id)):
            await asyncio.sleep(0.001)
    return there


@asynccontextmanager
async def another(link: Link) -> AsyncIterator[Charger]:
    """Another station's charger, which must not notice anything."""
    key = Station.create("Other", "CP2", "test", NOON).give_key("test", NOON)
    db.session.commit()
    async with Charger(url(link), "CP2", key) as charger:
        yield charger
        assert await charger.heartbeat()


async def test_a4_the_next_call_reaches_who_was_there_and_not_who_guessed(
    linking: Linking, inbox: Memory, key: str, station: Station
) -> None:
    async with linking() as link, Charger(url(link), "CP1", key) as first:
        first.answers["ClearCache"] = {"status": "Accepted"}
        there = await until_in(link, station)
        assert await status_of(Charger(url(link), "CP1", "wrong")) == 401

        assert link.registry.get(station.id) is there
        assert isinstance(await there.call("c1", "ClearCache", {}, 5), Answered)


async def test_a8_after_an_upgrade_the_old_profile_is_refused(
    linking: Linking, inbox: Memory, key: str, station: Station, operator: Person, app: Flask
) -> None:
    async with linking() as link:
        charger = Charger(url(link), "CP1", key)
        await charger.connect()
        await connected(link)
        station.secure(2, operator, now())
        db.session.commit()
        link.registry.lost(await link.book.beat(link.registry.held(), now()))

        assert await charger.closed() == 1001
        await left(link)
        assert await status_of(Charger(url(link), "CP1", key)) == 403


async def test_a9_a_late_close_leaves_who_came_after_it(
    linking: Linking, inbox: Memory, key: str, station: Station
) -> None:
    async with linking(answers_within_s=0.05) as link:
        dead = Charger(url(link), "CP1", key)
        await dead.connect()
        old = await ponged(link)
        dead.play_dead()
        async with Charger(url(link), "CP1", key) as alive:
            alive.answers["ClearCache"] = {"status": "Accepted"}
            there = await connected(link)
            assert there is not old
            await dead.vanish()
            await old.wire.wait_closed()

            assert link.registry.get(station.id) is there
            assert isinstance(await there.call("c1", "ClearCache", {}, 5), Answered)


async def test_a11_a_key_guessed_from_many_addresses_locks_nobody_out(
    linking: Linking, key: str
) -> None:
    async with linking(trusted_proxies=networks_in("127.0.0.1")) as link:
        guesses = [
            Charger(url(link), "CP1", f"{n}", headers={"X-Forwarded-For": f"203.0.113.{n}"})
            for n in range(100)
        ]
        answers = [await status_of(one) for one in guesses]

        assert answers == [401] * 10 + [429] * 90
        async with asyncio.timeout(PATIENCE_S), Charger(url(link), "CP1", key) as charger:
            assert await charger.heartbeat()


async def test_b2_who_says_nothing_after_coming_in_is_pinged_and_given_up(
    linking: Linking, inbox: Memory, key: str, station: Station
) -> None:
    async with linking() as link, another(link):
        charger = Charger(url(link), "CP1", key)
        await charger.connect()
        there = await until_in(link, station)
        charger.play_dead()
        there.wire.heard_at -= 60
        there.wire.poked_at = 0
        link.registry.keep_alive()
        assert there.wire.poked_at > there.wire.heard_at

        there.wire.heard_at -= 300
        link.registry.keep_alive()
        assert link.registry.get(station.id) is None
        charger.wake_up()
        assert await charger.closed() == 1011


async def test_b3_half_a_frame_is_no_sign_of_life(
    linking: Linking, inbox: Memory, key: str, station: Station
) -> None:
    async with linking() as link, another(link) as neighbour:
        charger = Charger(url(link), "CP1", key)
        await charger.connect()
        await charger.heartbeat()
        there = await until_in(link, station)
        heard_at = there.wire.heard_at
        charger.socket.transport.write(b"\x81\xfe\x10\x00mask[2,")
        await neighbour.heartbeat()
        charger.socket.transport.write(b'"')
        await neighbour.heartbeat()

        assert there.wire.heard_at == heard_at
        there.wire.heard_at -= 100
        there.wire.poked_at = there.wire.loop.time()
        link.registry.keep_alive()
        assert link.registry.get(station.id) is None
        await charger.vanish()


@pytest.mark.parametrize("fragment", ["", "x" * 1000])
async def test_b4_a_message_without_end_is_closed(
    linking: Linking, inbox: Memory, key: str, fragment: str
) -> None:
    async with linking() as link, another(link):
        charger = Charger(url(link), "CP1", key)
        await charger.connect()
        with pytest.raises(ConnectionClosed):
            await charger.socket.send(itertools.repeat(fragment))

        assert await charger.closed() == 1009


async def test_b5_a_frame_that_says_it_is_huge_is_not_waited_for(
    linking: Linking, inbox: Memory, key: str
) -> None:
    async with linking() as link, another(link):
        charger = Charger(url(link), "CP1", key)
        await charger.connect()
        charger.socket.transport.write(b"\x81\xff" + struct.pack("!Q", 1 << 30) + b"mask[2,")

        assert await charger.closed() == 1009


@asynccontextmanager
async def few_files(more: int) -> AsyncIterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    there = max(int(one) for one in os.listdir("/proc/self/fd"))
    resource.setrlimit(resource.RLIMIT_NOFILE, (there + more, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def test_b9_a_link_that_ran_out_of_files_takes_chargers_again(
    linking: Linking, inbox: Memory, key: str
) -> None:
    async with linking() as link, Charger(url(link), "CP1", key) as first:
        await connected(link)
        pipe = asyncio.subprocess.PIPE
        crowd = await asyncio.create_subprocess_exec(
            sys.executable, "-c", KNOCK, str(link.port), stdin=pipe, stdout=pipe
        )
        assert crowd.stdin
        assert crowd.stdout
        async with few_files(20), asyncio.timeout(20):
            assert await crowd.stdout.readline() == b"open\n"
            assert await first.heartbeat()
            crowd.stdin.close()
            await crowd.wait()
            async with another(link):
                assert await first.heartbeat()


def test_every_attack_of_the_page_names_tests_that_are_there() -> None:
    lines = re.findall(r"^\| ([ABC]\d+) \|.*$", PAGE, re.MULTILINE)
    named = re.findall(r"`(\w+\.py)::(\w+)`", PAGE)

    assert {"A1", "A13", "B1", "B10", "C8"} <= set(lines)
    here = {path.name: path.read_text() for path in Path(__file__).parent.glob("*.py")}
    ours = [one for one in named if one[0] in here]
    assert [one for one in ours if f"def {one[1]}(" not in here[one[0]]] == []
    tests = [re.findall(r"def (test_[abc]\d+_\w+)", text) for text in here.values()]
    unnamed = {one for some in tests for one in some} - {name for _, name in named}
    assert {one for one in unnamed if one[5] in "ab"} == set()
