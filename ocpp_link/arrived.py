"""What the connection hands to the inbox: one frame that came, or one that goes out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ocpp_link import frames, v16
from ocpp_link.dialect import Dialect
from service.monitoring.words import Word


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """One frame from a charger, translated as far as it could be."""

    station_id: int
    # The connection's generation.
    connection_id: int
    at: datetime
    # As it came, made storable.
    raw: str
    # For an answer to our call, the action that it answers; None where nobody can tell.
    action: str | None
    message_id: str | int | None
    # What was unusual about it, as short words that can be counted.
    findings: tuple[str, ...] = ()
    # What it says. `Heard` where it says only that the charger lives.
    word: Word | None = None
    # A CALL is answered, whatever is in it; nothing else is.
    is_call: bool = False
    # False where its version of OCPP knows no such action.
    known: bool = True
    # The version that its socket speaks.
    dialect: Dialect = v16
    # The code and the words of the CALLERROR, where it cannot be read.
    unreadable: tuple[str, str] | None = None
    # For an answer to our call: milliseconds that we waited for it.
    latency_ms: float | None = None
    # The charger says again what it has said: nothing happens twice, and it gets the same answer.
    is_repeat: bool = False
    answer: str | None = None

    @property
    def refusal(self) -> str | None:
        """The CALLERROR for a frame that nobody can do anything with."""
        if self.unreadable:
            return frames.error(self._id, *self.unreadable)
        if self.is_call and not self.known:
            return frames.error(
                self._id, "NotImplemented", f"{self.action} is not of {self.dialect.NAME}"
            )
        return None

    @property
    def _id(self) -> frames.MessageId:
        return frames.NO_ID if self.message_id is None else self.message_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Departed:
    """One call of ours on its way to a charger."""

    station_id: int
    connection_id: int
    at: datetime
    raw: str
    action: str
    message_id: str


class Inbox(Protocol):
    """Where frames are kept. Both raise when they could not be."""

    async def keep(self, item: Arrived) -> str | None:
        """Keep it, do what it says, and return what to answer once that is committed."""

    async def sent(self, item: Departed) -> None:
        """Keep a frame of ours."""
