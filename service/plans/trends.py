"""Measured values that move towards their limit bring the next test forward.

Where the line through the last tests reaches the limit before the next date of the work that
measures it, or a value is near its limit and still moves there, the test is due half way. It is
never put off, and never asked for twice: a date that is due by then anyway stays as it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from service.checklists import drifting
from service.checklists.drifting import Drift, Measured
from service.core.db import db
from service.plans import deeds
from service.plans.models import MaintenanceTask
from service.plans.occurrences import TO_DO, Occurrence
from service.plans.places import local_day
from service.plans.triggers import first_of_series
from service.plans.words import RULE

# How a reason begins; reasons.py says it in the reader's language.
TREND = "trend"
SHOWN = 3
AT_ONCE = 500
# What was handed in on a tablet arrives late: it is looked at again for some days.
RECENT = timedelta(days=3)


def watch_new(at: datetime) -> None:
    """Stations where something was handed in lately."""
    _watch(drifting.stations_tested(at - RECENT), at)


def watch_all(at: datetime) -> None:
    """Every station whose dates look at what they measure: a plan may have been changed."""
    mine = select(Occurrence.station_id).join(Occurrence.task)
    waiting = mine.where(MaintenanceTask.trend, TO_DO).distinct()
    _watch(list(db.session.scalars(waiting)), at)


def _watch(stations: Sequence[int], at: datetime) -> None:
    measured = Measured.now() if stations else None
    for start in range(0, len(stations), AT_ONCE):
        if measured:
            _bring(stations[start : start + AT_ONCE], measured, at)


def _bring(stations: Sequence[int], measured: Measured, at: datetime) -> None:
    waiting = _waiting(stations)
    kinds = {one.task.kind.value for one in waiting}
    found: dict[int, list[Drift]] = defaultdict(list)
    for drift in drifting.drifts(stations, measured.items(kinds), measured):
        found[drift.station_id].append(drift)
    for one in waiting:
        items = measured.items({one.task.kind.value})
        mine = [drift for drift in found[one.station_id] if drift.item in items]
        _bring_one(one, mine, at)


def _waiting(stations: Sequence[int]) -> list[Occurrence]:
    """The next date of each series that looks at what it measures."""
    query = (
        select(Occurrence)
        .join(Occurrence.task)
        .where(
            Occurrence.station_id.in_(stations),
            TO_DO,
            MaintenanceTask.trend,
        )
        .options(joinedload(Occurrence.task), joinedload(Occurrence.station))
        .order_by(Occurrence.nominal_on)
    )
    return first_of_series(db.session.scalars(query).all())


def _bring_one(one: Occurrence, drifts: Sequence[Drift], at: datetime) -> None:
    """By the value that asks for the earliest test."""
    asked = sorted(_asked(one, drifts), key=lambda pair: pair[0])
    if asked:
        by, drift = asked[0]
        soonest = local_day(one.station, at) + timedelta(one.task.event_within_days)
        deeds.bring_forward(one, max(by, soonest), told(drift), RULE, at)


def _asked(one: Occurrence, drifts: Sequence[Drift]) -> Iterator[tuple[date, Drift]]:
    for drift in drifts:
        if by := drift.trend.test_by(one.nominal_on):
            yield by, drift


def told(drift: Drift) -> str:
    """The numbers, as a reason keeps them in no language: see `reasons.trend`."""
    trend = drift.trend
    numbers = ", ".join(f"{reading.number:g}" for reading in trend.readings[-SHOWN:])
    crosses = f" → {trend.crosses_on}" if trend.crosses_on else ""
    limit = f"{trend.limit:g} {drift.unit}".strip()
    return f"{TREND}: {drift.item} {drift.place}: {numbers} / {limit}{crosses}"
