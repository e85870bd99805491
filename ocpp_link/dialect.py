"""What every version of OCPP gives to the rest of the link: it reads, answers, asks and judges."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple, Protocol

from service.monitoring.words import Word
from service.remote.actions import Kind


@dataclass(frozen=True, slots=True)
class Who:
    """Who speaks, and by which connection."""

    station_id: int
    connection_id: int


@dataclass(frozen=True, slots=True)
class Reading:
    word: Word | None
    findings: tuple[str, ...]
    # False where this version of OCPP has no such action.
    known: bool
    # The action as the standard spells it.
    action: str


class Errand(NamedTuple):
    """What a question of ours needs beside its own fields."""

    # Told apart by the charger from other starts of ours.
    number: int = 0
    # What the charger itself calls the charge that we number.
    transaction: str = ""
    # Which plug of an outlet is asked about, where the charger tells them apart.
    plug: int = 0


NO_ERRAND = Errand()


class CannotAskError(Exception):
    """This version of OCPP has no such question. Its words say what could be asked instead."""


class Dialect(Protocol):
    """One version of OCPP on one socket: `v16`, or a `v2.Version` of its own."""

    NAME: str
    # Whether it tells its state only for one outlet at a time.
    ASKS_EACH: bool

    def read(
        self, action: str, payload: dict[str, Any], who: Who, at: datetime, raw: str, /
    ) -> Reading:
        """What a CALL says. Cannot raise."""

    def answer(self, word: Word, answer: object, at: datetime, /) -> dict[str, Any]:
        """The CALLRESULT's payload, strictly what the standard allows."""

    def ask(
        self, kind: Kind, fields: dict[str, Any], errand: Errand = ..., /
    ) -> tuple[str, dict[str, Any]]:
        """Action and payload of our CALL. Raises CannotAskError."""

    def positive(self, kind: Kind, payload: dict[str, Any], /) -> bool:
        """Whether the charger agrees to do it."""

    def sends(self, text: str, /) -> bool:
        """Whether this unreadable text is something that asks for no answer."""

    def told(self, kind: Kind, payload: dict[str, Any], /) -> dict[str, Any]:
        """Its answer in the shape that is kept: settings as 1.6 tells them, the rest as it came."""

    def answer_findings(self, action: str, payload: dict[str, Any], /) -> tuple[str, ...]:
        """What is unusual about an answer to a call of ours."""


def time(at: datetime) -> str:
    """Seconds and Z: chargers misread everything else (Q43)."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
