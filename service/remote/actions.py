"""What can be asked of a charger, and what each needs: our words, no protocol's."""

from enum import StrEnum


class Kind(StrEnum):
    RESET = "reset"
    UNLOCK = "unlock"
    CHANGE_AVAILABILITY = "change_availability"
    TRIGGER_MESSAGE = "trigger_message"
    CLEAR_CACHE = "clear_cache"
    GET_CONFIGURATION = "get_configuration"
    CHANGE_CONFIGURATION = "change_configuration"
    REMOTE_START = "remote_start"
    REMOTE_STOP = "remote_stop"


class ActionState(StrEnum):
    QUEUED = "queued"
    SENT = "sent"
    ANSWERED = "answered"
    NO_ANSWER = "no_answer"
    REFUSED = "refused"
    CANCELLED = "cancelled"


class Effect(StrEnum):
    PENDING = "pending"
    PROVEN = "proven"
    NONE = "none"
    NOT_OBSERVABLE = "not_observable"


WAITING = (ActionState.QUEUED, ActionState.SENT)

# What a charging car would lose by it: such an action is refused while a car charges.
DISTURBS = frozenset({Kind.RESET, Kind.UNLOCK, Kind.CHANGE_AVAILABILITY})

# Seconds after the answer within which an effect must be seen.
WINDOW_S: dict[Kind, int] = {
    Kind.RESET: 180,
    Kind.UNLOCK: 120,
    Kind.CHANGE_AVAILABILITY: 60,
    Kind.TRIGGER_MESSAGE: 60,
    Kind.CLEAR_CACHE: 0,
    Kind.GET_CONFIGURATION: 0,
    Kind.CHANGE_CONFIGURATION: 0,
    Kind.REMOTE_START: 120,
    Kind.REMOTE_STOP: 60,
}

# Settings of a charger that hold its credentials or its way to us: only the guarded flow for each
# may change them (security.md D15). Compared without case.
GUARDED_KEYS = frozenset(
    {"authorizationkey", "securityprofile", "centralsystemurl", "cpoName".casefold()}
)
