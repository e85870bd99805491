"""What an editor does to the document of a draft. Each returns a document of its own.

Sections and items are known by their keys; a key that changes is followed in all that names it.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from typing import Any

Document = dict[str, Any]
Part = dict[str, Any]

EMPTY: Document = {"schema": 1, "sections": []}
# Lists of keys of other items.
ORDER = ("after", "depends_on")
CONDITIONS = ("show_if", "required_if", "ask_again_if")
NAMED = ("item", "less_than_item")


def sections(document: Mapping[str, Any]) -> list[Part]:
    return list(document.get("sections") or [])


def items(document: Mapping[str, Any]) -> Iterator[tuple[Part, Part]]:
    """Each item with its section, in the order in which they are asked."""
    for section in sections(document):
        for item in section.get("items") or []:
            yield section, item


def section_of(document: Mapping[str, Any], key: str) -> Part | None:
    return next((one for one in sections(document) if one["key"] == key), None)


def item_of(document: Mapping[str, Any], key: str) -> Part | None:
    return next((item for _section, item in items(document) if item["key"] == key), None)


def home_of(document: Mapping[str, Any], key: str) -> Part | None:
    """The section of an item."""
    return next((section for section, item in items(document) if item["key"] == key), None)


def path_of(document: Mapping[str, Any], key: str) -> str:
    """Where an item stands, as errors name it."""
    for number, section in enumerate(sections(document)):
        for place, item in enumerate(section["items"]):
            if item["key"] == key:
                return f"sections[{number}].items[{place}]"
    return ""


def free_key(title: str, taken: set[str], fallback: str) -> str:
    """A key of these words that nothing else has."""
    plain = re.sub(r"[^a-z0-9.]+", "_", title.lower())
    # No part of a key is empty, and the first one begins with a letter.
    plain = re.sub(r"_*\.[._]*", ".", plain).lstrip("._0123456789")[:50].strip("._") or fallback
    several = (plain, *(f"{plain}_{n}" for n in range(2, 10_000)))
    return next(one for one in several if one not in taken)


def add_section(document: Document, section: Mapping[str, Any]) -> Document:
    changed = _own(document)
    changed["sections"].append({**section, "items": list(section.get("items") or [])})
    return changed


def change_section(document: Document, key: str, facts: Mapping[str, Any]) -> Document:
    changed = _own(document)
    section = section_of(changed, key)
    if section is not None:
        _set(section, facts)
    return changed


def move_section(document: Document, key: str, step: int) -> Document:
    changed = _own(document)
    _move(changed["sections"], key, step)
    return changed


def remove_section(document: Document, key: str) -> Document:
    gone = [item["key"] for section, item in items(document) if section["key"] == key]
    changed = _own(document)
    for item in gone:
        _forget(changed, item)
    changed["sections"] = [one for one in sections(changed) if one["key"] != key]
    return changed


def add_item(document: Document, section_key: str, item: Mapping[str, Any]) -> Document:
    changed = _own(document)
    section = section_of(changed, section_key)
    if section is not None:
        section["items"].append(dict(item))
    return changed


def change_item(document: Document, key: str, facts: Mapping[str, Any]) -> Document:
    """What is empty leaves the item. Another key is followed wherever it is named."""
    changed = _own(document)
    item = item_of(changed, key)
    if item is None:
        return changed
    _set(item, facts)
    if item["key"] != key:
        _rename(changed, key, item["key"])
    return changed


def move_item(document: Document, key: str, step: int) -> Document:
    """Within its section; at the end of it, into the next one."""
    changed = _own(document)
    section = home_of(changed, key)
    if section is None or _move(section["items"], key, step):
        return changed
    _over_the_border(changed, section, key, step)
    return changed


def remove_item(document: Document, key: str) -> Document:
    """Others no longer wait for it. A condition that asks for it has to be changed by hand."""
    changed = _own(document)
    _forget(changed, key)
    for section in sections(changed):
        section["items"] = [one for one in section["items"] if one["key"] != key]
    return changed


def asked_in(condition: Any) -> Iterator[str]:
    """The items that a condition asks for."""
    if not isinstance(condition, Mapping):
        return
    yield from (str(condition[name]) for name in NAMED if name in condition)
    for inner in _inner(condition):
        yield from asked_in(inner)


def _inner(condition: Mapping[str, Any]) -> list[Any]:
    several = [*(condition.get("all") or []), *(condition.get("any") or [])]
    return [*several, condition["not"]] if "not" in condition else several


def _own(document: Mapping[str, Any]) -> Document:
    changed = copy.deepcopy(dict(document))
    changed.setdefault("schema", 1)
    changed["sections"] = sections(changed)
    return changed


def _set(part: Part, facts: Mapping[str, Any]) -> None:
    for name, value in facts.items():
        if value in (None, "", [], {}) and name not in ("key", "type", "per", "label", "title"):
            part.pop(name, None)
        else:
            part[name] = value


def _move(rows: list[Part], key: str, step: int) -> bool:
    """False where it would leave the list."""
    here = next((n for n, one in enumerate(rows) if one["key"] == key), None)
    if here is None or not 0 <= here + step < len(rows):
        return False
    rows.insert(here + step, rows.pop(here))
    return True


def _over_the_border(document: Document, section: Part, key: str, step: int) -> None:
    every = sections(document)
    there = every.index(section) + step
    if not 0 <= there < len(every):
        return
    item = next(one for one in section["items"] if one["key"] == key)
    section["items"].remove(item)
    rows = every[there]["items"]
    rows.insert(0 if step > 0 else len(rows), item)


def _forget(document: Document, key: str) -> None:
    for _section, item in items(document):
        for name in ORDER:
            if key in (item.get(name) or []):
                _set(item, {name: [one for one in item[name] if one != key]})


def _rename(document: Document, old: str, new: str) -> None:
    for section in sections(document):
        for part in (section, *section["items"]):
            for name in CONDITIONS:
                if part.get(name):
                    part[name] = _renamed(part[name], old, new)
            for name in ORDER:
                if part.get(name):
                    part[name] = [new if one == old else one for one in part[name]]


def _renamed(condition: Any, old: str, new: str) -> Any:
    if isinstance(condition, list):
        return [_renamed(one, old, new) for one in condition]
    if not isinstance(condition, dict):
        return condition
    return {
        name: (new if name in NAMED and value == old else value)
        if name not in ("all", "any", "not")
        else _renamed(value, old, new)
        for name, value in condition.items()
    }
