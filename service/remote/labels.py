"""How remote actions are called on a page, and what is said before one is sent."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from service.monitoring.health import Kind as Look
from service.monitoring.reading import HIDDEN, is_secret
from service.remote import outcomes
from service.remote.actions import ActionState, Effect, Kind

KIND: dict[Kind, Any] = {
    Kind.RESET: _l("Restart"),
    Kind.UNLOCK: _l("Unlock connector"),
    Kind.CHANGE_AVAILABILITY: _l("Change availability"),
    Kind.TRIGGER_MESSAGE: _l("Ask for a message"),
    Kind.CLEAR_CACHE: _l("Clear the tag cache"),
    Kind.GET_CONFIGURATION: _l("Read settings"),
    Kind.CHANGE_CONFIGURATION: _l("Change a setting"),
    Kind.REMOTE_START: _l("Start charging"),
    Kind.REMOTE_STOP: _l("Stop charging"),
}
WILL: dict[Kind, Any] = {
    Kind.RESET: _l(
        "The whole station restarts. Soft: it ends its charges in good order first. "
        "Hard: at once, as if the power were cut. It is out of contact for up to some minutes."
    ),
    Kind.UNLOCK: _l("The lock of this connector opens, and a charge on it ends."),
    Kind.CHANGE_AVAILABILITY: _l(
        "Inoperative: the connector, or the whole station, refuses new charges until it is made "
        "operative again, after a restart as well. A charge that runs is ended first."
    ),
    Kind.TRIGGER_MESSAGE: _l("The station sends this message once. Nothing else changes."),
    Kind.CLEAR_CACHE: _l(
        "The station forgets the tags that it remembers, and asks here for each the next time."
    ),
    Kind.GET_CONFIGURATION: _l("The station tells its settings. Nothing changes."),
    Kind.CHANGE_CONFIGURATION: _l(
        "The station takes the new value. Some settings work only after a restart."
    ),
    Kind.REMOTE_START: _l("The station starts a charge for this tag, as if the tag were held up."),
    Kind.REMOTE_STOP: _l("The charge ends, and the car keeps what it has."),
}
STATE: dict[ActionState, Any] = {
    ActionState.QUEUED: _l("Waits to be sent"),
    ActionState.SENT: _l("Sent, waits for the answer"),
    ActionState.ANSWERED: _l("Answered"),
    ActionState.NO_ANSWER: _l("No answer"),
    ActionState.REFUSED: _l("Refused"),
    ActionState.CANCELLED: _l("Cancelled"),
}
EFFECT: dict[Effect, tuple[Look, Any]] = {
    Effect.PENDING: (Look.UNKNOWN, _l("Effect: waiting to see")),
    Effect.PROVEN: (Look.OK, _l("Effect proven")),
    Effect.NONE: (Look.WARNING, _l("No effect")),
    Effect.NOT_OBSERVABLE: (Look.UNKNOWN, _l("Effect cannot be observed")),
}
FIELD: dict[str, Any] = {
    "type": _l("Kind"),
    "connector": _l("Connector"),
    "message": _l("Message"),
    "keys": _l("Settings"),
    "key": _l("Setting"),
    "value": _l("Value"),
    "id_tag": _l("Tag"),
    "transaction_id": _l("Charge"),
}
WORD: dict[str, Any] = {
    "soft": _l("soft"),
    "hard": _l("hard"),
    "operative": _l("operative"),
    "inoperative": _l("inoperative"),
}

# What a charger answers with, and the codes of its CALLERROR.
ANSWER: dict[str, Any] = {
    "Accepted": _l("Accepted"),
    "Rejected": _l("Rejected"),
    "Scheduled": _l("Scheduled"),
    "Unlocked": _l("Unlocked"),
    "UnlockFailed": _l("Did not unlock"),
    "RebootRequired": _l("Accepted, after a restart"),
    "OngoingAuthorizedTransaction": _l("A charge goes on there"),
    "UnknownConnector": _l("No such connector"),
    "UnknownComponent": _l("It has no such part"),
    "UnknownVariable": _l("It has no such setting"),
    "NotSupportedAttributeType": _l("The setting has no such value"),
    "EmptyResultSet": _l("There is nothing to tell"),
    "NotSupported": _l("Not supported"),
    "NotImplemented": _l("Not implemented"),
    "InternalError": _l("Internal error"),
    "ProtocolError": _l("Protocol error"),
    "SecurityError": _l("Security error"),
    "FormationViolation": _l("Malformed message"),
    "PropertyConstraintViolation": _l("A value is not allowed"),
    "OccurenceConstraintViolation": _l("A value is missing or comes too often"),
    "OccurrenceConstraintViolation": _l("A value is missing or comes too often"),
    "TypeConstraintViolation": _l("A value is of the wrong kind"),
    "GenericError": _l("Error"),
}
MESSAGE: dict[str, Any] = {
    "StatusNotification": _l("Status of the connectors"),
    "BootNotification": _l("Start of the charger"),
    "Heartbeat": _l("Sign of life"),
    "MeterValues": _l("Meter values"),
    "DiagnosticsStatusNotification": _l("Progress of diagnostics"),
    "FirmwareStatusNotification": _l("Progress of new firmware"),
}


def outcome_words(why: str | None) -> str:
    """Why it came to nothing: a rule's words in the reader's language, a person's as they are."""
    return str(_(why)) if why in outcomes.KNOWN else why or ""


def action_words(kind: str, fields: Mapping[str, Any] | None = None, inside: bool = True) -> str:
    """`Unlock connector: connector 2`. `inside`: to the house's own people, with the tag."""
    details = [
        str(said)
        for name, value in (fields or {}).items()
        if (said := _detail(name, value, fields or {}, inside))
    ]
    title = str(KIND[Kind(kind)])
    return f"{title}: {', '.join(details)}" if details else title


def _detail(name: str, value: Any, fields: Mapping[str, Any], inside: bool) -> Any:
    if name == "connector":
        return _("connector %(number)s", number=value) if value else _("the whole station")
    if name == "id_tag":
        return value if inside else None
    if name == "value":
        return f"= {HIDDEN if is_secret(str(fields.get('key', ''))) else value}"
    if name == "keys":
        return ", ".join(value or ())
    return MESSAGE.get(value, WORD.get(value, value)) if isinstance(value, str) else value


def answer_words(answer: Mapping[str, Any] | None, state: str | None = None) -> str:
    """What the charger answered; what stands instead where it did not."""
    if not answer:
        return str(STATE[ActionState(state)]) if state else ""
    if "error" in answer:
        code = ANSWER.get(str(answer["error"]), answer["error"])
        return " · ".join(str(one) for one in (code, answer.get("description")) if one)
    if "configurationKey" in answer or "unknownKey" in answer:
        count = len(answer.get("configurationKey") or ())
        return str(_("%(count)s settings", count=count))
    status = answer.get("status")
    return str(ANSWER.get(str(status), status) if status else _("answered"))


def settings_of(answer: Mapping[str, Any] | None) -> list[tuple[str, str, bool]]:
    """The settings that a charger told: name, value, whether only it may change it. No secrets."""
    return sorted(
        (str(one.get("key", "")), _shown(one), bool(one.get("readonly")))
        for one in (answer or {}).get("configurationKey") or ()
        if isinstance(one, Mapping)
    )


def _shown(setting: Mapping[str, Any]) -> str:
    value = setting.get("value")
    return HIDDEN if value and is_secret(str(setting.get("key", ""))) else str(value or "")
