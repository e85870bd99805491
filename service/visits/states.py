"""Which state a work order may go to from which, and what its lines can be."""

from enum import StrEnum

from service.plans.words import RecallKind


class Kind(StrEnum):
    PREVENTIVE = "preventive"
    CORRECTIVE = "corrective"
    INSPECTION = "inspection"
    COMMISSIONING = "commissioning"
    RETROFIT = "retrofit"
    DECOMMISSIONING = "decommissioning"


class State(StrEnum):
    # Being written: nobody is sent by it.
    DRAFT = "draft"
    # Waits for a day.
    UNSCHEDULED = "unscheduled"
    SCHEDULED = "scheduled"
    IN_PROGRESS = "in_progress"
    # Waits for something, and says for what.
    ON_HOLD = "on_hold"
    COMPLETED = "completed"
    # Part of it, or all, could not be done; another order carries on.
    CANNOT_COMPLETE = "cannot_complete"
    # Somebody has looked at it: it is locked.
    APPROVED = "approved"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class LineState(StrEnum):
    OPEN = "open"
    DONE = "done"
    # With a reason. What it was about is free for another order.
    NOT_DONE = "not_done"


# Its lines may still be worked on, added and taken away.
OPEN = (State.DRAFT, State.UNSCHEDULED, State.SCHEDULED, State.IN_PROGRESS, State.ON_HOLD)
ENDED = (
    State.COMPLETED,
    State.CANNOT_COMPLETE,
    State.APPROVED,
    State.CLOSED,
    State.CANCELLED,
)
# Nothing about it changes any more.
LOCKED = (State.APPROVED, State.CLOSED)

ALLOWED: dict[State, tuple[State, ...]] = {
    State.DRAFT: (State.UNSCHEDULED, State.CANCELLED),
    State.UNSCHEDULED: (
        State.SCHEDULED,
        State.IN_PROGRESS,
        State.ON_HOLD,
        State.CANNOT_COMPLETE,
        State.CANCELLED,
    ),
    State.SCHEDULED: (
        State.UNSCHEDULED,
        State.IN_PROGRESS,
        State.ON_HOLD,
        State.CANNOT_COMPLETE,
        State.CANCELLED,
    ),
    State.IN_PROGRESS: (
        State.COMPLETED,
        State.ON_HOLD,
        State.CANNOT_COMPLETE,
        State.CANCELLED,
    ),
    State.ON_HOLD: (
        State.UNSCHEDULED,
        State.SCHEDULED,
        State.IN_PROGRESS,
        State.CANNOT_COMPLETE,
        State.CANCELLED,
    ),
    # In progress again: somebody said too early that it is complete.
    State.COMPLETED: (State.APPROVED, State.IN_PROGRESS),
    State.CANNOT_COMPLETE: (State.APPROVED,),
    State.APPROVED: (State.CLOSED,),
    State.CLOSED: (),
    # Cancelled by mistake.
    State.CANCELLED: (State.UNSCHEDULED,),
}
WITH_REASON = (State.ON_HOLD, State.CANNOT_COMPLETE, State.CANCELLED)
# Whoever has the order may do this; the rest is the desk's.
BY_TECHNICIAN = (State.IN_PROGRESS, State.ON_HOLD, State.COMPLETED, State.CANNOT_COMPLETE)

OF_RECALL = {
    RecallKind.ADVISORY: Kind.INSPECTION,
    RecallKind.RECALL: Kind.CORRECTIVE,
    RecallKind.RETROFIT: Kind.RETROFIT,
}


def may_go(before: State, after: State) -> bool:
    return after in ALLOWED[before]


def needs_reason(before: State, after: State) -> bool:
    """What holds work up, ends it early, or undoes an end says why."""
    return after in WITH_REASON or (before in ENDED and after in OPEN)
