"""What closes a ticket: proof, not hope. Danger waits for a person; so does what one has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from service.monitoring.faults import Severity

# Where no charge can prove it, health must last this much longer (10 minutes become an hour).
WITHOUT_PROOF = 6


class WaitsFor(StrEnum):
    RECOVERY = "recovery"  # the fault is still there
    CHECK = "check"  # danger: a named person, after the check
    PERSON = "person"  # whoever has taken it
    QUIET = "quiet"  # until `until`
    SESSION = "session"  # a good session, or a test start


@dataclass(frozen=True, slots=True)
class Facts:
    """`proven_at`: when a good session ended or a test start worked, since it recovered.

    `can_prove`: the connector has served cars, so a charge is to be expected.
    """

    severity: Severity
    quiet_s: int
    recovered_at: datetime | None
    is_taken: bool = False
    can_prove: bool = False
    proven_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    what: WaitsFor
    until: datetime | None = None


def waits_for(facts: Facts, at: datetime) -> Waiting | None:
    """What the ticket still waits for. None when it is proven well, and may be resolved."""
    if facts.severity is Severity.S1:
        return Waiting(WaitsFor.CHECK)
    if facts.recovered_at is None:
        return Waiting(WaitsFor.RECOVERY)
    if facts.is_taken:
        return Waiting(WaitsFor.PERSON)
    until = facts.recovered_at + timedelta(seconds=_quiet_s(facts))
    if at < until:
        return Waiting(WaitsFor.QUIET, until)
    if facts.severity is Severity.S2 and facts.can_prove and facts.proven_at is None:
        return Waiting(WaitsFor.SESSION)
    return None


def _quiet_s(facts: Facts) -> int:
    if facts.severity is Severity.S2 and not (facts.can_prove or facts.proven_at):
        return facts.quiet_s * WITHOUT_PROOF
    return facts.quiet_s
