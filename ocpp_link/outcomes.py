"""What becomes of a call of ours, and which answer belongs to it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from ocpp_link import frames, schema

MOST_LATE = 8


@dataclass(frozen=True, slots=True)
class Answered:
    payload: dict[str, Any]
    latency_ms: float
    # Whether it agrees, as the version that it speaks has it.
    agreed: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """A CALLERROR, or an answer that cannot be read."""

    code: str
    description: str
    details: dict[str, Any]
    latency_ms: float


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """In time. If one comes later, it is kept as a frame."""


@dataclass(frozen=True, slots=True)
class Lost:
    """The connection ended. `was_sent` is False where the charger cannot have seen it."""

    was_sent: bool


@dataclass(frozen=True, slots=True)
class Unaskable:
    """Nothing was sent: the version that the charger speaks has no such question."""

    why: str


Outcome = Answered | Refused | NoAnswer | Lost | Unaskable
Answer = frames.Result | frames.Error | frames.Unreadable
# What is unusual about an answer to a call of that action.
Check = Callable[[str, dict[str, Any]], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Match:
    """Which call an answer belongs to, as far as can be told."""

    action: str | None
    latency_ms: float | None
    findings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    message_id: str
    action: str
    sent_at: float
    outcome: asyncio.Future[Outcome]


class Calls:
    """The one call that waits, and the last few that waited in vain: so it cannot grow."""

    __slots__ = ("_check", "_late", "_loop", "_waiting", "is_lost", "turn")

    def __init__(
        self, loop: asyncio.AbstractEventLoop, check: Check = schema.answer_findings
    ) -> None:
        self._loop, self._check = loop, check
        self._late: dict[str, Waiting] = {}
        self._waiting: Waiting | None = None
        self.is_lost = False
        self.turn = asyncio.Lock()

    def expect(self, message_id: str, action: str) -> Waiting:
        outcome = self._loop.create_future()
        self._waiting = Waiting(message_id, action, perf_counter(), outcome)
        if self.is_lost:
            self.lose()
        return self._waiting

    async def outcome(self, waiting: Waiting, timeout_s: float) -> Outcome:
        try:
            async with asyncio.timeout(timeout_s):
                return await waiting.outcome
        except TimeoutError:
            self._late[waiting.message_id] = waiting
            for message_id in list(self._late)[:-MOST_LATE]:
                del self._late[message_id]
            return NoAnswer()
        finally:
            self._waiting = None

    def answered(self, answer: Answer) -> Match:
        """Hand the answer to the call that waits for it."""
        waiting = self._waiting
        if waiting is None or str(answer.id) != waiting.message_id or waiting.outcome.done():
            return self._stray(answer)
        latency_ms = _since(waiting)
        waiting.outcome.set_result(_outcome(answer, latency_ms))
        return Match(waiting.action, latency_ms, self._unusual(waiting.action, answer))

    def lose(self) -> None:
        """The connection is gone. Whoever waits, waits no longer."""
        self.is_lost = True
        if self._waiting and not self._waiting.outcome.done():
            self._waiting.outcome.set_result(Lost(was_sent=True))

    def _stray(self, answer: Answer) -> Match:
        late = self._late.pop(str(answer.id), None)
        if late is None:
            return Match(None, None, ("answer to no call of ours",))
        found = ("late answer", *self._unusual(late.action, answer))
        return Match(late.action, _since(late), found)

    def _unusual(self, action: str, answer: Answer) -> tuple[str, ...]:
        return self._check(action, answer.payload) if isinstance(answer, frames.Result) else ()


def _since(waiting: Waiting) -> float:
    """In milliseconds. The loop's own clock ticks in them, which is too coarse."""
    return round((perf_counter() - waiting.sent_at) * 1000, 3)


def _outcome(answer: Answer, latency_ms: float) -> Outcome:
    match answer:
        case frames.Result():
            return Answered(answer.payload, latency_ms)
        case frames.Error():
            return Refused(answer.code, answer.description, answer.details, latency_ms)
    return Refused(answer.code, answer.why, {}, latency_ms)
