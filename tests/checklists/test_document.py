"""What may be published: errors stand at their path, in words that a person can follow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from service.checklists.document import errors_of, with_limits

LIMITS = {"rcd.t1x": {"max": 300.0, "warn_max": 240.0, "unit": "ms", "source": "Megger p. 40"}}
Change = Callable[[dict[str, Any]], Any]


def item(key: str, **facts: Any) -> dict[str, Any]:
    return {"key": key, "type": "verdict", "label": {"sv": "Prov", "en": "Test"}, **facts}


def good() -> dict[str, Any]:
    """A document that may be published."""
    items = [
        item("lock", safety=True),
        item("time", type="number", limit="rcd.t1x", after=["lock"], depends_on=["lock"]),
        item("kind", type="choice", choices=[{"key": "a", "label": {"sv": "A", "en": "A"}}]),
    ]
    title = {"sv": "Del", "en": "Part"}
    return {
        "schema": 1,
        "sections": [{"key": "s", "title": title, "per": "station", "items": items}],
    }


def test_a_good_document_may_be_published() -> None:
    assert errors_of(good(), LIMITS) == {}


def items_of(document: dict[str, Any]) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = document["sections"][0]["items"]
    return items


def first(**facts: Any) -> Change:
    return lambda document: items_of(document)[0].update(facts)


def second(**facts: Any) -> Change:
    return lambda document: items_of(document)[1].update(facts)


FIRST, SECOND = "sections[0].items[0]", "sections[0].items[1]"


@pytest.mark.parametrize(
    ("change", "path", "words"),
    [
        (lambda d: d.update(schema=2), "schema", "must be 1"),
        (lambda d: d.update(schema=True), "schema", "must be 1"),
        (lambda d: d.update(extra=1), "extra", "unknown key"),
        (lambda d: d.pop("sections"), "sections", "is missing"),
        (lambda d: d.update(sections=[]), "sections", "must not be empty"),
        (lambda d: d.update(sections={}), "sections", "must be a list"),
        (lambda d: d.update(sections=["x"]), "sections[0]", "must be an object"),
        (lambda d: d["sections"][0].update(per="moon"), "sections[0].per", "must be one of"),
        (lambda d: d["sections"][0].update(items=[]), "sections[0].items", "must not be empty"),
        (first(colour="red"), f"{FIRST}.colour", "unknown key"),
        (first(key="Lock it"), f"{FIRST}.key", "must be small letters"),
        (first(key="x" * 61), f"{FIRST}.key", "must be small letters"),
        (first(type="smell"), f"{FIRST}.type", "must be one of"),
        (first(type=["number"]), f"{FIRST}.type", "must be one of"),
        (first(label={"sv": "Prov"}), f"{FIRST}.label.en", "is missing"),
        (first(label={"sv": "", "en": "Test"}), f"{FIRST}.label.sv", "is empty"),
        (first(label={"sv": "a", "en": "b", "de": "c"}), f"{FIRST}.label.de", "unknown key"),
        (first(label="Prov"), f"{FIRST}.label", "must be an object"),
        (first(label=None), f"{FIRST}.label", "is missing"),
        (first(label={"sv": "a\0", "en": "b"}), f"{FIRST}.label.sv", "must be a text"),
        (first(help={"sv": "å" * 1001, "en": "b"}), f"{FIRST}.help.sv", "is longer than 1000"),
        (first(required="yes"), f"{FIRST}.required", "must be true or false"),
        (first(show_if={"moon": 1}), f"{FIRST}.show_if", "is no condition"),
        (first(show_if=[]), f"{FIRST}.show_if", "must be a condition"),
        (first(show_if={"all": []}), f"{FIRST}.show_if.all", "must not be empty"),
        (first(show_if={"fact": "work", "has": "x"}), f"{FIRST}.show_if.has", "must be a list"),
        (first(photo_if=["bad"]), f"{FIRST}.photo_if[0]", "must be one of"),
        (first(max=3), f"{FIRST}.max", "an item of type verdict has none"),
        (first(over={"sv": "a", "en": "b"}), f"{FIRST}.over", "an item of type verdict has none"),
        (first(show_if={"item": "x", "is": ["ok"]}), f"{FIRST}.show_if.item", "no item “x”"),
        (
            first(show_if={"not": {"any": [{"item": "x", "is": ["ok"]}]}}),
            f"{FIRST}.show_if.not.any[0].item",
            "no item “x”",
        ),
        (
            first(ask_again_if={"item": "time", "less_than_item": "x"}),
            f"{FIRST}.ask_again_if.less_than_item",
            "no item “x”",
        ),
        (first(after=["x"]), f"{FIRST}.after[0]", "no item “x”"),
        (first(depends_on=["x"]), f"{FIRST}.depends_on[0]", "no item “x”"),
        (first(depends_on=["kind"]), f"{FIRST}.depends_on[0]", "is no safety item"),
        (first(after=["lock"]), f"{FIRST}.after", "waits for itself: lock → lock"),
        (first(after=["time"]), f"{FIRST}.after", "waits for itself: lock → time → lock"),
        (
            first(show_if={"item": "lock", "is": ["ok"]}),
            f"{FIRST}.show_if",
            "hangs on itself: lock → lock",
        ),
        (
            lambda d: d["sections"][0].update(show_if={"item": "kind", "is": ["a"]}),
            "sections[0].items[2].show_if",
            "hangs on itself",
        ),
        (
            lambda d: d["sections"][0].update(show_if={"item": "x", "is": ["a"]}),
            "sections[0].show_if.item",
            "no item “x”",
        ),
        (second(key="lock"), "items", "“lock” is there 2 times"),
        (lambda d: d["sections"].append(d["sections"][0]), "sections", "“s” is there 2 times"),
        (second(limit="moon"), f"{SECOND}.limit", "there is no limit “moon”"),
        (second(limit=None, min=5, max=3), f"{SECOND}.min", "is more than max"),
        (second(limit=None, max="300"), f"{SECOND}.max", "must be a number"),
        (second(limit=None, max=True), f"{SECOND}.max", "must be a number"),
        (second(limit=None, max=float("inf")), f"{SECOND}.max", "must be a number"),
        (second(limit=None, max=3, warn_max=4), f"{SECOND}.warn_max", "is more than max"),
        (second(limit=None, min=3, warn_min=2), f"{SECOND}.warn_min", "is less than min"),
        (second(limit=None, min=3, warn_max=2), f"{SECOND}.warn_max", "is less than min"),
        (
            second(limit=None, warn_min=5, warn_max=4),
            f"{SECOND}.warn_min",
            "is more than warn_max",
        ),
        (second(plausible_max=250), f"{SECOND}.max", "is more than plausible_max"),
        (second(decimals=1.5), f"{SECOND}.decimals", "must be a whole number"),
        (
            lambda d: items_of(d)[2].update(choices=[]),
            "sections[0].items[2].choices",
            "is missing",
        ),
        (
            lambda d: items_of(d)[2]["choices"].append(items_of(d)[2]["choices"][0]),
            "sections[0].items[2].choices",
            "“a” is there 2 times",
        ),
        (
            lambda d: items_of(d)[2]["choices"][0].update(verdict="na"),
            "sections[0].items[2].choices[0].verdict",
            "must be one of",
        ),
        (first(type="auto"), f"{FIRST}.auto", "is missing"),
    ],
)
def test_what_is_wrong_stands_at_its_path(change: Change, path: str, words: str) -> None:
    document = good()
    change(document)

    errors = errors_of(document, LIMITS)

    assert any(words in one for one in errors[path]), errors


@pytest.mark.parametrize("nonsense", [None, 5, "x", [], {}, {"sections": None}])
def test_nonsense_is_no_document(nonsense: Any) -> None:
    assert errors_of(nonsense, LIMITS) != {}


def test_a_condition_has_a_bottom() -> None:
    document = good()
    condition: dict[str, Any] = {"item": "kind", "is": ["a"]}
    for _ in range(500):
        condition = {"not": condition}
    items_of(document)[0]["show_if"] = condition

    (words,) = errors_of(document, LIMITS).values()

    assert words == ["is deeper than 8 conditions"]


def test_a_list_has_an_end() -> None:
    document = good()
    items_of(document).extend(item(f"i{n}") for n in range(400))

    assert errors_of(document, LIMITS)["sections"] == ["more than 400 items"]


def test_publishing_copies_the_limit_and_its_source() -> None:
    document = good()

    copied = items_of(with_limits(document, LIMITS))[1]

    assert (copied["max"], copied["unit"], copied["source"]) == (300, "ms", "Megger p. 40")
    assert "max" not in items_of(document)[1]
