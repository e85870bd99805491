"""What a document is made of: which keys there are, and what may stand in each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from service.checklists.conditions import is_number
from service.checklists.words import ItemType, SectionPer

# Where, and what is wrong there.
Wrong = tuple[str, str]
Check = Callable[[str, Any], Iterator[Wrong]]

LANGUAGES = ("sv", "en")
KEY = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*")
LONGEST_KEY, LONGEST_TEXT, DEEPEST = 60, 1000, 8
AUTO = ("inoperative", "no_session", "firmware", "available", "signal")
JUDGED, GIVEN = ("ok", "remark", "fail"), ("ok", "remark", "warn", "fail", "na")
LIMITS = ("min", "max", "warn_min", "warn_max", "plausible_min", "plausible_max")


def of_document(document: Any) -> Iterator[Wrong]:
    yield from _of_keys("", document, {"schema": _schema, "sections": _sections}, "")


def _of_keys(path: str, value: Any, checks: Mapping[str, Check], optional: str) -> Iterator[Wrong]:
    """The keys that there are, each as its check wants it; the `optional` ones may be null."""
    if not isinstance(value, Mapping):
        yield path or "document", "must be an object"
        return
    at = f"{path}." if path else ""
    for key in value.keys() - checks.keys():
        yield f"{at}{key}", "unknown key"
    free = optional.split()
    for key, check in checks.items():
        if value.get(key) is not None:
            yield from check(f"{at}{key}", value[key])
        elif key not in free:
            yield f"{at}{key}", "is missing"


def _schema(path: str, value: Any) -> Iterator[Wrong]:
    if value != 1 or isinstance(value, bool):
        yield path, "must be 1"


def _list_of(check: Check, least: int = 0) -> Check:
    def checked(path: str, value: Any) -> Iterator[Wrong]:
        if not isinstance(value, list):
            yield path, "must be a list"
            return
        if len(value) < least:
            yield path, "must not be empty"
        for number, one in enumerate(value):
            yield from check(f"{path}[{number}]", one)

    return checked


def _one_of(words: tuple[str, ...]) -> Check:
    def checked(path: str, value: Any) -> Iterator[Wrong]:
        if not isinstance(value, str) or value not in words:
            yield path, f"must be one of: {', '.join(words)}"

    return checked


def _key(path: str, value: Any) -> Iterator[Wrong]:
    if not isinstance(value, str) or len(value) > LONGEST_KEY or not KEY.fullmatch(value):
        yield path, "must be small letters, digits, _ and dots, beginning with a letter"


def _text(path: str, value: Any) -> Iterator[Wrong]:
    if not isinstance(value, str) or "\0" in value:
        yield path, "must be a text"
    elif len(value) > LONGEST_TEXT:
        yield path, f"is longer than {LONGEST_TEXT} characters"
    elif not value.strip():
        yield path, "is empty"


def _texts(path: str, value: Any) -> Iterator[Wrong]:
    """In both languages: whoever answers and whoever reads may have either."""
    yield from _of_keys(path, value, dict.fromkeys(LANGUAGES, _text), "")


def _bool(path: str, value: Any) -> Iterator[Wrong]:
    if not isinstance(value, bool):
        yield path, "must be true or false"


def _number(path: str, value: Any) -> Iterator[Wrong]:
    if not is_number(value):
        yield path, "must be a number"


def _decimals(path: str, value: Any) -> Iterator[Wrong]:
    if not is_number(value) or value not in range(7):
        yield path, "must be a whole number from 0 to 6"


def _scalar(path: str, value: Any) -> Iterator[Wrong]:
    if not isinstance(value, str | bool) and not is_number(value):
        yield path, "must be a text, a number, true or false"


def _condition(path: str, value: Any, deep: int = 1) -> Iterator[Wrong]:
    if not isinstance(value, Mapping):
        yield path, "must be a condition"
        return
    form = next((one for one in FORMS if set(one) == value.keys()), None)
    if form is None:
        yield path, "is no condition that we know"
    elif deep > DEEPEST:
        yield path, f"is deeper than {DEEPEST} conditions"
    else:
        for word in form:
            yield from _part(f"{path}.{word}", word, value[word], deep)


def _part(path: str, word: str, value: Any, deep: int) -> Iterator[Wrong]:
    def inner(path: str, value: Any) -> Iterator[Wrong]:
        return _condition(path, value, deep + 1)

    if word in ("all", "any"):
        yield from _list_of(inner, least=1)(path, value)
    elif word == "not":
        yield from inner(path, value)
    else:
        yield from PARTS[word](path, value)


def _choice(path: str, value: Any) -> Iterator[Wrong]:
    checks: dict[str, Check] = {"key": _key, "label": _texts, "verdict": _one_of(JUDGED)}
    yield from _of_keys(path, value, checks, "verdict")


def _item(path: str, value: Any) -> Iterator[Wrong]:
    yield from _of_keys(path, value, ITEM, OPTIONAL)


def _section(path: str, value: Any) -> Iterator[Wrong]:
    checks: dict[str, Check] = {
        "key": _key,
        "title": _texts,
        "per": _one_of(tuple(SectionPer)),
        "show_if": _condition,
        "items": _list_of(_item, least=1),
    }
    yield from _of_keys(path, value, checks, "show_if")


_sections = _list_of(_section, least=1)
# What the word of a condition stands beside.
FORMS = (
    *(("item", word) for word in ("is", "verdict", "less_than_item", "below", "above")),
    *(("fact", word) for word in ("is", "has")),
    *((word,) for word in ("all", "any", "not")),
)
PARTS: dict[str, Check] = {
    "item": _text,
    "less_than_item": _text,
    "fact": _text,
    "is": _list_of(_scalar, least=1),
    "has": _list_of(_scalar, least=1),
    "verdict": _list_of(_one_of(GIVEN), least=1),
    "below": _number,
    "above": _number,
}
ITEM: dict[str, Check] = {
    "key": _key,
    "label": _texts,
    "help": _texts,
    "type": _one_of(tuple(ItemType)),
    "required": _bool,
    "safety": _bool,
    "unit": _text,
    **dict.fromkeys(LIMITS, _number),
    "decimals": _decimals,
    "limit": _text,
    "source": _text,
    "over": _texts,
    "choices": _list_of(_choice),
    "auto": _one_of(AUTO),
    **dict.fromkeys(("show_if", "required_if", "ask_again_if"), _condition),
    **dict.fromkeys(("photo_if", "note_if"), _list_of(_one_of(GIVEN))),
    **dict.fromkeys(("after", "depends_on"), _list_of(_text)),
    "authorisation": _key,
}
OPTIONAL = " ".join(ITEM.keys() - {"key", "label", "type"})
