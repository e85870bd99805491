"""What differs between two versions."""

from __future__ import annotations

from typing import Any

from service.checklists import editing
from service.checklists.comparing import ADDED, CHANGED, REMOVED, Change, differences
from tests.checklists.test_editing import document, item


def told(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, str, list[str]]]:
    return [
        (one.kind, one.key, [name for name, *_ in one.fields]) for one in differences(before, after)
    ]


def test_the_same_document_has_no_differences() -> None:
    assert differences(document(), document()) == []


def test_what_is_empty_is_no_difference_however_it_is_written() -> None:
    after = editing.change_item(document(), "a", {"label": {"sv": "x", "en": "x"}})
    found = editing.item_of(after, "a")
    assert found
    found |= {"required": False, "help": None, "after": [], "over": {"sv": "", "en": ""}}

    assert differences(document(), after) == []


def test_a_limit_of_nought_is_not_nothing() -> None:
    assert told(document(), editing.change_item(document(), "a", {"min": 0})) == [
        (CHANGED, "a", ["min"])
    ]


def test_added_removed_and_changed_are_told_field_by_field() -> None:
    after = editing.remove_item(document(), "b")
    after = editing.add_item(after, "two", item("d"))
    after = editing.change_item(after, "a", {"safety": True, "max": 300})

    assert told(document(), after) == [
        (CHANGED, "a", ["safety", "max"]),
        (CHANGED, "c", ["depends_on"]),
        (ADDED, "d", []),
        (REMOVED, "b", []),
    ]
    change = differences(document(), after)[0]
    assert isinstance(change, Change)
    assert change.fields == [("safety", None, True), ("max", None, 300)]


def test_what_moved_is_told_and_what_made_room_is_not() -> None:
    after = editing.add_item(document(), "one", item("z"))
    moved = editing.move_item(editing.move_item(after, "z", -1), "z", -1)

    assert told(after, moved) == [(CHANGED, "z", ["order"])]


def test_an_item_that_went_to_another_section_says_so() -> None:
    assert told(document(), editing.move_item(document(), "b", 1)) == [(CHANGED, "b", ["section"])]


def test_sections_are_compared_too() -> None:
    after = editing.change_section(document(), "one", {"per": "evse"})
    gone = editing.remove_section(after, "two")

    assert [(one.kind, one.key, one.is_section) for one in differences(document(), gone)] == [
        (CHANGED, "one", True),
        (REMOVED, "two", True),
        (REMOVED, "c", False),
    ]
