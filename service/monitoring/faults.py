"""What a status means: healthy, faulted or a warning, and which fault of the catalogue it is."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    S1 = "S1"  # danger
    S2 = "S2"  # out of order
    S3 = "S3"  # degraded
    S4 = "S4"  # information


# Faults that we raise ourselves, and the three places of the catalogue for what has no code.
OTHER, UNKNOWN, UNSPECIFIED, WARNING = "other", "unknown", "unspecified", "warning"
OFFLINE, BOOT_LOOP, IDENTITY_CONFLICT, MESSAGE_FLOOD, CLOCK_SKEW = (
    "offline",
    "boot_loop",
    "identity_conflict",
    "message_flood",
    "clock_skew",
)
NOBODYS_FAULT = "EVCommunicationError"


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault of the catalogue, and the raw code that tells two of its kind apart."""

    code: str
    detail: str = ""


def classify(
    status: str, error_code: str, vendor_error_code: str, codes: dict[str, str]
) -> Fault | None:
    """Which fault a status report means. None when it means none.

    `codes` gives the catalogue's code for each errorCode of OCPP 1.6.
    """
    faulted = status == "Faulted"
    if error_code in ("NoError", ""):
        return Fault(UNSPECIFIED) if faulted else None
    if error_code == NOBODYS_FAULT:
        return Fault(codes[error_code])
    if not faulted:
        return Fault(WARNING, error_code)
    code = codes.get(error_code, UNKNOWN)
    if code == OTHER:
        return Fault(OTHER, vendor_error_code)
    return Fault(code, error_code if code == UNKNOWN else "")
