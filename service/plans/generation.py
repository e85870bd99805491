"""The rows of what falls due: set by set, and the same whoever asks how often.

`begin` gives stations their first dates, `run_on` adds to each fixed series what its grid says,
`age` opens and ends windows, `end_retired` lets go of stations that are gone. A row is unique by
station, series and nominal date, so two clocks at once, or a run after weeks of downtime, make
each of them once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import exists, select, text, update

from service.core.db import db, hot, rows
from service.plans import rules
from service.plans.intervals import Interval, following, state_on
from service.plans.models import MaintenanceTask
from service.plans.occurrences import Occurrence, PlanAssignment
from service.plans.places import BASE, Days, Place, Tasks, Tightenings, places, terms_at
from service.plans.rules import Planned, Terms, Tight
from service.plans.words import RETIRED, Anchor, OccurrenceState
from service.stations.models import Site, Station

# How many stations one unit of work begins with: their rows are in memory at once.
AT_ONCE = 20_000

# One batch of dates is what all stations with the same task, place and first day share.
INSERT = """
INSERT INTO occurrence (
    station_id, task_id, series_id, nominal_on, earliest_on, latest_on, legal_latest_on, state,
    origin, counted_from, times, months, days, tightened_by, last_done_on, missed, runs_on)
SELECT
    who.station_id, d.task_id, d.series_id, d.nominal_on, d.earliest_on, d.latest_on,
    d.legal_latest_on, d.state, d.origin, d.counted_from, d.times, d.months, d.days,
    d.tightened_by, d.last_done_on, d.missed, d.runs_on
FROM unnest(%(stations)s::bigint[], %(batches)s::bigint[]) AS who (station_id, batch)
JOIN json_to_recordset(CAST(%(rows)s AS json)) AS d (
    batch bigint, task_id bigint, series_id bigint, nominal_on date, earliest_on date,
    latest_on date, legal_latest_on date, state text, origin text, counted_from date,
    times bigint, months bigint, days bigint, tightened_by text, last_done_on date,
    missed bigint, runs_on boolean) ON d.batch = who.batch
ON CONFLICT (station_id, series_id, nominal_on) DO UPDATE SET
    task_id = excluded.task_id, earliest_on = excluded.earliest_on,
    latest_on = excluded.latest_on, legal_latest_on = excluded.legal_latest_on,
    state = excluded.state, origin = excluded.origin, counted_from = excluded.counted_from,
    times = excluded.times, months = excluded.months, days = excluded.days,
    tightened_by = excluded.tightened_by, last_done_on = excluded.last_done_on,
    runs_on = excluded.runs_on, reason = NULL, closed_at = NULL, closed_by_id = NULL,
    superseded_by_id = NULL
WHERE occurrence.state = 'void'
RETURNING 1
"""

NEST = """
UPDATE occurrence AS small SET state = 'superseded', superseded_by_id = big.id
FROM occurrence AS big
JOIN maintenance_task AS bigger ON bigger.id = big.task_id
JOIN maintenance_task AS smaller
    ON smaller.key = ANY (bigger.supersedes) AND smaller.plan_id = bigger.plan_id
WHERE cardinality(bigger.supersedes) > 0
AND big.state IN ('forecast', 'due', 'overdue') AND big.station_id = ANY (%(stations)s)
AND small.station_id = big.station_id AND small.task_id = smaller.id
AND small.state IN ('forecast', 'due', 'overdue')
AND small.nominal_on BETWEEN big.earliest_on AND big.latest_on
AND (small.reason IS NULL OR big.latest_on <= small.latest_on)
RETURNING 1
"""


class Batches:
    """Dates that are worked out once and given to every station that shares them."""

    def __init__(self) -> None:
        self._known: dict[Any, int] = {}
        self._rows: list[Mapping[str, Any]] = []
        self._stations: list[int] = []
        self._batches: list[int] = []

    def give(self, station_id: int, key: Any, made: Iterable[Mapping[str, Any]] | None) -> bool:
        """Give a station the batch of this key. False where it must be made first."""
        if key not in self._known:
            if made is None:
                return False
            self._known[key] = len(self._known)
            self._rows += [{"batch": self._known[key], **row} for row in made]
        self._stations.append(station_id)
        self._batches.append(self._known[key])
        return True

    def insert(self) -> int:
        """Returns how many rows there are more, counting those that came back from the void."""
        if not self._stations:
            return 0
        db.session.flush()
        given = {"stations": self._stations, "batches": self._batches, "rows": rows(self._rows)}
        return _many(INSERT, **given)


def columns(
    task: MaintenanceTask, terms: Terms, made: Sequence[Planned], today: date
) -> list[dict[str, Any]]:
    """The columns of dates, but for whose they are."""
    return [_row(task, terms, one, today, one is made[-1]) for one in made]


def _row(
    task: MaintenanceTask, terms: Terms, one: Planned, today: date, is_last: bool
) -> dict[str, Any]:
    return {
        "task_id": task.id,
        "series_id": task.series_id,
        "nominal_on": one.nominal.on,
        "earliest_on": one.earliest,
        "latest_on": one.latest,
        "legal_latest_on": one.legal_latest,
        "state": state_on(today, one.earliest, one.latest).value,
        "origin": one.nominal.origin.value,
        "counted_from": one.nominal.counted_from,
        "times": one.nominal.times,
        "months": terms.interval.months,
        "days": terms.interval.days,
        "tightened_by": terms.because[-1] if terms.because else None,
        "last_done_on": one.last_done,
        "missed": one.missed,
        "runs_on": is_last and task.anchor is Anchor.FIXED,
    }


def begin(at: datetime) -> int:
    """First dates for stations that have a plan and none yet. Returns how many rows there are more.

    None before commissioning: a station without that day, or without one to count from, waits.
    """
    made = 0
    while waiting := _waiting():
        made += _begin(waiting, at)
        if len(waiting) < AT_ONCE:
            break
    return made


def _waiting() -> list[Place]:
    """Those that had a plan before keep its past: see `replanning`."""
    has_none = ~exists().where(Occurrence.station_id == Station.id)
    return places(PlanAssignment.begun_at.is_(None), BASE.is_not(None), has_none, most=AT_ONCE)


def _begin(waiting: Sequence[Place], at: datetime) -> int:
    batches, tasks, tightenings, days = Batches(), Tasks(), Tightenings(), Days(at)
    for place in waiting:
        tight = tightenings.on(place)
        for task in tasks.of(place.plan_id):
            _first_dates(batches, task, place, tight, days[place.time_zone])
    made = batches.insert()
    have_begun(waiting, at)
    nest([place.station_id for place in waiting])
    return made


def _first_dates(
    batches: Batches,
    task: MaintenanceTask,
    place: Place,
    tight: tuple[Tight, ...],
    today: date,
) -> None:
    base = place.base or today
    key = (task.id, base, max(place.since, base), place.environment, tight, today)
    if batches.give(place.station_id, key, None):
        return
    terms = terms_at(task, place, tight)
    rule = rules.rule_of(task, terms.interval, base)
    first = rules.first_since(rule, base, place.since)
    made = rules.run_on(task, rule, first, today, None)
    batches.give(place.station_id, key, columns(task, terms, made, today))


def have_begun(begun: Sequence[Place], at: datetime) -> None:
    hot(
        "UPDATE plan_assignment SET begun_at = %(at)s, begun_from = b.ground"
        " FROM unnest(%(ids)s::bigint[], %(grounds)s::text[]) AS b (id, ground)"
        " WHERE plan_assignment.id = b.id",
        at=at,
        ids=[place.assignment_id for place in begun],
        grounds=[place.ground for place in begun],
    )


def _many(words: str, **values: Any) -> int:
    """Run a statement that returns a row for each that it writes. Returns how many."""
    counted = f"WITH written AS ({words}) SELECT count(*) FROM written"  # noqa: S608
    return int(hot(counted, **values)[0][0])


def nest(stations: Sequence[int]) -> int:
    """Let a bigger service do the smaller ones of its window. Returns how many."""
    db.session.flush()
    nested = _many(NEST, stations=list(stations))
    for row in db.session.identity_map.values():
        if isinstance(row, Occurrence):
            db.session.expire(row, ["state", "superseded_by_id", "superseded_by"])
    return nested


def run_on(at: datetime) -> int:
    """Add to each fixed series what its grid has reached. Returns how many rows there are more."""
    latest = max(Days(at)[zone] for zone in ("Pacific/Kiritimati", None))
    query = (
        select(Occurrence, Site.time_zone)
        .join(Station, Occurrence.station_id == Station.id)
        .outerjoin(Site, Station.site_id == Site.id)
        .where(Occurrence.runs_on, Occurrence.nominal_on <= latest, Station.retired_at.is_(None))
        .with_for_update(of=Occurrence, skip_locked=True)
    )
    days, batches, done = Days(at), Batches(), list[Occurrence]()
    for last, zone in db.session.execute(query):
        if last.nominal_on <= days[zone]:
            _run_on(batches, last, days[zone])
            done.append(last)
    db.session.execute(
        update(Occurrence)
        .where(Occurrence.id.in_([last.id for last in done]))
        .values(runs_on=False)
    )
    made = batches.insert()
    nest([last.station_id for last in done])
    return made


def _run_on(batches: Batches, last: Occurrence, today: date) -> None:
    task, interval = last.task, Interval(last.months, last.days)
    key = (task.id, last.nominal, interval, last.tightened_by, last.last_done_on, today)
    if batches.give(last.station_id, key, None):
        return
    terms = Terms(interval, (last.tightened_by,) if last.tightened_by else ())
    rule = rules.rule_of(task, interval, last.counted_from)
    after = following(rule, last.nominal, last.nominal_on)
    made = rules.run_on(task, rule, after, today, last.last_done_on)
    batches.give(last.station_id, key, columns(task, terms, made, today))


# The day that it is in the first place on earth that has it: an index finds the few rows to ask.
ANYWHERE = "(CAST(:at AS timestamptz) AT TIME ZONE 'Pacific/Kiritimati')::date"
AGE = f"""
UPDATE occurrence SET state = :state
FROM station LEFT JOIN site ON site.id = station.site_id
CROSS JOIN LATERAL (
    SELECT (CAST(:at AS timestamptz)
        AT TIME ZONE coalesce(site.time_zone, 'Europe/Stockholm'))::date AS today) AS there
WHERE station.id = occurrence.station_id AND {{rows}}
    AND {{reached}} {ANYWHERE} AND {{reached}} there.today
"""  # noqa: S608
OPENING = AGE.format(rows="state = 'forecast'", reached="earliest_on <=")
ENDING = AGE.format(rows="state IN ('forecast', 'due')", reached="latest_on <")


def age(at: datetime) -> None:
    """Windows open and end with the days of their sites."""
    db.session.execute(text(ENDING), {"at": at, "state": OccurrenceState.OVERDUE.value})
    db.session.execute(text(OPENING), {"at": at, "state": OccurrenceState.DUE.value})


def end_retired(at: datetime) -> None:
    """A retired station has no more dates; those that it had say why."""
    retired = select(Station.id).where(Station.retired_at.is_not(None))
    db.session.execute(
        text(
            "UPDATE occurrence SET state = 'void', closed_at = :at, runs_on = false,"
            " superseded_by_id = NULL, reason = :why FROM station"
            " WHERE station.id = occurrence.station_id AND station.retired_at IS NOT NULL"
            " AND state IN ('forecast', 'due', 'overdue', 'superseded') AND done_on IS NULL"
        ),
        {"at": at, "why": RETIRED},
    )
    db.session.execute(
        update(PlanAssignment)
        .where(PlanAssignment.ended_at.is_(None), PlanAssignment.station_id.in_(retired))
        .values(ended_at=at)
    )
