"""What was done before it was written down here becomes dates that are done.

Each good row is one completion on its own date, from which the series is counted on: the next date
is an interval later, whatever the anchor. An open date that follows from no completion, or from an
older one, becomes void and says why. All of a file, or none of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Table, insert

from service.core.db import db, hot, rows
from service.core.history import History
from service.core.live import announce
from service.people.models import Person
from service.plans import replanning
from service.plans.history_drafts import ServiceHistoryDraft
from service.plans.models import MaintenanceTask
from service.plans.occurrences import Occurrence, PlanAssignment
from service.plans.places import Place, Tasks, Tightenings, places, terms_at
from service.plans.rules import Terms
from service.plans.words import IMPORTED, OccurrenceState
from service.stations.import_flow import CancelledError, Tell

AT_ONCE = 500

# A date that is open on the very day was done on time; one that is void comes back.
INSERT = """
INSERT INTO occurrence (
    station_id, task_id, series_id, nominal_on, earliest_on, latest_on, state, origin,
    counted_from, times, months, days, tightened_by, missed, runs_on, done_on, closed_by_id,
    closed_at, superseded_by_id)
SELECT
    station_id, task_id, series_id, done_on, done_on, done_on, state, 'first', done_on, 0,
    months, days, tightened_by, 0, false, done_on, %(person)s::bigint, %(at)s::timestamptz, big_id
FROM json_to_recordset(CAST(%(rows)s AS json)) AS d (
    station_id bigint, task_id bigint, series_id bigint, done_on date, state text,
    months bigint, days bigint, tightened_by text, big_id bigint)
ON CONFLICT (station_id, series_id, nominal_on) DO UPDATE SET
    task_id = excluded.task_id, earliest_on = excluded.earliest_on,
    latest_on = excluded.latest_on, state = excluded.state, origin = excluded.origin,
    counted_from = excluded.counted_from, times = 0, months = excluded.months,
    days = excluded.days, tightened_by = excluded.tightened_by, runs_on = false,
    done_on = excluded.done_on, closed_by_id = excluded.closed_by_id,
    closed_at = excluded.closed_at, superseded_by_id = excluded.superseded_by_id, reason = NULL
WHERE occurrence.done_on IS NULL AND occurrence.state <> 'skipped'
RETURNING id, station_id, series_id, done_on
"""
LET_GO = """
UPDATE occurrence AS o SET state = 'void', runs_on = false, closed_at = %(at)s,
    superseded_by_id = NULL, reason = %(why)s
FROM (
    SELECT station_id, series_id, max(done_on) AS done_on FROM occurrence
    WHERE state <> 'void' AND (station_id, series_id) IN (
        SELECT * FROM unnest(%(stations)s::bigint[], %(series)s::bigint[]))
    GROUP BY station_id, series_id) AS last
WHERE o.station_id = last.station_id AND o.series_id = last.series_id
AND (o.last_done_on IS NULL OR o.last_done_on < last.done_on) AND o.done_on IS NULL
AND o.state IN ('forecast', 'due', 'overdue', 'superseded')
"""
Key = tuple[int, int, date]


def run(draft: ServiceHistoryDraft, by: Person, at: datetime, tell: Tell) -> int:
    """How many completions are kept. Raises CancelledError: then roll back."""
    good = draft.good
    some = _places(sorted({row["station_id"] for row in good}))
    series = _Run(draft.file_name, by, at, some).keep(good)
    _let_go(series, at)
    db.session.expire_all()
    _plan_again(list(some.values()), good, at, tell)
    announce("station", 0, at)
    return len(good)


def _places(stations: Sequence[int]) -> dict[int, Place]:
    found: dict[int, Place] = {}
    for some in _steps(stations):
        mine = places(PlanAssignment.station_id.in_(some))
        found |= {place.station_id: place for place in mine}
    return found


class _Run:
    """The rows of one file on their way into the table."""

    def __init__(self, file_name: str, by: Person, at: datetime, some: Mapping[int, Place]) -> None:
        self.file_name, self.by, self.at, self.places = file_name, by, at, some
        self.tightenings, self.tasks = Tightenings(), Tasks()
        self._terms: dict[Any, Terms] = {}

    def keep(self, good: Sequence[dict[str, Any]]) -> set[tuple[int, int]]:
        """Which series of which stations were touched."""
        touched: set[tuple[int, int]] = set()
        for some in _steps(good):
            touched |= self._keep(some)
        return touched

    def _keep(self, some: Sequence[dict[str, Any]]) -> set[tuple[int, int]]:
        done = [self._row(self._task(row), row["station_id"], row["done_on"]) for row in some]
        made = self._insert(done)
        along = [
            self._row(small, row["station_id"], row["done_on"], made[_key(row)])
            for row in done
            if _key(row) in made
            for small in self._smaller(row)
        ]
        self._record(some, done, made)
        return {key[:2] for key in (*made, *self._insert(along))}

    def _task(self, row: dict[str, Any]) -> MaintenanceTask:
        tasks = self.tasks.of(self.places[row["station_id"]].plan_id)
        return next(task for task in tasks if task.id == row["task_id"])

    def _smaller(self, row: dict[str, Any]) -> list[MaintenanceTask]:
        """A bigger service did the work of the smaller ones that it names."""
        tasks = self.tasks.of(self.places[row["station_id"]].plan_id)
        names = next(task.supersedes for task in tasks if task.id == row["task_id"])
        return [task for task in tasks if task.key in names]

    def _row(
        self, task: MaintenanceTask, station_id: int, done_on: str, big_id: int | None = None
    ) -> dict[str, Any]:
        terms = self._terms_at(task, self.places[station_id])
        state = OccurrenceState.SUPERSEDED if big_id else OccurrenceState.DONE
        return {
            "station_id": station_id,
            "task_id": task.id,
            "series_id": task.series_id,
            "done_on": done_on,
            "state": state.value,
            "months": terms.interval.months,
            "days": terms.interval.days,
            "tightened_by": terms.because[-1] if terms.because else None,
            "big_id": big_id,
        }

    def _terms_at(self, task: MaintenanceTask, place: Place) -> Terms:
        tight = self.tightenings.on(place)
        key = (task.id, place.environment, tight)
        if key not in self._terms:
            self._terms[key] = terms_at(task, place, tight)
        return self._terms[key]

    def _insert(self, some: Sequence[dict[str, Any]]) -> dict[Key, int]:
        if not some:
            return {}
        found = hot(INSERT, rows=rows(some), person=self.by.id, at=self.at)
        return {(station, series, on): key for key, station, series, on in found}

    def _record(
        self,
        some: Sequence[dict[str, Any]],
        done: Sequence[dict[str, Any]],
        made: Mapping[Key, int],
    ) -> None:
        """As the verbs do, each completion leaves its line in the history."""
        deed = {"at": self.at, "actor": self.by.name, "person_id": self.by.id, "verb": "import"}
        deeds = [
            {
                **deed,
                "subject": Occurrence.__tablename__,
                "subject_id": made[_key(kept)],
                "why": row["note"],
                "details": {
                    "source": "import",
                    "file": self.file_name,
                    "row": row["row"],
                    "done_on": row["done_on"],
                },
            }
            for row, kept in zip(some, done, strict=True)
            if _key(kept) in made
        ]
        if deeds:
            db.session.connection().execute(insert(cast("Table", History.__table__)), deeds)


def _key(row: Mapping[str, Any]) -> Key:
    return row["station_id"], row["series_id"], date.fromisoformat(row["done_on"])


def _let_go(series: set[tuple[int, int]], at: datetime) -> None:
    """What a completion that we know now has overtaken."""
    touched = list(series)
    stations, of_series = [one[0] for one in touched], [one[1] for one in touched]
    hot(LET_GO, stations=stations, series=of_series, at=at, why=IMPORTED)


def _plan_again(
    some: Sequence[Place], good: Sequence[dict[str, Any]], at: datetime, tell: Tell
) -> None:
    count: dict[int, int] = defaultdict(int)
    for row in good:
        count[row["station_id"]] += 1
    done = 0
    for step in _steps(some):
        replanning.replan(step, IMPORTED, at)
        done += sum(count[place.station_id] for place in step)
        if not tell(done):
            raise CancelledError


def _steps(things: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(things), AT_ONCE):
        yield things[start : start + AT_ONCE]
