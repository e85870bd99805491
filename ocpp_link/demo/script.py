"""What happens in the demo, and when: written down for the first minutes, thrown by dice after."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from random import Random

from ocpp_link.demo import visit
from ocpp_link.demo.charger import Charger
from ocpp_link.demo.outlet import Cure, Fault, Outlet
from service.demo import fleet

# Chargers by site, in the order of the table of stations.
Stage = dict[str, list[Charger]]
Deed = Callable[[Stage], Awaitable[None]]

# Nobody shall drown in a demo that is left alone for a night.
MOST_FAULTS = 14

GROUND = Fault(
    error_code="GroundFailure",
    cure=Cure.VISIT,
    vendor_id="ABB",
    vendor_error_code="0x0132",
    info="RCD tripped, residual current 34 mA",
)
LOCK = Fault(
    error_code="ConnectorLockFailure",
    cure=Cure.UNLOCK,
    vendor_error_code="216",
    info="Lock motor: end position not reached",
)
HUNG = Fault(
    error_code="InternalError",
    cure=Cure.SOFT_RESET,
    vendor_error_code="301",
    info="Watchdog: payment task does not answer",
)
HUNG_HARD = Fault(
    error_code="InternalError",
    cure=Cure.HARD_RESET,
    vendor_error_code="108",
    info="Power board does not answer",
)
WORN_OUT = Fault(
    error_code="InternalError",
    cure=Cure.VISIT,
    vendor_error_code="PM-3",
    info="Power module 3 failed self-test",
)
# Not in the standard, as chargers send it: an errorCode that nobody knows, and 80 characters.
OUTSIDE = Fault(
    error_code="Error",
    cure=Cure.VISIT,
    vendor_id="com.schneider-electric",
    vendor_error_code="E-4711",
    info="Contactor feedback K1 differs from command for more than 500 ms; outlet blocked.",
)
OVER_VOLTAGE = Fault(
    error_code="OverVoltage", cure=Cure.TIME, lasts_s=170, info="L2 256 V, limit 253 V"
)
TOO_WARM = Fault(
    error_code="HighTemperature",
    cure=Cure.TIME,
    lasts_s=400,
    blocks=False,
    vendor_error_code="W-7",
    info="Inlet 61 °C, power reduced to 60 %",
)
WITHOUT_A_CODE = Fault(error_code="NoError", cure=Cure.SOFT_RESET)
METER = Fault(
    error_code="PowerMeterFailure", cure=Cure.TIME, lasts_s=260, info="Modbus timeout, meter 1"
)
PHASE = Fault(
    error_code="OtherError",
    cure=Cure.TIME,
    lasts_s=9,
    vendor_id="Zaptec",
    vendor_error_code="134217728",
    info="Phase loss, check fuses",
)
CAR = Fault(
    error_code="EVCommunicationError",
    cure=Cure.TIME,
    lasts_s=45,
    blocks=False,
    info="No answer on the control pilot",
)
READER = Fault(
    error_code="ReaderFailure", cure=Cure.SOFT_RESET, blocks=False, info="RFID module missing"
)
CONTACTOR = Fault(
    error_code="PowerSwitchFailure",
    cure=Cure.VISIT,
    vendor_error_code="102",
    info="Relay welded: voltage behind open contactor",
)

# Thrown later on: what a fleet has in a week, more often the small things.
SOMETIMES = [LOCK, HUNG, HUNG_HARD, OVER_VOLTAGE, TOO_WARM, METER, PHASE, CAR, CAR, CAR]


def _fault(site: str, index: int, connector: int, fault: Fault) -> Deed:
    async def deed(stage: Stage) -> None:
        charger = stage[site][index]
        await charger.break_down(charger.outlets[connector], fault)

    return deed


def _offline(site: str, indexes: range, for_s: float) -> Deed:
    async def deed(stage: Stage) -> None:
        away = [stage[site][index].lose_network(for_s) for index in indexes]
        await asyncio.gather(*away)

    return deed


def _boot_loop(site: str, index: int, times: int) -> Deed:
    async def deed(stage: Stage) -> None:
        charger = stage[site][index]
        for _ in range(times):
            await charger.restart(hard=True)
            await asyncio.sleep(8)

    return deed


def _flap(site: str, index: int, connector: int, times: int) -> Deed:
    async def deed(stage: Stage) -> None:
        charger = stage[site][index]
        for _ in range(times):
            await charger.break_down(charger.outlets[connector], PHASE)
            await asyncio.sleep(PHASE.lasts_s * 2)

    return deed


# Seconds after the start, and what happens then.
SCRIPT: list[tuple[float, Deed]] = [
    (10, _fault("centralen", 3, 1, GROUND)),
    (12, _fault("lindholmen", 0, 1, LOCK)),
    (14, _fault("trollhattan", 0, 1, HUNG)),
    (16, _fault("hornsgatan", 0, 2, HUNG_HARD)),
    (18, _fault("uppsala", 0, 1, OUTSIDE)),
    (20, _fault("umea", 1, 1, WORN_OUT)),  # in a planned outage: no ticket
    (22, _offline("malmo", range(4), 420)),
    (24, _offline("lulea", range(1), 900)),
    (26, _boot_loop("umea", 0, 4)),
    (28, _fault("odeshog", 0, 2, OVER_VOLTAGE)),
    (32, _fault("odeshog", 1, 1, TOO_WARM)),
    (36, _fault("sundsvall", 0, 2, WITHOUT_A_CODE)),
    (40, _flap("eriksberg", 0, 1, 6)),
    (50, _fault("boras", 1, 1, METER)),
    (60, _fault("eriksberg", 5, 1, CAR)),
    (75, _fault("are", 0, 0, READER)),
    (100, _fault("jonkoping", 0, 1, WORN_OUT)),
    (140, _fault("lindholmen", 4, 2, CONTACTOR)),
]

# Their clocks are wrong from the start, one by two hours and one by years.
WRONG_CLOCKS = {
    ("lindhagen", 1): timedelta(hours=-2),
    ("trollhattan", 3): timedelta(days=-365 * 5),
}


def set_clocks(stage: Stage) -> None:
    for (site, index), ahead in WRONG_CLOCKS.items():
        stage[site][index].clock_ahead = ahead


async def play(stage: Stage) -> None:
    """The written part: every deed at its time, whether or not the one before has ended."""
    async with asyncio.TaskGroup() as deeds:
        for at_s, deed in SCRIPT:
            deeds.create_task(_later(at_s, deed, stage))


async def trouble(stage: Stage, dice: Random) -> None:
    """From the fifth minute on, something breaks every few minutes."""
    chargers = [charger for site in stage.values() for charger in site]
    await asyncio.sleep(300)
    while True:
        broken = sum(outlet.is_blocked for charger in chargers for outlet in charger.outlets)
        charger = dice.choice(chargers)
        outlet = dice.choice(charger.connectors)
        if broken < MOST_FAULTS and charger.is_online and outlet.fault is None:
            await charger.break_down(outlet, dice.choice(SOMETIMES))
        await asyncio.sleep(dice.uniform(120, 360))


async def traffic(charger: Charger, outlet: Outlet, tags: list[str]) -> None:
    """Cars come and go at one connector."""
    dice = charger.dice
    await asyncio.sleep(dice.uniform(5, 240))
    while True:
        if charger.is_online and outlet.is_free and not outlet.is_taken:
            lasting_s = dice.uniform(60, 600)
            coming = visit.charge(charger, outlet, dice.choice(tags), lasting_s)
            outlet.visit = charger.spawn(coming)
            await asyncio.wait({outlet.visit})
        await _next_car(outlet, dice.expovariate(1 / 400))


async def _next_car(outlet: Outlet, within_s: float) -> None:
    """Where a connector has been out of order, somebody has been waiting for it."""
    with suppress(TimeoutError):
        await asyncio.wait_for(outlet.well_again.wait(), within_s)
        await asyncio.sleep(20)
    outlet.well_again.clear()


def tags_for(charger: Charger) -> list[str]:
    """Who charges there: anybody where all may, else known people and now and then a stranger."""
    if charger.card.authorization == "accept_all":
        return [f"04{charger.dice.randrange(16**12):012X}" for _ in range(30)]
    known = [row["id_tag"] for row in fleet.tags() if not row["blocked"]]
    return known * 2 + [row["id_tag"] for row in fleet.tags() if row["blocked"]] + ["04DEADBEEF00"]


async def _later(at_s: float, deed: Deed, stage: Stage) -> None:
    await asyncio.sleep(at_s)
    await deed(stage)
