"""What a person does to a date: complete it, skip it, take that back, bring it forward."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import select

from service.core.db import db
from service.core.history import record
from service.core.live import announce
from service.people.models import Person
from service.plans import generation, rules
from service.plans.generation import Batches, columns
from service.plans.intervals import Interval, LateNewsError, Rule, following
from service.plans.models import PlanError
from service.plans.occurrences import TO_DO, Occurrence
from service.plans.places import local_day
from service.plans.rules import Terms
from service.plans.words import TAKEN_BACK, Anchor, OccurrenceState

__all__ = ["ClosedError", "LateNewsError", "NotClosedError", "TooEarlyError"]

Doer = Person | str
# A date, the day by which something asked for it, and what did.
Deadline = tuple[Occurrence, date, str]


class ClosedError(PlanError):
    """It is done, skipped, superseded or void already."""


class NotClosedError(PlanError):
    """There is nothing to take back, or what came after it is done."""


class TooEarlyError(PlanError):
    """Before the window opens: it must be said that it counts all the same."""


class BeforeCommissioningError(PlanError):
    """Nothing is serviced before it stands there."""


def complete(
    one: Occurrence, done_on: date, by: Doer, at: datetime, though_early: bool = False
) -> None:
    """The work was done on that day, in the station's time zone.

    Raises ClosedError, LateNewsError, BeforeCommissioningError, TooEarlyError.
    """
    _lock(one)
    _refuse_unless_open(one)
    _refuse_impossible(one, done_on, at)
    if done_on < one.earliest_on and not though_early:
        raise TooEarlyError(one.earliest_on.isoformat())
    one.done_on = done_on
    _close(one, OccurrenceState.DONE, by, at)
    record("complete", one, by, at, done_on=done_on.isoformat())
    for small in _smaller(one):
        small.done_on, small.closed_at, small.closed_by_id = done_on, at, one.closed_by_id
        _go_on(small, done_on, at)
    _go_on(one, done_on, at)


def skip(one: Occurrence, why: str, by: Doer, at: datetime) -> None:
    """It is not done this time, and somebody answers for that. Raises ClosedError."""
    _lock(one)
    _refuse_unless_open(one)
    one.reason = why
    _close(one, OccurrenceState.SKIPPED, by, at)
    record("skip", one, by, at, why)
    today = local_day(one.station, at)
    for small in _smaller(one):
        small.stand_alone(today)
    _go_on(one, max(one.nominal_on, today), at)


def reopen(one: Occurrence, why: str, by: Doer, at: datetime) -> None:
    """It was not done after all. The date that followed from it goes. Raises NotClosedError."""
    _lock(one)
    if one.state not in (OccurrenceState.DONE, OccurrenceState.SKIPPED):
        raise NotClosedError(one.state.value)
    with db.session.no_autoflush:
        gone = [late for row in (one, *_smaller(one)) for late in _take_back(row, at)]
        one.stand_alone(local_day(one.station, at))
        one.closed_by_id = one.closed_at = one.reason = None
    record("reopen", one, by, at, why)
    hand_on(gone, by, at)
    generation.nest([one.station_id])
    announce("station", one.station_id, at)


def bring_forward(one: Occurrence, to: date, why: str, by: Doer, at: datetime) -> bool:
    """Something happened or was counted that cannot wait. False where it is due by then anyway."""
    if not _is_asked(one, to):
        return False
    # Two clocks ask for the same at once.
    _lock(one)
    if not _is_asked(one, to):
        return False
    today = local_day(one.station, at)
    one.earliest_on, one.latest_on = min(one.earliest_on, today, to), min(one.latest_on, to)
    one.reason = why
    # Its window is another one now, and so is whose work it takes along.
    for row in (one, *_smaller(one)):
        row.stand_alone(today)
    record("bring_forward", one, by, at, why, to=to.isoformat())
    generation.nest([one.station_id])
    announce("station", one.station_id, at)
    return True


def _is_asked(one: Occurrence, to: date) -> bool:
    latest = one.superseded_by.latest_on if one.superseded_by else one.latest_on
    return one.is_to_do and to < latest


def deadlines(gone: Iterable[Occurrence]) -> list[Deadline]:
    """What was asked of dates that are about to go."""
    return [(one, one.brought_to, one.reason) for one in gone if one.brought_to and one.reason]


def hand_on(left: Iterable[Deadline], by: Doer, at: datetime) -> None:
    """What cannot wait is asked of the next date of the same series, where its own is void."""
    for gone, to, why in left:
        series = (Occurrence.station_id == gone.station_id, Occurrence.series_id == gone.series_id)
        query = select(Occurrence).where(*series, TO_DO).order_by(Occurrence.nominal_on)
        if there := db.session.scalars(query.limit(1)).first():
            bring_forward(there, to, why, by, at)


def _lock(one: Occurrence) -> None:
    """Two who complete it at once: the second one finds it closed."""
    db.session.flush()
    db.session.refresh(one, with_for_update={"of": Occurrence})


def _refuse_unless_open(one: Occurrence) -> None:
    if not one.is_open:
        raise ClosedError(one.state.value)


def _refuse_impossible(one: Occurrence, done_on: date, at: datetime) -> None:
    if done_on > local_day(one.station, at):
        raise LateNewsError(done_on.isoformat())
    commissioned = one.station.commissioned_on
    if commissioned and done_on < commissioned:
        raise BeforeCommissioningError(commissioned.isoformat())


def _close(one: Occurrence, state: OccurrenceState, by: Doer, at: datetime) -> None:
    one.state, one.closed_at = state, at
    one.closed_by_id = None if isinstance(by, str) else by.id
    announce("station", one.station_id, at)


def _smaller(one: Occurrence) -> list[Occurrence]:
    return list(db.session.scalars(select(Occurrence).where(Occurrence.superseded_by_id == one.id)))


def _later(one: Occurrence) -> list[Occurrence]:
    """The rows of its series after it, but for the void ones."""
    query = select(Occurrence).where(
        Occurrence.station_id == one.station_id,
        Occurrence.series_id == one.series_id,
        Occurrence.nominal_on > one.nominal_on,
        Occurrence.state != OccurrenceState.VOID,
    )
    return list(db.session.scalars(query.order_by(Occurrence.nominal_on)))


def _go_on(one: Occurrence, done_on: date, at: datetime) -> None:
    """The next date of the series, and what the law now says of those that are there."""
    db.session.flush()
    today = local_day(one.station, at)
    rule = rules.rule_of(one.task, Interval(one.months, one.days), one.counted_from)
    last_done = one.done_on or one.last_done_on
    later = _later(one)
    for row in later:
        if row.is_to_do and last_done and row.last_done_on != last_done:
            _retime(row, last_done, today)
    if not later:
        _add_next(one, rule, done_on, last_done, today)
    generation.nest([one.station_id])


def _add_next(
    one: Occurrence, rule: Rule, done_on: date, last_done: date | None, today: date
) -> None:
    one.runs_on = False
    terms = Terms(Interval(one.months, one.days), (one.tightened_by,) if one.tightened_by else ())
    after = following(rule, one.nominal, done_on)
    made = rules.run_on(one.task, rule, after, today, last_done)
    batches = Batches()
    batches.give(one.station_id, "next", columns(one.task, terms, made, today))
    batches.insert()


def _retime(row: Occurrence, last_done: date, today: date) -> None:
    rule = rules.rule_of(row.task, Interval(row.months, row.days), row.counted_from)
    new = rules.planned(row.task, rule, row.nominal, last_done)
    row.take_window(new.earliest, new.latest, today)
    row.legal_latest_on, row.last_done_on = new.legal_latest, last_done


def _take_back(one: Occurrence, at: datetime) -> list[Deadline]:
    """Returns what was asked of the dates that go."""
    later, today = _later(one), local_day(one.station, at)
    left: list[Deadline] = []
    if one.task.anchor is Anchor.FIXED:
        for row in later:
            if row.is_to_do and row.last_done_on == one.done_on and one.last_done_on:
                _retime(row, one.last_done_on, today)
    elif not all(row.is_to_do for row in later):
        raise NotClosedError("later")
    else:
        left = deadlines(later)
        for row in later:
            for small in _smaller(row):
                small.stand_alone(today)
            row.void(TAKEN_BACK, at)
    one.done_on = None
    return left
