"""From what a charger wrote to what it meant, one value at a time. Pure; cannot raise.

`Fields` reads a payload leniently and remembers in `findings` what it had to mend.
"""

from __future__ import annotations

import json
from difflib import get_close_matches
from functools import lru_cache
from math import isfinite
from typing import Any

from ocpp_link.limits import LEAST, MOST

STATUSES = (
    "Available",
    "Preparing",
    "Charging",
    "SuspendedEVSE",
    "SuspendedEV",
    "Finishing",
    "Reserved",
    "Unavailable",
    "Faulted",
)
UNKNOWN = "Unknown"
# What other versions of OCPP and real chargers call them. `Occupied` is OCPP 1.5's: a car is
# there, and nobody may disturb it.
OTHER_STATUSES = {
    "occupied": "Charging",
    "fault": "Faulted",
    "error": "Faulted",
    "failed": "Faulted",
    "outoforder": "Faulted",
    "suspended": "SuspendedEVSE",
    "outofservice": "Unavailable",
    "inoperative": "Unavailable",
}
ERROR_CODES = (
    "ConnectorLockFailure",
    "EVCommunicationError",
    "GroundFailure",
    "HighTemperature",
    "InternalError",
    "LocalListConflict",
    "NoError",
    "OtherError",
    "OverCurrentFailure",
    "PowerMeterFailure",
    "PowerSwitchFailure",
    "ReaderFailure",
    "ResetFailure",
    "UnderVoltage",
    "OverVoltage",
    "WeakSignal",
)
_STATUSES = {name.casefold(): name for name in STATUSES}
_ERROR_CODES = {name.casefold(): name for name in ERROR_CODES}
LONGEST_WORD = 100


class Fields:
    """A payload, and what was unusual about the values that were read from it."""

    def __init__(self, payload: dict[str, Any]) -> None:
        self.payload, self.findings = payload, dict[str, None]()

    def say(self, what: str) -> None:
        self.findings[what] = None

    def text(self, name: str, longest: int = 255) -> str:
        """Empty where it is missing."""
        return words(self.payload.get(name), longest)

    def when(self, name: str = "timestamp") -> str | None:
        """The charger's own time as it came: evidence, however odd."""
        return self.text(name, 64) or None

    def whole(self, name: str) -> int | None:
        """A whole number of 64 bits, or None where nobody can tell."""
        given = self.payload.get(name)
        number = whole(given)
        if given is not None and number is None:
            self.say(f"{name}: not a whole number")
        return number

    def connector(self) -> int:
        """0, the whole station, where it names none that can be."""
        number = self.whole("connectorId")
        if number is None or number < 0:
            self.say("connectorId: read as 0")
            return 0
        return number

    def status(self) -> str:
        given = self.payload.get("status")
        mended = mended_status(given[:LONGEST_WORD]) if isinstance(given, str) else UNKNOWN
        if mended == given:
            return mended
        self.say(f"status: read as {mended}")
        return mended

    def error_code(self) -> str:
        """As it came, but for case and separators: `no_error` is NoError."""
        return _error_code(self.text("errorCode", LONGEST_WORD))

    def id_tag(self, name: str = "idTag") -> str:
        """Some chargers append to the tag, after a semicolon (Q39)."""
        given = self.text(name)
        tag = given.partition(";")[0].strip()
        if tag != given:
            self.say(f"{name}: cut at the semicolon")
        return tag


@lru_cache(maxsize=512)
def mended_status(given: str) -> str:
    """The status that was meant, or `Unknown`, which is never healthy."""
    letters = _letters(given)
    known = _STATUSES.get(letters) or OTHER_STATUSES.get(letters)
    if known:
        return known
    near = get_close_matches(letters, _STATUSES, n=1, cutoff=0.8)
    return _STATUSES[near[0]] if near else UNKNOWN


@lru_cache(maxsize=512)
def _error_code(given: str) -> str:
    return _ERROR_CODES.get(_letters(given), given)


def words(value: Any, longest: int) -> str:
    """Any value as text: some chargers put numbers or whole objects where text belongs."""
    if isinstance(value, str):
        return value.strip()[:longest]
    if value is None:
        return ""
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)[:longest]
    return str(value)[:longest]


def whole(value: Any) -> int | None:
    number = real(value)
    if number is None:
        return None
    try:
        exact = int(value.strip()) if isinstance(value, str) else int(value)
    except ValueError:
        exact = int(number)
    return exact if LEAST <= exact <= MOST else None


def real(value: Any) -> float | None:
    """A finite number, from a number or from text with spaces or a decimal comma."""
    if isinstance(value, str):
        value = value.strip()[:64].replace(",", ".")
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if isfinite(number) else None


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text)).casefold()
