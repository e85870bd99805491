"""What share of each day a charging point was in each state. Plain shares: no uptime policy yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

DAYS = 30
PLANNED = "planned"
# In the order in which a band is stacked, best at the bottom.
ORDER = ("available", "occupied", PLANNED, "unavailable", "unknown", "offline", "faulted")


class Interval(Protocol):
    @property
    def state(self) -> str: ...
    @property
    def from_at(self) -> datetime: ...
    @property
    def to_at(self) -> datetime | None: ...
    @property
    def window_id(self) -> int | None: ...


@dataclass(slots=True)
class Day:
    """One day, from midnight to midnight where the station stands, as far as it has come."""

    on: date
    begins: datetime
    ends: datetime
    # Seconds in each state. What the ledger does not know stands in none.
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def length(self) -> float:
        return (self.ends - self.begins).total_seconds()

    @property
    def known(self) -> float:
        return sum(self.seconds.values())

    def share(self, state: str) -> float:
        """Of the time that is known. 0 where none is."""
        return self.seconds.get(state, 0) / self.known if self.known else 0

    @property
    def working(self) -> float:
        return self.share("available") + self.share("occupied")

    @property
    def bands(self) -> list[tuple[str, float, float]]:
        """(state, from, height) in shares of the whole day, from the bottom."""
        bands, low = [], 0.0
        for state in ORDER:
            height = self.seconds.get(state, 0) / self.length if self.length else 0
            if height:
                bands.append((state, low, height))
            low += height
        return bands

    def add(self, state: str, begins: datetime, ends: datetime) -> None:
        overlap = (min(ends, self.ends) - max(begins, self.begins)).total_seconds()
        if overlap > 0:
            self.seconds[state] = self.seconds.get(state, 0) + overlap


def days(at: datetime, zone: ZoneInfo, count: int = DAYS) -> list[Day]:
    """The last `count` days in that zone, today until `at` included. 23 or 25 hours count too."""
    today = at.astimezone(zone).date()
    found = []
    for back in range(count - 1, -1, -1):
        on = today - timedelta(days=back)
        begins = datetime.combine(on, time(), zone).astimezone(at.tzinfo)
        ends = datetime.combine(on + timedelta(days=1), time(), zone).astimezone(at.tzinfo)
        found.append(Day(on, begins, min(ends, at)))
    return found


def shares(
    intervals: Iterable[Interval], at: datetime, zone: ZoneInfo, count: int = DAYS
) -> list[Day]:
    """What one charging point was on each day. A planned outage stands for itself."""
    found = days(at, zone, count)
    for one in intervals:
        state = PLANNED if one.window_id else one.state
        for day in found:
            day.add(state, one.from_at, one.to_at or at)
    return found


def total(found: Iterable[Day]) -> Mapping[str, float]:
    """Shares of all the known time together, by state."""
    sums: dict[str, float] = {}
    for day in found:
        for state, seconds in day.seconds.items():
            sums[state] = sums.get(state, 0) + seconds
    known = sum(sums.values())
    return {state: seconds / known for state, seconds in sums.items()} if known else {}
