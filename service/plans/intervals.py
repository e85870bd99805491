"""The one rule of maintenance dates. Pure: dates in, dates out, today is an argument.

A date is `nominal`, with a window from `earliest` to `latest` around it. Three anchors:

* fixed: the grid `start + n · interval`, counted from its start and never from the date before, so
  that the 31st gives the 28th and then the 31st again;
* floating: completion + interval;
* capped: the earlier of completion + interval and the next date of the grid after both the date
  that was completed and its completion. Early work pulls the grid forward, late work never pushes
  it back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from itertools import count

from dateutil.relativedelta import relativedelta

from service.plans.words import Anchor, DateState

MOST_DATES = 5_000


class TooManyDatesError(Exception):
    """The interval is too short for the time that was asked for."""


class LateNewsError(Exception):
    """A completion after the day on which it is looked at: nothing is done in the future."""


@dataclass(frozen=True)
class Interval:
    """Calendar months, or days. At least one of something."""

    months: int = 0
    days: int = 0

    def after(self, start: date, times: int = 1) -> date:
        """`times` intervals after a date; a day that the month does not have is its last one."""
        return start + relativedelta(months=self.months * times, days=self.days * times)


@dataclass(frozen=True)
class Rule:
    """When a task is due at one station. `start` is its first nominal date."""

    interval: Interval
    anchor: Anchor
    start: date
    early_days: int = 0
    late_days: int = 0
    # Between two completions, by law.
    legal_max: Interval | None = None


class Origin(StrEnum):
    """Where a nominal date comes from."""

    FIRST = "first"
    GRID = "grid"
    COMPLETION = "completion"
    # Capped: the completion came early and took the grid along.
    PULLED = "pulled"


@dataclass(frozen=True)
class Nominal:
    """One nominal date: `times` intervals after `counted_from`, the start of its grid."""

    on: date
    counted_from: date
    times: int = 0
    origin: Origin = Origin.FIRST


@dataclass
class Expected:
    """One date with its window, where it stands, and all that explains it."""

    nominal: Nominal
    earliest: date
    latest: date
    # The last day that the law leaves, where it leaves one, and whether it has passed.
    legal_latest: date | None
    state: DateState
    is_overdue_by_law: bool = False
    done_on: date | None = None
    # The completion that the law counts from, and whether that one is only assumed.
    last_done: date | None = None
    is_assumed: bool = False
    # Completions that came before this date's window, while no other date was open.
    strays: list[date] = field(default_factory=list)


def first(rule: Rule) -> Nominal:
    return Nominal(rule.start, rule.start)


def following(rule: Rule, nominal: Nominal, done_on: date) -> Nominal:
    """The date after this one, which was or will be completed on `done_on`."""
    if rule.anchor is Anchor.FIXED:
        return _on_grid(rule, nominal, nominal.times + 1)
    from_completion = rule.interval.after(done_on)
    if rule.anchor is Anchor.FLOATING:
        return Nominal(from_completion, done_on, 1, Origin.COMPLETION)
    on_grid = _next_on_grid(rule, nominal, max(nominal.on, done_on))
    if from_completion < on_grid.on:
        # Counted from itself: the grid runs on from that day. Where the month of the date before is
        # short, that may be so without any early work.
        is_early = done_on < nominal.on
        origin = Origin.PULLED if is_early else Origin.COMPLETION
        return Nominal(from_completion, from_completion, 0, origin)
    return on_grid


def _on_grid(rule: Rule, nominal: Nominal, times: int) -> Nominal:
    start = nominal.counted_from
    return Nominal(rule.interval.after(start, times), start, times, Origin.GRID)


def _next_on_grid(rule: Rule, nominal: Nominal, after: date) -> Nominal:
    later = (_on_grid(rule, nominal, times) for times in count(nominal.times + 1))
    return next(one for one in later if one.on > after)


def window(rule: Rule, nominal: date, last_done: date | None) -> tuple[date, date, date | None]:
    """Earliest, latest and the law's own latest day for a nominal date."""
    latest = nominal + timedelta(rule.late_days)
    legal = rule.legal_max.after(last_done) if rule.legal_max and last_done else None
    latest = min(latest, legal) if legal else latest
    return min(nominal - timedelta(rule.early_days), latest), latest, legal


def satisfies(rule: Rule, nominal: Nominal, done_on: date, last_done: date | None) -> bool:
    """Its window has begun, and doing it leads on to a later date."""
    earliest, _latest, _legal = window(rule, nominal.on, last_done)
    has_begun = done_on >= earliest
    return has_begun and following(rule, nominal, done_on).on > nominal.on


def has_passed(limit: date | None, at: date) -> bool:
    """The last day that counts is over, where there is one."""
    return limit is not None and at > limit


def state_on(at: date, earliest: date, latest: date) -> DateState:
    """Where an open date stands."""
    if at > latest:
        return DateState.OVERDUE
    return DateState.FORECAST if at < earliest else DateState.DUE


def forecast(rule: Rule, completions: Sequence[date], until: date, at: date) -> list[Expected]:
    """Every date up to and including `until`, the completed ones and those to come.

    Each completion, in order, satisfies the earliest open date whose window has begun. Beyond the
    first open date, each is taken to be completed on its day, or today where that has passed.
    Raises TooManyDatesError and LateNewsError.
    """
    if completions and max(completions) > at:
        raise LateNewsError(max(completions).isoformat())
    found: list[Expected] = []
    for one in _dates(rule, sorted(completions), at):
        if one.nominal.on > until:
            _hand_down(one.strays, found)
            return found
        found.append(one)
        if len(found) > MOST_DATES:
            raise TooManyDatesError(str(MOST_DATES))
    return found


def onward(
    rule: Rule, nominal: Nominal, last_done: date | None, until: date, at: date
) -> Iterator[Expected]:
    """An open date and those after it, each taken to be completed on its day, or today."""
    for one in _open_dates(rule, nominal, at, last_done, []):
        if one.nominal.on > until:
            return
        yield one


def _hand_down(strays: list[date], found: list[Expected]) -> None:
    """What satisfies no date, not even the first beyond the end, is told on the last one."""
    if found:
        found[-1].strays.extend(strays)


def _dates(rule: Rule, completions: Sequence[date], at: date) -> Iterator[Expected]:
    """Without an end."""
    nominal, last, strays = first(rule), None, list[date]()
    for done_on in completions:
        if not satisfies(rule, nominal, done_on, last):
            strays.append(done_on)
            continue
        yield _expected(rule, nominal, at, last, strays, done_on)
        nominal, last, strays = following(rule, nominal, done_on), done_on, []
    yield from _open_dates(rule, nominal, at, last, strays)


def _open_dates(
    rule: Rule, nominal: Nominal, at: date, last: date | None, strays: list[date]
) -> Iterator[Expected]:
    assumed: date | None = None
    while True:
        has_passed = assumed is None or nominal.on <= at
        one = _expected(rule, nominal, at, last if has_passed else assumed, strays)
        one.is_assumed = not has_passed
        yield one
        assumed, strays = max(nominal.on, at), []
        nominal = following(rule, nominal, assumed)


def _expected(
    rule: Rule,
    nominal: Nominal,
    at: date,
    last: date | None,
    strays: list[date],
    done_on: date | None = None,
) -> Expected:
    earliest, latest, legal = window(rule, nominal.on, last)
    state = DateState.DONE if done_on else state_on(at, earliest, latest)
    by_law = done_on is None and has_passed(legal, at)
    return Expected(nominal, earliest, latest, legal, state, by_law, done_on, last, strays=strays)
