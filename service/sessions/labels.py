"""How the words of charging are called on a page."""

from typing import Any

from flask_babel import lazy_gettext as _l

# Why a charge ended, as chargers say it.
REASON: dict[str, Any] = {
    "DeAuthorized": _l("tag not allowed"),
    "EmergencyStop": _l("emergency stop"),
    "EnergyLimitReached": _l("as much as was asked for"),
    "EVDisconnected": _l("cable taken out of the car"),
    "GroundFault": _l("ground fault"),
    "HardReset": _l("hard restart"),
    "ImmediateReset": _l("restart at once"),
    "Local": _l("at the charger"),
    "LocalOutOfCredit": _l("no credit left"),
    "MasterPass": _l("by a master tag"),
    "Other": _l("another reason"),
    "OvercurrentFault": _l("over-current"),
    "PowerLoss": _l("loss of power"),
    "PowerQuality": _l("poor quality of the power"),
    "Reboot": _l("restart of the charger"),
    "Remote": _l("remotely"),
    "SOCLimitReached": _l("the battery is as full as was asked for"),
    "SoftReset": _l("soft restart"),
    "StoppedByEV": _l("by the car"),
    "TimeLimitReached": _l("the time was over"),
    "Timeout": _l("the cable was not plugged in in time"),
    "UnlockCommand": _l("unlocked remotely"),
}


def reason(word: str | None) -> Any:
    """A charger's own word where it is none of the standard's."""
    return REASON.get(word or "", word or "–")
