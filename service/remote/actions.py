"""What can be asked of a charger, and what each needs: our words, no protocol's."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any


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
# may change them. Compared without case.
GUARDED_KEYS = frozenset(
    {
        "authorizationkey",
        "securityprofile",
        "centralsystemurl",
        "cpoName".casefold(),
        # OCPP 2: the variables that hold the same, whatever component names them.
        "basicauthpassword",
        "identity",
        "networkconfigurationpriority",
        "activenetworkprofile",
        "organizationname",
    }
)


class FieldError(ValueError):
    """A field of an action is wrong. `words` says how, in English; pages translate `template`."""

    def __init__(self, name: str, template: str, **facts: object) -> None:
        self.name, self.template, self.facts = name, template, facts
        self.words = template % facts
        super().__init__(f"{name}: {self.words}")


TYPES = {
    Kind.RESET: ("soft", "hard"),
    Kind.CHANGE_AVAILABILITY: ("operative", "inoperative"),
}
MESSAGES = (
    "StatusNotification",
    "BootNotification",
    "Heartbeat",
    "MeterValues",
    "DiagnosticsStatusNotification",
    "FirmwareStatusNotification",
)
MOST_KEYS = 100


# Marks words for the translators; a rule module knows no language.
def N_(words: str) -> str:  # noqa: N802
    return words


def check_fields(kind: Kind, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The action's fields as they are kept and sent. None counts as left out.

    Raises FieldError for the first one that is wrong, missing or not of this action.
    """
    given = {name: value for name, value in fields.items() if value is not None}
    rules = RULES[kind]
    for name in given:
        if name not in rules:
            raise FieldError(name, N_("this action has no such field"))
    checked = {name: rule(kind, name, given.get(name)) for name, rule in rules.items()}
    return {name: value for name, value in checked.items() if value is not None}


def _number(least: int, name: str, value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise FieldError(name, N_("a whole number is needed"))
    if not least <= value < 2**31:
        raise FieldError(name, N_("at least %(least)s, and below 2147483648"), least=least)
    return value


def _outlet(kind: Kind, name: str, value: Any) -> int:
    return _number(1, name, value)


def _outlet_or_none(kind: Kind, name: str, value: Any) -> int | None:
    return None if value is None else _number(1, name, value)


def _outlet_or_all(kind: Kind, name: str, value: Any) -> int:
    return _number(0, name, value)


def _transaction(kind: Kind, name: str, value: Any) -> int:
    return _number(-(2**31), name, value)


def _type(kind: Kind, name: str, value: Any) -> str:
    word = value.strip().lower() if isinstance(value, str) else None
    if word not in TYPES[kind]:
        raise FieldError(name, N_("choose one of: %(choices)s"), choices=", ".join(TYPES[kind]))
    return word


def _message(kind: Kind, name: str, value: Any) -> str:
    spelt = value.replace("_", "").strip().casefold() if isinstance(value, str) else None
    for message in MESSAGES:
        if message.casefold() == spelt:
            return message
    raise FieldError(name, N_("choose one of: %(choices)s"), choices=", ".join(MESSAGES))


def _text(name: str, value: Any, most: int, least: int = 1) -> str:
    if not isinstance(value, str) or len(value.strip()) < least:
        raise FieldError(name, N_("a text is needed"))
    words = value.strip()
    if len(words) > most:
        raise FieldError(name, N_("at most %(most)s characters"), most=most)
    if not words.isprintable():
        raise FieldError(name, N_("it holds characters that cannot be printed"))
    return words


def _keys(kind: Kind, name: str, value: Any) -> list[str] | None:
    if value is None:
        return None
    if not isinstance(value, list | tuple) or len(value) > MOST_KEYS:
        raise FieldError(name, N_("a list of at most %(most)s keys is needed"), most=MOST_KEYS)
    return [_text(name, key, 50) for key in value] or None


def _key(kind: Kind, name: str, value: Any) -> str:
    key = _text(name, value, 50)
    if _variable_of(key) in GUARDED_KEYS:
        raise FieldError(
            name,
            N_(
                "%(key)s holds the charger's credentials or its way to us: "
                "it is changed on the station's connection page only"
            ),
            key=key,
        )
    return key


def _variable_of(key: str) -> str:
    """In OCPP 2 the last part of `Component[instance].Variable[instance]`."""
    return key.rpartition(".")[2].partition("[")[0].strip().casefold()


def _value(kind: Kind, name: str, value: Any) -> str:
    return _text(name, value, 500, least=0)


def _tag(kind: Kind, name: str, value: Any) -> str:
    return _text(name, value, 20)


# Each action's fields, and the rule that each must pass.
RULES: dict[Kind, dict[str, Callable[[Kind, str, Any], Any]]] = {
    Kind.RESET: {"type": _type},
    Kind.UNLOCK: {"connector": _outlet},
    Kind.CHANGE_AVAILABILITY: {"connector": _outlet_or_all, "type": _type},
    Kind.TRIGGER_MESSAGE: {"message": _message, "connector": _outlet_or_none},
    Kind.CLEAR_CACHE: {},
    Kind.GET_CONFIGURATION: {"keys": _keys},
    Kind.CHANGE_CONFIGURATION: {"key": _key, "value": _value},
    Kind.REMOTE_START: {"connector": _outlet, "id_tag": _tag},
    Kind.REMOTE_STOP: {"transaction_id": _transaction},
}
