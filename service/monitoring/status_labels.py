"""How the states of connectors and stations are called on a page."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from service.monitoring.health import WORST, Health, Kind

KIND: dict[Kind, Any] = {
    Kind.OK: _l("OK"),
    Kind.WARNING: _l("Warning"),
    Kind.FAULT: _l("Fault"),
    Kind.OFFLINE: _l("Offline"),
    Kind.UNKNOWN: _l("Unknown"),
    Kind.SERVICE: _l("Out of service"),
}
KINDS = [(kind.value, KIND[kind]) for kind in WORST]
# `Health.word` is OCPP's own, or ours.
WORD: dict[str, Any] = {
    "Available": _l("Available"),
    "Preparing": _l("Preparing"),
    "Occupied": _l("Occupied"),
    "Charging": _l("Charging"),
    "SuspendedEV": _l("Paused by the vehicle"),
    "SuspendedEVSE": _l("Paused by the station"),
    "Finishing": _l("Finishing"),
    "Reserved": _l("Reserved"),
    "Unavailable": _l("Unavailable"),
    "Faulted": _l("Faulted"),
    "Offline": _l("Offline"),
    "Unknown": _l("Unknown"),
    "Planned outage": _l("Planned outage"),
}


def word(health: Health) -> Any:
    """A charger's own status; that it warns of something besides is said too."""
    said = WORD.get(health.word, health.word)
    return _("%(status)s, warning", status=said) if health.kind is Kind.WARNING else said
