"""Whether a remote action worked: judged from what the charger shows, never from its answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from service.remote.actions import Effect, Kind

WELL = frozenset({"Available", "Preparing", "Occupied", "Charging", "Finishing", "Reserved"})


@dataclass(frozen=True, slots=True)
class State:
    """A station at one moment: per connector its status and errorCode."""

    connectors: Mapping[int, tuple[str | None, str | None]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            str(number): {"status": status, "error_code": error}
            for number, (status, error) in sorted(self.connectors.items())
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any] | None) -> State:
        return cls(
            {
                int(number): (one["status"], one["error_code"])
                for number, one in (kept or {}).items()
            }
        )

    def faulted(self, connector: int = 0) -> frozenset[int]:
        """The connectors that are Faulted: of all, or of the one that is asked for."""
        return frozenset(
            number
            for number, (status, _) in self.connectors.items()
            if status == "Faulted" and connector in (0, number)
        )

    def is_well(self, connectors: frozenset[int]) -> bool:
        return all(
            status in WELL | {"SuspendedEV", "SuspendedEVSE"} and error in (None, "", "NoError")
            for number, (status, error) in self.connectors.items()
            if number in connectors
        )


@dataclass(frozen=True, slots=True)
class Seen:
    """What has been seen of a station since the action went out."""

    now: State
    booted: bool = False
    # It came by a new connection.
    reconnected: bool = False
    # What it sent: actions of OCPP, or our words for starts and stops.
    messages: frozenset[str] = frozenset()


def judge(
    kind: Kind, fields: Mapping[str, Any], before: State, seen: Seen, connector: int = 0
) -> Effect:
    """PROVEN where the effect is there, PENDING where it may still come.

    Where something was Faulted before, that it is well is the effect; a charger that restarts
    into the same fault has not been helped. `connector` is the one whose ticket it was for.
    """
    broken = before.faulted(fields.get("connector") or connector)
    if kind in (Kind.RESET, Kind.UNLOCK) and broken:
        return _proven(seen.now.is_well(broken) and (kind is Kind.UNLOCK or _restarted(seen)))
    return _proven(SEEN[kind](fields, seen)) if kind in SEEN else Effect.NOT_OBSERVABLE


def _proven(yes: bool) -> Effect:
    return Effect.PROVEN if yes else Effect.PENDING


def _restarted(seen: Seen) -> bool:
    return seen.booted or seen.reconnected


def _availability(fields: Mapping[str, Any], seen: Seen) -> bool:
    asked = fields.get("connector") or 0
    mine = [status for number, (status, _) in seen.now.connectors.items() if asked in (0, number)]
    out = [status == "Unavailable" for status in mine]
    return bool(mine) and (all(out) if fields.get("type") == "inoperative" else not any(out))


def _message(fields: Mapping[str, Any], seen: Seen) -> bool:
    return fields.get("message") in seen.messages


SEEN: dict[Kind, Callable[[Mapping[str, Any], Seen], bool]] = {
    Kind.RESET: lambda fields, seen: _restarted(seen),
    Kind.CHANGE_AVAILABILITY: _availability,
    Kind.TRIGGER_MESSAGE: _message,
    Kind.REMOTE_START: lambda fields, seen: "StartTransaction" in seen.messages,
    Kind.REMOTE_STOP: lambda fields, seen: "StopTransaction" in seen.messages,
}
