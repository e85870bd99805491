"""What items of a document say of each other: names that are there, and no ring of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from service.checklists.shapes import Wrong

CONDITIONS = ("show_if", "required_if", "ask_again_if")
NUMERIC = ("number", "auto")
# What only means something in items of one type: the keys, and where they belong.
BELONGS = {
    "choices": ("choice",),
    "over": NUMERIC,
    "auto": ("auto",),
    **dict.fromkeys(("min", "max", "warn_min", "warn_max", "limit"), NUMERIC),
    **dict.fromkeys(("plausible_min", "plausible_max", "decimals"), NUMERIC),
}


class Named(NamedTuple):
    """An item, where it stands, and its section."""

    path: str
    section: Mapping[str, Any]
    item: Mapping[str, Any]


def found_wrong(items: list[Named], document: Mapping[str, Any]) -> Iterator[Wrong]:
    keys = {one.item["key"] for one in items}
    safety = {one.item["key"] for one in items if one.item.get("safety")}
    yield from _twice("sections", [section["key"] for section in document["sections"]])
    yield from _twice("items", [one.item["key"] for one in items])
    for one in items:
        yield from _of_type(one)
        yield from _strangers(one, keys)
        yield from _harmless(one, keys - safety)
    for number, section in enumerate(document["sections"]):
        for path, key in _mentions(f"sections[{number}].show_if", section.get("show_if")):
            if key not in keys:
                yield path, f"there is no item “{key}”"
    yield from _rings(items)


def _twice(what: str, keys: Iterable[str]) -> Iterator[Wrong]:
    for key, times in Counter(keys).items():
        if times > 1:
            yield what, f"“{key}” is there {times} times"


def _of_type(one: Named) -> Iterator[Wrong]:
    kind = one.item["type"]
    for key, kinds in BELONGS.items():
        if one.item.get(key) not in (None, []) and kind not in kinds:
            yield f"{one.path}.{key}", f"an item of type {kind} has none"
    for key in ("choices", "auto"):
        if kind in BELONGS[key] and not one.item.get(key):
            yield f"{one.path}.{key}", "is missing"
    yield from _twice(
        f"{one.path}.choices", [each["key"] for each in one.item.get("choices") or []]
    )


def _strangers(one: Named, keys: set[str]) -> Iterator[Wrong]:
    said: list[tuple[str, str]] = []
    for word in CONDITIONS:
        said += _mentions(f"{one.path}.{word}", one.item.get(word))
    for word in ("after", "depends_on"):
        said += [(f"{one.path}.{word}[{n}]", key) for n, key in enumerate(one.item.get(word) or [])]
    for path, key in said:
        if key not in keys:
            yield path, f"there is no item “{key}”"


def _harmless(one: Named, safe: set[str]) -> Iterator[Wrong]:
    """Whoever writes that an item is locked should see it locked."""
    for number, key in enumerate(one.item.get("depends_on") or []):
        if key in safe:
            yield f"{one.path}.depends_on[{number}]", f"“{key}” is no safety item: it never locks"


def _mentions(path: str, condition: Mapping[str, Any] | None) -> Iterator[tuple[str, str]]:
    """The items that a condition asks of, each with its path."""
    if condition is None:
        return
    for word in ("item", "less_than_item"):
        if word in condition:
            yield f"{path}.{word}", condition[word]
    for word in ("all", "any"):
        for number, one in enumerate(condition.get(word, [])):
            yield from _mentions(f"{path}.{word}[{number}]", one)
    yield from _mentions(f"{path}.not", condition.get("not"))


def _rings(items: list[Named]) -> Iterator[Wrong]:
    """Two that wait for each other are never answered; two that show each other never shown."""
    waits = {
        one.item["key"]: {*(one.item.get("after") or []), *(one.item.get("depends_on") or [])}
        for one in items
    }
    shows = {
        one.item["key"]: {
            key
            for condition in (one.section.get("show_if"), one.item.get("show_if"))
            for _path, key in _mentions("", condition)
        }
        for one in items
    }
    for one in items:
        key = one.item["key"]
        if ring := _ring(key, waits):
            yield f"{one.path}.after", f"waits for itself: {' → '.join(ring)}"
        if ring := _ring(key, shows):
            yield f"{one.path}.show_if", f"hangs on itself: {' → '.join(ring)}"


def _ring(start: str, next_of: Mapping[str, set[str]]) -> list[str]:
    """The way from a key back to itself; empty where there is none."""
    ways, seen = [[start]], set[str]()
    while ways:
        way = ways.pop()
        for key in sorted(next_of.get(way[-1], ())):
            if key == start:
                return [*way, key]
            if key not in seen:
                seen.add(key)
                ways.append([*way, key])
    return []
