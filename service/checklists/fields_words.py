"""What the fields of sections and items are called, and what their values say, on a page."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from service.checklists import labels
from service.checklists.sentences import Names, sentence
from service.checklists.sources import source as source
from service.checklists.words import ItemType, SectionPer, Verdict
from service.core import dates, language
from service.core.history import plain
from service.stations import labels as register

AUTO: dict[str, Any] = {
    "inoperative": _l("set inoperative"),
    "no_session": _l("no charging session"),
    "firmware": _l("firmware"),
    "available": _l("available again"),
    "signal": _l("signal strength"),
}
FIELD: dict[str, Any] = {
    "after": _l("Only after"),
    "ask_again_if": _l("Asked again if"),
    "authorisation": _l("Authorisation"),
    "auto": _l("What the charger says"),
    "choices": _l("Choices"),
    "decimals": _l("Decimals"),
    "depends_on": _l("Locked by"),
    "help": _l("Help"),
    "key": _l("Key"),
    "label": _l("Text"),
    "limit": _l("Limit row"),
    "max": _l("Maximum"),
    "min": _l("Minimum"),
    "note_if": _l("Note required on"),
    "order": _l("Place in the list"),
    "over": _l("Beyond the range"),
    "per": _l("Answered"),
    "photo_if": _l("Photo required on"),
    "plausible_max": _l("Asked again above"),
    "plausible_min": _l("Asked again below"),
    "required": _l("Required"),
    "required_if": _l("Required if"),
    "safety": _l("Safety item"),
    "section": _l("Section"),
    "show_if": _l("Shown if"),
    "source": _l("Source"),
    "title": _l("Heading"),
    "type": _l("Kind of answer"),
    "unit": _l("Unit"),
    "warn_max": _l("Warning above"),
    "warn_min": _l("Warning below"),
}
CONDITIONS = ("show_if", "required_if", "ask_again_if")
VERDICTS = {one.value: word for one, word in labels.VERDICT.items()}
COLUMN: dict[str, Any] = FIELD | {
    "calibrated_until": _l("Calibrated until"),
    "current": _l("For stations of"),
    "evidence": _l("Evidence"),
    "is_default": _l("Used where nothing else is named"),
    "kind": _l("Kind"),
    "make": _l("Maker"),
    "model": _l("Model"),
    "note": _l("Note"),
    "number": _l("Version"),
    "person_id": _l("Carried by"),
    "serial": _l("Serial number"),
    "title_en": _l("Name in English"),
    "title_sv": _l("Name in Swedish"),
    "until": _l("Calibrated until"),
    "before": _l("Before"),
    "valid_from": _l("Valid from"),
}


def verb(word: str) -> Any:
    return register.verb(word)


def column(word: str) -> Any:
    return COLUMN.get(word) or register.column(word)


value = plain


def field(name: str) -> Any:
    return FIELD.get(name, name)


def told(name: str, given: Any, names: Names) -> str:
    """A field's value in the reader's language; a dash for none."""
    if given in (None, "", [], {}):
        return "–"
    if name in CONDITIONS:
        return sentence(given, names)
    if isinstance(given, bool):
        return str(_("yes") if given else _("no"))
    return _listed(name, given, names) if isinstance(given, list) else _one(name, given)


def _one(name: str, given: Any) -> str:
    if isinstance(given, Mapping):
        return " / ".join(str(given[one]) for one in ("sv", "en") if given.get(one)) or "–"
    if isinstance(given, int | float):
        return dates.number(given, language.current())
    words: dict[str, Mapping[Any, Any]] = {
        "type": {one.value: labels.ITEM_TYPE[one] for one in ItemType},
        "per": {one.value: labels.SECTION_PER[one] for one in SectionPer},
        "auto": AUTO,
    }
    return str(words.get(name, {}).get(given, given))


def _listed(name: str, given: list[Any], names: Names) -> str:
    if name == "choices":
        return "; ".join(_choice(one) for one in given)
    if name in ("photo_if", "note_if"):
        return ", ".join(str(VERDICTS.get(one, one)) for one in given)
    return ", ".join(names.of(str(one)) for one in given)


def _choice(one: Mapping[str, Any]) -> str:
    words = one.get("label") or {}
    said = words.get(language.current()) or one.get("key", "")
    return f"{said} → {labels.VERDICT[Verdict(one.get('verdict') or 'ok')]}"


# What a table of items says in columns of their own.
APART = {"key", "label", "type", "help"}


def facts(part: Mapping[str, Any], names: Names) -> list[tuple[Any, str]]:
    """Everything else that is said of an item or a section, field by field."""
    said = [name for name in part if name not in APART and name != "items" and part[name]]
    bounds = limit_words(part)
    shown = [(field(name), told(name, part[name], names)) for name in said if name not in BOUNDS]
    return [(_("Limit"), bounds), *shown] if bounds else shown


BOUNDS = {"min", "max", "warn_min", "warn_max", "plausible_min", "plausible_max", "unit"}


def limit_words(part: Any) -> str:
    """`15 to 30 mA, warning above 28, asked again above 500`: of an item, or of a row of limits."""
    given = part if isinstance(part, Mapping) else {one: getattr(part, one) for one in BOUNDS}
    number = {
        name: dates.number(given[name], language.current()).replace("-", "−")
        for name in BOUNDS - {"unit"}
        if given.get(name) is not None
    }
    unit, is_bound = given.get("unit") or "", bool(number.keys() & {"min", "max"})
    if not number:
        return str(unit)
    told = [f"{_range(number)} {unit}".strip()] if is_bound else []
    if not is_bound:
        number = {name: f"{said} {unit}".strip() for name, said in number.items()}
    edges = (
        ("warn_min", _("warning below %(number)s", number=number.get("warn_min"))),
        ("warn_max", _("warning above %(number)s", number=number.get("warn_max"))),
        ("plausible_min", _("asked again below %(number)s", number=number.get("plausible_min"))),
        ("plausible_max", _("asked again above %(number)s", number=number.get("plausible_max"))),
    )
    return ", ".join([*told, *(str(words) for name, words in edges if name in number)])


def _range(number: Mapping[str, str]) -> str:
    if "min" not in number:
        return str(_("at most %(number)s", number=number["max"]))
    if "max" not in number:
        return str(_("at least %(number)s", number=number["min"]))
    # A minus beside a dash is read wrongly.
    to = " … " if "−" in number["min"] else "–"
    return f"{number['min']}{to}{number['max']}"


# Which of the six states a verdict is drawn as.
LOOK: dict[str, str] = {
    "ok": "ok",
    "remark": "warning",
    "warn": "warning",
    "fail": "fault",
    "na": "offline",
}
MISSING: dict[str, Any] = {
    "answer": _l("answer missing"),
    "photo": _l("photo missing"),
    "note": _l("note missing"),
    "confirm": _l("to be confirmed"),
    "authorisation": _l("authorisation missing"),
}


def listed(keys: list[str], names: Names) -> str:
    return ", ".join(f"“{names.of(key)}”" for key in keys)


def place(name: str) -> str:
    """`rcd:1` is RCD 1; `rcd:c12` is the RCD that is component 12 of the station."""
    kind, _colon, number = name.partition(":")
    if kind == "rcd" and number.startswith("c"):
        return str(_("RCD, component %(number)s", number=number[1:]))
    words = {
        "visit": _("The visit"),
        "station": _("The station"),
        "evse": _("Outlet %(number)s", number=number),
        "rcd": _("RCD %(number)s", number=number),
    }
    return str(words.get(kind, name))


def day(at: datetime) -> str:
    return dates.day(dates.today(at), language.current())
