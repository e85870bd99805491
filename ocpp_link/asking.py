"""OCPP 1.6, the other way: what we ask of a charger, and whether its answer agrees."""

from __future__ import annotations

from typing import Any

from ocpp_link.dialect import NO_ERRAND, Errand
from service.remote.actions import Kind

ACTIONS = {
    Kind.RESET: "Reset",
    Kind.UNLOCK: "UnlockConnector",
    Kind.CHANGE_AVAILABILITY: "ChangeAvailability",
    Kind.TRIGGER_MESSAGE: "TriggerMessage",
    Kind.CLEAR_CACHE: "ClearCache",
    Kind.GET_CONFIGURATION: "GetConfiguration",
    Kind.CHANGE_CONFIGURATION: "ChangeConfiguration",
    Kind.REMOTE_START: "RemoteStartTransaction",
    Kind.REMOTE_STOP: "RemoteStopTransaction",
}
# What the standard calls each field of ours.
NAMES = {
    "connector": "connectorId",
    "id_tag": "idTag",
    "keys": "key",
    "message": "requestedMessage",
    "transaction_id": "transactionId",
}
AGREES = {
    Kind.UNLOCK: {"unlocked"},
    Kind.CHANGE_AVAILABILITY: {"accepted", "scheduled"},
    Kind.CHANGE_CONFIGURATION: {"accepted", "rebootrequired"},
}


def ask(
    kind: Kind, fields: dict[str, Any], _errand: Errand = NO_ERRAND
) -> tuple[str, dict[str, Any]]:
    """The action and the payload of the CALL that asks for it."""
    said = {NAMES.get(name, name): value for name, value in fields.items() if value is not None}
    if "type" in said:
        said["type"] = str(said["type"]).capitalize()
    return ACTIONS[kind], said


def positive(kind: Kind, payload: dict[str, Any]) -> bool:
    """Whether the charger agrees to do it. That it did it is seen elsewhere."""
    if kind is Kind.GET_CONFIGURATION:
        return True
    status = payload.get("status")
    return isinstance(status, str) and status.strip().casefold() in AGREES.get(kind, {"accepted"})


def told(_kind: Kind, payload: dict[str, Any]) -> dict[str, Any]:
    """The answer as it is kept: as it came."""
    return payload
