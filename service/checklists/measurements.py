"""Measured values as series: one item at one place of one station, from run to run.

Of a run that was handed in its newest answer counts, and of one that another corrects, nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from service.checklists import editing
from service.checklists.models import Answer, ChecklistRun
from service.checklists.sentences import said
from service.checklists.series import counting
from service.checklists.superseded import corrected_by
from service.checklists.trend import Bounds, Reading, Trend, trend_of
from service.checklists.words import Verdict
from service.core import dates
from service.core.db import db
from service.people.models import Person

Rows = Sequence[Answer]
SHOWN = ("at", "number", "over", "verdict", "run_id", "run", "instrument_id")
BOUNDS = ("min", "max", "warn_min", "warn_max")


@dataclass(frozen=True)
class Series:
    """What was measured of one item at one place, the oldest first."""

    station_id: int
    item: str
    place: str
    answers: Rows
    # The item as the newest run asked it.
    asked: Mapping[str, Any]
    # By the id of an answer: what it corrects, the newest first.
    corrects: Mapping[int, Rows]

    @property
    def key(self) -> tuple[str, str]:
        return self.item, self.place

    @property
    def last(self) -> Answer:
        return self.answers[-1]

    @property
    def values(self) -> list[dict[str, Any]]:
        """As programs read them, each with what it corrects."""
        return [
            {name: getattr(one, name) for name in SHOWN}
            | {"corrects": self.corrects.get(one.id, [])}
            for one in self.answers
        ]

    @property
    def unit(self) -> str:
        return str(self.asked.get("unit") or "")

    @property
    def bounds(self) -> Bounds:
        return Bounds(**{name: self.asked.get(name) for name in BOUNDS})

    def title(self, language: str) -> str:
        return said(self.asked.get("label"), language) or self.item

    @cached_property
    def trend(self) -> Trend | None:
        found = [_reading(one) for one in self.answers if one.number is not None]
        return trend_of(found, self.bounds)


def _reading(one: Answer) -> Reading:
    return Reading(dates.today(one.at), float(one.number or 0))


def of_station(
    person: Person,
    station_id: int,
    item: str = "",
    place: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[Series]:
    """As this person may see them. `item` is how its key begins."""
    mine = Answer.visible_to(person).where(Answer.station_id == station_id)
    if item:
        mine = mine.where(Answer.item.startswith(item, autoescape=True))
    if place:
        mine = mine.where(Answer.place == place)
    is_within: Callable[[Answer], bool] = lambda one: (  # noqa: E731
        (since is None or one.at >= since) and (until is None or one.at < until)
    )
    return series_of(mine.with_only_columns(Answer.id), is_within)


def series_of(
    keys: Select[Any], is_within: Callable[[Answer], bool] = lambda _one: True
) -> list[Series]:
    """Of these answers, by item and place. A handful of statements, however many there are."""
    found: dict[tuple[int, str, str], list[Answer]] = defaultdict(list)
    for one in _newest(keys):
        if one.verdict and (one.number is not None or one.over) and is_within(one):
            found[one.station_id, one.item, one.place].append(one)
    asked, corrects = _Asked(), corrected_by(found.values())
    return [
        Series(*key, answers, asked.of(answers[-1]), corrects)
        for key, answers in sorted(found.items(), key=lambda pair: _in_order(pair[0]))
    ]


def _in_order(key: tuple[int, str, str]) -> tuple[Any, ...]:
    station_id, item, place = key
    kind, _colon, number = place.partition(":")
    return station_id, item, kind, int(number) if number.isdecimal() else 0, number


def _newest(keys: Select[Any]) -> Iterable[Answer]:
    """Of each run, item and place the answer that counts, the oldest run first."""
    counts = counting().where(Answer.id.in_(keys)).subquery()
    # A version is a large document: it is read once, and not beside each of its answers.
    run = selectinload(Answer.run).selectinload(ChecklistRun.version)
    query = select(Answer).where(Answer.id.in_(select(counts.c.id)))
    loaded = query.options(run, joinedload(Answer.instrument))
    return db.session.scalars(loaded.order_by(Answer.at, Answer.id))


class _Asked:
    """The items of the versions at hand, each document looked through once."""

    def __init__(self) -> None:
        self._known: dict[int, dict[str, Any]] = {}

    def of(self, one: Answer) -> Mapping[str, Any]:
        version = one.run.version
        if version.id not in self._known:
            found = editing.items(version.document)
            self._known[version.id] = {item["key"]: item for _section, item in found}
        known: Mapping[str, Any] = self._known[version.id].get(one.item, {})
        return known


def verdict_of(one: Answer) -> Verdict:
    return one.verdict or Verdict.NOT_APPLICABLE
