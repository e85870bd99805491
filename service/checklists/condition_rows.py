"""A condition as rows of choices, and rows of choices as a condition.

What an editor can show is one row after the other, joined by *and* or by *or*. A condition that is
nested deeper comes from a file: it is kept as it is, and told as a sentence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Condition = Mapping[str, Any]

ALL, ANY = "all", "any"
# What a row asks of: a fact of the station and the work, or one of three things of an item.
FACT, ANSWER, VERDICT, NUMBER = "fact", "answer", "verdict", "number"
BELOW, ABOVE, LESS = "below", "above", "less_than_item"
TESTS = (BELOW, ABOVE, LESS)
# Facts that are lists: one of them is enough.
LISTS = ("work", "capabilities", "authorisations")
FACTS = (
    "current",
    "work",
    "fixed_cable",
    "connectors",
    "capabilities",
    "environment",
    "model",
    "authorisations",
)


@dataclass(frozen=True)
class Row:
    """`subject` is `fact:work`, `answer:rcd.type`, `verdict:rcd.t1x` or `number:rcd.t1x`."""

    subject: str = ""
    negated: bool = False
    values: tuple[Any, ...] = ()
    test: str = ""
    number: float | None = None
    other: str = ""

    @property
    def kind(self) -> str:
        return self.subject.partition(":")[0]

    @property
    def name(self) -> str:
        return self.subject.partition(":")[2]

    @property
    def condition(self) -> dict[str, Any]:
        plain = self._plain
        return {"not": plain} if self.negated else plain

    @property
    def _plain(self) -> dict[str, Any]:
        if self.kind == FACT:
            word = "has" if self.name in LISTS else "is"
            return {"fact": self.name, word: list(self.values)}
        if self.kind == NUMBER:
            asked: Any = self.other if self.test == LESS else self.number or 0
            return {"item": self.name, self.test or BELOW: asked}
        return {"item": self.name, "is" if self.kind == ANSWER else "verdict": list(self.values)}


def condition_of(joined: str, rows: Sequence[Row]) -> dict[str, Any] | None:
    """None where no row asks for anything: then it always holds."""
    asked = [row.condition for row in rows if row.name]
    if len(asked) < 2:
        return asked[0] if asked else None
    return {ANY if joined == ANY else ALL: asked}


def rows_of(condition: Condition | None) -> tuple[str, list[Row]] | None:
    """The word between them, and the rows; None where rows cannot show it."""
    if not condition:
        return ALL, []
    joined = next((word for word in (ALL, ANY) if word in condition), "")
    several = condition[joined] if joined else [condition]
    rows = [_row(one) for one in several]
    return None if None in rows else (joined or ALL, [row for row in rows if row])


def _row(condition: Condition, negated: bool = False) -> Row | None:
    if "not" in condition:
        return None if negated else _row(condition["not"], True)
    if "fact" in condition:
        return _of_fact(condition, negated)
    return _of_item(condition, negated) if "item" in condition else None


def _of_fact(condition: Condition, negated: bool) -> Row | None:
    name = condition["fact"]
    word = "has" if name in LISTS else "is"
    if name not in FACTS or word not in condition:
        return None
    return Row(f"{FACT}:{name}", negated, tuple(condition[word]))


def _of_item(condition: Condition, negated: bool) -> Row | None:
    name = condition["item"]
    if "is" in condition:
        return Row(f"{ANSWER}:{name}", negated, tuple(condition["is"]))
    if "verdict" in condition:
        return Row(f"{VERDICT}:{name}", negated, tuple(condition["verdict"]))
    test = next((one for one in TESTS if one in condition), None)
    if test == LESS:
        return Row(f"{NUMBER}:{name}", negated, test=LESS, other=condition[LESS])
    return Row(f"{NUMBER}:{name}", negated, test=test, number=condition[test]) if test else None
