"""OCPP 1.6: a charger's CALL into our word, and our answer into its payload. No rules here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from ocpp_link import alike, schema
from ocpp_link.alike import LONG, Head
from ocpp_link.asking import ask, positive, told
from ocpp_link.dialect import Reading, Who, time
from ocpp_link.mending import Fields
from ocpp_link.meters import samples
from service.monitoring.words import Booted, StatusReported, Word
from service.sessions.words import (
    AuthorizationAsked,
    MetersRead,
    SessionStarted,
    SessionStopped,
    StartAnswer,
    Verdict,
)

__all__ = [
    "ASKS_EACH",
    "NAME",
    "Reading",
    "Who",
    "answer",
    "answer_findings",
    "ask",
    "positive",
    "read",
    "sends",
    "time",
    "told",
]

NAME: str = "OCPP 1.6"
ASKS_EACH: bool = False
answer_findings = schema.answer_findings


def read(action: str, payload: dict[str, Any], who: Who, at: datetime, raw: str) -> Reading:
    """What a CALL says. Cannot raise, whatever the payload holds."""
    spelt = action if action in READERS else SPELLINGS.get(action.strip().casefold())
    if spelt is None:
        return Reading(None, ("action: not of OCPP 1.6",), False, action)
    fields = Fields(payload)
    head = {"station_id": who.station_id, "connection_id": who.connection_id, "at": at}
    word = READERS[spelt](fields, head, raw)
    if spelt != action:
        fields.say(f"action: read as {spelt}")
    return Reading(word, (*schema.findings(spelt, payload), *fields.findings), True, spelt)


def _boot(fields: Fields, head: Head, _raw: str) -> Word:
    serial = fields.text("chargePointSerialNumber") or fields.text("chargeBoxSerialNumber")
    return Booted(
        **head,
        maker=fields.text("chargePointVendor"),
        model=fields.text("chargePointModel"),
        serial=serial,
        firmware=fields.text("firmwareVersion"),
    )


def _status(fields: Fields, head: Head, raw: str) -> Word:
    return StatusReported(
        **head,
        connector=fields.connector(),
        status=fields.status(),
        error_code=fields.error_code(),
        vendor_error_code=fields.text("vendorErrorCode"),
        vendor_id=fields.text("vendorId"),
        info=fields.text("info", LONG),
        said_at=fields.when(),
        raw=raw,
    )


def _authorize(fields: Fields, head: Head, _raw: str) -> Word:
    return AuthorizationAsked(**head, id_tag=fields.id_tag())


def _start(fields: Fields, head: Head, _raw: str) -> Word:
    return SessionStarted(
        **head,
        connector=fields.connector(),
        id_tag=fields.id_tag(),
        meter_wh=fields.whole("meterStart"),
        said_at=fields.when() or "",
    )


def _stop(fields: Fields, head: Head, _raw: str) -> Word:
    return SessionStopped(
        **head,
        transaction_id=fields.whole("transactionId"),
        id_tag=fields.id_tag(),
        meter_wh=fields.whole("meterStop"),
        said_at=fields.when() or "",
        # The standard's own default.
        reason=fields.text("reason", 50) or "Local",
        samples=samples(fields, "transactionData"),
    )


def _meters(fields: Fields, head: Head, _raw: str) -> Word:
    return MetersRead(
        **head,
        connector=fields.connector(),
        transaction_id=fields.whole("transactionId") or 0,
        samples=samples(fields, "meterValue"),
    )


READERS: dict[str, Callable[[Fields, Head, str], Word]] = {
    **alike.READERS,
    "BootNotification": _boot,
    "StatusNotification": _status,
    "Authorize": _authorize,
    "StartTransaction": _start,
    "StopTransaction": _stop,
    "MeterValues": _meters,
    "SignedFirmwareStatusNotification": alike.READERS["FirmwareStatusNotification"],
    "DiagnosticsStatusNotification": alike.READERS["LogStatusNotification"],
}
SPELLINGS = {action.casefold(): action for action in READERS}


def answer(word: Word, answer: object, at: datetime) -> dict[str, Any]:
    """The CALLRESULT's payload: strictly what the standard allows.

    Raises TypeError where a start has no StartAnswer: no transaction id may be made up.
    """
    match word:
        case AuthorizationAsked():
            return {"idTagInfo": alike.info(answer)}
        case SessionStarted():
            return _started(answer)
        case SessionStopped():
            return {"idTagInfo": alike.info(answer)} if isinstance(answer, Verdict) else {}
    return alike.answer(word, answer, at)


def _started(answer: object) -> dict[str, Any]:
    if not isinstance(answer, StartAnswer):
        raise TypeError("a start needs a StartAnswer")
    return {"transactionId": answer.transaction_id, "idTagInfo": alike.info(answer.verdict)}


def sends(_text: str) -> bool:
    """In OCPP 1.6 everything is answered."""
    return False
