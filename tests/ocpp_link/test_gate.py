"""How many sockets may stand open, and who is believed to have opened them: B1, B2, B9, A8."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import select
from websockets.exceptions import InvalidStatus

from ocpp_link.gate import Gate, Limits
from ocpp_link.server import Link
from service.core.db import db
from service.core.proxies import Proxies, networks_in
from service.monitoring.link_models import Connection
from service.stations.models import Station
from tests.charger import Charger
from tests.conftest import NOON
from tests.ocpp_link.conftest import Linking, Memory, connected, left, url

LOCAL = networks_in("127.0.0.1")
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@asynccontextmanager
async def silent(link: Link, number: int) -> AsyncIterator[list[Streams]]:
    """Sockets that say half a request and no more."""
    opened = [await asyncio.open_connection("127.0.0.1", link.port) for _ in range(number)]
    for _, writer in opened:
        writer.write(b"GET /ocpp/CP1 HTTP/1.1\r\nHost: x\r\n")
    try:
        yield opened
    finally:
        for _, writer in opened:
            writer.transport.abort()
        ends = (writer.wait_closed() for _, writer in opened)
        await asyncio.gather(*ends, return_exceptions=True)


async def status_of(charger: Charger) -> int:
    with pytest.raises(InvalidStatus) as refused:
        await charger.connect()
    return refused.value.response.status_code


def behind(address: str, **more: str) -> dict[str, str]:
    return {"X-Forwarded-For": address, **more}


async def test_b1_silent_sockets_keep_nobody_out(linking: Linking, key: str) -> None:
    async with linking(ocpp_handshakes=20) as link, silent(link, 60) as sockets:
        async with asyncio.timeout(5), Charger(url(link), "CP1", key) as charger:
            assert await charger.heartbeat()
        # The oldest have gone; the latest may still say who they are.
        await asyncio.gather(*(reader.read() for reader, _ in sockets[:40]))
        reader, writer = sockets[-1]
        writer.write(b"\r\n")
        assert await reader.readline() == b"HTTP/1.1 401 Unauthorized\r\n"


async def test_b1_who_stays_silent_is_closed(
    linking: Linking, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ocpp_link.server.OPEN_TIMEOUT_S", 0.1)
    async with linking() as link, silent(link, 5) as sockets, asyncio.timeout(5):
        await asyncio.gather(*(reader.read() for reader, _ in sockets))


async def test_b9_one_address_has_a_limit_of_its_own(linking: Linking, key: str) -> None:
    async with linking(ocpp_handshakes_per_address=10) as link, silent(link, 30) as sockets:
        async with Charger(url(link), "CP1", key) as charger:
            assert await charger.heartbeat()
        await asyncio.gather(*(reader.read() for reader, _ in sockets[:20]))


async def test_b9_one_address_has_so_many_chargers_and_no_more(
    linking: Linking, inbox: Memory, key: str, station: Station
) -> None:
    other = Station.create("Other", "CP2", "test", NOON).give_key("test", NOON)
    db.session.commit()
    async with linking(ocpp_connections_per_address=1) as link:
        async with Charger(url(link), "CP1", key):
            assert await status_of(Charger(url(link), "CP2", other)) == 429
        await left(link)
        async with Charger(url(link), "CP2", other) as charger:
            assert await charger.heartbeat()


def test_sockets_of_a_proxy_are_not_counted_as_of_one_address() -> None:
    class Socket:
        is_open = True

        def give_up(self) -> None:
            self.is_open = False

    gate = Gate(Limits(3, 1, 1), Proxies(LOCAL))
    sockets = [Socket() for _ in range(4)]
    for socket in sockets:
        gate.came(socket, "127.0.0.1")

    assert [socket.is_open for socket in sockets] == [False, True, True, True]
    for socket in sockets:
        gate.left(socket)
    assert not gate._silent
    assert not gate._by_address


async def test_a_proxy_of_ours_says_where_a_charger_is(
    linking: Linking, inbox: Memory, key: str, station: Station
) -> None:
    async with linking(trusted_proxies=LOCAL) as link:
        headers = behind("203.0.113.9", **{"X-Forwarded-Proto": "https"})
        async with Charger(url(link), "CP1", key, headers=headers):
            assert (await connected(link)).address == "203.0.113.9"

    assert db.session.scalars(select(Connection)).one().secure


async def test_a8_tls_that_a_proxy_of_ours_ended_is_tls(
    linking: Linking, inbox: Memory, key: str, station: Station
) -> None:
    station.security_profile = 2
    db.session.commit()
    outside = {"X-Forwarded-Proto": "wss"}
    async with linking(trusted_proxies=LOCAL) as link:
        async with Charger(url(link), "CP1", key, headers=outside) as charger:
            assert await charger.heartbeat()
        assert await status_of(Charger(url(link), "CP1", key)) == 403
        plain = {"X-Forwarded-Proto": "https, http"}
        assert await status_of(Charger(url(link), "CP1", key, headers=plain)) == 403


async def test_a8_nobody_else_says_where_a_charger_is(
    linking: Linking, inbox: Memory, key: str, station: Station
) -> None:
    async with (
        linking(trusted_proxies=networks_in("10.0.0.5")) as link,
        Charger(url(link), "CP1", key, headers=behind("203.0.113.9")),
    ):
        assert (await connected(link)).address == "127.0.0.1"


async def test_failures_behind_a_proxy_are_counted_for_each_address(
    linking: Linking, key: str, station: Station
) -> None:
    async with linking(trusted_proxies=LOCAL) as link:
        one, other = behind("203.0.113.1"), behind("203.0.113.2")
        many = [await status_of(Charger(url(link), f"X{n}", "x", headers=one)) for n in range(11)]

        assert many == [401] * 10 + [429]
        assert await status_of(Charger(url(link), "Y1", "x", headers=other)) == 401
