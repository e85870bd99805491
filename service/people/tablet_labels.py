"""How a tablet's state, and what it says of itself, are called on a page."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from service.core import dates
from service.people.tablets import Tablet, TabletState

STATE: dict[TabletState, Any] = {
    TabletState.IN_FORCE: _l("in force"),
    TabletState.EXPIRED: _l("silent for too long"),
    TabletState.REVOKED: _l("revoked, not wiped yet"),
    TabletState.WIPED: _l("wiped"),
}
LOOK = {
    TabletState.IN_FORCE: "ok",
    TabletState.EXPIRED: "offline",
    TabletState.REVOKED: "warning",
    TabletState.WIPED: "offline",
}
# What nobody would notice on a report.
RIGHT_MS = 2_000
# From here on what it measured gets another time than the tablet gave it.
WRONG_MS = 120_000


def clock(tablet: Tablet) -> str:
    """How far its clock is from ours: `5 min fast`."""
    if tablet.skew_ms is None:
        return "–"
    if abs(tablet.skew_ms) <= RIGHT_MS:
        return str(_("on time"))
    time = dates.duration(abs(tablet.skew_ms) / 1000)
    is_fast = tablet.skew_ms > 0
    return str(_("%(time)s fast", time=time) if is_fast else _("%(time)s slow", time=time))


def is_wrong(tablet: Tablet) -> bool:
    return abs(tablet.skew_ms or 0) > WRONG_MS
