"""A car's visit: plugged in, authorised, charged, gone."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ocpp_link.demo.outlet import Outlet

if TYPE_CHECKING:
    from ocpp_link.demo.charger import Charger

# A visit is minutes here, not hours: the energy is that of a visit ten times as long.
HURRY = 10


async def charge(charger: Charger, outlet: Outlet, tag: str, lasting_s: float) -> None:
    outlet.ending = asyncio.get_running_loop().create_future()
    await charger.become(outlet, "Preparing")
    await asyncio.sleep(charger.dice.uniform(1, 4))
    if await _is_authorized(charger, tag):
        await _transaction(charger, outlet, tag, lasting_s)
    outlet.ending = None
    await _leave(charger, outlet)


async def remotely_started(charger: Charger, outlet: Outlet, tag: str) -> None:
    """The driver plugs in a moment after the desk has started it."""
    await asyncio.sleep(charger.dice.uniform(2, 6))
    await charge(charger, outlet, tag, charger.dice.uniform(180, 600))


async def send_meters(charger: Charger, outlet: Outlet) -> None:
    charging = outlet.status == "Charging"
    sampled = [
        {"measurand": "Energy.Active.Import.Register", "unit": "Wh", "value": str(outlet.meter_wh)},
        {
            "measurand": "Power.Active.Import",
            "unit": "kW",
            "value": f"{_power_kw(charger, outlet):.1f}" if charging else "0.0",
        },
    ]
    words = {
        "connectorId": outlet.number,
        "meterValue": [{"timestamp": charger.now(), "sampledValue": sampled}],
    }
    if outlet.transaction_id is not None:
        words["transactionId"] = outlet.transaction_id
    await charger.say("MeterValues", words)


async def _is_authorized(charger: Charger, tag: str) -> bool:
    answer = await charger.say("Authorize", {"idTag": tag})
    return answer is not None and answer["idTagInfo"]["status"] == "Accepted"


async def _transaction(charger: Charger, outlet: Outlet, tag: str, lasting_s: float) -> None:
    start = {
        "connectorId": outlet.number,
        "idTag": tag,
        "meterStart": outlet.meter_wh,
        "timestamp": charger.now(),
    }
    answer = await charger.deliver("StartTransaction", start)
    if answer is None:
        return
    outlet.transaction_id = int(answer["transactionId"])
    reason = "DeAuthorized"
    if answer["idTagInfo"]["status"] == "Accepted":
        await charger.become(outlet, "Charging")
        reason = await _draw(charger, outlet, lasting_s)
    await _stop(charger, outlet, tag, reason)


async def _draw(charger: Charger, outlet: Outlet, lasting_s: float) -> str:
    """Charge until the car leaves or something ends it. Returns OCPP's reason."""
    assert outlet.ending is not None  # noqa: S101
    left_s = lasting_s
    while left_s > 0:
        step_s = min(left_s, float(charger.configuration["MeterValueSampleInterval"]) or 30.0)
        ended, _ = await asyncio.wait({outlet.ending}, timeout=step_s)
        if ended:
            return outlet.ending.result()
        left_s -= step_s
        outlet.meter_wh += round(_power_kw(charger, outlet) * step_s * HURRY / 3.6)
        await send_meters(charger, outlet)
    return "EVDisconnected"


async def _stop(charger: Charger, outlet: Outlet, tag: str, reason: str) -> None:
    if not outlet.is_blocked:
        await charger.become(outlet, "Finishing")
    stop = {
        "transactionId": outlet.transaction_id,
        "idTag": tag,
        "meterStop": outlet.meter_wh,
        "timestamp": charger.now(),
        "reason": reason,
    }
    outlet.transaction_id = None
    await charger.deliver("StopTransaction", stop)


async def _leave(charger: Charger, outlet: Outlet) -> None:
    await asyncio.sleep(charger.dice.uniform(1, 5))
    outlet.status, outlet.visit = "Available", None
    await charger.report(outlet)


def _power_kw(charger: Charger, outlet: Outlet) -> float:
    """AC cars take 11 kW at most, and a DC car seldom all that the cable gives."""
    most = outlet.kw * 0.6 if charger.card.model.current == "dc" else min(outlet.kw, 11.0)
    return most * charger.dice.uniform(0.85, 1.0)
