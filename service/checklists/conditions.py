"""When something is asked: conditions are data, and read the same here and on the tablet.

`static/t/rules.js` says the same in its language; tests/checklists/vectors.json holds both to it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeGuard

Condition = Mapping[str, Any]
Facts = Mapping[str, Any]


class Seen(NamedTuple):
    """What is known of an item where a condition looks for it."""

    value: Any
    # Infinite where the instrument's range ended first.
    number: float | None
    verdict: str | None


Look = Callable[[str], Seen | None]


def holds(condition: Condition | None, look: Look, facts: Facts) -> bool:
    """No condition always holds; what asks of something unanswered never does.

    `look` finds an item by its key, None where it is not shown or not answered.
    """
    if condition is None:
        return True
    for word, several in (("all", all), ("any", any)):
        if word in condition:
            return several(holds(one, look, facts) for one in condition[word])
    if "not" in condition:
        return not holds(condition["not"], look, facts)
    if "fact" in condition:
        return _of_fact(condition, facts.get(condition["fact"]))
    return _of_item(condition, look)


def _of_fact(condition: Condition, fact: Any) -> bool:
    if "has" in condition:
        return isinstance(fact, list) and any(is_in(one, condition["has"]) for one in fact)
    return is_in(fact, condition.get("is", []))


def _of_item(condition: Condition, look: Look) -> bool:
    seen = look(condition.get("item", ""))
    if seen is None:
        return False
    if "is" in condition:
        return is_in(seen.value, condition["is"]) or is_in(seen.number, condition["is"])
    if "verdict" in condition:
        return seen.verdict in condition["verdict"]
    return seen.number is not None and _compares(condition, seen.number, look)


def _compares(condition: Condition, number: float, look: Look) -> bool:
    if "less_than_item" in condition:
        other = look(condition["less_than_item"])
        return other is not None and other.number is not None and number < other.number
    if "below" in condition:
        return number < float(condition["below"])
    return "above" in condition and number > float(condition["above"])


def is_in(one: Any, several: Any) -> bool:
    return isinstance(several, list) and any(_same(one, other) for other in several)


def _same(one: Any, other: Any) -> bool:
    """As JSON sees it: true is not 1, and a text is not a number."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if is_number(one) and is_number(other):
        return float(one) == float(other)
    return isinstance(one, str) and isinstance(other, str) and one == other


def is_number(one: Any) -> TypeGuard[int | float]:
    """A number that can be compared: not infinite, not more than a double holds."""
    if isinstance(one, bool) or not isinstance(one, int | float):
        return False
    try:
        return math.isfinite(one)
    except OverflowError:
        return False
