"""The link as a whole: listeners, door, registry, inbox, sender. Start reading here."""

from __future__ import annotations

import asyncio
import logging
import resource
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any

import structlog
from flask import Flask
from websockets.asyncio.server import Server, ServerConnection
from websockets.asyncio.server import serve as listen
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from ocpp_link.arrived import Inbox as Keeper
from ocpp_link.book import Book
from ocpp_link.door import Door
from ocpp_link.gate import Gate, Limits
from ocpp_link.inbox import Inbox
from ocpp_link.neighbours import Neighbours
from ocpp_link.registry import ANSWERS_WITHIN_S, Registry
from ocpp_link.sender import Sender
from ocpp_link.wire import Wire
from service.core.clock import now
from service.core.config import Settings
from service.core.database import plan_once
from service.core.db import db
from service.core.proxies import Proxies

log = structlog.get_logger()

MAX_SIZE = 64 * 1024
# Ten thousand chargers come back within a second: with the usual 100, most wait for minutes.
BACKLOG = 4096
OPEN_TIMEOUT_S, CLOSE_TIMEOUT_S = 10, 5
BEAT_S = 5.0
THREADS = 4
POLICY_VIOLATION, INTERNAL_ERROR = 1008, 1011
# The suites that OCPP names, and what is better; chargers know no others.
CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20:DHE+AESGCM:AES128-GCM-SHA256:AES256-GCM-SHA384"


async def serve(settings: Settings, app: Flask, stop: asyncio.Event) -> None:
    """Listen, take in, send, until `stop` is set."""
    _open_many_files()
    with app.app_context():
        plan_once(db.engine)
    inbox = Inbox(app, settings.heartbeat_seconds)
    try:
        async with linked(settings, app, inbox) as link:
            await Sender(app, link.registry.live).run(stop)
    finally:
        inbox.close()


def _open_many_files() -> None:
    """A socket is a file, and the usual 1024 are fewer than a fleet's chargers."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


class Link:
    """One node. `tls_port` is None where there is no certificate."""

    def __init__(self, registry: Registry, book: Book) -> None:
        self.registry, self.book = registry, book
        self.port = 0
        self.tls_port: int | None = None


@asynccontextmanager
async def linked(
    settings: Settings, app: Flask, inbox: Keeper, answers_within_s: float = ANSWERS_WITHIN_S
) -> AsyncIterator[Link]:
    """Accept chargers for as long as the block lasts; then say goodbye to them."""
    with ThreadPoolExecutor(THREADS, thread_name_prefix="link") as threads:
        book = Book(app, threads, f"link {socket.gethostname()}:{settings.ocpp_port}")
        neighbours = Neighbours(book, settings.database_url, answers_within_s)
        silence_s = settings.offline_after_seconds
        registry = Registry(book, inbox, neighbours, silence_s, answers_within_s)
        link = Link(registry, book)
        await book.start(now())
        listening = asyncio.create_task(neighbours.listen(registry.yields))
        await neighbours.listens.wait()
        gate = _gate(settings)
        servers = await _listeners(settings, Door(book, registry, gate), registry, gate)
        link.port = _port(servers[0])
        link.tls_port = _port(servers[1]) if len(servers) > 1 else None
        log.info("link listens", port=link.port, tls_port=link.tls_port)
        stopping = asyncio.Event()
        beating = asyncio.create_task(_beat(link, stopping))
        try:
            yield link
        finally:
            # The last beat is over before the node leaves: else it would come back from the dead.
            stopping.set()
            await _closed(servers, registry)
            await beating
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
            await book.stop()
            log.info("link stopped")


async def _listeners(
    settings: Settings, door: Door, registry: Registry, gate: Gate
) -> list[Server]:
    handling = {
        "handler": partial(_handle, registry),
        "process_request": _asking(door),
        "create_connection": partial(Wire, gate=gate),
    }
    servers = [await _listener(settings.bind, settings.ocpp_port, None, handling)]
    if settings.tls_cert and settings.tls_key:
        tls = _tls(settings)
        servers.append(await _listener(settings.bind, settings.ocpp_tls_port, tls, handling))
    return servers


async def _listener(
    host: str, port: int, tls: ssl.SSLContext | None, handling: dict[str, Any]
) -> Server:
    return await listen(
        host=host,
        port=port,
        **handling,
        select_subprotocol=_agreed,
        server_header=None,
        compression=None,
        max_size=MAX_SIZE,
        open_timeout=OPEN_TIMEOUT_S,
        close_timeout=CLOSE_TIMEOUT_S,
        ping_interval=None,
        logger=_quiet(),
        backlog=BACKLOG,
        ssl=tls,
        ssl_handshake_timeout=OPEN_TIMEOUT_S if tls else None,
    )


def _gate(settings: Settings) -> Gate:
    limits = Limits(
        settings.ocpp_handshakes,
        settings.ocpp_handshakes_per_address,
        settings.ocpp_connections_per_address,
    )
    return Gate(limits, Proxies(settings.trusted_proxies))


def _asking(
    door: Door,
) -> Callable[[ServerConnection, Request], Awaitable[Response | None]]:
    async def ask(wire: ServerConnection, request: Request) -> Response | None:
        assert isinstance(wire, Wire)  # noqa: S101  create_connection makes nothing else
        return await door.ask(wire, request)

    return ask


def _agreed(wire: ServerConnection, _offered: object) -> Subprotocol | None:
    """Exactly what the door chose from what was offered; no header where nothing was."""
    admission = getattr(wire, "admission", None)
    return Subprotocol(admission.subprotocol) if admission and admission.subprotocol else None


async def _handle(registry: Registry, wire: ServerConnection) -> None:
    assert isinstance(wire, Wire)  # noqa: S101  create_connection makes nothing else
    try:
        connection = await registry.enter(wire, wire.admission)
    except Exception:
        log.exception("connection not kept", station_id=wire.admission.station_id)
        await wire.close(INTERNAL_ERROR, "try again in a moment")
        return
    if connection is None:
        await wire.close(POLICY_VIOLATION, "this identity is connected already")
        return
    try:
        await connection.run()
    finally:
        await registry.leave(connection)


async def _beat(link: Link, stopping: asyncio.Event) -> None:
    """Every few seconds: this node lives, and so do its chargers."""
    while not stopping.is_set():
        link.registry.keep_alive()
        try:
            link.registry.lost(await link.book.beat(link.registry.held(), now()))
        except Exception:
            log.exception("beat not kept")
        with suppress(TimeoutError):
            async with asyncio.timeout(BEAT_S):
                await stopping.wait()


async def _closed(servers: list[Server], registry: Registry) -> None:
    """Nobody new; what is on its way is finished; then goodbye."""
    for server in servers:
        server.close(close_connections=False)
    await registry.close_all()
    await asyncio.gather(*(server.wait_closed() for server in servers))


def _tls(settings: Settings) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_COMPRESSION
    context.set_ciphers(CIPHERS)
    context.load_cert_chain(str(settings.tls_cert), str(settings.tls_key))
    return context


def _quiet() -> logging.Logger:
    """The library's own log would show credentials at DEBUG, and every scanner at ERROR."""
    logger = logging.getLogger("ocpp_link.websockets")
    logger.setLevel(logging.CRITICAL)
    return logger


def _port(server: Server) -> int:
    port: int = server.sockets[0].getsockname()[1]
    return port
