"""The charger for tests, speaking OCPP 2.0.1 or 2.1."""

from __future__ import annotations

import itertools
from typing import Any

from tests.charger import Charger, Payload

SAID = "2026-03-02T12:00:00Z"


class Charger2(Charger):
    def __init__(self, *args: Any, version: str = "ocpp2.0.1", **more: Any) -> None:
        super().__init__(*args, **{"subprotocols": (version,), **more})
        self._events = itertools.count(1)

    async def boot(self, **more: Any) -> Payload:
        station = {"vendorName": "Alpitronic", "model": "HYC300", "firmwareVersion": "2.4"}
        return await self.call(
            "BootNotification", {"reason": "PowerUp", "chargingStation": station, **more}
        )

    async def status(self, evse: int, status: str, plug: int = 1, **more: Any) -> Payload:  # type: ignore[override]
        words = {"evseId": evse, "connectorId": plug, "connectorStatus": status, "timestamp": SAID}
        return await self.call("StatusNotification", {**words, **more})

    async def event(self, *events: Payload) -> Payload:
        frame = {"generatedAt": SAID, "seqNo": 0, "eventData": list(events)}
        return await self.call("NotifyEvent", frame)

    def part(self, name: str, value: str = "true", evse: int | None = None, **more: Any) -> Payload:
        """One event: `part("AirCoolingSystem.Problem")`."""
        component, variable = name.split(".")
        place = {} if evse is None else {"evse": {"id": evse}}
        return {
            "eventId": next(self._events),
            "timestamp": SAID,
            "trigger": "Alerting",
            "actualValue": value,
            "component": {"name": component, **place},
            "eventNotificationType": "HardWiredNotification",
            "variable": {"name": variable},
            **more,
        }

    async def transaction(self, stage: str, seq: int, name: str = "T-1", **more: Any) -> Payload:
        words = {
            "eventType": stage,
            "timestamp": SAID,
            "triggerReason": "Authorized",
            "seqNo": seq,
            "transactionInfo": {"transactionId": name},
        }
        return await self.call("TransactionEvent", {**words, **more})
