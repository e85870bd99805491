"""The simulated chargers, against a bare central system that writes down what they say."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from random import Random
from typing import Any

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from ocpp_link.demo.charger import Charger
from ocpp_link.demo.script import GROUND, HUNG, HUNG_HARD, LOCK, OUTSIDE, TOO_WARM
from service.demo import fleet
from tests.charger import PATIENCE_S

ANSWERS: dict[str, dict[str, Any]] = {
    "BootNotification": {"status": "Accepted", "interval": 300, "currentTime": "2026-03-02T12:00Z"},
    "Authorize": {"idTagInfo": {"status": "Accepted"}},
    "StartTransaction": {"transactionId": 77, "idTagInfo": {"status": "Accepted"}},
}


class Hurried(Random):
    """Dice that never make anybody wait."""

    def uniform(self, a: float, b: float) -> float:
        return 0.01


class Central:
    """Answers everything, remembers everything, and can ask."""

    def __init__(self) -> None:
        self.heard: asyncio.Queue[tuple[str, dict[str, Any]]] = asyncio.Queue()
        self.replies: asyncio.Queue[list[Any]] = asyncio.Queue()
        self._socket: ServerConnection

    async def host(self, socket: ServerConnection) -> None:
        self._socket = socket
        with suppress(ConnectionClosed):
            async for frame in socket:
                match json.loads(frame):
                    case [2, message_id, action, payload]:
                        await socket.send(json.dumps([3, message_id, ANSWERS.get(action, {})]))
                        self.heard.put_nowait((action, payload))
                    case reply:
                        self.replies.put_nowait(reply)

    async def ask(self, action: str, **fields: Any) -> list[Any]:
        await self._socket.send(json.dumps([2, "q", action, fields]))
        return await asyncio.wait_for(self.replies.get(), PATIENCE_S)

    async def hears(self, action: str, **words: Any) -> dict[str, Any]:
        """Wait for this message with these words in it."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                said, payload = await self.heard.get()
                if said == action and words.items() <= payload.items():
                    return payload


def play(model: str, scene: Callable[[Charger, Central], Awaitable[None]]) -> None:
    """A charger of this model that has booted and told how it is."""
    card = next(card for card in fleet.stations() if card.model.key == model)

    async def on_stage() -> None:
        central = Central()
        async with serve(central.host, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            charger = Charger(card, "key", f"ws://127.0.0.1:{port}/ocpp", Hurried(1))
            charger.manners = replace(charger.manners, closes_after_s=0.05, back_after_s=0.01)
            living = asyncio.create_task(charger.live())
            last = len(charger.connectors)
            await central.hears("StatusNotification", connectorId=last, status="Available")
            try:
                await scene(charger, central)
            finally:
                living.cancel()
                await asyncio.gather(living, return_exceptions=True)

    asyncio.run(on_stage())


def test_a_soft_restart_closes_the_socket_boots_and_heals_what_it_can() -> None:
    async def scene(charger: Charger, central: Central) -> None:
        await charger.break_down(charger.outlets[1], HUNG)
        await charger.break_down(charger.outlets[2], HUNG_HARD)
        assert (await central.ask("Reset", type="Soft"))[2] == {"status": "Accepted"}
        await central.hears("BootNotification", chargePointVendor="Alfen BV")
        await central.hears("StatusNotification", connectorId=1, errorCode="NoError")
        await central.hears("StatusNotification", connectorId=2, errorCode="InternalError")

    play("eve", scene)


def test_a_hasty_one_restarts_without_having_answered() -> None:
    async def scene(charger: Charger, central: Central) -> None:
        asking = asyncio.create_task(central.ask("Reset", type="Hard"))
        await central.hears("BootNotification")
        assert central.replies.empty()
        asking.cancel()

    play("ls4", scene)


def test_unlocking_cures_the_lock() -> None:
    async def scene(charger: Charger, central: Central) -> None:
        await charger.break_down(charger.outlets[1], LOCK)
        await central.hears("StatusNotification", errorCode="ConnectorLockFailure")
        answer = await central.ask("UnlockConnector", connectorId=1)
        assert answer[2] == {"status": "Unlocked"}
        await central.hears("StatusNotification", connectorId=1, status="Available")

    play("eve", scene)


def test_a_fixed_cable_has_nothing_to_unlock() -> None:
    async def scene(charger: Charger, central: Central) -> None:
        answer = await central.ask("UnlockConnector", connectorId=1)
        assert answer[2] == {"status": "NotSupported"}

    play("hyc", scene)


def test_what_a_model_lacks_is_a_callerror() -> None:
    async def scene(charger: Charger, central: Central) -> None:
        answer = await central.ask("TriggerMessage", requestedMessage="Heartbeat")
        assert answer[:3] == [4, "q", "NotImplemented"]

    play("aura", scene)


def test_a_remote_start_charges_until_the_remote_stop() -> None:
    async def scene(charger: Charger, central: Central) -> None:
        charger.configuration["MeterValueSampleInterval"] = "1"
        answer = await central.ask("RemoteStartTransaction", connectorId=1, idTag="DE4D0101")
        assert answer[2] == {"status": "Accepted"}
        start = await central.hears("StartTransaction", connectorId=1, idTag="DE4D0101")
        outlet = charger.outlets[1]
        while outlet.status != "Charging":
            await central.hears("StatusNotification")
        outlet.meter_wh += 1000
        answer = await central.ask("RemoteStopTransaction", transactionId=77)
        assert answer[2] == {"status": "Accepted"}
        stop = await central.hears("StopTransaction", transactionId=77, reason="Remote")
        assert stop["meterStop"] - start["meterStart"] >= 1000

    play("eve", scene)


def test_a_faulted_outlet_starts_no_charge() -> None:
    async def scene(charger: Charger, central: Central) -> None:
        await charger.break_down(charger.outlets[1], GROUND)
        answer = await central.ask("RemoteStartTransaction", connectorId=1, idTag="DE4D0101")
        assert answer[2] == {"status": "Rejected"}

    play("terra", scene)


def test_out_of_service_and_back() -> None:
    async def scene(charger: Charger, central: Central) -> None:
        await central.ask("ChangeAvailability", connectorId=1, type="Inoperative")
        await central.hears("StatusNotification", connectorId=1, status="Unavailable")
        await central.ask("ChangeAvailability", connectorId=1, type="Operative")
        await central.hears("StatusNotification", connectorId=1, status="Available")

    play("inch", scene)


def test_a_warning_leaves_the_outlet_in_service() -> None:
    async def scene(charger: Charger, central: Central) -> None:
        await charger.break_down(charger.outlets[1], TOO_WARM)
        await central.hears("StatusNotification", errorCode="HighTemperature", status="Available")
        assert charger.outlets[1].is_free

    play("hyc", scene)


def test_one_speaks_outside_the_standard() -> None:
    async def scene(charger: Charger, central: Central) -> None:
        await charger.break_down(charger.outlets[1], OUTSIDE)
        said = await central.hears("StatusNotification", errorCode="Error")
        assert len(said["info"]) == 80

    play("evlink", scene)


def test_settings_are_read_and_changed() -> None:
    async def scene(charger: Charger, central: Central) -> None:
        answer = await central.ask("GetConfiguration", key=["HeartbeatInterval", "Colour"])
        assert answer[2]["unknownKey"] == ["Colour"]
        assert answer[2]["configurationKey"][0]["value"] == "300"
        change = {"key": "HeartbeatInterval", "value": "60"}
        assert (await central.ask("ChangeConfiguration", **change))[2] == {"status": "Accepted"}
        wrong = {"key": "NumberOfConnectors", "value": "9"}
        assert (await central.ask("ChangeConfiguration", **wrong))[2] == {"status": "Rejected"}

    play("eve", scene)
