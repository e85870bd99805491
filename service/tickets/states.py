"""Which state a ticket may go to from which (field-service.md 3.4), and the words for why."""

from enum import StrEnum

from service.monitoring.faults import Severity


class State(StrEnum):
    NEW = "new"
    TRIAGED = "triaged"
    IN_PROGRESS = "in_progress"
    WAITING = "waiting"
    RESOLVED = "resolved"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class WaitingFor(StrEnum):
    CUSTOMER = "customer"
    PARTS = "parts"
    THIRD_PARTY = "third_party"
    ACCESS = "access"
    VISIT = "visit"


class Resolution(StrEnum):
    SELF_CLEARED = "self_cleared"
    SELF_HEALED = "self_healed"
    REMOTE = "remote"
    ON_SITE = "on_site"
    NO_FAULT_FOUND = "no_fault_found"
    DUPLICATE = "duplicate"
    VEHICLE_FAULT = "vehicle_fault"
    GRID = "grid"
    VANDALISM = "vandalism"
    WONT_FIX = "wont_fix"


class Priority(StrEnum):
    P1 = "P1"
    P2 = "P2"
    P3 = "P3"
    P4 = "P4"


OPEN = (State.NEW, State.TRIAGED, State.IN_PROGRESS, State.WAITING)
ENDED = (State.RESOLVED, State.CLOSED, State.CANCELLED)

ALLOWED: dict[State, tuple[State, ...]] = {
    State.NEW: (
        State.TRIAGED,
        State.IN_PROGRESS,
        State.WAITING,
        State.RESOLVED,
        State.CANCELLED,
    ),
    State.TRIAGED: (State.IN_PROGRESS, State.WAITING, State.RESOLVED, State.CANCELLED),
    State.IN_PROGRESS: (State.TRIAGED, State.WAITING, State.RESOLVED, State.CANCELLED),
    State.WAITING: (State.TRIAGED, State.IN_PROGRESS, State.RESOLVED, State.CANCELLED),
    State.RESOLVED: (State.CLOSED, State.TRIAGED, State.NEW),
    State.CLOSED: (State.TRIAGED, State.NEW),
    State.CANCELLED: (State.TRIAGED, State.NEW),
}


def may_go(before: State, after: State) -> bool:
    return after in ALLOWED[before]


def priority_of(severity: Severity) -> Priority:
    """S1 is P1, and so on: a person may change it."""
    return Priority("P" + severity.value[1])
