"""What differs between two documents, section by section and item by item. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from service.checklists import editing

Document = Mapping[str, Any]
Fields = list[tuple[str, Any, Any]]

ADDED, REMOVED, CHANGED = "added", "removed", "changed"
# An item's place among the others, where it stands in another section or order.
SECTION, ORDER = "section", "order"


@dataclass(frozen=True)
class Change:
    """`title` holds its words in both languages; `fields` are (name, before, after)."""

    kind: str
    key: str
    title: Mapping[str, str]
    is_section: bool = False
    fields: Fields = field(default_factory=list)


def differences(before: Document, after: Document) -> list[Change]:
    """In the order of the later document, with what left it at the end."""
    return [*_of_sections(before, after), *_of_items(before, after)]


def _of_sections(before: Document, after: Document) -> Iterator[Change]:
    old = {one["key"]: one for one in editing.sections(before)}
    new = {one["key"]: one for one in editing.sections(after)}
    moved = _moved(list(old), list(new))
    for key, one in new.items():
        if key not in old:
            yield Change(ADDED, key, one["title"], is_section=True)
        elif fields := [*_fields(old[key], one, {"items"}), *_order(key in moved)]:
            yield Change(CHANGED, key, one["title"], True, fields)
    yield from (Change(REMOVED, key, old[key]["title"], True) for key in old if key not in new)


def _of_items(before: Document, after: Document) -> Iterator[Change]:
    old = {item["key"]: (section, item) for section, item in editing.items(before)}
    new = {item["key"]: (section, item) for section, item in editing.items(after)}
    moved = _moved(list(old), list(new))
    for key, (section, item) in new.items():
        if key not in old:
            yield Change(ADDED, key, item["label"])
            continue
        there, was = old[key]
        fields = _fields(was, item, set())
        if there["key"] != section["key"]:
            fields.append((SECTION, there["title"], section["title"]))
        elif key in moved:
            fields += _order(True)
        if fields:
            yield Change(CHANGED, key, item["label"], fields=fields)
    yield from (Change(REMOVED, key, old[key][1]["label"]) for key in old if key not in new)


def _fields(old: Mapping[str, Any], new: Mapping[str, Any], but: set[str]) -> Fields:
    """What is empty is not there, however it is written."""
    names = [name for name in dict.fromkeys([*new, *old]) if name not in but]
    pairs = [(name, old.get(name), new.get(name)) for name in names]
    return [(name, a, b) for name, a, b in pairs if _plain(a) != _plain(b)]


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items() if _plain(one) is not None} or None
    if isinstance(value, list):
        return [_plain(one) for one in value] or None
    return None if value is False or value == "" else value


def _order(is_moved: bool) -> Fields:
    return [(ORDER, None, None)] if is_moved else []


def _moved(old: list[str], new: list[str]) -> set[str]:
    """Those that have to be taken out so that the rest stands in the order it had."""
    places = {key: n for n, key in enumerate(old)}
    common = [key for key in new if key in places]
    kept = _longest_rise([places[key] for key in common])
    return {key for key in common if places[key] not in kept}


def _longest_rise(numbers: list[int]) -> set[int]:
    best: list[list[int]] = []
    for number in numbers:
        before = [one for one in best if one[-1] < number]
        best.append([*_longest(before), number])
    return set(_longest(best))


def _longest(several: list[list[int]]) -> list[int]:
    return max(several, key=lambda one: len(one), default=[])
