"""What brings a date forward: something that happened to the station, or how much it was used.

Nothing is ever put off by it. A date that is due by then anyway stays as it is, so asking again
every minute changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, text

from service.core.db import db
from service.core.history import record
from service.people.models import Person
from service.plans import deeds
from service.plans.models import MaintenanceTask
from service.plans.occurrences import TO_DO, Occurrence
from service.plans.places import local_day
from service.plans.words import RULE, Event
from service.stations.models import Station

# How a reason begins; reasons.py says it in the reader's language.
USE = "use"
# What a charger says of itself, by the code of its fault.
SAID: dict[Event, tuple[str, ...]] = {
    Event.RCD_TRIPPED: ("ground_failure", "rcd_operated"),
    Event.OVER_TEMPERATURE: ("high_temperature",),
    Event.FAN_FAILED: ("fan_failed",),
    Event.FILTER_BLOCKED: ("filter_blocked",),
    Event.FLOOD: ("flood",),
    Event.COLLISION: ("collision", "tilted", "cable_breakaway"),
}
# What is enough when it has been said once, however often a task waits for the others.
AT_ONCE = (Event.FLOOD, Event.COLLISION, Event.FAN_FAILED, Event.FILTER_BLOCKED)

# Dates whose task looks at this event, and how often it was said since the work was last done.
COUNTED = """
SELECT o.id, count(*) AS times
FROM occurrence AS o
JOIN maintenance_task AS t ON t.id = o.task_id AND :event = ANY (t.events)
JOIN alarm AS a ON a.station_id = o.station_id AND a.fault = ANY (:faults)
    AND a.raised_at > CAST(:at AS timestamptz) - t.event_days * interval '1 day'
    AND (o.last_done_on IS NULL OR a.raised_at > o.last_done_on + interval '1 day')
WHERE o.state IN ('forecast', 'due', 'overdue', 'superseded') AND o.done_on IS NULL
GROUP BY o.id, t.event_times HAVING count(*) >= CASE WHEN :once THEN 1 ELSE t.event_times END
ORDER BY min(o.nominal_on)
"""

# Dates whose task looks at use, and what was used since the work was last done.
USED = """
SELECT o.id, t.kwh, t.sessions, t.plug_cycles, t.hours, u.kwh, u.sessions, u.hours
FROM occurrence AS o
JOIN maintenance_task AS t ON t.id = o.task_id
    AND num_nonnulls(t.kwh, t.sessions, t.plug_cycles, t.hours) > 0
CROSS JOIN LATERAL (
    SELECT
        coalesce(sum(greatest(meter_stop_wh - meter_start_wh, 0)), 0) / 1000 AS kwh,
        count(*) AS sessions,
        coalesce(sum(extract(epoch FROM stopped_at - started_at)), 0) / 3600 AS hours
    FROM charging_session AS c
    WHERE c.station_id = o.station_id AND NOT c.orphan AND c.stopped_at IS NOT NULL
        AND (o.last_done_on IS NULL OR c.started_at > o.last_done_on + interval '1 day')
) AS u
WHERE o.state IN ('forecast', 'due', 'overdue', 'superseded') AND o.done_on IS NULL
    AND (u.kwh >= t.kwh OR u.sessions >= least(t.sessions, t.plug_cycles) OR u.hours >= t.hours)
ORDER BY o.nominal_on
"""


def happened(
    station: Station, event: Event, words: str, by: Person | str, at: datetime
) -> list[Occurrence]:
    """Somebody saw it. Returns the dates that it brings forward."""
    record(f"event_{event.value}", station, by, at, words)
    query = (
        select(Occurrence)
        .join(Occurrence.task)
        .where(
            Occurrence.station_id == station.id,
            TO_DO,
            MaintenanceTask.events.contains([event.value]),
        )
        .order_by(Occurrence.nominal_on)
    )
    moved = list(first_of_series(db.session.scalars(query).all()))
    return [one for one in moved if _bring(one, f"{event.value}: {words}", by, at)]


def watch_alarms(at: datetime) -> None:
    """What the chargers themselves said often enough."""
    for event, faults in SAID.items():
        once = event in AT_ONCE
        told = {"event": event.value, "faults": list(faults), "once": once, "at": at}
        times = {key: count for key, count in db.session.execute(text(COUNTED), told)}
        for one in first_of_series(_rows(times)):
            _bring(one, f"{event.value}: {times[one.id]} × / {one.task.event_days} d", RULE, at)


def watch_use(at: datetime) -> None:
    """Whichever comes first: the calendar, or how much was charged."""
    used = {row[0]: row[1:] for row in db.session.execute(text(USED))}
    for one in first_of_series(_rows(used)):
        _bring(one, _used(*used[one.id]), RULE, at)


def _used(
    most_kwh: int | None,
    most_sessions: int | None,
    most_cycles: int | None,
    most_hours: int | None,
    kwh: Any,
    sessions: Any,
    hours: Any,
) -> str:
    """The limit that was passed, with its number: the evidence of a date that moved."""
    passed = (
        (most_kwh, kwh, "kWh"),
        (min(filter(None, (most_sessions, most_cycles)), default=None), sessions, "×"),
        (most_hours, hours, "h"),
    )
    told = [f"{int(is_):d} / {most:d} {unit}" for most, is_, unit in passed if most and is_ >= most]
    return f"{USE}: {', '.join(told)}"


def _rows(keys: Iterable[int]) -> Sequence[Occurrence]:
    query = select(Occurrence).where(Occurrence.id.in_(list(keys)))
    return db.session.scalars(query.order_by(Occurrence.nominal_on)).all()


def first_of_series(rows: Sequence[Occurrence]) -> list[Occurrence]:
    """Of each series the next date alone: the ones after it are still far away."""
    first: dict[tuple[int, int], Occurrence] = {}
    for row in rows:
        first.setdefault((row.station_id, row.series_id), row)
    return list(first.values())


def _bring(one: Occurrence, why: str, by: Person | str, at: datetime) -> bool:
    to = local_day(one.station, at) + timedelta(one.task.event_within_days)
    return deeds.bring_forward(one, to, why, by, at)
