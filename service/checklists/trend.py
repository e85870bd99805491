"""Where the measurements of one place are heading, and when they would cross their limit.

The slope is Theil and Sen's: the median of the slopes between all pairs of readings. Of five
readings one may be wrong altogether and the median stays where it was, where least squares would
follow it. A place is measured a few times in its life, so all pairs are few.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations
from statistics import median

# A trend needs three readings, over a time in which something can have changed.
LEAST, LEAST_SPAN = 3, timedelta(days=28)
FORESEEABLE = timedelta(days=5 * 365)
# Older ones than these say little of where it goes now.
MOST = 8
# From here on a value that still moves towards its limit is near it.
NEAR = 0.8
FAR = 36_500


@dataclass(frozen=True)
class Reading:
    on: date
    number: float


@dataclass(frozen=True)
class Bounds:
    """The limits of an item, None where it has none. All in the unit of the readings."""

    min: float | None = None
    max: float | None = None
    warn_min: float | None = None
    warn_max: float | None = None

    @property
    def sides(self) -> Iterator[Side]:
        if self.max is not None:
            yield Side(self.max, self.warn_max, upper=True)
        if self.min is not None:
            yield Side(self.min, self.warn_min, upper=False)


@dataclass(frozen=True)
class Side:
    """One of the limits: what is above an upper one, or below a lower one, has failed."""

    limit: float
    warn: float | None
    upper: bool

    def leads_to(self, slope: float) -> bool:
        return slope > 0 if self.upper else slope < 0

    def is_near(self, number: float) -> bool:
        """In the warning band, or with more than four fifths of the limit used up."""
        if self.upper:
            edge = NEAR * self.limit if self.warn is None else min(self.warn, NEAR * self.limit)
            return number >= edge
        edge = self.limit / NEAR if self.warn is None else max(self.warn, self.limit / NEAR)
        return number <= edge

    def is_passed(self, number: float) -> bool:
        return number > self.limit if self.upper else number < self.limit


@dataclass(frozen=True)
class Trend:
    """`slope` is in units a day. `crosses_on` is None where the line never reaches the limit."""

    readings: tuple[Reading, ...]
    limit: float
    slope: float
    crosses_on: date | None
    is_near: bool

    @property
    def last(self) -> Reading:
        return self.readings[-1]

    @property
    def foreseen_on(self) -> date | None:
        """`crosses_on`, where it is so near that it says something: no line holds for decades."""
        crosses = self.crosses_on
        return crosses if crosses and crosses - self.last.on <= FORESEEABLE else None

    def test_by(self, nominal: date) -> date | None:
        """The day by which it is tested again rather than on `nominal`; None where that is early
        enough. Half the way there: whichever of both is drawn by few readings is drawn anew."""
        crosses = self.crosses_on
        is_early = crosses is not None and crosses < nominal
        if not (is_early or self.is_near):
            return None
        end = crosses if is_early and crosses else nominal
        way = max((end - self.last.on) / 2, LEAST_SPAN)
        return min(self.last.on + way, nominal)


def trend_of(readings: Sequence[Reading], bounds: Bounds) -> Trend | None:
    """Towards the limit that would be passed first. None where it moves towards neither, or where
    nothing can be said yet; two readings say only that a value is near and still moves."""
    series = _one_a_day(readings)[-MOST:]
    if len(series) < LEAST - 1:
        return None
    slope = slope_of(series)
    found = [_towards(side, series, slope) for side in bounds.sides if side.leads_to(slope)]
    return next(iter(found), None)


def slope_of(series: Sequence[Reading]) -> float:
    """In units a day, of readings on different days."""
    pairs = combinations(series, 2)
    return median((b.number - a.number) / (b.on - a.on).days for a, b in pairs)


def _towards(side: Side, series: Sequence[Reading], slope: float) -> Trend:
    last = series[-1]
    near = side.is_near(last.number)
    return Trend(tuple(series), side.limit, slope, _crossing(side, series, slope), near)


def _crossing(side: Side, series: Sequence[Reading], slope: float) -> date | None:
    first, last = series[0].on, series[-1]
    if side.is_passed(last.number):
        return last.on
    if len(series) < LEAST or last.on - first < LEAST_SPAN:
        return None
    start = median(one.number - slope * (one.on - first).days for one in series)
    days = (side.limit - start) / slope
    # A line that is over its limit already, while the last value is not, has just come to it.
    return first + timedelta(max(round(days), (last.on - first).days)) if days < FAR else None


def _one_a_day(readings: Sequence[Reading]) -> list[Reading]:
    """What was measured again on the same day counts, not what it corrects."""
    last = {one.on: one for one in readings}
    return [last[on] for on in sorted(last)]
