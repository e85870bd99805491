"""OCPP 2.0.1 and 2.1: a charger's CALL into our words, and our answer into its payload. No rules.

An EVSE of theirs is a connector of ours: the plugs of one EVSE are never used at once, so it is one
place to charge (in OCPP 1.6 every connector is an EVSE of its own).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from ocpp_link import alike, frames, schema, v2_asking, v2_events, v2_replies
from ocpp_link.dialect import NO_ERRAND, Errand, Reading, Who
from ocpp_link.mending import words
from ocpp_link.v2_fields import Fields, Head
from ocpp_link.v2_meters import samples, transaction
from ocpp_link.v2_order import Order
from service.monitoring.words import Booted, StatusReported, Word
from service.remote.actions import Kind
from service.sessions.words import AuthorizationAsked, MetersRead, TransactionTold

Reader = Callable[[Fields, Head, str], Word]


class Version:
    """One of the two, on one socket."""

    ASKS_EACH: bool = True

    def __init__(self, name: str, schemas: str) -> None:
        self.NAME, self._schemas = name, schemas
        self._order = Order()
        # Of what a charger may say, only this version's own.
        there = schema.names(schemas)
        self._readers = {
            action: reader for action, reader in READERS.items() if f"{action}Request" in there
        }
        self._spellings = {action.casefold(): action for action in self._readers}

    def read(
        self, action: str, payload: dict[str, Any], who: Who, at: datetime, raw: str, /
    ) -> Reading:
        spelt = self._spellings.get(action.strip().casefold())
        if spelt is None:
            return Reading(None, (f"action: not of {self.NAME}",), False, action)
        fields = Fields(payload)
        head = {"station_id": who.station_id, "connection_id": who.connection_id, "at": at}
        word = self._readers[spelt](fields, head, raw)
        if spelt != action:
            fields.say(f"action: read as {spelt}")
        if isinstance(word, TransactionTold):
            self._order.look(word, fields)
        said = schema.said(self._schemas, f"{spelt}Request", payload)
        return Reading(word, (*said, *fields.findings), True, spelt)

    def answer(self, word: Word, answer: object, at: datetime, /) -> dict[str, Any]:
        return v2_replies.answer(word, answer, at)

    def ask(
        self, kind: Kind, fields: dict[str, Any], errand: Errand = NO_ERRAND, /
    ) -> tuple[str, dict[str, Any]]:
        return v2_asking.ask(kind, fields, errand)

    def positive(self, kind: Kind, payload: dict[str, Any], /) -> bool:
        return v2_asking.positive(kind, payload)

    def told(self, kind: Kind, payload: dict[str, Any], /) -> dict[str, Any]:
        return v2_asking.told(kind, payload)

    def sends(self, text: str, /) -> bool:
        """SEND came with OCPP 2.1."""
        return self._schemas == "v21" and frames.sent(text) is not None

    def answer_findings(self, action: str, payload: dict[str, Any], /) -> tuple[str, ...]:
        return schema.said(self._schemas, f"{action}Response", payload)


def _status(fields: Fields, head: Head, raw: str) -> Word:
    return StatusReported(
        **head,
        connector=fields.evse_number("evseId"),
        plug=max(0, fields.whole("connectorId") or 0),
        status=fields.status("connectorStatus"),
        error_code="NoError",
        said_at=fields.when(),
        raw=raw,
        tells_faults=False,
    )


def _boot(fields: Fields, head: Head, _raw: str) -> Word:
    station = fields.part("chargingStation")
    return Booted(
        **head,
        maker=station.text("vendorName"),
        model=station.text("model"),
        serial=station.text("serialNumber"),
        firmware=station.text("firmwareVersion"),
        tells_plugs=True,
    )


def _authorize(fields: Fields, head: Head, _raw: str) -> Word:
    return AuthorizationAsked(**head, id_tag=fields.tag())


def _meters(fields: Fields, head: Head, _raw: str) -> Word:
    read = samples(fields, "meterValue")
    return MetersRead(
        **head, connector=fields.evse_number("evseId"), transaction_id=0, samples=read
    )


def _noted(reply: Callable[[dict[str, Any]], dict[str, Any]]) -> Reader:
    """Kept, and answered by what it says alone."""
    return lambda fields, head, _raw: v2_replies.Noted(**head, reply=reply(fields.payload))


def _nothing(_payload: dict[str, Any]) -> dict[str, Any]:
    return {}


def _status_is(word: str, **more: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda _payload: {"status": word, **more}


def _no_vat(payload: dict[str, Any]) -> dict[str, Any]:
    return {"status": "Rejected", "vatNumber": words(payload.get("vatNumber"), 20)}


READERS: dict[str, Reader] = {
    **alike.READERS,
    "BootNotification": _boot,
    "StatusNotification": _status,
    "Authorize": _authorize,
    "TransactionEvent": transaction,
    "MeterValues": _meters,
    "NotifyEvent": v2_events.read,
    # What needs no more than a receipt.
    **dict.fromkeys(
        (
            "BatterySwap",
            "ClearedChargingLimit",
            "ClosePeriodicEventStream",
            "NotifyChargingLimit",
            "NotifyCustomerInformation",
            "NotifyDERAlarm",
            "NotifyDERStartStop",
            "NotifyDisplayMessages",
            "NotifyMonitoringReport",
            "NotifyPriorityCharging",
            "NotifyReport",
            "NotifySettlement",
            "NotifyWebPaymentStarted",
            "PublishFirmwareStatusNotification",
            "ReportChargingProfiles",
            "ReportDERControl",
            "ReservationStatusUpdate",
        ),
        _noted(_nothing),
    ),
    # What we do not do is refused in the standard's own words.
    "Get15118EVCertificate": _noted(_status_is("Failed", exiResponse="")),
    "GetCertificateStatus": _noted(_status_is("Failed")),
    "GetCertificateChainStatus": _noted(v2_replies.chain_status),
    "NotifyEVChargingNeeds": _noted(_status_is("Rejected")),
    # It was read; that is no consent to the schedule (K17).
    "NotifyEVChargingSchedule": _noted(_status_is("Accepted")),
    "OpenPeriodicEventStream": _noted(_status_is("Rejected")),
    "PullDynamicScheduleUpdate": _noted(_status_is("Rejected")),
    "VatNumberValidation": _noted(_no_vat),
}
