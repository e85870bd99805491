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


class Stage(StrEnum):
    """Where a charge stands that its charger numbers itself."""

    STARTED = "started"
    UPDATED = "updated"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionTold(Word):
    """OCPP 2.x: what happens to a charge, in any order and as often as the charger likes.

    Answered with a Verdict where it names a tag, else with None.
    """

    stage: Stage
    # The charger's own name of the charge, at most 36 characters, and the event's number in it.
    said_id: str
    seq_no: int | None
    # 0 where it does not say yet.
    connector: int
    id_tag: str
    said_at: str
    # It happened while the charger was offline.
    offline: bool = False
    # We asked for this start.
    is_remote_start: bool = False
    # What the car does, as a status of its outlet; empty where that is not told.
    does: str = ""
    reason: str = ""
    meter_start_wh: int | None = None
    meter_stop_wh: int | None = None
    samples: tuple[Sample, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MetersRead(Word):
    connector: int
    # 0 where the reading belongs to no transaction.
    transaction_id: int
    samples: tuple[Sample, ...]
