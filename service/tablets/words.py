"""The words of operations."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    CHECK_IN = "check_in"
    CHECK_OUT = "check_out"
    TRAVEL = "travel"
    PAUSE = "pause"
    RESUME = "resume"
    ANSWER = "answer"
    PART = "part"
    TIME = "time"
    MATERIAL = "material"
    PHOTO = "photo"
    NOTE = "note"
    STOP = "stop"
    NEW_FAULT = "new_fault"
    COMPONENT = "component"
    SWAP = "swap"
    SUBMIT = "submit"
    SIGN = "sign"
    HAND_OVER = "hand_over"
    UNABLE = "unable"
    FINISH = "finish"
    # Typed and never done: a revoked tablet hands it over before it wipes itself.
    DRAFT = "draft"


class OperationState(StrEnum):
    APPLIED = "applied"
    # Kept, and a person at the desk is asked about it.
    REVIEW = "review"
    # Not readable: kept as it came.
    REFUSED = "refused"


class Settled(StrEnum):
    # It counts after all.
    APPLY = "apply"
    # It stays as it is.
    DISMISS = "dismiss"


# What lead the visit somewhere: only whose visit it is may do that.
LEADS = frozenset(
    {
        Kind.CHECK_IN,
        Kind.CHECK_OUT,
        Kind.TRAVEL,
        Kind.PAUSE,
        Kind.RESUME,
        Kind.HAND_OVER,
        Kind.UNABLE,
        Kind.FINISH,
    }
)
# What makes no sense without a visit.
OF_VISIT = LEADS | {Kind.TIME, Kind.MATERIAL, Kind.SIGN, Kind.PART}
