"""A simulated charger: it boots, reports, breaks, heals, restarts and loses its network."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from datetime import timedelta
from random import Random

import websockets

from ocpp_link.demo import remote
from ocpp_link.demo.line import CutError, Line, Payload, RefusedError, dial
from ocpp_link.demo.manners import CONFIGURATION, MANNERS
from ocpp_link.demo.outlet import Cure, Fault, Outlet
from service.core.clock import now
from service.demo.fleet import StationCard

LOST = (OSError, TimeoutError, CutError, RefusedError, websockets.WebSocketException)
CURED_BY_SOFT = {Cure.SOFT_RESET}
CURED_BY_HARD = {Cure.SOFT_RESET, Cure.HARD_RESET}
# How often a start or stop is sent again before the charger gives it up.
TRIES = 40


class Charger:
    def __init__(self, card: StationCard, key: str, url: str, dice: Random) -> None:
        self.card, self.dice = card, dice
        self.manners = MANNERS[card.model.manners]
        self.outlets = [
            Outlet(number, card.kw_per_connector) for number in range(card.model.connectors + 1)
        ]
        self.configuration = {**CONFIGURATION, "NumberOfConnectors": str(card.model.connectors)}
        # How far its clock is ahead of the real time.
        self.clock_ahead = timedelta()
        self.has_network = asyncio.Event()
        self.has_network.set()
        self._url, self._key = url, key
        self._has_booted = False
        self._line: Line | None = None
        self._errands: set[asyncio.Task[None]] = set()

    @property
    def is_online(self) -> bool:
        return self._line is not None

    @property
    def connectors(self) -> list[Outlet]:
        """Those that a car can be connected to."""
        return self.outlets[1:]

    def now(self) -> str:
        """What its clock shows."""
        return (now() + self.clock_ahead).strftime("%Y-%m-%dT%H:%M:%SZ")

    def spawn(self, errand: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(errand)
        self._errands.add(task)
        task.add_done_callback(self._errands.discard)
        return task

    async def live(self) -> None:
        """Connect, and connect again, until cancelled."""
        try:
            while True:
                await self.has_network.wait()
                with suppress(*LOST):
                    await self._be_connected()
                await asyncio.sleep(self.dice.uniform(1, 4))
        finally:
            for errand in self._errands:
                errand.cancel()

    async def say(self, action: str, payload: Payload) -> Payload | None:
        """Tell the central system. None where that cannot be done now."""
        if self._line is None:
            return None
        try:
            return await self._line.call(action, payload)
        except (RefusedError, CutError, TimeoutError):
            return None

    async def deliver(self, action: str, payload: Payload) -> Payload | None:
        """Tell it again until it is answered: a start or a stop is kept while offline."""
        for _ in range(TRIES):
            answer = await self.say(action, payload)
            if answer is not None:
                return answer
            await asyncio.sleep(15)
        return None

    async def report(self, outlet: Outlet) -> None:
        await self.say("StatusNotification", outlet.report(self.now()))

    async def become(self, outlet: Outlet, status: str) -> None:
        outlet.status = status
        await self.report(outlet)

    async def break_down(self, outlet: Outlet, fault: Fault) -> None:
        outlet.fault = fault
        if fault.blocks:
            outlet.end("Other")
        await self.report(outlet)
        if fault.cure is Cure.TIME:
            self.spawn(self._heal_later(outlet, fault))

    async def heal(self, outlet: Outlet) -> None:
        if outlet.fault:
            outlet.mend()
            await self.report(outlet)

    async def lose_network(self, for_s: float) -> None:
        """No word from it for a while; then it is back without having booted."""
        self.has_network.clear()
        if self._line:
            self._line.cut()
        await asyncio.sleep(for_s)
        self.has_network.set()

    async def restart(self, hard: bool = False) -> None:
        """End the charges, go down, come back and boot. Cures what a restart cures."""
        for outlet in self.connectors:
            outlet.end("HardReset" if hard else "SoftReset")
        await asyncio.sleep(self.manners.closes_after_s)
        for outlet in self.outlets:
            cured = CURED_BY_HARD if hard else CURED_BY_SOFT
            if outlet.fault and outlet.fault.cure in cured:
                outlet.mend()
        self._has_booted = False
        await self.lose_network(self.manners.back_after_s)

    async def boot(self) -> Payload | None:
        return await self.say("BootNotification", self._boot_facts())

    async def _heal_later(self, outlet: Outlet, fault: Fault) -> None:
        await asyncio.sleep(fault.lasts_s)
        if outlet.fault is fault:
            await self.heal(outlet)

    async def _be_connected(self) -> None:
        line = await dial(self._url, self.card.identity, self._key, self._answer)
        tasks = [asyncio.create_task(line.read()), asyncio.create_task(self._talk(line))]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._line = None
            line.cut()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _talk(self, line: Line) -> None:
        if not self._has_booted:
            await self._introduce(line)
        self._line = line
        for outlet in self.outlets:
            await self.report(outlet)
        while self._line is line:
            await asyncio.sleep(max(5.0, float(self.configuration["HeartbeatInterval"])))
            await line.call("Heartbeat", {})

    async def _introduce(self, line: Line) -> None:
        """Boot until it is accepted."""
        while not self._has_booted:
            answer = await line.call("BootNotification", self._boot_facts())
            interval = max(1, int(answer.get("interval") or 60))
            self._has_booted = answer.get("status") == "Accepted"
            if self._has_booted:
                self.configuration["HeartbeatInterval"] = str(interval)
            else:
                await asyncio.sleep(interval)

    def _boot_facts(self) -> Payload:
        model = self.card.model
        return {
            "chargePointVendor": model.boot_vendor,
            "chargePointModel": model.boot_model,
            "chargePointSerialNumber": self.card.serial,
            "firmwareVersion": model.firmware,
        }

    async def _answer(self, action: str, asked: Payload) -> Payload | None:
        return await remote.answer(self, action, asked)
