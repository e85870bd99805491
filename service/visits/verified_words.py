"""What an outlet said instead of Available after a check-out, in words."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from service.monitoring import labels as monitoring
from service.visits.visit_presence import VisitVerification

# As a verification keeps it: alone, or with what the charger said before the check-out.
SILENT = "no word since"


def instead(said: str) -> Any:
    silent, _comma, before = said.partition(", ")
    if silent != SILENT:
        return _("not Available but %(status)s", status=monitoring.status(silent))
    if before:
        status = monitoring.status(before)
        return _("no word since the check-out; %(status)s before it", status=status)
    return _("no word since the check-out")


def outlet_of(one: VisitVerification) -> str:
    return outlet_words(one.connector.station.name, one.connector.number)


def outlet_words(station: str, number: int | None = None) -> str:
    """Questions of earlier versions keep both in one word."""
    if number is None:
        return station
    return str(_("%(station)s, outlet %(number)s", station=station, number=number))
