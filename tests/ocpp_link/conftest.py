"""A link on a free port, and an inbox that keeps in memory, so that a test sees what was kept."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import replace
from typing import Any

import pytest
import uvloop
from flask import Flask
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from ocpp_link import frames
from ocpp_link.arrived import Arrived, Departed
from ocpp_link.connection import Connection
from ocpp_link.server import Link, linked
from ocpp_link.wire import Wire
from service.core.config import Settings
from service.core.db import db
from service.monitoring.words import BootAnswer
from service.sessions.words import (
    AuthorizationAsked,
    SessionStarted,
    SessionStopped,
    StartAnswer,
    Verdict,
)
from service.stations.models import Station
from tests.charger import PATIENCE_S, Charger
from tests.conftest import NOON


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """A test that is a coroutine runs on the loop that the product runs on."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    wanted = pyfuncitem._fixtureinfo.argnames
    uvloop.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in wanted}))
    return True


class Memory:
    """An inbox without a database: keeps in order, answers as a friendly central system would."""

    def __init__(self) -> None:
        self.items: list[Arrived] = []
        self.left: list[Departed] = []
        self.is_full = False
        self.starts = 0

    async def keep(self, item: Arrived) -> str | None:
        if self.is_full:
            raise OSError("no space left on device")
        self.items.append(item)
        if item.is_repeat or not item.is_call:
            return item.answer
        if item.refusal:
            return item.refusal
        assert item.word is not None
        assert item.message_id is not None
        payload = item.dialect.answer(item.word, self._answer(item), NOON)
        return frames.result(item.message_id, payload)

    async def sent(self, item: Departed) -> None:
        if self.is_full:
            raise OSError("no space left on device")
        self.left.append(item)

    def _answer(self, item: Arrived) -> object:
        match item.word:
            case AuthorizationAsked() | SessionStopped():
                return Verdict.ACCEPTED
            case SessionStarted():
                self.starts += 1
                return StartAnswer(self.starts, Verdict.ACCEPTED)
        return BootAnswer(120)

    @property
    def findings(self) -> tuple[str, ...]:
        """Of the last frame."""
        return self.items[-1].findings


@pytest.fixture
def inbox() -> Memory:
    return Memory()


Linking = Callable[..., AbstractAsyncContextManager[Link]]


@pytest.fixture
def linking(settings: Settings, app: Flask, inbox: Memory) -> Linking:
    """`async with linking() as link`: the real server, on a port that was free."""

    @asynccontextmanager
    async def start(answers_within_s: float = 5.0, **more: Any) -> AsyncIterator[Link]:
        ports = replace(settings, **{"ocpp_port": 0, "ocpp_tls_port": 0, **more})
        async with linked(ports, app, inbox, answers_within_s) as link:
            yield link

    return start


@pytest.fixture
def key(station: Station) -> str:
    """The key of CP1."""
    key = station.give_key("test", NOON)
    db.session.commit()
    return key


def url(link: Link) -> str:
    return f"ws://127.0.0.1:{link.port}/ocpp"


@asynccontextmanager
async def met(inbox: Memory) -> AsyncIterator[tuple[Charger, Connection]]:
    """A charger and our end of its socket: no door and no database between them."""
    ends: asyncio.Queue[Connection] = asyncio.Queue()

    async def handle(wire: ServerConnection) -> None:
        assert isinstance(wire, Wire)
        connection = Connection(1, 10, wire, inbox)
        ends.put_nowait(connection)
        await connection.run()

    protocol = Subprotocol("ocpp1.6")
    async with serve(
        handle, "127.0.0.1", 0, create_connection=Wire, subprotocols=[protocol], ping_interval=None
    ) as server:
        port = server.sockets[0].getsockname()[1]
        async with Charger(f"ws://127.0.0.1:{port}", "CP1") as charger:
            yield charger, await ends.get()


async def connected(link: Link) -> Connection:
    """The only connection, once it has been written down."""
    async with asyncio.timeout(PATIENCE_S):
        while not link.registry.live():
            await asyncio.sleep(0.001)
    return next(iter(link.registry.live().values()))


async def ponged(link: Link) -> Connection:
    """The only connection, once it is known that it answers pings."""
    connection = await connected(link)
    async with asyncio.timeout(PATIENCE_S):
        while not connection.wire.has_ponged:
            await asyncio.sleep(0.001)
    return connection


async def push(charger: Charger, frame: str, check: Callable[[], bool] = lambda: True) -> None:
    """Send without waiting and without end, until the other side has closed."""
    with suppress(ConnectionClosed):
        while check():
            await charger.send(frame)


async def left(link: Link) -> None:
    """Until nobody is connected any more."""
    async with asyncio.timeout(PATIENCE_S):
        while link.registry.live():
            await asyncio.sleep(0.001)
