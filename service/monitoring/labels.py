"""How the words of ledger and catalogue are called on a page."""

from typing import Any

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
    "backend": _l("the back office"),
    "ev": _l("the car"),
    "security": _l("security"),
    "unknown": _l("not known"),
}


def status(word: str | None) -> Any:
    """A status in the reader's language; a charger's own word as it came."""
    return WORD.get(word or "Unknown", word)
