"""OCPP 2.x, the other way: what we ask of a charger, and whether its answer agrees.

The settings of a 2.x charger are variables of its components. They are named here as its makers
print them: `OCPPCommCtrlr.HeartbeatInterval`, `SampledDataCtrlr.Enabled`, `Controller[2].Model`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ocpp_link.dialect import NO_ERRAND, CannotAskError, Errand
from service.remote import outcomes
from service.remote.actions import Kind

Payload = dict[str, Any]

# A component and its variable, each with the name of one instance where there are several.
SETTING = re.compile(r"([^.\[\]]+)(?:\[([^\]]+)\])?\.([^.\[\]]+)(?:\[([^\]]+)\])?")
# A card's number as its own standard has it (ISO 14443); anything else is a number of ours.
CARD = re.compile(r"(?:[0-9A-Fa-f]{8}|[0-9A-Fa-f]{14}|[0-9A-Fa-f]{20})")
RESETS = {"soft": "OnIdle", "hard": "Immediate"}
# What 2.x calls a message that it has under another name.
MESSAGES = {"DiagnosticsStatusNotification": "LogStatusNotification"}
AGREES = {
    Kind.UNLOCK: {"unlocked"},
    Kind.RESET: {"accepted", "scheduled"},
    Kind.CHANGE_AVAILABILITY: {"accepted", "scheduled"},
}
DONE = {"accepted", "rebootrequired"}


def ask(kind: Kind, fields: Payload, errand: Errand = NO_ERRAND) -> tuple[str, Payload]:
    """Raises CannotAskError where the standard has no such question."""
    return ASKED[kind](fields, errand)


def positive(kind: Kind, payload: Payload) -> bool:
    if kind is Kind.CHANGE_CONFIGURATION:
        results = [_word(one, "attributeStatus") for one in _results(payload, "set")]
        return bool(results) and DONE.issuperset(results)
    if kind is Kind.GET_CONFIGURATION and "getVariableResult" in payload:
        return True
    return _word(payload, "status") in AGREES.get(kind, {"accepted"})


def told(kind: Kind, payload: Payload) -> Payload:
    """Settings as OCPP 1.6 tells them, so that everybody reads one shape; the rest as it came."""
    if kind is Kind.CHANGE_CONFIGURATION and (results := _results(payload, "set")):
        return {"status": results[0].get("attributeStatus")}
    if kind is not Kind.GET_CONFIGURATION or "getVariableResult" not in payload:
        return payload
    results = _results(payload, "get")
    known = [one for one in results if _word(one, "attributeStatus") == "accepted"]
    return {
        "configurationKey": [
            {"key": _name(one), "value": str(one.get("attributeValue") or "")} for one in known
        ],
        "unknownKey": [_name(one) for one in results if one not in known],
    }


def _reset(fields: Payload, _errand: Errand) -> tuple[str, Payload]:
    return "Reset", {"type": RESETS[fields["type"]]}


def _unlock(fields: Payload, _errand: Errand) -> tuple[str, Payload]:
    """The first plug: it is the one that can be locked, where an EVSE has several."""
    return "UnlockConnector", {"evseId": fields["connector"], "connectorId": 1}


def _availability(fields: Payload, _errand: Errand) -> tuple[str, Payload]:
    status = {"operationalStatus": str(fields["type"]).capitalize()}
    return "ChangeAvailability", {**status, **_evse(fields)}


def _trigger(fields: Payload, errand: Errand) -> tuple[str, Payload]:
    message = fields["message"]
    place = _evse(fields)
    if place and message == "StatusNotification":
        # Without its plug it is refused (F06).
        place["evse"]["connectorId"] = errand.plug or 1
    return "TriggerMessage", {"requestedMessage": MESSAGES.get(message, message), **place}


def _clear_cache(_fields: Payload, _errand: Errand) -> tuple[str, Payload]:
    return "ClearCache", {}


def _get(fields: Payload, errand: Errand) -> tuple[str, Payload]:
    """All of them come afterwards, in messages of their own (NotifyReport)."""
    keys = fields.get("keys")
    if not keys:
        report = {"requestId": errand.number, "reportBase": "ConfigurationInventory"}
        return "GetBaseReport", report
    return "GetVariables", {"getVariableData": [_variable(key) for key in keys]}


def _set(fields: Payload, _errand: Errand) -> tuple[str, Payload]:
    one = {**_variable(fields["key"]), "attributeValue": fields["value"]}
    return "SetVariables", {"setVariableData": [one]}


def _start(fields: Payload, errand: Errand) -> tuple[str, Payload]:
    tag = fields["id_tag"]
    token = {"idToken": tag, "type": "ISO14443" if CARD.fullmatch(tag) else "Central"}
    asked = {"evseId": fields["connector"], "idToken": token, "remoteStartId": errand.number}
    return "RequestStartTransaction", asked


def _stop(fields: Payload, errand: Errand) -> tuple[str, Payload]:
    named = errand.transaction or str(fields["transaction_id"])
    return "RequestStopTransaction", {"transactionId": named}


ASKED: dict[Kind, Callable[[Payload, Errand], tuple[str, Payload]]] = {
    Kind.RESET: _reset,
    Kind.UNLOCK: _unlock,
    Kind.CHANGE_AVAILABILITY: _availability,
    Kind.TRIGGER_MESSAGE: _trigger,
    Kind.CLEAR_CACHE: _clear_cache,
    Kind.GET_CONFIGURATION: _get,
    Kind.CHANGE_CONFIGURATION: _set,
    Kind.REMOTE_START: _start,
    Kind.REMOTE_STOP: _stop,
}


def _evse(fields: Payload) -> dict[str, Any]:
    """Nothing where the whole station is meant."""
    return {"evse": {"id": fields["connector"]}} if fields.get("connector") else {}


def _variable(key: str) -> Payload:
    found = SETTING.fullmatch(key)
    if found is None:
        raise CannotAskError(outcomes.NOT_A_VARIABLE)
    component, which, variable, instance = found.groups()
    return {"component": _named(component, which), "variable": _named(variable, instance)}


def _named(name: str, instance: str | None) -> Payload:
    return {"name": name, "instance": instance} if instance else {"name": name}


def _results(payload: Payload, way: str) -> list[Payload]:
    given = payload.get(f"{way}VariableResult")
    return [one for one in given if isinstance(one, dict)] if isinstance(given, list) else []


def _name(result: Payload) -> str:
    return ".".join(_part(result.get(one)) for one in ("component", "variable"))


def _part(given: Any) -> str:
    part = given if isinstance(given, dict) else {}
    instance = f"[{part['instance']}]" if part.get("instance") else ""
    return f"{part.get('name', '?')}{instance}"


def _word(payload: Payload, name: str) -> str:
    said = payload.get(name)
    return said.strip().casefold() if isinstance(said, str) else ""
