"""A charger for tests: raw OCPP-J over `websockets`, so that it can say anything, right or wrong.

async with Charger(url, "CP1", key) as charger:
    await charger.boot()
    await charger.status(1, "Faulted", "GroundFailure")
    charger.answers["Reset"] = {"status": "Accepted"}
    reset = await charger.asked("Reset")
"""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self

import websockets
from websockets.asyncio.client import ClientConnection

Payload = dict[str, Any]
# What it answers to one action: a payload, a CallError, None for silence, or what a function of
# the request says.
Answer = Payload | Exception | None
Answers = dict[str, Answer | Callable[[Payload], Answer]]

PATIENCE_S = 20.0


class CallError(Exception):
    """The other side answered with CALLERROR, or this one should."""

    def __init__(self, code: str, description: str = "", details: Payload | None = None) -> None:
        super().__init__(f"{code}: {description}")
        self.code, self.description, self.details = code, description, details or {}


class Charger:
    """One charge point on one socket. Leaving the block closes the socket, politely.

    `url` ends before the identity: `ws://127.0.0.1:9000/ocpp`. Without `key` it sends no
    credentials. Incoming calls are answered from `answers`; whatever it lacks gets NotImplemented.
    """

    def __init__(
        self,
        url: str,
        identity: str,
        key: str | bytes | None = None,
        *,
        subprotocols: tuple[str, ...] = ("ocpp1.6",),
        headers: Mapping[str, str] | None = None,
        **connect: Any,
    ) -> None:
        self.url, self.identity = f"{url.rstrip('/')}/{identity}", identity
        self.answers: Answers = {}
        # Frames that answer no call of ours: a CALLERROR for "-1", for one.
        self.strays: asyncio.Queue[str] = asyncio.Queue()
        self._calls: dict[str, asyncio.Queue[Payload]] = {}
        self._waiting: dict[str, asyncio.Future[Payload]] = {}
        self._ids = itertools.count(1)
        self._reader: asyncio.Task[None] | None = None
        self._connect: dict[str, Any] = {
            "subprotocols": list(subprotocols) or None,
            "additional_headers": {**_basic(identity, key), **(headers or {})},
            "compression": None,
            "ping_interval": None,
            "close_timeout": 1,
            "proxy": None,
            **connect,
        }
        self.socket: ClientConnection

    async def __aenter__(self) -> Self:
        await self.connect()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def connect(self) -> None:
        """Connect, also again after `close` or `vanish`. Raises websockets' InvalidStatus."""
        self.socket = await websockets.connect(self.url, **self._connect)
        self._reader = asyncio.create_task(self._read())

    async def close(self) -> None:
        self.socket.transport.resume_reading()
        await self.socket.close()
        await self.closed()

    async def vanish(self) -> None:
        """The power goes: no close frame, no answer."""
        self.socket.transport.abort()
        await self.closed()

    async def closed(self) -> int | None:
        """Wait until the socket is gone. Returns the close code that came, if one did."""
        async with asyncio.timeout(PATIENCE_S):
            await self.socket.wait_closed()
            if self._reader:
                await self._reader
        return self.socket.close_code

    def play_dead(self) -> None:
        """Half-dead: the socket stands, but nothing is read, answered or ponged any more."""
        self.socket.transport.pause_reading()

    def wake_up(self) -> None:
        self.socket.transport.resume_reading()

    async def send(self, frame: str | bytes) -> None:
        """Send anything at all. Its answer comes to `strays`."""
        await self.socket.send(frame)

    async def stray(self) -> list[Any]:
        """The next frame that answers no call of ours, read as JSON."""
        async with asyncio.timeout(PATIENCE_S):
            frame: list[Any] = json.loads(await self.strays.get())
        return frame

    async def call(self, action: str, payload: Payload | None = None, **more: Any) -> Payload:
        """Raises CallError where the other side does, TimeoutError where it stays silent."""
        message_id = f"{self.identity}-{next(self._ids)}"
        answer = self._waiting[message_id] = asyncio.get_running_loop().create_future()
        try:
            await self.send(json.dumps([2, message_id, action, {**(payload or {}), **more}]))
            async with asyncio.timeout(PATIENCE_S):
                said: Payload = await answer
            return said
        finally:
            del self._waiting[message_id]

    async def boot(self, **more: Any) -> Payload:
        facts = {"chargePointVendor": "Alfen BV", "chargePointModel": "NG910-60023"}
        return await self.call("BootNotification", {**facts, **more})

    async def status(
        self, connector: int, status: str, error_code: str = "NoError", **more: Any
    ) -> Payload:
        words = {"connectorId": connector, "status": status, "errorCode": error_code}
        return await self.call("StatusNotification", {**words, **more})

    async def heartbeat(self) -> Payload:
        return await self.call("Heartbeat")

    async def asked(self, action: str) -> Payload:
        """Wait until it has been asked for `action`. Returns what was asked, oldest first."""
        async with asyncio.timeout(PATIENCE_S):
            return await self._asked(action).get()

    def times_asked(self, action: str) -> int:
        """How many calls of this action wait to be looked at with `asked`."""
        return self._asked(action).qsize()

    def _asked(self, action: str) -> asyncio.Queue[Payload]:
        return self._calls.setdefault(action, asyncio.Queue())

    async def _read(self) -> None:
        try:
            async for frame in self.socket:
                await self._take(frame if isinstance(frame, str) else frame.decode())
        except websockets.ConnectionClosed:
            pass
        finally:
            for answer in self._waiting.values():
                if not answer.done():
                    answer.set_exception(ConnectionResetError("the socket is gone"))

    async def _take(self, text: str) -> None:
        match json.loads(text):
            case [2, str(message_id), str(action), dict(payload)]:
                self._asked(action).put_nowait(payload)
                await self._answer(message_id, self._answer_to(action, payload))
            case [3, message_id, dict(payload)] if self._awaits(message_id):
                self._waiting[message_id].set_result(payload)
            case [4, message_id, code, description, details] if self._awaits(message_id):
                self._waiting[message_id].set_exception(CallError(code, description, details))
            case _:
                self.strays.put_nowait(text)

    def _awaits(self, message_id: Any) -> bool:
        return message_id in self._waiting and not self._waiting[message_id].done()

    def _answer_to(self, action: str, payload: Payload) -> Answer:
        answer = self.answers.get(action, CallError("NotImplemented", action))
        return answer(payload) if callable(answer) else answer

    async def _answer(self, message_id: str, answer: Answer) -> None:
        if isinstance(answer, CallError):
            error = [4, message_id, answer.code, answer.description, answer.details]
            await self.send(json.dumps(error))
        elif isinstance(answer, dict):
            await self.send(json.dumps([3, message_id, answer]))


def _basic(identity: str, key: str | bytes | None) -> dict[str, str]:
    if key is None:
        return {}
    password = key.encode() if isinstance(key, str) else key
    token = base64.b64encode(identity.encode() + b":" + password).decode()
    return {"Authorization": f"Basic {token}"}
