"""Dates that change because their reason changed: another version, place, or tightening.

What was missed stays while the plan has its task, and all that was done stays. A date to come that
no longer holds becomes void and says why; one that holds keeps its row.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from service.core.db import db
from service.plans import deeds, generation, rules
from service.plans.generation import Batches, columns
from service.plans.intervals import Interval, Nominal, Origin, Rule, following
from service.plans.models import MaintenanceTask
from service.plans.occurrences import Occurrence, PlanAssignment
from service.plans.places import BASE, GROUND, Days, Place, Tasks, Tightenings, places, terms_at
from service.plans.rules import Planned, Terms
from service.plans.words import ANOTHER_GROUND, ANOTHER_PLAN, RULE, Anchor, OccurrenceState

AT_ONCE = 500
# By station and series.
Rows = dict[tuple[int, int], list[Occurrence]]


@dataclass
class Series:
    """One task at one station: the rule that holds now, and the rows that there are."""

    task: MaintenanceTask
    terms: Terms
    rule: Rule
    place: Place
    today: date
    # All but the void ones, by date.
    rows: Sequence[Occurrence]

    @property
    def last_done(self) -> date | None:
        return max((row.done_on for row in self.rows if row.done_on), default=None)

    @property
    def missed(self) -> list[Occurrence]:
        """Open, and their day has come: they stay, whatever the rule says now."""
        past = [row for row in self.rows if row.is_to_do and row.nominal_on <= self.today]
        return [row for row in past if row not in self.impossible]

    @property
    def impossible(self) -> list[Occurrence]:
        """Open, and from before the day that is counted from now."""
        base = self.place.base or self.today
        return [row for row in self.rows if row.is_to_do and row.nominal_on < base]

    @property
    def to_come(self) -> list[Occurrence]:
        return [row for row in self.rows if row.is_to_do and row.nominal_on > self.today]

    @property
    def wanted(self) -> list[Planned]:
        """The dates from here on, besides those that were missed."""
        first = self._next()
        if first is None:
            return []
        return rules.run_on(self.task, self.rule, first, self.today, self.last_done)

    def _next(self) -> Nominal | None:
        if self.missed and self.rule.anchor is not Anchor.FIXED:
            return None
        closed = [row for row in self.rows if row.done_on or row.state is OccurrenceState.SKIPPED]
        last = max((*closed, *self.missed), key=lambda row: row.nominal_on, default=None)
        if last is None:
            return rules.first_since(self.rule, self.place.base or self.today, self.place.since)
        return self._after(last)

    def _after(self, last: Occurrence) -> Nominal:
        """Another interval makes nothing late that was in time by the old one."""
        interval = Interval(last.months, last.days)
        is_another = interval != self.terms.interval
        nominal = Nominal(last.nominal_on, last.nominal_on) if is_another else last.nominal
        after = following(self.rule, nominal, last.done_on or last.nominal_on)
        if last.done_on and not is_another:
            return self._after_completion(after)
        floor = self.today if is_another else min(self.place.since, self.today)
        if self.rule.anchor is not Anchor.FIXED:
            return after if after.on >= floor else Nominal(floor, floor)
        while after.on < floor:
            after = following(self.rule, after, after.on)
        return after

    def _after_completion(self, after: Nominal) -> Nominal:
        """What was done is known, even from before the station was ours: so what it led to counts.

        Of a grid's dates before our time, that is the last one.
        """
        if self.rule.anchor is Anchor.FIXED:
            later = following(self.rule, after, after.on)
            while later.on < self.place.since:
                after, later = later, following(self.rule, later, later.on)
        return after


@dataclass(frozen=True)
class Difference:
    """What a change of rule does to one series of one station."""

    station_id: int
    task: MaintenanceTask
    before: list[date]
    after: list[date]


def differences(found: Sequence[Place], at: datetime) -> Iterator[Difference]:
    """What `replan` would change, changing nothing. The places may name another plan."""
    for start in range(0, len(found), AT_ONCE):
        yield from _differences(found[start : start + AT_ONCE], at)


def _differences(some: Sequence[Place], at: datetime) -> Iterator[Difference]:
    rows = _rows_of([place.station_id for place in some])
    for series in _all_series(some, at, rows):
        before = [row.nominal_on for row in series.to_come]
        after = [date.nominal.on for date in series.wanted]
        rows.pop((series.place.station_id, series.task.series_id or 0), None)
        if before != after:
            yield Difference(series.place.station_id, series.task, before, after)
    for (station_id, _series), others in rows.items():
        gone = [row for row in others if row.is_to_do]
        if gone:
            yield Difference(station_id, gone[0].task, [row.nominal_on for row in gone], [])


def replan(found: Sequence[Place], why: str, at: datetime) -> None:
    """Give these stations the dates that hold now."""
    for start in range(0, len(found), AT_ONCE):
        some = found[start : start + AT_ONCE]
        batches, seen, left = Batches(), set[tuple[int, int]](), list[deeds.Deadline]()
        rows = _rows_of([place.station_id for place in some])
        for series in _all_series(some, at, rows):
            seen.add((series.place.station_id, series.task.series_id or 0))
            left += _keep_or_void(series, why, at)
            _add(batches, series)
        _void_others(rows, seen, why, at)
        db.session.flush()
        batches.insert()
        deeds.hand_on(left, RULE, at)
        generation.have_begun(some, at)
        generation.nest([place.station_id for place in some])


def catch_up(at: datetime) -> None:
    """Stations whose plan, day of commissioning or place is another than their dates are from."""
    again = places(PlanAssignment.begun_at.is_(None), BASE.is_not(None), most=AT_ONCE)
    if again:
        replan(again, ANOTHER_PLAN, at)
    moved = places(PlanAssignment.begun_from != GROUND, BASE.is_not(None), most=AT_ONCE)
    if moved:
        replan(moved, ANOTHER_GROUND, at)


def _all_series(found: Sequence[Place], at: datetime, rows: Rows) -> Iterator[Series]:
    tasks, tightenings, days = Tasks(), Tightenings(), Days(at)
    for place in found:
        today, tight = days[place.time_zone], tightenings.on(place)
        for task in tasks.of(place.plan_id):
            terms = terms_at(task, place, tight)
            rule = rules.rule_of(task, terms.interval, place.base or today)
            mine = rows.get((place.station_id, task.series_id or 0), [])
            yield Series(task, terms, rule, place, today, mine)


def _rows_of(stations: Sequence[int]) -> Rows:
    query = (
        select(Occurrence)
        .where(Occurrence.station_id.in_(stations), Occurrence.state != OccurrenceState.VOID)
        .order_by(Occurrence.nominal_on)
    )
    found: Rows = defaultdict(list)
    for row in db.session.scalars(query):
        found[row.station_id, row.series_id].append(row)
    return found


def _keep_or_void(series: Series, why: str, at: datetime) -> list[deeds.Deadline]:
    """Returns what was asked of the dates that go."""
    wanted = {one.nominal.on for one in series.wanted}
    for row in series.missed:
        row.task_id, row.runs_on = series.task.id, False
        row.stand_alone(series.today)
    others = [row for row in series.to_come if row.nominal_on not in wanted]
    gone = [*series.impossible, *(row for row in others if row not in series.impossible)]
    left = deeds.deadlines(gone)
    for row in gone:
        row.void(why, at)
    for row in series.to_come:
        row.runs_on = False
    return left


def _add(batches: Batches, series: Series) -> None:
    """Rows that stay take the new window; the others are new, or come back from the void."""
    wanted = series.wanted
    kept = {row.nominal_on: row for row in series.to_come}
    made = columns(series.task, series.terms, wanted, series.today)
    for row in made:
        if row["nominal_on"] in kept:
            _retime(kept[row["nominal_on"]], row, series.today)
        else:
            key = (series.place.station_id, row["series_id"], row["nominal_on"])
            batches.give(series.place.station_id, key, [row])


def _retime(there: Occurrence, row: dict[str, Any], today: date) -> None:
    for name in set(row) - {"state", "origin", "missed", "earliest_on", "latest_on"}:
        setattr(there, name, row[name])
    there.origin = Origin(row["origin"])
    there.take_window(row["earliest_on"], row["latest_on"], today)


def _void_others(rows: Rows, seen: set[tuple[int, int]], why: str, at: datetime) -> None:
    """Tasks that the plan no longer has."""
    for key, others in rows.items():
        for row in others:
            if key not in seen and row.is_to_do:
                row.void(why, at)
