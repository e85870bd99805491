"""How the words of the register, and what its history says of them, are called on a page."""

from typing import Any

from flask_babel import lazy_gettext as _l

from service.stations.words import Access, Authorization, Current

CURRENT: dict[Current, Any] = {Current.AC: _l("AC"), Current.DC: _l("DC, fast charging")}
ACCESS: dict[Access, Any] = {Access.PUBLIC: _l("public"), Access.INTERNAL: _l("internal")}
AUTHORIZATION: dict[Authorization, Any] = {
    Authorization.KNOWN_TAGS: _l("known tags"),
    Authorization.ACCEPT_ALL: _l("everybody, except blocked tags"),
    Authorization.REFUSE: _l("nobody"),
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
    "city": _l("City"),
    "commissioned_on": _l("Commissioned on"),
    "connectors": _l("Connectors"),
    "current": _l("Current"),
    "customer": _l("Customer"),
    "email": _l("E-mail"),
    "file": _l("File"),
    "firmware": _l("Firmware"),
    "firmware_version": _l("Firmware"),
    "identity": _l("OCPP identity"),
    "label": _l("Label"),
    "latitude": _l("Latitude"),
    "longitude": _l("Longitude"),
    "maker": _l("Maker"),
    "model": _l("Model"),
    "name": _l("Name"),
    "notes": _l("Notes"),
    "ocpp_identity": _l("OCPP identity"),
    "organisation_number": _l("Organisation number"),
    "phone": _l("Telephone"),
    "postal_code": _l("Postal code"),
    "power_kw": _l("Power"),
    "security_profile": _l("Security profile"),
    "serial_number": _l("Serial number"),
    "site": _l("Site"),
    "time_zone": _l("Time zone"),
    "valid_from": _l("Valid from"),
    "valid_until": _l("Valid until"),
}


# What a column held, where that is one of our words. A yes or no is the same in every column.
VALUE: dict[str, dict[Any, Any]] = {
    "access": dict(ACCESS),
    "authorization": dict(AUTHORIZATION),
    "current": dict(CURRENT),
}
YES_NO: dict[str, Any] = {"True": _l("yes"), "False": _l("no")}


def column(word: str) -> Any:
    return COLUMN.get(word, word)


def value(name: str, kept: Any) -> Any:
    """What a column held before or after, as a page says it."""
    if kept in (None, ""):
        return "–"
    return VALUE.get(name, YES_NO).get(str(kept), kept)
