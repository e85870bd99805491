"""The ledger of states per charging point: gap-free, written as things happen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from service.core.db import hot, later, rows

AVAILABLE, OCCUPIED, FAULTED = "available", "occupied", "faulted"
UNAVAILABLE, OFFLINE, UNKNOWN = "unavailable", "offline", "unknown"
STATES = (AVAILABLE, OCCUPIED, FAULTED, UNAVAILABLE, OFFLINE, UNKNOWN)
PLAIN = {
    "Available": AVAILABLE,
    "Faulted": FAULTED,
    "Unavailable": UNAVAILABLE,
    "Unknown": UNKNOWN,
    None: UNKNOWN,
}
TICK = timedelta(microseconds=1)


def state_of(status: str | None, offline: bool = False) -> str:
    """The ledger's word for what a charger says."""
    return OFFLINE if offline else PLAIN.get(status, OCCUPIED)


@dataclass(slots=True)
class Running:
    """The interval of one connector that still runs: `id` is None until it is written."""

    connector_id: int
    id: int | None
    state: str | None
    from_at: datetime | None
    window_id: int | None = None
    error_code: str | None = None


@dataclass(slots=True)
class Entries:
    """What a group of reports adds to the ledger: written with two statements, however many."""

    ends: dict[int, datetime] = field(default_factory=dict)
    rows: list[dict[str, Any]] = field(default_factory=list)

    def change(self, run: Running, state: str, error_code: str | None, at: datetime) -> None:
        """From `at` on it is `state`. Nothing where it was that already."""
        if run.state == state:
            return
        begin = at if run.from_at is None else max(at, run.from_at + TICK)
        self._end(run, begin)
        self._begin(run, state, error_code, begin, run.window_id)

    def name_window(self, run: Running, window_id: int | None, at: datetime) -> None:
        """A planned outage begins or ends: the state stays, what is beside it changes."""
        if run.window_id == window_id or run.from_at is None:
            return
        begin = max(at, run.from_at + TICK)
        self._end(run, begin)
        self._begin(run, run.state or UNKNOWN, run.error_code, begin, window_id)

    def _end(self, run: Running, at: datetime) -> None:
        if run.id is not None:
            self.ends[run.id] = at
        elif run.from_at is not None:
            self._open_row(run)["to_at"] = at

    def _begin(
        self, run: Running, state: str, error_code: str | None, at: datetime, window_id: int | None
    ) -> None:
        self.rows.append(
            {
                "connector_id": run.connector_id,
                "state": state,
                "from_at": at,
                "to_at": None,
                "error_code": error_code,
                "window_id": window_id,
            }
        )
        run.id, run.state, run.from_at, run.window_id = None, state, at, window_id
        run.error_code = error_code

    def _open_row(self, run: Running) -> dict[str, Any]:
        mine = (row for row in reversed(self.rows) if row["connector_id"] == run.connector_id)
        return next(mine)

    def write(self) -> None:
        """The ends first: a connector has one running interval, and the database keeps it."""
        if self.ends:
            later(END, ids=list(self.ends), ends=list(self.ends.values()))
        if self.rows:
            later(BEGIN, rows=rows(self.rows))


END = (
    "UPDATE state_interval SET to_at = ended.at"
    " FROM unnest(CAST(%(ids)s AS bigint[]), CAST(%(ends)s AS timestamptz[])) AS ended(id, at)"
    " WHERE state_interval.id = ended.id AND state_interval.id = ANY(%(ids)s)"
)
BEGIN = (
    "INSERT INTO state_interval (connector_id, state, from_at, to_at, error_code, window_id)"
    " SELECT * FROM json_to_recordset(CAST(%(rows)s AS json)) AS n(connector_id bigint, state text,"
    " from_at timestamptz, to_at timestamptz, error_code text, window_id bigint)"
)
# As in `intake`: looked up one by one, whatever the planner believes.
RUNNING = (
    "SELECT c.id, c.station_id, c.status, c.error_code, i.id, i.state, i.from_at, i.window_id,"
    " i.error_code FROM connector c"
    " LEFT JOIN LATERAL (SELECT * FROM state_interval"
    " WHERE connector_id = c.id AND to_at IS NULL OFFSET 0) i ON true"
    " WHERE c.station_id = ANY(%(stations)s) AND c.number > 0 ORDER BY c.id FOR UPDATE OF c"
)


@dataclass(frozen=True, slots=True)
class Point:
    """A charging point with what it says and the interval that runs."""

    station_id: int
    status: str | None
    error_code: str | None
    run: Running


def points(stations: Iterable[int]) -> list[Point]:
    """The charging points of these stations, locked against another writer of the ledger."""
    found = hot(RUNNING, stations=list(stations))
    return [
        Point(row[1], row[2], row[3], Running(row[0], row[4], row[5], row[6], row[7], row[8]))
        for row in found
    ]


def connection_lost(stations: dict[int, datetime], at: datetime) -> None:
    """These stations are offline, since when they were last heard."""
    entries = Entries()
    for point in points(stations):
        entries.change(point.run, OFFLINE, None, min(stations[point.station_id], at))
    entries.write()


def connection_back(stations: Iterable[int], at: datetime) -> None:
    """Heard again: what they last said holds until they say something new."""
    entries = Entries()
    for point in points(stations):
        entries.change(point.run, state_of(point.status), point.error_code, at)
    entries.write()


def windows_changed(window_of: dict[int, int | None], at: datetime) -> None:
    """`window_of` gives for each station the planned outage that now holds, or None."""
    entries = Entries()
    for point in points(window_of):
        entries.name_window(point.run, window_of[point.station_id], at)
    entries.write()
