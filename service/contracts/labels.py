"""The words of contracts as people read them."""

from __future__ import annotations

from datetime import date
from typing import Any

from babel.dates import format_date
from flask_babel import lazy_gettext as _l

from service.contracts.words import (
    CostKind,
    Family,
    Parts,
    PricePer,
    ReminderKind,
    Renewal,
    State,
    WorkKind,
)
from service.core.language import current
from service.core.money import kronor
from service.stations import labels as register

WORK_KIND = {
    WorkKind.VISUAL_INSPECTION: _l("Visual inspection"),
    WorkKind.AIR_FILTER: _l("Air filter"),
    WorkKind.RCD_EXERCISE: _l("RCD exercised by its button"),
    WorkKind.RCD_TEST: _l("RCD tested by instrument"),
    WorkKind.CLEANING: _l("Cleaning"),
    WorkKind.CABLE_CONNECTOR: _l("Cable and connector"),
    WorkKind.FIRMWARE: _l("Firmware"),
    WorkKind.OTHER: _l("Other work"),
}
FAMILY = {
    Family.COMMISSIONING: _l("Commissioning"),
    Family.COMMUNICATION: _l("Communication"),
    Family.SERVICE: _l("Service"),
    Family.ADMINISTRATION: _l("Administration of charging"),
}
PARTS = {
    Parts.NONE: _l("none: each is charged for"),
    Parts.WEAR: _l("wear parts"),
    Parts.ALL: _l("all parts"),
}
PRICE_PER = {
    PricePer.MONTH: _l("per station and month"),
    PricePer.YEAR: _l("per station and year"),
    PricePer.ONCE: _l("per station, once"),
}
RENEWAL = {
    Renewal.AUTO: _l("renews itself"),
    Renewal.ASK: _l("asks to be renewed"),
    Renewal.ENDS: _l("ends"),
}
STATE = {
    State.DRAFT: _l("draft"),
    State.ACTIVE: _l("active"),
    State.ENDED: _l("expired"),
    State.CANCELLED: _l("terminated"),
}
# Which of the six states it is drawn as.
LOOK = {
    State.DRAFT: "unknown",
    State.ACTIVE: "ok",
    State.ENDED: "offline",
    State.CANCELLED: "offline",
}
REMINDER = {
    ReminderKind.EXPIRY: _l("ends"),
    ReminderKind.RENEWAL: _l("renewal"),
    ReminderKind.NOTICE: _l("last day to give notice"),
}
COST = {
    CostKind.VISIT: _l("Visit"),
    CostKind.PARTS: _l("Parts"),
    CostKind.OTHER: _l("Other cost"),
}
VERB: dict[str, Any] = {
    "sign": _l("signed"),
    "cover": _l("took in stations"),
    "uncover": _l("let stations go"),
    "renew": _l("renewed"),
    "adjust_price": _l("given a new price"),
    "remind": _l("reminded the administrators"),
    "end": _l("expired"),
    "cancel": _l("terminated"),
}
COLUMN: dict[str, Any] = {
    "anchor_on": _l("Periods from"),
    "count": _l("How many"),
    "ends_on": _l("Last day"),
    "family": _l("Family"),
    "help_desk_hours": _l("Help desk hours"),
    "hours": _l("Hours"),
    "included": _l("Included work"),
    "index_cap_percent": _l("Highest rise at once"),
    "index_clause": _l("Index clause"),
    "notice_months": _l("Months of notice"),
    "number": _l("Number"),
    "package": _l("Package"),
    "parts": _l("Parts included"),
    "period_months": _l("Months of a period"),
    "price_ore": _l("Price"),
    "price_per": _l("Price is"),
    "remote_monitoring": _l("Remote monitoring"),
    "reminder": _l("Reminder"),
    "renewal": _l("At the end"),
    "since": _l("From"),
    "sla_policy": _l("Service level"),
    "starts_on": _l("First day"),
    "stations": _l("Stations"),
    "targets": _l("Promised times"),
    "until": _l("Until"),
    "vat_percent": _l("VAT"),
    "visits_per_year": _l("Visits a year"),
}
WORDS: dict[str, dict[Any, Any]] = {
    "family": FAMILY,
    "parts": PARTS,
    "price_per": PRICE_PER,
    "reminder": REMINDER,
    "renewal": RENEWAL,
}


def verb(word: str) -> Any:
    return VERB.get(word) or register.verb(word)


def column(word: str) -> Any:
    if word.startswith("extra_"):
        return WORK_KIND[WorkKind(word.removeprefix("extra_"))]
    return COLUMN.get(word) or register.column(word)


def value(name: str, given: Any) -> Any:
    """What a column was, or became, as a page says it."""
    if given in (None, ""):
        return "–"
    if name in WORDS:
        return WORDS[name].get(given, given)
    if name.endswith("ore") or name.startswith("extra_"):
        return kronor(given, current())
    return _listed(given) if isinstance(given, list) else given


def _listed(given: list[Any]) -> str:
    return ", ".join(str(WORK_KIND.get(one, one)) for one in given) or "–"


def day(on: date) -> str:
    """`31 december 2026`"""
    return format_date(on, "d MMMM y", locale=current())


def short_day(on: date) -> str:
    """`31 dec 2026`: for a table's column."""
    return format_date(on, "d MMM y", locale=current()).replace(".", "")
