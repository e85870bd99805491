"""What one answer says: its number, whether it is one at all, and its verdict.

`static/t/rules.js` says the same in its language; tests/checklists/vectors.json holds both to it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from service.checklists.conditions import is_number

Item = Mapping[str, Any]
Given = Mapping[str, Any]

WORDS = ("ok", "remark", "fail", "na")
NOT_APPLICABLE = "na"
# What may be answered with "na" where there is nothing to judge: a text is just left empty.
JUDGED = ("verdict", "number", "choice", "auto")
# Grouped by three, with a blank or without: more is a slip of the finger.
NUMBER = re.compile(r"([-+]?)([0-9]+|[0-9]{1,3}(?: [0-9]{3})+)?(?:[.,]([0-9]*))?")
BLANKS = re.compile("[\u0020\u00a0\u2009\u202f]")
NOTHING: Given = {}


def parse_number(text: Any) -> float | None:
    """What somebody typed: `0,3`, `0.3`, `1 234,5`. None where it is not one number."""
    if not isinstance(text, str):
        return None
    plain = BLANKS.sub(" ", text).strip(" ").replace("\u2212", "-")
    match = NUMBER.fullmatch(plain)
    if not match or not (match[2] or match[3]):
        return None
    digits = (match[2] or "0").replace(" ", "")
    number = float(f"{match[1]}{digits}.{match[3] or '0'}") + 0.0
    return number if math.isfinite(number) else None


def number_of(item: Item, given: Given) -> float | None:
    """The number that was measured; infinite where the instrument's range ended first."""
    if is_over(item, given):
        return math.inf
    if item["type"] not in ("number", "auto"):
        return None
    for one in (given.get("number"), given.get("value")):
        if is_number(one):
            return float(one) + 0.0
    return parse_number(given.get("value"))


def is_over(item: Item, given: Given) -> bool:
    return item.get("over") is not None and given.get("over") is True


def verdict_of(item: Item, given: Any) -> str | None:
    """ok, remark, warn, fail or na; None where it is no answer."""
    if not isinstance(given, Mapping):
        return None
    value, kind = given.get("value"), item["type"]
    if kind in JUDGED and value == NOT_APPLICABLE:
        return NOT_APPLICABLE
    if kind == "verdict":
        return _word(value)
    if kind == "choice":
        return _of_choice(item, value)
    if kind == "number":
        return _of_number(item, number_of(item, given))
    if kind == "auto":
        return _of_auto(item, given)
    return "ok" if _is_given(kind, given) else None


def _word(value: Any) -> str | None:
    return value if isinstance(value, str) and value in WORDS else None


def _of_choice(item: Item, value: Any) -> str | None:
    for choice in item.get("choices") or []:
        if isinstance(value, str) and choice["key"] == value:
            return choice.get("verdict") or "ok"
    return None


def _of_number(item: Item, number: float | None) -> str | None:
    """A limit belongs to what is good."""
    if number is None:
        return None
    if number == math.inf or _is_outside(item, "", number):
        return "fail"
    return "warn" if _is_outside(item, "warn_", number) else "ok"


def _is_outside(item: Item, band: str, number: float) -> bool:
    low, high = item.get(f"{band}min"), item.get(f"{band}max")
    return (low is not None and number < low) or (high is not None and number > high)


def _of_auto(item: Item, given: Given) -> str | None:
    """What the charger said, or a person where it could not be asked."""
    value = given.get("value")
    if isinstance(value, bool):
        return "ok" if value else "fail"
    if word := _word(value):
        return word
    number = number_of(item, given)
    if number is not None:
        return _of_number(item, number)
    return "ok" if _is_text(value) else None


def _is_given(kind: str, given: Given) -> bool:
    value = given.get("value")
    if kind == "text":
        return _is_text(value)
    if kind == "photo":
        return has_photos(given)
    if kind == "part":
        # An empty list says that none was used.
        return isinstance(value, list)
    return _is_signature(value)


def _is_signature(value: Any) -> bool:
    return isinstance(value, Mapping) and _is_text(value.get("name")) and _is_text(value.get("png"))


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip(" \t\r\n\u00a0"))


def has_note(given: Given) -> bool:
    return _is_text(given.get("note"))


def has_photos(given: Given) -> bool:
    photos = given.get("photos")
    return isinstance(photos, list) and bool(photos)


def doubt(item: Item, number: float | None) -> bool:
    """Whether nobody believes such a number without asking again."""
    if number is None or number == math.inf:
        return False
    return _is_outside(item, "plausible_", number)
