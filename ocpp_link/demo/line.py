"""The charger's end of an OCPP-J socket: one call at a time, every question answered."""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
from collections.abc import Awaitable, Callable
from typing import Any

import websockets
from websockets.asyncio.client import ClientConnection

Payload = dict[str, Any]

# What a charger waits for an answer, and for the socket to open.
PATIENCE_S = 30.0


class RefusedError(Exception):
    """Answered with CALLERROR. `code` is one of OCPP's."""

    def __init__(self, code: str, words: str = "") -> None:
        super().__init__(code, words)
        self.code, self.words = code, words


class CutError(Exception):
    """The socket is gone."""


# Answers a question of the central system. None: it stays silent.
Answerer = Callable[[str, Payload], Awaitable[Payload | None]]


class Line:
    def __init__(self, socket: ClientConnection, answer: Answerer) -> None:
        self._socket, self._answer = socket, answer
        self._ids = itertools.count(1)
        self._turn = asyncio.Lock()
        self._waiting: tuple[str, asyncio.Future[Payload]] | None = None

    async def call(self, action: str, payload: Payload) -> Payload:
        """Raises RefusedError where it is answered with CALLERROR, CutError, TimeoutError."""
        async with self._turn:
            message_id = str(next(self._ids))
            answer: asyncio.Future[Payload] = asyncio.get_running_loop().create_future()
            self._waiting = message_id, answer
            try:
                await self._send([2, message_id, action, payload])
                # Not `wait_for`: in Python 3.11 it may swallow that its task was cancelled.
                async with asyncio.timeout(PATIENCE_S):
                    return await answer
            finally:
                self._waiting = None

    async def read(self) -> None:
        """Take what comes until the socket is gone."""
        try:
            async for frame in self._socket:
                await self._take(frame)
        except websockets.ConnectionClosed:
            pass
        finally:
            if self._waiting and not self._waiting[1].done():
                self._waiting[1].set_exception(CutError())

    async def hang_up(self) -> None:
        await self._socket.close()

    def cut(self) -> None:
        """The power or the network goes: no close frame."""
        self._socket.transport.abort()

    async def _take(self, frame: str | bytes) -> None:
        match json.loads(frame):
            case [2, str(message_id), str(action), dict(payload)]:
                await self._reply(message_id, action, payload)
            case [3, message_id, dict(payload)]:
                self._settle(message_id).set_result(payload)
            case [4, message_id, str(code), str(words), *_]:
                self._settle(message_id).set_exception(RefusedError(code, words))

    def _settle(self, message_id: object) -> asyncio.Future[Payload]:
        """The future that waits for this id; for a late answer, one that nobody waits for."""
        if self._waiting and self._waiting[0] == message_id and not self._waiting[1].done():
            return self._waiting[1]
        nobody: asyncio.Future[Payload] = asyncio.get_running_loop().create_future()
        nobody.add_done_callback(lambda late: late.exception())
        return nobody

    async def _reply(self, message_id: str, action: str, payload: Payload) -> None:
        try:
            answer = await self._answer(action, payload)
        except RefusedError as refused:
            await self._send([4, message_id, refused.code, refused.words, {}])
            return
        if answer is not None:
            await self._send([3, message_id, answer])

    async def _send(self, frame: list[Any]) -> None:
        try:
            await self._socket.send(json.dumps(frame, ensure_ascii=False, separators=(",", ":")))
        except websockets.ConnectionClosed:
            raise CutError from None


async def dial(url: str, identity: str, key: str, answer: Answerer) -> Line:
    """Open the socket. Raises OSError, TimeoutError or WebSocketException where it cannot."""
    token = base64.b64encode(f"{identity}:{key}".encode()).decode()
    socket = await websockets.connect(
        f"{url}/{identity}",
        subprotocols=[websockets.Subprotocol("ocpp1.6")],
        additional_headers={"Authorization": f"Basic {token}"},
        compression=None,
        ping_interval=None,
        open_timeout=PATIENCE_S,
        close_timeout=1,
        proxy=None,
    )
    return Line(socket, answer)
