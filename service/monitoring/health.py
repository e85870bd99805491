"""The six states that every list, map and page shows, and the states of the ledger."""

from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    OK = "ok"
    WARNING = "warning"
    FAULT = "fault"
    OFFLINE = "offline"
    UNKNOWN = "unknown"
    SERVICE = "service"


class Health(NamedTuple):
    kind: Kind
    # OCPP's word for the status (`Charging`), or ours; pages say it in the reader's language.
    word: str


# Worst first: what a whole station is, where its connectors differ.
WORST = (Kind.FAULT, Kind.OFFLINE, Kind.WARNING, Kind.UNKNOWN, Kind.SERVICE, Kind.OK)


def health(
    status: str | None, error_code: str | None, offline: bool = False, in_window: bool = False
) -> Health:
    """What one connector is now."""
    if in_window:
        return Health(Kind.SERVICE, "Planned outage")
    if offline:
        return Health(Kind.OFFLINE, "Offline")
    if status == "Faulted":
        return Health(Kind.FAULT, "Faulted")
    if status in (None, "", "Unknown"):
        return Health(Kind.UNKNOWN, "Unknown")
    if status == "Unavailable":
        return Health(Kind.SERVICE, "Unavailable")
    if error_code not in (None, "", "NoError"):
        return Health(Kind.WARNING, str(status))
    return Health(Kind.OK, str(status))


def worst(healths: list[Health]) -> Health:
    """What a whole station is: the worst of its parts. Unknown where it has none."""
    if not healths:
        return Health(Kind.UNKNOWN, "Unknown")
    return min(healths, key=lambda one: WORST.index(one.kind))
