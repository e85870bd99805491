"""What of a task applies at one station: its place, and whatever tightens it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from service.contracts.words import WorkKind
from service.plans.intervals import (
    Interval,
    Nominal,
    Origin,
    Rule,
    following,
    window,
)
from service.plans.words import Anchor, CatchUp

DAYS_OF_MONTH = 30.4375
# Any day will do to tell which of two intervals is the shorter one.
SOME_DAY = date(2026, 1, 1)


class Task(Protocol):
    """The columns of a maintenance task that decide its dates."""

    kind: WorkKind
    anchor: Anchor
    early_days: int
    late_days: int
    season_from: int | None
    season_to: int | None
    catch_up: CatchUp

    @property
    def interval(self) -> Interval: ...

    @property
    def legal_max(self) -> Interval | None: ...


@dataclass(frozen=True)
class Tight:
    """Somebody asks for more than the plan: at most this long between two dates."""

    kind: WorkKind | None
    interval: Interval
    why: str


@dataclass(frozen=True)
class Terms:
    """The interval of a task at one station, and why it is shorter than the plan's."""

    interval: Interval
    because: tuple[str, ...] = ()


@dataclass(frozen=True)
class Planned:
    """A date that a station gets, before it is a row."""

    nominal: Nominal
    earliest: date
    latest: date
    legal_latest: date | None
    last_done: date | None
    missed: int = 0


def shorter(one: Interval, other: Interval) -> bool:
    return one.after(SOME_DAY) < other.after(SOME_DAY)


def part_of(interval: Interval, percent: int) -> Interval:
    """Whole months where they come out whole, days elsewhere; at least one day."""
    if percent >= 100:
        return interval
    if interval.months and not interval.months * percent % 100:
        return Interval(months=interval.months * percent // 100)
    days = interval.months * DAYS_OF_MONTH + interval.days
    return Interval(days=max(1, int(days * percent / 100)))


def terms(task: Task, percent: int, tightenings: Sequence[Tight], place: str = "") -> Terms:
    """A rule can only tighten: whatever is longer than what stands already does nothing."""
    interval, because = part_of(task.interval, percent), list[str]()
    if interval != task.interval:
        because.append(place)
    for tight in tightenings:
        if tight.kind in (None, task.kind) and shorter(tight.interval, interval):
            interval, because = tight.interval, [tight.why]
    return Terms(interval, tuple(because))


def rule_of(task: Task, interval: Interval, base: date) -> Rule:
    """`base` is the day that the grid is counted from: the first date is an interval later."""
    return Rule(
        interval=interval,
        anchor=task.anchor,
        start=interval.after(base),
        early_days=task.early_days,
        late_days=task.late_days,
        legal_max=task.legal_max,
    )


def first_since(rule: Rule, base: date, since: date) -> Nominal:
    """The first date of the grid on or after a day: what was before that is not ours to miss."""
    times = 1
    while rule.interval.after(base, times) < since:
        times += 1
    return Nominal(rule.interval.after(base, times), base, times, Origin.GRID)


def planned(task: Task, rule: Rule, nominal: Nominal, last_done: date | None) -> Planned:
    earliest, latest, legal = window(rule, nominal.on, last_done)
    earliest, latest = in_season(task, nominal.on, earliest, latest)
    return Planned(nominal, earliest, latest, legal, last_done)


def in_season(task: Task, nominal: date, earliest: date, latest: date) -> tuple[date, date]:
    """The part of a window around its date that lies in the season; all of it where none does.

    A season narrows a window. It never makes anything late.
    """
    if task.season_from is None or task.season_to is None:
        return earliest, latest
    days = [earliest + timedelta(n) for n in range((latest - earliest).days + 1)]
    inside = [day for day in days if is_in_season(task.season_from, task.season_to, day.month)]
    if not inside:
        return earliest, latest
    nearest = min(inside, key=lambda day: abs((day - nominal).days))
    begin, end = nearest, nearest
    while begin - timedelta(1) in inside:
        begin -= timedelta(1)
    while end + timedelta(1) in inside:
        end += timedelta(1)
    return begin, end


def is_in_season(first: int, last: int, month: int) -> bool:
    """Months 4 to 10, or 11 to 2 over New Year."""
    return first <= month <= last if first <= last else month >= first or month <= last


def run_on(
    task: Task, rule: Rule, nominal: Nominal, today: date, last_done: date | None
) -> list[Planned]:
    """This date, and those that the grid adds by itself: all that have passed, and the next one.

    Only a fixed series runs on; the others wait for what is done. With `CatchUp.ONE` all that have
    passed are one date, which says how many were missed before it.
    """
    dates = [nominal]
    while rule.anchor is Anchor.FIXED and dates[-1].on <= today:
        dates.append(following(rule, dates[-1], dates[-1].on))
    missed = 0
    if task.catch_up is CatchUp.ONE and len(dates) > 2:
        missed = len(dates) - 2
        dates = dates[-2:]
    rows = [planned(task, rule, one, last_done) for one in dates]
    if missed:
        first = rows[0]
        rows[0] = Planned(
            first.nominal, first.earliest, first.latest, first.legal_latest, last_done, missed
        )
    return rows
