"""The document of a version: what is wrong with it, and the limits that are copied into it.

A path is how a person would point: `sections[2].items[0].max`. The words are English and plain;
whoever shows them translates them.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from service.checklists import shapes
from service.checklists.references import Named, found_wrong
from service.checklists.shapes import Wrong

Limits = Mapping[str, Mapping[str, Any]]
Errors = dict[str, list[str]]
# A tablet holds it, and a person reads it.
MOST_ITEMS = 400
PAIRS = (("min", "max"), ("warn_min", "warn_max"), ("plausible_min", "plausible_max"))


def errors_of(document: Any, limits: Limits) -> Errors:
    """What is in the way of its publication: words by path. Empty where nothing is."""
    errors: Errors = {}
    for path, words in _wrong(document, limits):
        errors.setdefault(path, []).append(words)
    return errors


def with_limits(document: Mapping[str, Any], limits: Limits) -> dict[str, Any]:
    """The same, with the numbers, unit and source of each limit that an item names."""
    whole = copy.deepcopy(dict(document))
    for section in whole["sections"]:
        for item in section["items"]:
            if limit := limits.get(item.get("limit") or ""):
                item.update(limit)
    return whole


def items(document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any], dict[str, Any]]]:
    """Every item, with its path and its section."""
    for number, section in enumerate(document["sections"]):
        for place, item in enumerate(section["items"]):
            yield f"sections[{number}].items[{place}]", section, item


def _wrong(document: Any, limits: Limits) -> Iterator[Wrong]:
    """First its shape; where that is not right, nothing else can be said."""
    shape = list(shapes.of_document(document))
    yield from shape
    if shape:
        return
    if sum(1 for _ in items(document)) > MOST_ITEMS:
        yield "sections", f"more than {MOST_ITEMS} items"
    yield from _unknown_limits(document, limits)
    whole = with_limits(document, limits)
    for path, _section, item in items(whole):
        yield from _unlimited(path, item)
    yield from found_wrong([Named(*one) for one in items(whole)], whole)


def _unknown_limits(document: Mapping[str, Any], limits: Limits) -> Iterator[Wrong]:
    for path, _section, item in items(document):
        key = item.get("limit")
        if key and key not in limits:
            yield f"{path}.limit", f"there is no limit “{key}”"


def _unlimited(path: str, item: Mapping[str, Any]) -> Iterator[Wrong]:
    """Limits that contradict each other."""
    for low, high in PAIRS:
        if _is_above(item.get(low), item.get(high)):
            yield f"{path}.{low}", f"is more than {high}"
    for outer in ("", "plausible_"):
        for inner in ("warn_", "") if outer else ("warn_",):
            yield from _outside(path, item, inner, outer)


def _outside(path: str, item: Mapping[str, Any], inner: str, outer: str) -> Iterator[Wrong]:
    """A warning beyond its limit never warns; a limit that nobody believes never holds."""
    low, high = item.get(f"{outer}min"), item.get(f"{outer}max")
    for name in (f"{inner}min", f"{inner}max"):
        if _is_above(low, item.get(name)):
            yield f"{path}.{name}", f"is less than {outer}min"
        if _is_above(item.get(name), high):
            yield f"{path}.{name}", f"is more than {outer}max"


def _is_above(one: float | None, other: float | None) -> bool:
    return one is not None and other is not None and one > other


def by_key(document: Mapping[str, Any]) -> dict[str, Any]:
    """Its items."""
    return {item["key"]: item for _path, _section, item in items(document)}
