"""A charger that got no answer says the same again: it gets the answer, and nothing else (Q19)."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

# A heartbeat asks for the time now; it has no effect that could happen twice.
NEVER = frozenset({"Heartbeat"})
WITHIN_S = 300.0

Reply = asyncio.Task[str | None]


class Said(NamedTuple):
    message_id: str | int
    content: int
    at: float
    reply: Reply


class Repeats:
    """The last CALL of each action, by action: so it cannot grow.

    Only the last one: chargers count their ids anew after a boot, or use one for everything, and
    the same words after other ones are news.
    """

    __slots__ = ("_last",)

    def __init__(self) -> None:
        self._last: dict[str, Said] = {}

    def reply(self, action: str, message_id: str | int, raw: str, now: float) -> Reply | None:
        """The reply to the same message, if it was the last of its action."""
        last = self._last.get(action)
        if last is None or now - last.at > WITHIN_S:
            return None
        same = last.message_id == message_id and last.content == hash(raw)
        return last.reply if same and not _failed(last.reply) else None

    def remember(
        self, action: str, message_id: str | int, raw: str, now: float, reply: Reply
    ) -> None:
        if action not in NEVER:
            self._last[action] = Said(message_id, hash(raw), now, reply)


def _failed(reply: Reply) -> bool:
    """It was refused or could not be kept: then it is worth another try."""
    return reply.done() and (reply.result() or "").startswith("[4,")
