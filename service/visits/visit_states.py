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


class TimeKind(StrEnum):
    WORK = "work"
    TRAVEL = "travel"


PLANNED = (VisitState.TENTATIVE, VisitState.CONFIRMED, VisitState.DISPATCHED, VisitState.ACCEPTED)
UNDER_WAY = (VisitState.TRAVELLING, VisitState.ON_SITE, VisitState.PAUSED)
VISIT_OPEN = (*PLANNED, *UNDER_WAY)
VISIT_ENDED = (VisitState.FINISHED, VisitState.ABORTED, VisitState.CANCELLED)
# Those that stand in a technician's package.
ON_TABLET = (VisitState.CONFIRMED, VisitState.DISPATCHED, VisitState.ACCEPTED, *UNDER_WAY)

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
    VisitState.ON_SITE: (
        VisitState.PAUSED,
        VisitState.FINISHED,
        VisitState.CONFIRMED,
        VisitState.ABORTED,
    ),
    VisitState.PAUSED: (
        VisitState.ON_SITE,
        VisitState.TRAVELLING,
        VisitState.FINISHED,
        VisitState.CONFIRMED,
        VisitState.ABORTED,
    ),
    VisitState.FINISHED: (),
    VisitState.ABORTED: (),
    VisitState.CANCELLED: (VisitState.TENTATIVE,),
}


def visit_may_go(before: VisitState, after: VisitState) -> bool:
    return after in VISIT_ALLOWED[before]
