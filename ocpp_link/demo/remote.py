"""What a simulated charger does when it is asked for something."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from ocpp_link.demo import visit
from ocpp_link.demo.line import Payload, RefusedError
from ocpp_link.demo.manners import NEEDS_REBOOT, READ_ONLY
from ocpp_link.demo.outlet import Cure, Outlet

if TYPE_CHECKING:
    from ocpp_link.demo.charger import Charger

ACCEPTED = {"status": "Accepted"}
REJECTED = {"status": "Rejected"}


async def answer(charger: Charger, action: str, asked: Payload) -> Payload | None:
    """None: it stays silent. Raises RefusedError for what this model lacks."""
    if code := charger.manners.lacks.get(action):
        raise RefusedError(code, f"{action} is not supported")
    if action not in ANSWERS:
        raise RefusedError("NotImplemented", action)
    return await ANSWERS[action](charger, asked)


async def _reset(charger: Charger, asked: Payload) -> Payload | None:
    charger.spawn(charger.restart(hard=asked.get("type") == "Hard"))
    return None if charger.manners.hasty else ACCEPTED


async def _unlock(charger: Charger, asked: Payload) -> Payload:
    if not charger.manners.unlocks:
        return {"status": "NotSupported"}
    outlet = _outlet(charger, asked)
    if outlet is None or outlet.number == 0:
        return {"status": "UnlockFailed"}
    outlet.end("UnlockCommand")
    if outlet.fault and outlet.fault.cure is Cure.UNLOCK:
        charger.spawn(_soon(charger, charger.heal(outlet)))
    return {"status": "Unlocked"}


async def _change_availability(charger: Charger, asked: Payload) -> Payload:
    outlet = _outlet(charger, asked)
    if outlet is None:
        return REJECTED
    touched = charger.outlets if outlet.number == 0 else [outlet]
    for one in touched:
        one.operative = asked.get("type") == "Operative"
    if any(one.is_taken for one in touched):
        return {"status": "Scheduled"}
    charger.spawn(_report_all(charger, touched))
    return ACCEPTED


async def _trigger(charger: Charger, asked: Payload) -> Payload:
    outlet = _outlet(charger, asked)
    if outlet is None:
        return REJECTED
    wanted = charger.outlets if "connectorId" not in asked else [outlet]
    messages: dict[str, Callable[[], Awaitable[object]]] = {
        "StatusNotification": lambda: _report_all(charger, wanted),
        "Heartbeat": lambda: charger.say("Heartbeat", {}),
        "BootNotification": charger.boot,
        "MeterValues": lambda: _meters(charger, wanted),
    }
    message = messages.get(str(asked.get("requestedMessage")))
    if message is None:
        return {"status": "NotImplemented"}
    charger.spawn(_soon(charger, message()))
    return ACCEPTED


async def _get_configuration(charger: Charger, asked: Payload) -> Payload:
    wanted = asked.get("key") or list(charger.configuration)
    known = [
        {"key": key, "readonly": key in READ_ONLY, "value": charger.configuration[key]}
        for key in wanted
        if key in charger.configuration
    ]
    unknown = [key for key in wanted if key not in charger.configuration]
    return {"configurationKey": known, **({"unknownKey": unknown} if unknown else {})}


async def _change_configuration(charger: Charger, asked: Payload) -> Payload:
    key, value = str(asked.get("key")), str(asked.get("value"))
    if key not in charger.configuration:
        return {"status": "NotSupported"}
    is_number = charger.configuration[key].isdigit()
    if key in READ_ONLY or (is_number and not value.isdigit()):
        return REJECTED
    charger.configuration[key] = value
    return {"status": "RebootRequired"} if key in NEEDS_REBOOT else ACCEPTED


async def _clear_cache(charger: Charger, asked: Payload) -> Payload:
    return ACCEPTED


async def _remote_start(charger: Charger, asked: Payload) -> Payload:
    named = asked.get("connectorId")
    free = [one for one in charger.connectors if one.is_free and named in (None, one.number)]
    if not free:
        return REJECTED
    tag = str(asked.get("idTag", ""))
    free[0].visit = charger.spawn(visit.remotely_started(charger, free[0], tag))
    return ACCEPTED


async def _remote_stop(charger: Charger, asked: Payload) -> Payload:
    for outlet in charger.connectors:
        if outlet.transaction_id is not None and outlet.transaction_id == asked["transactionId"]:
            outlet.end("Remote")
            return ACCEPTED
    return REJECTED


ANSWERS: dict[str, Callable[[Charger, Payload], Awaitable[Payload | None]]] = {
    "Reset": _reset,
    "UnlockConnector": _unlock,
    "ChangeAvailability": _change_availability,
    "TriggerMessage": _trigger,
    "GetConfiguration": _get_configuration,
    "ChangeConfiguration": _change_configuration,
    "ClearCache": _clear_cache,
    "RemoteStartTransaction": _remote_start,
    "RemoteStopTransaction": _remote_stop,
}


def _outlet(charger: Charger, asked: Payload) -> Outlet | None:
    number = asked.get("connectorId", 0)
    known = isinstance(number, int) and 0 <= number < len(charger.outlets)
    return charger.outlets[number] if known else None


async def _report_all(charger: Charger, outlets: list[Outlet]) -> None:
    for outlet in outlets:
        await charger.report(outlet)


async def _meters(charger: Charger, outlets: list[Outlet]) -> None:
    for outlet in outlets:
        if outlet.number:
            await visit.send_meters(charger, outlet)


async def _soon(charger: Charger, deed: Awaitable[object]) -> None:
    """After the answer has gone out."""
    await asyncio.sleep(charger.dice.uniform(0.2, 1.0))
    await deed
