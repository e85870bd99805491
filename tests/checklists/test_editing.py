"""What an editor does to a draft's document."""

from __future__ import annotations

from typing import Any

import pytest

from service.checklists import condition_rows, editing
from service.checklists.condition_rows import Row

BOTH = {"sv": "x", "en": "x"}


def item(key: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "type": "verdict", "label": BOTH, **more}


def document() -> dict[str, Any]:
    first = {"key": "one", "title": BOTH, "per": "station", "items": [item("a"), item("b")]}
    waits = item("c", after=["a"], depends_on=["b"], show_if={"item": "a", "is": ["ok"]})
    second = {"key": "two", "title": BOTH, "per": "rcd", "items": [waits]}
    return {"schema": 1, "sections": [first, second]}


def order(of: dict[str, Any]) -> list[list[str]]:
    return [[one["key"] for one in section["items"]] for section in of["sections"]]


def test_an_item_moves_within_its_section_and_then_over_its_border() -> None:
    assert order(editing.move_item(document(), "b", -1)) == [["b", "a"], ["c"]]
    assert order(editing.move_item(document(), "b", 1)) == [["a"], ["b", "c"]]
    assert order(editing.move_item(document(), "c", -1)) == [["a", "b", "c"], []]
    assert order(editing.move_item(document(), "a", -1)) == [["a", "b"], ["c"]]


def test_editing_leaves_the_document_that_it_was_given() -> None:
    before = document()
    editing.remove_item(before, "a")
    editing.change_item(before, "a", {"label": {"sv": "y", "en": "y"}})

    assert before == document()


def test_a_key_that_changes_is_followed_wherever_it_is_named() -> None:
    found = editing.item_of(editing.change_item(document(), "a", {"key": "first"}), "c")

    assert found
    assert found["after"] == ["first"]
    assert found["show_if"] == {"item": "first", "is": ["ok"]}


def test_a_value_that_spells_like_a_key_is_no_reference() -> None:
    odd = editing.change_item(document(), "c", {"show_if": {"item": "b", "is": ["a"]}})
    found = editing.item_of(editing.change_item(odd, "a", {"key": "first"}), "c")

    assert found
    assert found["show_if"] == {"item": "b", "is": ["a"]}


def test_what_is_removed_is_no_longer_waited_for() -> None:
    found = editing.item_of(editing.remove_section(document(), "one"), "c")

    assert found
    assert "after" not in found
    assert "depends_on" not in found


def test_what_is_emptied_leaves_the_item() -> None:
    changed = editing.change_item(document(), "c", {"after": [], "help": None, "required": False})

    assert "after" not in (editing.item_of(changed, "c") or {})


def test_a_new_key_is_one_that_nothing_has() -> None:
    assert editing.free_key("Trip time 1×", {"trip_time_1"}, "item") == "trip_time_1_2"
    assert editing.free_key("åäö", set(), "item") == "item"


@pytest.mark.parametrize(
    "condition",
    [
        {"fact": "current", "is": ["ac"]},
        {"fact": "work", "has": ["rcd_test", "commissioning"]},
        {"not": {"fact": "fixed_cable", "is": [True]}},
        {"all": [{"item": "a", "verdict": ["fail"]}, {"item": "b", "below": 0.5}]},
        {"any": [{"item": "a", "less_than_item": "b"}, {"not": {"item": "c", "is": ["x"]}}]},
    ],
)
def test_a_condition_survives_its_rows(condition: dict[str, Any]) -> None:
    shown = condition_rows.rows_of(condition)

    assert shown
    assert condition_rows.condition_of(*shown) == condition


@pytest.mark.parametrize(
    "condition",
    [
        {"all": [{"any": [{"fact": "current", "is": ["ac"]}]}]},
        {"not": {"not": {"fact": "current", "is": ["ac"]}}},
        {"fact": "weather", "is": ["rain"]},
    ],
)
def test_what_rows_cannot_show_is_told_apart(condition: dict[str, Any]) -> None:
    assert condition_rows.rows_of(condition) is None


def test_rows_that_ask_nothing_are_no_condition() -> None:
    assert condition_rows.condition_of("all", [Row(), Row()]) is None
    assert list(editing.asked_in({"not": {"item": "a", "less_than_item": "b"}})) == ["a", "b"]
