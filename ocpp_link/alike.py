"""What every version of OCPP says, and is answered, in the same fields."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from ocpp_link.dialect import time
from ocpp_link.mending import Fields
from service.monitoring.words import (
    BootAnswer,
    Booted,
    CertificateAsked,
    DiagnosticsStatusReported,
    FirmwareStatusReported,
    HeartbeatSeen,
    SecurityEventReported,
    VendorDataReceived,
    Word,
)
from service.sessions.words import Verdict

Head = dict[str, Any]
LONG, LARGE = 2_000, 65_536
DEFAULT_HEARTBEAT_S = 300
VERDICTS = {
    Verdict.ACCEPTED: "Accepted",
    Verdict.BLOCKED: "Blocked",
    Verdict.EXPIRED: "Expired",
    Verdict.INVALID: "Invalid",
    Verdict.CONCURRENT: "ConcurrentTx",
}


def _heartbeat(_fields: Fields, head: Head, _raw: str) -> Word:
    return HeartbeatSeen(**head)


def _vendor_data(fields: Fields, head: Head, _raw: str) -> Word:
    return VendorDataReceived(
        **head,
        vendor_id=fields.text("vendorId"),
        message_id=fields.text("messageId"),
        data=fields.text("data", LARGE),
    )


def _security_event(fields: Fields, head: Head, _raw: str) -> Word:
    return SecurityEventReported(
        **head, event=fields.text("type"), info=fields.text("techInfo", LONG), said_at=fields.when()
    )


def _firmware(fields: Fields, head: Head, _raw: str) -> Word:
    return FirmwareStatusReported(**head, status=fields.text("status"))


def _diagnostics(fields: Fields, head: Head, _raw: str) -> Word:
    request_id = fields.whole("requestId")
    return DiagnosticsStatusReported(**head, status=fields.text("status"), request_id=request_id)


def _certificate(fields: Fields, head: Head, _raw: str) -> Word:
    return CertificateAsked(**head, csr=fields.text("csr", LARGE))


READERS: dict[str, Callable[[Fields, Head, str], Word]] = {
    "Heartbeat": _heartbeat,
    "DataTransfer": _vendor_data,
    "SecurityEventNotification": _security_event,
    "FirmwareStatusNotification": _firmware,
    "LogStatusNotification": _diagnostics,
    "SignCertificate": _certificate,
}


def answer(word: Word, said: object, at: datetime) -> dict[str, Any]:
    """The payload; empty where the standard asks for nothing more than an answer."""
    match word:
        case HeartbeatSeen():
            return {"currentTime": time(at)}
        case Booted():
            beat = said if isinstance(said, BootAnswer) else BootAnswer(DEFAULT_HEARTBEAT_S)
            return {"currentTime": time(at), "interval": beat.heartbeat_s, "status": "Accepted"}
        case VendorDataReceived():
            return {"status": "UnknownVendorId"}
        case CertificateAsked():
            return {"status": "Rejected"}
    return {}


def info(verdict: object) -> dict[str, str]:
    """Whether a tag may charge; what nobody judged, may not."""
    return {"status": VERDICTS[verdict if isinstance(verdict, Verdict) else Verdict.INVALID]}
