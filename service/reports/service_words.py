"""The words of a service report, in the language that is being spoken: verdicts, values, places."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from service.checklists.answers import number_of
from service.core import dates, language

# A word, a shape and a colour; the paper may be grey.
VERDICT = {
    "ok": _l("● Pass"),
    "remark": _l("▲ Remark"),
    "warn": _l("▲ Near its limit"),
    "fail": _l("■ Fail"),
    "na": _l("– Not applicable"),
}
UNANSWERED = _l("◌ Not answered")
# How it is marked on paper; "quiet" is what nobody need look at.
MARK = {"ok": "ok", "remark": "remark", "warn": "warn", "fail": "fail", "na": "quiet"}
NOTHING = "–"
Item = Mapping[str, Any]
Given = Mapping[str, Any]


def _(words: str, **values: Any) -> str:
    return str(gettext(words, **values))


def verdict(word: str | None) -> str:
    return str(VERDICT[word] if word else UNANSWERED)


def day(on: date | None) -> str:
    """`2 mars 2026`, which no line divides."""
    if on is None:
        return NOTHING
    return dates.day(on, language.current()).replace(" ", "\N{NO-BREAK SPACE}")


def moment(at: datetime | None, zone: ZoneInfo) -> str:
    """`2 mars 2026 14:05`, with the year always: paper is old one day."""
    if at is None:
        return NOTHING
    there = at.astimezone(zone)
    return format_datetime(there, "d MMM y HH:mm", locale=language.current()).replace(".", "")


def number(value: float, digits: int | None = None) -> str:
    return dates.number(value, language.current(), digits).replace("-", "−")


def said(words: Mapping[str, str] | None) -> str:
    """A text of a checklist in the language that is being spoken, or else in the other one."""
    found = words or {}
    return found.get(language.current()) or next(filter(None, found.values()), "")


def value(item: Item, given: Given) -> str:
    """What was answered, with its unit."""
    kind = item["type"]
    if kind in READERS:
        return READERS[kind](item, given) or NOTHING
    return NOTHING


def _measured(item: Item, given: Given) -> str:
    found = number_of(item, given)
    if found is None:
        return ""
    if found == math.inf:
        return said(item["over"])
    return _with_unit(found, item)


def _with_unit(found: float, item: Item) -> str:
    shown = number(found, item.get("decimals"))
    return f"{shown} {item['unit']}" if item.get("unit") else shown


def _chosen(item: Item, given: Given) -> str:
    choices = item.get("choices") or []
    return next((said(one["label"]) for one in choices if one["key"] == given.get("value")), "")


def _typed(_item: Item, given: Given) -> str:
    typed = given.get("value")
    return typed if isinstance(typed, str) else ""


def _signed(_item: Item, given: Given) -> str:
    signed = given.get("value")
    return str(signed.get("name") or "") if isinstance(signed, Mapping) else ""


def _used(_item: Item, given: Given) -> str:
    used = given.get("value")
    if not isinstance(used, list):
        return ""
    named = [_part(one) for one in used if isinstance(one, Mapping)]
    return ", ".join(filter(None, named)) or _("none")


def _part(one: Given) -> str:
    name = str(one.get("text") or one.get("name") or one.get("serial") or "")
    count = str(one.get("quantity") or "")
    return f"{count} × {name}" if count and name else name


def _told(item: Item, given: Given) -> str:
    """What the charger said of itself."""
    told = given.get("value")
    if isinstance(told, bool):
        return _("yes") if told else _("no")
    return _measured(item, given) or _typed(item, given)


READERS = {
    "number": _measured,
    "choice": _chosen,
    "text": _typed,
    "signature": _signed,
    "part": _used,
    "auto": _told,
}


def limit(item: Item) -> str:
    """`≥ 1 MΩ`, `≤ 300 ms`, or from one to the other: what is good."""
    low, high = item.get("min"), item.get("max")
    if low is not None and high is not None:
        # A minus beside a dash is read wrongly.
        to = " … " if low < 0 else "–"
        return f"{_plain(low, item)}{to}{_with_unit(high, item)}"
    if low is not None:
        return f"≥ {_with_unit(low, item)}"
    return f"≤ {_with_unit(high, item)}" if high is not None else NOTHING


def _plain(found: float, item: Item) -> str:
    return number(found, item.get("decimals"))


def place(where: str) -> str:
    """`evse:2` is outlet 2; the station itself and the visit need no word."""
    kind, _colon, which = where.partition(":")
    if kind == "evse":
        return _("Outlet %(number)s", number=which)
    if kind == "rcd" and which.isdecimal():
        return _("RCD of outlet %(number)s", number=which)
    return _("RCD") if kind == "rcd" else ""
