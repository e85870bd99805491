"""What a charger can say, in our words: the edge translates every protocol into these.

`at` is the arrival here, which orders events; `said_at` is the charger's own time, as evidence.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    station_id: int
    # The generation of the connection that it came by.
    connection_id: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Booted(Word):
    """Answered with the time and the heartbeat interval."""

    maker: str
    model: str
    serial: str
    firmware: str
    # It tells of each plug anew afterwards (OCPP 2.x).
    tells_plugs: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HeartbeatSeen(Word):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusReported(Word):
    # 0 is the whole station.
    connector: int
    # Which of several plugs of it; 0 where it has but one, or tells of all of it.
    plug: int = 0
    # As OCPP 1.6 spells them, mended where a charger misspells; `Unknown` where nobody can tell.
    status: str
    # As it came: what is not in the standard stays readable here.
    error_code: str
    vendor_error_code: str = ""
    vendor_id: str = ""
    info: str = ""
    said_at: str | None = None
    # The frame's text, for the ticket's evidence.
    raw: str = ""
    # False where a charger tells its faults apart from its status (OCPP 2.x): `PartReported`.
    tells_faults: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PartReported(Word):
    """A part of the station says that something is wrong with it, or no longer (OCPP 2.x)."""

    # 0 is the whole station.
    connector: int
    plug: int = 0
    # As the standard's appendices spell them: `AirCoolingSystem`, `Problem`.
    component: str
    variable: str
    # Which one, where there are several: `left`.
    instance: str = ""
    # True: it is wrong. False: it is well again.
    is_wrong: bool
    # A number has passed its limit; else a yes or no.
    is_measured: bool = False
    # It follows from another event that was told as well.
    is_consequence: bool = False
    # The maker's own code.
    tech_code: str = ""
    # 0 danger … 9 debug; None before OCPP 2.1.
    severity: int | None = None
    raw: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartsReported(Word):
    """Several of them in one message, in their order."""

    reports: tuple[StatusReported | PartReported, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityEventReported(Word):
    event: str
    info: str
    said_at: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmwareStatusReported(Word):
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DiagnosticsStatusReported(Word):
    """Also a log's upload (LogStatusNotification)."""

    status: str
    request_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorDataReceived(Word):
    """DataTransfer. Kept; answered UnknownVendorId until a vendor's words are understood."""

    vendor_id: str
    message_id: str
    data: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateAsked(Word):
    """SignCertificate: rejected until we sign."""

    csr: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard(Word):
    """A frame that says only that the charger lives: an answer, or an unreadable one."""


@dataclass(frozen=True, slots=True)
class BootAnswer:
    heartbeat_s: int
