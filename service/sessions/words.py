"""What a charger says about charging, in our words, and what it is answered."""

from dataclasses import dataclass
from enum import StrEnum

from service.monitoring.words import Word


class Verdict(StrEnum):
    """Whether a tag may charge."""

    ACCEPTED = "accepted"
    BLOCKED = "blocked"
    EXPIRED = "expired"
    INVALID = "invalid"
    CONCURRENT = "concurrent"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationAsked(Word):
    """Answered with a Verdict."""

    id_tag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionStarted(Word):
    """Answered with a StartAnswer, whatever the verdict."""

    connector: int
    id_tag: str
    meter_wh: int | None
    said_at: str


@dataclass(frozen=True, slots=True)
class StartAnswer:
    transaction_id: int
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Sample:
    """One sampled value: `what` is `measurand/phase/location/context`, the unit the charger's."""

    said_at: str
    what: str
    value: float
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionStopped(Word):
    """Answered with a Verdict, or with None where it names no tag. Never refused."""

    # As it came: 0, -1 and more than 64 bits occur. None where it cannot be read as a number.
    transaction_id: int | None
    id_tag: str
    meter_wh: int | None
    said_at: str
    reason: str
    samples: tuple[Sample, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MetersRead(Word):
    connector: int
    # 0 where the reading belongs to no transaction.
    transaction_id: int
    samples: tuple[Sample, ...]
