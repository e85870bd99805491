"""How states, reasons and priorities are called on a page."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from service.monitoring.health import Kind
from service.monitoring.labels import LOOK, SEVERITY
from service.tickets.closing import WaitsFor
from service.tickets.models import Ticket
from service.tickets.states import Priority, Resolution, State, WaitingFor

__all__ = [
    "CHECK",
    "PRIORITY",
    "RESOLUTION",
    "SEVERITY",
    "STATE",
    "WAITING_FOR",
    "look",
    "state_word",
]

STATE: dict[State, Any] = {
    State.NEW: _l("New"),
    State.TRIAGED: _l("Triaged"),
    State.IN_PROGRESS: _l("In progress"),
    State.WAITING: _l("Waiting"),
    State.RESOLVED: _l("Resolved"),
    State.CLOSED: _l("Closed"),
    State.CANCELLED: _l("Cancelled"),
}
WAITING_FOR: dict[WaitingFor, Any] = {
    WaitingFor.CUSTOMER: _l("the customer"),
    WaitingFor.PARTS: _l("spare parts"),
    WaitingFor.THIRD_PARTY: _l("a third party"),
    WaitingFor.ACCESS: _l("access to the site"),
    WaitingFor.VISIT: _l("a site visit"),
}
RESOLUTION: dict[Resolution, Any] = {
    Resolution.SELF_CLEARED: _l("went away by itself"),
    Resolution.SELF_HEALED: _l("healed by a rule"),
    Resolution.REMOTE: _l("put right remotely"),
    Resolution.ON_SITE: _l("put right on site"),
    Resolution.NO_FAULT_FOUND: _l("no fault found"),
    Resolution.DUPLICATE: _l("duplicate of another ticket"),
    Resolution.VEHICLE_FAULT: _l("fault of the vehicle"),
    Resolution.GRID: _l("disturbance in the grid"),
    Resolution.VANDALISM: _l("vandalism"),
    Resolution.WONT_FIX: _l("will not be put right"),
}
PRIORITY: dict[Priority, Any] = {
    Priority.P1: _l("P1 at once"),
    Priority.P2: _l("P2 today"),
    Priority.P3: _l("P3 this week"),
    Priority.P4: _l("P4 when it suits"),
}
# What must be checked before a ticket of danger is resolved.
CHECK: dict[str, Any] = {
    "rcd_test": _l("the residual current device was tested and trips in time"),
    "contactor": _l("the contactor opens, and the outlet is dead when it should be"),
    "breaker": _l("the breaker was inspected, and the load is within its limit"),
    "temperature_log": _l("the temperature was followed under load and stays normal"),
    "site_supply": _l("the supply of the site was measured"),
    "inspection": _l("the station was inspected on site"),
}
OF_STATE = {
    State.WAITING: Kind.SERVICE,
    State.RESOLVED: Kind.OK,
    State.CLOSED: Kind.OK,
    State.CANCELLED: Kind.UNKNOWN,
}


def look(ticket: Ticket) -> Kind:
    """Which of the six states a ticket is drawn as: its fault's while somebody must act."""
    if ticket.is_open and ticket.recovered_at:
        return Kind.OK
    if ticket.is_open and ticket.fault in ("offline", "site_offline"):
        return OF_STATE.get(ticket.state, Kind.OFFLINE)
    return OF_STATE.get(ticket.state, LOOK[ticket.severity])


def state_word(ticket: Ticket) -> Any:
    """Its state; that the charger is well again while it is open is said too, not only green."""
    word = STATE[ticket.state]
    return _("%(state)s, well", state=word) if ticket.is_open and ticket.recovered_at else word


def check_words(needed: str | None) -> Any:
    return CHECK.get(needed or "", needed)


# What a ticket waits for before a rule may resolve it.
CLOSES: dict[WaitsFor, Any] = {
    WaitsFor.RECOVERY: _l("It closes when the charger has recovered and stays well."),
    WaitsFor.CHECK: _l("Danger: only a named person resolves it, after the check."),
    WaitsFor.PERSON: _l("It has recovered, and waits for %(name)s to resolve it."),
    WaitsFor.QUIET: _l("It has recovered, and closes if it stays well until %(until)s."),
    WaitsFor.SESSION: _l("It has recovered, and closes after the next good charge."),
}
