"""How the words of charging are called on a page."""

from typing import Any

from flask_babel import lazy_gettext as _l

# Why a charge ended, as chargers say it.
REASON: dict[str, Any] = {
    "DeAuthorized": _l("tag not allowed"),
    "EmergencyStop": _l("emergency stop"),
    "EVDisconnected": _l("cable taken out of the car"),
    "HardReset": _l("hard restart"),
    "Local": _l("at the charger"),
    "Other": _l("another reason"),
    "PowerLoss": _l("loss of power"),
    "Reboot": _l("restart of the charger"),
    "Remote": _l("remotely"),
    "SoftReset": _l("soft restart"),
    "UnlockCommand": _l("unlocked remotely"),
}


def reason(word: str | None) -> Any:
    """A charger's own word where it is none of the standard's."""
    return REASON.get(word or "", word or "–")
