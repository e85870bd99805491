"""One connected charger: its frames in, our calls out.

Nothing that it sends ends the loop. Its messages go to the inbox in the order in which they came,
without waiting for each other; the answers go out in that order, each after its commit.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import structlog
from websockets.exceptions import ConnectionClosed

from ocpp_link import frames, v16
from ocpp_link.arrived import Arrived, Departed, Inbox
from ocpp_link.dialect import Dialect, Who
from ocpp_link.outcomes import Calls, Lost, Outcome
from ocpp_link.pace import Pace, Pressure
from ocpp_link.repeats import Repeats, Reply
from service.core.clock import now
from service.monitoring.words import Heard

if TYPE_CHECKING:
    from ocpp_link.wire import Wire

log = structlog.get_logger()

# Messages of one charger that wait for their commit and to be sent: the rest stays in the socket.
MOST_WAITING = 64
# Seconds after which a charger that does not boot may be called all the same (Q25, Q44).
SETTLE_S = 5.0
# A charger that has started says so within this time, and then how its connectors are.
BOOTS_WITHIN_S = 30.0
# Who takes nothing of what we say for so long is gone, whatever else it says.
TAKES_WITHIN_S = 30.0
POLICY_VIOLATION, TOO_FAST = 1008, "too many messages: wait for the answers"
NOT_KEPT = "the message could not be kept: send it again"


class Connection:
    """`connection_id` is the generation: an answer, or a late close, of another one is not its."""

    def __init__(
        self,
        station_id: int,
        connection_id: int,
        wire: Wire,
        inbox: Inbox,
        address: str = "",
        dialect: Dialect = v16,
    ) -> None:
        self.station_id, self.connection_id = station_id, connection_id
        # Never remembered beyond this socket: a charger may come back with another one (Q2).
        self.dialect = dialect
        self.wire, self.address = wire, address
        self._inbox = inbox
        self._loop = asyncio.get_running_loop()
        self._opened_at = self._loop.time()
        self._pace, self._pressure = Pace(self._opened_at), Pressure()
        # It went on sending although it was slowed, and was therefore put out.
        self.has_flooded = False
        self._repeats = Repeats()
        self._calls = Calls(self._loop, dialect.answer_findings)
        self._replies: deque[Reply] = deque()
        self._has_room = asyncio.Event()
        self._has_room.set()
        self._writer: asyncio.Task[None] | None = None
        self._has_answered = False
        # It has told by itself how it is, or has been asked: once for each connection.
        self._tells_states = False

    async def run(self) -> None:
        """Receive until the socket closes, then wait until what came is kept."""
        try:
            while True:
                await self._room()
                if self.has_flooded:
                    break
                data, is_binary = await self.wire.message()
                self._received(data, is_binary, now())
        except ConnectionClosed:
            pass
        finally:
            self.lose()
            if self._writer:
                await self._writer
        if self.has_flooded:
            await self.wire.close(POLICY_VIOLATION, TOO_FAST)

    def lose(self) -> None:
        """The socket is gone or given up: whoever waits for an answer learns it at once."""
        self._calls.lose()

    async def close(self, code: int, reason: str) -> None:
        self.lose()
        await self.wire.close(code, reason)

    @property
    def is_settled(self) -> bool:
        """Whether it may be called: chargers lose what they are asked before they have booted."""
        return self._has_answered or self._loop.time() - self._opened_at >= SETTLE_S

    def must_be_asked(self) -> bool:
        """It came back without a start: what happened while it was away is not known. True once."""
        if self._tells_states or self._loop.time() - self._opened_at < BOOTS_WITHIN_S:
            return False
        self._tells_states = True
        return True

    async def call(
        self, message_id: str, action: str, payload: dict[str, Any], timeout_s: float
    ) -> Outcome:
        """Ask the charger. One call at a time; cannot raise."""
        async with self._calls.turn:
            text = frames.call(message_id, action, payload)
            if self._calls.is_lost or not await self._is_kept(text, message_id, action):
                return Lost(was_sent=False)
            waiting = self._calls.expect(message_id, action)
            await self._send(text)
            return await self._calls.outcome(waiting, timeout_s)

    async def _is_kept(self, text: str, message_id: str, action: str) -> bool:
        leaving = Departed(
            station_id=self.station_id,
            connection_id=self.connection_id,
            at=now(),
            raw=text,
            action=action,
            message_id=message_id,
        )
        try:
            await self._inbox.sent(leaving)
        except Exception:
            log.exception("call not kept", station_id=self.station_id, action=action)
            return False
        return True

    async def _room(self) -> None:
        """Back-pressure: wait while it speaks too fast or too much of it is not kept yet."""
        if delay := self._pace.take(self._loop.time()):
            await asyncio.sleep(delay)
        unread = self.wire.unread
        self.has_flooded = self._pressure.is_too_long(self._loop.time(), delay > 0, unread)
        await self._has_room.wait()

    def _received(self, data: bytes, is_binary: bool, at: datetime) -> None:
        odd = ["binary frame"] if is_binary else []
        text = frames.as_text(data, odd)
        try:
            self._take(frames.read(text), text, odd, at)
        except Exception:
            # It cannot happen; if it does, the charger gets its answer all the same.
            log.exception("frame not understood", station_id=self.station_id)
            why = "the message could not be understood"
            self._take(frames.unreadable(text, "InternalError", why, []), text, odd, at)

    def _take(self, message: frames.Message, text: str, odd: list[str], at: datetime) -> None:
        match message:
            case frames.Call() as call:
                self._take_call(call, text, odd, at)
            case frames.Unreadable() as send if self.dialect.sends(text):
                said = self._item(send, text, odd, at, action=frames.sent(text))
                self._queue(self._keep(replace(said, findings=tuple(odd))))
            case frames.Unreadable(is_answer=False) as bad:
                item = self._item(bad, text, odd, at, is_call=True, action=bad.action)
                self._queue(self._keep(replace(item, unreadable=(bad.code, bad.why))))
            case frames.Empty():
                item = self._item(frames.Result("", {}, ("empty",)), text, odd, at)
                self._queue(self._keep(replace(item, message_id=None)))
            case answer:
                self._take_answer(answer, text, odd, at)

    def _take_call(self, call: frames.Call, text: str, odd: list[str], at: datetime) -> None:
        who = Who(self.station_id, self.connection_id)
        reading = self.dialect.read(call.action, call.payload, who, at, text)
        self._tells_states |= reading.action == "BootNotification"
        item = self._item(call, text, odd, at, is_call=True, action=reading.action)
        earlier = self._repeats.reply(reading.action, call.id, text, self._loop.time())
        if earlier:
            again = replace(item, findings=(*item.findings, "sent again"), is_repeat=True)
            self._queue(self._keep_again(again, earlier))
            return
        found = (*item.findings, *reading.findings)
        word = reading.word or item.word
        item = replace(item, findings=found, word=word, known=reading.known)
        reply = self._queue(self._keep(item))
        if reading.known:
            self._repeats.remember(reading.action, call.id, text, self._loop.time(), reply)

    def _take_answer(
        self,
        answer: frames.Result | frames.Error | frames.Unreadable,
        text: str,
        odd: list[str],
        at: datetime,
    ) -> None:
        match = self._calls.answered(answer)
        item = self._item(answer, text, [*odd, *match.findings], at, action=match.action)
        self._queue(self._keep(replace(item, latency_ms=match.latency_ms)))

    def _item(
        self,
        message: frames.Call | frames.Result | frames.Error | frames.Unreadable,
        text: str,
        odd: list[str],
        at: datetime,
        is_call: bool = False,
        action: str | None = None,
    ) -> Arrived:
        return Arrived(
            station_id=self.station_id,
            connection_id=self.connection_id,
            at=at,
            raw=text,
            action=action,
            message_id=message.id,
            findings=(*odd, *message.findings),
            word=Heard(station_id=self.station_id, connection_id=self.connection_id, at=at),
            is_call=is_call,
            dialect=self.dialect,
        )

    def _queue(self, keeping: Any) -> Reply:
        reply: Reply = self._loop.create_task(keeping)
        self._replies.append(reply)
        if len(self._replies) >= MOST_WAITING:
            self._has_room.clear()
        if self._writer is None:
            self._writer = self._loop.create_task(self._write())
        return reply

    async def _write(self) -> None:
        """Send the answers in the order of the messages, as long as there are any."""
        while self._replies:
            reply = await self._replies[0]
            if reply:
                await self._send(reply)
                self._has_answered = True
            self._replies.popleft()
            self._has_room.set()
        self._writer = None

    async def _keep(self, item: Arrived) -> str | None:
        """The inbox's reply, or an honest CALLERROR where nothing could be kept."""
        try:
            return await self._inbox.keep(item)
        except Exception:
            log.exception("frame not kept", station_id=self.station_id, action=item.action)
        if not item.is_call:
            return None
        message_id = frames.NO_ID if item.message_id is None else item.message_id
        return frames.error(message_id, "InternalError", NOT_KEPT)

    async def _keep_again(self, item: Arrived, earlier: Reply) -> str | None:
        answer = await earlier
        await self._keep(replace(item, answer=answer))
        return answer

    async def _send(self, text: str) -> None:
        try:
            async with asyncio.timeout(TAKES_WITHIN_S):
                await self.wire.send(text)
        except TimeoutError:
            log.warning("it takes no answers", station_id=self.station_id)
            self.wire.give_up()
        except ConnectionClosed:
            log.debug("nobody there to answer", station_id=self.station_id)
