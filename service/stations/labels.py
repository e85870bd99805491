"""How the words of the register, and what its history says of them, are called on a page."""

from typing import Any

from flask_babel import lazy_gettext as _l

from service.core import deeds
from service.core.history import plain
from service.stations.words import (
    Access,
    Authorization,
    Capability,
    ComponentKind,
    Current,
    DocumentKind,
    Environment,
    EvidenceKind,
    Per,
    Place,
    RcdType,
)

CURRENT: dict[Current, Any] = {Current.AC: _l("AC"), Current.DC: _l("DC, fast charging")}
ACCESS: dict[Access, Any] = {Access.PUBLIC: _l("public"), Access.INTERNAL: _l("internal")}
AUTHORIZATION: dict[Authorization, Any] = {
    Authorization.KNOWN_TAGS: _l("known tags"),
    Authorization.ACCEPT_ALL: _l("everybody, except blocked tags"),
    Authorization.REFUSE: _l("nobody"),
}
ENVIRONMENT: dict[Environment, Any] = {
    Environment.NORMAL: _l("normal"),
    Environment.DUSTY: _l("dusty"),
    Environment.COASTAL: _l("by the sea"),
}
CAPABILITY: dict[Capability, Any] = {
    Capability.REMOTE_RCD_TEST: _l("RCD test by remote"),
    Capability.RCD_SELF_TEST: _l("RCD tests itself"),
    Capability.RCD_RECLOSER: _l("RCD recloses by itself"),
    Capability.RCD_BUTTON: _l("RCD test button"),
    Capability.EMERGENCY_STOP: _l("emergency stop"),
    Capability.AIR_FILTER: _l("air filter"),
    Capability.LIQUID_COOLING: _l("liquid cooling"),
    Capability.AC_OUTLET: _l("AC outlet beside the DC ones"),
    Capability.SCHUKO_OUTLET: _l("Schuko outlet"),
    Capability.TILT_SENSOR: _l("tilt sensor"),
    Capability.CABLE_MANAGEMENT: _l("cable management"),
    Capability.CALIBRATION_SEALS: _l("calibration seals"),
}
EVIDENCE: dict[EvidenceKind, Any] = {
    EvidenceKind.MANUAL: _l("manual"),
    EvidenceKind.KB: _l("maker's help pages"),
    EvidenceKind.OPERATOR: _l("operator's experience"),
    EvidenceKind.AUTHORITY: _l("authority"),
    EvidenceKind.DEFAULT: _l("default"),
}
RCD: dict[RcdType, Any] = {
    RcdType.RDC_DD: _l("6 mA DC detection (RDC-DD)"),
    RcdType.A: _l("RCD type A"),
    RcdType.B: _l("RCD type B"),
    RcdType.IMD: _l("insulation monitor (IMD)"),
    RcdType.NONE: _l("none"),
    RcdType.UNKNOWN: _l("RCD, type not known"),
}
PLACE: dict[Place, Any] = {
    Place.BUILT_IN: _l("built in"),
    Place.UPSTREAM: _l("in the distribution board"),
    Place.UNKNOWN: _l("not known"),
}
PER: dict[Per, Any] = {Per.STATION: _l("the station"), Per.OUTLET: _l("each outlet")}
DOCUMENT: dict[DocumentKind, Any] = {
    DocumentKind.USER_MANUAL: _l("user manual"),
    DocumentKind.INSTALLATION_MANUAL: _l("installation manual"),
    DocumentKind.SERVICE_MANUAL: _l("service manual"),
    DocumentKind.DATA_SHEET: _l("data sheet"),
    DocumentKind.OTHER: _l("other"),
}
COMPONENT: dict[ComponentKind, Any] = {
    ComponentKind.RCD: _l("RCD"),
    ComponentKind.FILTER: _l("air filter"),
    ComponentKind.CONTACTOR: _l("contactor"),
    ComponentKind.CABLE: _l("cable"),
    ComponentKind.CONNECTOR: _l("connector"),
    ComponentKind.MODEM: _l("modem"),
    ComponentKind.METER: _l("meter"),
    ComponentKind.SCREEN: _l("screen"),
    ComponentKind.POWER_MODULE: _l("power module"),
    ComponentKind.FAN: _l("fan"),
    ComponentKind.PAYMENT_TERMINAL: _l("payment terminal"),
    ComponentKind.OTHER: _l("other"),
}
PROFILE: dict[int, Any] = {
    2: _l("2 · key, over an encrypted connection (TLS)"),
    1: _l("1 · key, over an open connection"),
    0: _l("0 · no key at all"),
}
PROFILE_ABOUT: dict[int, Any] = {
    2: _l("The charger signs in with its key and sees our certificate. Choose this if it can."),
    1: _l("Whoever can listen on the way can read the key. Only in a network of your own."),
    0: _l(
        "Whoever knows the identity can speak for this charger: open and close tickets, and say "
        "that a dangerous fault is gone. An administrator must allow it."
    ),
}
COLUMN: dict[str, Any] = {
    "access": _l("Access"),
    "access_notes": _l("Access notes"),
    "address": _l("Address"),
    "article_number": _l("Article number"),
    "authorization": _l("Who may charge"),
    "capabilities": _l("What it has and can do"),
    "city": _l("City"),
    "code": _l("Station label"),
    "commissioned_on": _l("Commissioned on"),
    "connected": _l("Connected"),
    "connectors": _l("Connectors"),
    "current": _l("Current"),
    "customer": _l("Customer"),
    "device": _l("Device"),
    "document": _l("Document"),
    "email": _l("E-mail"),
    "environment": _l("Environment"),
    "evidence": _l("Evidence"),
    "file": _l("File"),
    "firmware": _l("Firmware"),
    "firmware_version": _l("Firmware"),
    "identity": _l("OCPP identity"),
    "label": _l("Label"),
    "latitude": _l("Latitude"),
    "longitude": _l("Longitude"),
    "maker": _l("Maker"),
    "model": _l("Model"),
    "months": _l("Months"),
    "name": _l("Name"),
    "newcomer": _l("Newcomer"),
    "notes": _l("Notes"),
    "ocpp_identity": _l("OCPP identity"),
    "organisation_number": _l("Organisation number"),
    "done_on": _l("Done on"),
    "part": _l("Part"),
    "phone": _l("Telephone"),
    "plan": _l("Plan"),
    "postal_code": _l("Postal code"),
    "register": _l("In the register"),
    "power_kw": _l("Power"),
    "says": _l("What it says"),
    "security_profile": _l("Security profile"),
    "serial_number": _l("Serial number"),
    "site": _l("Site"),
    "task": _l("Task"),
    "time_zone": _l("Time zone"),
    "to": _l("To"),
    "valid_from": _l("Valid from"),
    "valid_until": _l("Valid until"),
    "version": _l("Version"),
    "visit_months": _l("A visit every"),
}


# What a column held, where that is one of our words. A yes or no is the same in every column.
VALUE: dict[str, dict[Any, Any]] = {
    "access": dict(ACCESS),
    "authorization": dict(AUTHORIZATION),
    "current": dict(CURRENT),
}
YES_NO: dict[str, Any] = {"True": _l("yes"), "False": _l("no")}


def verb(word: str) -> Any:
    return deeds.verb(word)


def column(word: str) -> Any:
    return COLUMN.get(word, word)


def capability(word: str) -> Any:
    """A word that nobody knows any more is shown as it is."""
    return CAPABILITY.get(word, word)  # type: ignore[call-overload]


def value(name: str, given: Any) -> Any:
    """What a column held before or after, as a page says it."""
    if given in (None, "") or isinstance(given, list):
        return plain(name, given)
    return VALUE.get(name, YES_NO).get(str(given), given)
