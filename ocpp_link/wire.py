"""One charger's socket: the library's, with what OCPP needs beside it."""

from __future__ import annotations

import asyncio
from typing import Any

from websockets.asyncio.server import ServerConnection
from websockets.frames import Frame, Opcode
from websockets.protocol import Event, State

from ocpp_link.gate import Gate

PING_AFTER_S, PONG_WITHIN_S = 60.0, 20.0
BEGIN_MESSAGE = (Opcode.TEXT, Opcode.BINARY)


class Wire(ServerConnection):
    """Every frame counts as life: some chargers never answer a ping (Q10)."""

    def __init__(self, *args: Any, gate: Gate | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._gate = gate
        self.heard_at = self.loop.time()
        self.poked_at = 0.0
        self.has_ponged = False
        # What the door found out about who this is.
        self.admission: Any = None
        self._kinds: list[bool] = []
        self._heard: asyncio.Future[None] | None = None

    async def message(self) -> tuple[bytes, bool]:
        """The next message, and whether it came as binary.

        Text that is not UTF-8 is handed on: it is kept and answered like any other bad frame.
        """
        data = await self.recv(decode=False)
        return data, self._kinds.pop(0)

    @property
    def peer(self) -> str:
        """The address at the other end of the socket: the charger's, or a proxy's."""
        peer = self.transport.get_extra_info("peername")
        return str(peer[0]) if peer else ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        if self._gate:
            self._gate.came(self, self.peer)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self._gate:
            self._gate.left(self)

    def give_up(self) -> None:
        """Close at once, without a word."""
        self.transport.abort()

    @property
    def unread(self) -> int:
        """Messages that have begun to come and have not been taken."""
        return len(self._kinds)

    def process_event(self, event: Event) -> None:
        if isinstance(event, Frame):
            self._note(event)
        super().process_event(event)

    def poke(self) -> None:
        """Ping without waiting. The library's own ping remembers each one until it is answered."""
        if self.state is State.OPEN:
            self.poked_at = self.loop.time()
            self.protocol.send_ping(b"laddvakt")
            self.send_data()

    async def lives(self, within_s: float) -> bool:
        """Whether the other side says anything at all, if only a pong."""
        if self.state is not State.OPEN:
            return False
        if self._heard is None or self._heard.done():
            self._heard = self.loop.create_future()
        heard = self._heard
        self.poke()
        ends = (heard, self.connection_lost_waiter)
        await asyncio.wait(ends, timeout=within_s, return_when=asyncio.FIRST_COMPLETED)
        return heard.done()

    def needs_poke(self, now: float) -> bool:
        """Quiet for a while, and not asked since."""
        return now - max(self.heard_at, self.poked_at) >= PING_AFTER_S

    def is_dead(self, now: float, silence_s: float) -> bool:
        """Asked and silent. Who has never answered a ping gets longer."""
        patience = PONG_WITHIN_S if self.has_ponged else silence_s
        return self.poked_at > self.heard_at and now - self.heard_at >= PING_AFTER_S + patience

    def _note(self, frame: Frame) -> None:
        self.heard_at = self.loop.time()
        if frame.opcode in BEGIN_MESSAGE:
            self._kinds.append(frame.opcode is Opcode.BINARY)
        elif frame.opcode is Opcode.PONG:
            self.has_ponged = True
        if self._heard and not self._heard.done():
            self._heard.set_result(None)
