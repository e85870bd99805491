"""How the words of ledger and catalogue are called on a page."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from service.monitoring.faults import Severity
from service.monitoring.health import Kind
from service.monitoring.status_labels import WORD

# The ledger's words, with the state that each is drawn as.
LEDGER: dict[str, tuple[Kind, Any]] = {
    "available": (Kind.OK, _l("Available")),
    "occupied": (Kind.OK, _l("Occupied")),
    "planned": (Kind.SERVICE, _l("Planned outage")),
    "unavailable": (Kind.SERVICE, _l("Out of service")),
    "unknown": (Kind.UNKNOWN, _l("Unknown")),
    "offline": (Kind.OFFLINE, _l("Out of contact")),
    "faulted": (Kind.FAULT, _l("Faulted")),
}
SEVERITY: dict[Severity, Any] = {
    Severity.S1: _l("S1 danger"),
    Severity.S2: _l("S2 out of order"),
    Severity.S3: _l("S3 degraded"),
    Severity.S4: _l("S4 information"),
}
LOOK: dict[Severity, Kind] = {
    Severity.S1: Kind.FAULT,
    Severity.S2: Kind.FAULT,
    Severity.S3: Kind.WARNING,
    Severity.S4: Kind.UNKNOWN,
}
RESPONSIBLE: dict[str, Any] = {
    "evse": _l("the charging station"),
    "evse_or_ev": _l("the charging station or the car"),
    "grid_or_evse": _l("the grid or the charging station"),
    "network": _l("the network"),
    "site": _l("the site"),
    "backend": _l("the back office"),
    "ev": _l("the car"),
    "security": _l("security"),
    "unknown": _l("not known"),
}


def status(word: str | None) -> Any:
    """A status in the reader's language; a charger's own word as it came."""
    return WORD.get(word or "Unknown", word)


# What the catalogue says where a fault has no errorCode of OCPP 1.6.
NO_CODE: dict[str, Any] = {
    "(any other)": _l("(any other)"),
    "NoError with Faulted": _l("NoError with Faulted"),
    "(any code without Faulted)": _l("(any code without Faulted)"),
    "(only in OCPP 2)": _l("(only in OCPP 2)"),
    "(derived)": _l("(derived)"),
    "(derived: 3 boots in an hour)": _l("(derived: 3 boots in an hour)"),
    "(derived: sends without waiting for answers)": _l(
        "(derived: sends without waiting for answers)"
    ),
    "(derived: two live holders of one identity)": _l(
        "(derived: two live holders of one identity)"
    ),
    "(derived: over 5 min for an hour)": _l("(derived: over 5 min for an hour)"),
}


def ocpp16(code: str) -> Any:
    return NO_CODE.get(code, code)


# What is unusual about a message; before it stands the place: `errorCode: wrong type`.
FINDING: dict[str, Any] = {
    "a number out of range": _l("a number out of range"),
    "byte order mark": _l("byte order mark"),
    "characters that cannot be kept": _l("characters that cannot be kept"),
    "cut at the semicolon": _l("cut at the semicolon"),
    "empty": _l("empty"),
    "events are missing": _l("events are missing"),
    "missing": _l("missing"),
    "more than are read": _l("more than are read"),
    "not UTF-8": _l("not UTF-8"),
    "not a time": _l("not a time"),
    "not a whole number": _l("not a whole number"),
    "not a yes or no": _l("not a yes or no"),
    "not an object": _l("not an object"),
    "not in the standard": _l("not in the standard"),
    "not strict JSON": _l("not strict JSON"),
    "not one of the standard's": _l("not one of the standard's"),
    "processing failed": _l("processing failed"),
    "sent again": _l("sent again"),
    "too long": _l("too long"),
    "too many elements": _l("too many elements"),
    "too short": _l("too short"),
    "wrong number of elements": _l("wrong number of elements"),
    "wrong type": _l("wrong type"),
}


READ_AS = "read as "


def finding(said: str) -> str:
    """A finding in the reader's language; the place, and what nobody taught us, as they are."""
    place, colon, what = said.rpartition(": ")
    if what.startswith(READ_AS):
        words = _("read as %(word)s", word=what.removeprefix(READ_AS))
        return f"{place}{colon}{words}"
    return f"{place}{colon}{FINDING.get(what, what)}"


def value(name: str, kept: Any) -> Any:
    """What the catalogue held before or after a change."""
    known: dict[str, dict[Any, Any]] = {"severity": dict(SEVERITY), "responsible": RESPONSIBLE}
    yes_no = {"True": _l("yes"), "False": _l("no")}
    return known.get(name, yes_no).get(str(kept), kept)
