"""Which state a service visit may go to from which, and the words of what happens on it."""

from enum import StrEnum


class VisitState(StrEnum):
    # Thought of; the technician sees nothing of it yet.
    TENTATIVE = "tentative"
    CONFIRMED = "confirmed"
    # On the technician's tablet.
    DISPATCHED = "dispatched"
    ACCEPTED = "accepted"
    TRAVELLING = "travelling"
    ON_SITE = "on_site"
    PAUSED = "paused"
    # Nobody is there any more, and what was done has not been told yet.
    CHECKED_OUT = "checked_out"
    FINISHED = "finished"
    # Ended before its work was done, and says why.
    ABORTED = "aborted"
    CANCELLED = "cancelled"


class AbortKind(StrEnum):
    NO_ACCESS = "no_access"
    UNSAFE = "unsafe"
    NO_PART = "no_part"
    WEATHER = "weather"
    OTHER = "other"


class PauseKind(StrEnum):
    """Why somebody is away for a while."""

    BREAK = "break"
    OTHER_JOB = "other_job"
    PART = "part"
    ACCESS = "access"
    CUSTOMER = "customer"
    WEATHER = "weather"
    END_OF_DAY = "end_of_day"
    OTHER = "other"


class Moment(StrEnum):
    """When a position was told."""

    CHECK_IN = "check_in"
    CHECK_OUT = "check_out"


class TimeKind(StrEnum):
    WORK = "work"
    TRAVEL = "travel"


PLANNED = (VisitState.TENTATIVE, VisitState.CONFIRMED, VisitState.DISPATCHED, VisitState.ACCEPTED)
UNDER_WAY = (
    VisitState.TRAVELLING,
    VisitState.ON_SITE,
    VisitState.PAUSED,
    VisitState.CHECKED_OUT,
)
VISIT_OPEN = (*PLANNED, *UNDER_WAY)
VISIT_ENDED = (VisitState.FINISHED, VisitState.ABORTED, VisitState.CANCELLED)
# Those that stand in a technician's package.
ON_TABLET = (VisitState.CONFIRMED, VisitState.DISPATCHED, VisitState.ACCEPTED, *UNDER_WAY)

# Where somebody is, or has only just been away from.
_THERE = (VisitState.FINISHED, VisitState.CONFIRMED, VisitState.ABORTED)
_BEFORE = (VisitState.TRAVELLING, VisitState.ON_SITE, VisitState.ABORTED, VisitState.CANCELLED)
VISIT_ALLOWED: dict[VisitState, tuple[VisitState, ...]] = {
    VisitState.TENTATIVE: (VisitState.CONFIRMED, VisitState.DISPATCHED, *_BEFORE),
    VisitState.CONFIRMED: (
        VisitState.TENTATIVE,
        VisitState.DISPATCHED,
        VisitState.ACCEPTED,
        *_BEFORE,
    ),
    VisitState.DISPATCHED: (
        VisitState.TENTATIVE,
        VisitState.CONFIRMED,
        VisitState.ACCEPTED,
        *_BEFORE,
    ),
    VisitState.ACCEPTED: (VisitState.TENTATIVE, VisitState.CONFIRMED, *_BEFORE),
    VisitState.TRAVELLING: (VisitState.TENTATIVE, VisitState.CONFIRMED, *_BEFORE[1:]),
    # To `confirmed`: handed over half done.
    VisitState.ON_SITE: (VisitState.PAUSED, VisitState.CHECKED_OUT, *_THERE),
    VisitState.PAUSED: (
        VisitState.ON_SITE,
        VisitState.TRAVELLING,
        VisitState.CHECKED_OUT,
        *_THERE,
    ),
    # Finished from wherever the list is filled in; back there, where something was forgotten.
    VisitState.CHECKED_OUT: (VisitState.ON_SITE, VisitState.TRAVELLING, *_THERE),
    VisitState.FINISHED: (),
    VisitState.ABORTED: (),
    VisitState.CANCELLED: (VisitState.TENTATIVE,),
}


def visit_may_go(before: VisitState, after: VisitState) -> bool:
    return after in VISIT_ALLOWED[before]
