"""What makes a task that can be done: said beside the field, for a form and a program alike."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from service.plans.intervals import Interval
from service.plans.rules import shorter

# The longest that anybody plans ahead.
MOST_MONTHS, MOST_DAYS = 240, 7300
SEASON = range(1, 13)


def problems(facts: Mapping[str, Any], keys: Collection[str]) -> dict[str, Any]:
    """Words by column. `facts` are all columns of the task, `keys` those of its plan's others."""
    return dict(_problems(facts, keys))


def _problems(facts: Mapping[str, Any], keys: Collection[str]) -> Iterator[tuple[str, Any]]:
    months, days = facts.get("months"), facts.get("days")
    if (months is None) == (days is None):
        yield "months", _l("Give the interval in months or in days: one of them.")
        return
    interval = Interval(months or 0, days or 0)
    early, late = facts.get("early_days") or 0, facts.get("late_days") or 0
    if not shorter(Interval(days=early), interval):
        yield "early_days", _l("A window that opens before the date before it counts work twice.")
    if not shorter(Interval(days=late), interval):
        yield "late_days", _l("A window that ends after the next date would let one be left out.")
    legal = facts.get("legal_max_months")
    if legal and shorter(Interval(months=legal), interval):
        yield "legal_max_months", _l("The law asks for more than the interval: shorten that.")
    yield from _season(facts.get("season_from"), facts.get("season_to"))
    for key in facts.get("supersedes") or ():
        if key not in keys or key == facts.get("key"):
            yield "supersedes", _l("The plan has no other task with this key.")


def _season(first: int | None, last: int | None) -> Iterator[tuple[str, Any]]:
    if (first is None) != (last is None):
        yield "season_from", _l("Give the first and the last month of the season, or neither.")
