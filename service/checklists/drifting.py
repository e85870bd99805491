"""Which measured values move towards their limit, at many stations at once: for the clock.

Plain columns rather than rows: a fleet has many answers, and few of them drift.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from service.checklists import editing
from service.checklists.measurements import BOUNDS
from service.checklists.models import Answer, ChecklistRun, ChecklistVersion
from service.checklists.series import counting
from service.checklists.trend import Bounds, Reading, Trend, trend_of
from service.contracts.words import WorkKind
from service.core import dates
from service.core.db import db

# Measurements of an RCD belong to its test by instrument, also where a list of one's own does not
# say for which work it asks them.
RCD = ("rcd.", "rcdd", "rcd_")
Asked = Mapping[str, Any]


@dataclass(frozen=True)
class Drift:
    """One item at one place of one station that moves towards its limit."""

    station_id: int
    item: str
    place: str
    unit: str
    trend: Trend


@dataclass(frozen=True)
class Measured:
    """What each work measures, and how each version asks it."""

    kinds: Mapping[str, frozenset[str]]
    asked: Mapping[int, Mapping[str, Asked]]

    @classmethod
    def now(cls) -> Measured:
        kinds: dict[str, set[str]] = defaultdict(set)
        asked: dict[int, dict[str, Asked]] = {}
        query = select(ChecklistVersion.id, ChecklistVersion.document)
        for key, document in db.session.execute(
            query.where(ChecklistVersion.published_at.is_not(None))
        ):
            asked[key] = {}
            for section, item in editing.items(document):
                if item["type"] == "number":
                    asked[key][item["key"]] = item
                    for kind in kinds_of(section, item):
                        kinds[kind].add(item["key"])
        return cls({kind: frozenset(keys) for kind, keys in kinds.items()}, asked)

    def items(self, kinds: set[str]) -> set[str]:
        return {item for kind in kinds for item in self.kinds.get(kind, ())}


def kinds_of(section: Asked, item: Asked) -> set[str]:
    """The work that asks this item by name."""
    named = {*_named(section.get("show_if")), *_named(item.get("show_if"))}
    if not named and item["key"].startswith(RCD):
        return {WorkKind.RCD_TEST.value}
    return named


def _named(condition: Any) -> Iterator[str]:
    """What is asked for, not what is ruled out."""
    if not isinstance(condition, Mapping):
        return
    if condition.get("fact") == "work":
        yield from (str(one) for one in condition.get("has") or [])
    for inner in [*(condition.get("all") or []), *(condition.get("any") or [])]:
        yield from _named(inner)


def stations_tested(since: datetime) -> list[int]:
    """Where something was handed in since then."""
    run = ChecklistRun
    found = select(run.station_id).where(run.submitted_at >= since).distinct()
    return list(db.session.scalars(found.order_by(run.station_id)))


def drifts(stations: Sequence[int], items: set[str], measured: Measured) -> Iterator[Drift]:
    """Of these stations and items, whatever moves towards its limit."""
    if not (stations and items):
        return
    for (station_id, item, place), rows in _series(stations, items).items():
        asked = measured.asked.get(rows[-1].version_id, {}).get(item)
        if asked is None:
            continue
        bounds = Bounds(**{name: asked.get(name) for name in BOUNDS})
        readings = [Reading(_day(one.at), float(one.number)) for one in rows]
        if trend := trend_of(readings, bounds):
            yield Drift(station_id, item, place, str(asked.get("unit") or ""), trend)


def _day(at: datetime) -> date:
    return dates.today(at)


def _series(stations: Sequence[int], items: set[str]) -> dict[tuple[int, str, str], list[Any]]:
    """The answers that count of handed-in runs, by station, item and place, the oldest first."""
    wanted = (Answer.station_id.in_(stations), Answer.item.in_(items))
    rows = counting().where(*wanted).add_columns(ChecklistRun.version_id).subquery()
    names = ("station_id", "item", "place", "at", "number", "version_id")
    columns = [rows.c[name] for name in names]
    newest = select(*columns).where(rows.c.number.is_not(None), rows.c.verdict.is_not(None))
    found: dict[tuple[int, str, str], list[Any]] = defaultdict(list)
    for row in db.session.execute(newest.order_by(rows.c.at, rows.c.id)):
        found[row.station_id, row.item, row.place].append(row)
    return found


def title_of(item: str, language: str) -> str:
    """What an item is called in the newest version that asks it; its key where none does."""
    newest = select(ChecklistVersion.document).where(ChecklistVersion.published_at.is_not(None))
    for document in db.session.scalars(newest.order_by(ChecklistVersion.published_at.desc())):
        if found := editing.item_of(document, item):
            return str((found.get("label") or {}).get(language) or item)
    return item
