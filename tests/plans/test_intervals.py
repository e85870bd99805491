"""The rule of dates: what falls due when, under each anchor."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from service.plans.intervals import (
    MOST_DATES,
    Expected,
    Interval,
    LateNewsError,
    Origin,
    Rule,
    TooManyDatesError,
    first,
    following,
    forecast,
)
from service.plans.words import Anchor, DateState

LONG_AGO = date(2000, 1, 1)
MONTHLY = Rule(Interval(months=1), Anchor.FIXED, date(2026, 1, 31))
YEARLY = Rule(Interval(months=12), Anchor.FIXED, date(2026, 3, 15), early_days=30, late_days=30)


def day(text: str) -> date:
    return date.fromisoformat(text)


def days(rule: Rule, until: str, completions: tuple[str, ...] = (), at: str = "") -> list[str]:
    """The nominal dates."""
    done = [day(text) for text in completions]
    on = day(at) if at else max([LONG_AGO, *done])
    return [one.nominal.on.isoformat() for one in forecast(rule, done, day(until), on)]


def look(rule: Rule, until: str, completions: tuple[str, ...], at: str) -> list[Expected]:
    return forecast(rule, [day(text) for text in completions], day(until), day(at))


def states(rule: Rule, until: str, completions: tuple[str, ...], at: str) -> list[str]:
    return [one.state.value for one in look(rule, until, completions, at)]


def test_the_31st_monthly_gives_the_last_day_and_then_the_31st_again() -> None:
    assert days(MONTHLY, "2026-05-31") == [
        "2026-01-31",
        "2026-02-28",
        "2026-03-31",
        "2026-04-30",
        "2026-05-31",
    ]


def test_a_leap_day_yearly_comes_back_every_fourth_year() -> None:
    leap = replace(YEARLY, start=date(2024, 2, 29))

    assert days(leap, "2028-12-31") == [
        "2024-02-29",
        "2025-02-28",
        "2026-02-28",
        "2027-02-28",
        "2028-02-29",
    ]


def test_days_run_through_the_change_to_summer_time() -> None:
    daily = Rule(Interval(days=1), Anchor.FIXED, date(2026, 3, 28))

    assert days(daily, "2026-03-30") == ["2026-03-28", "2026-03-29", "2026-03-30"]


def test_the_last_day_that_is_asked_for_is_included() -> None:
    assert days(MONTHLY, "2026-02-27") == ["2026-01-31"]
    assert days(MONTHLY, "2026-02-28") == ["2026-01-31", "2026-02-28"]
    assert days(MONTHLY, "2026-01-30") == []


@pytest.mark.parametrize("anchor", list(Anchor))
def test_what_nobody_did_stays_overdue(anchor: Anchor) -> None:
    rule = replace(YEARLY, anchor=anchor)

    overdue = look(rule, "2027-12-31", (), "2027-01-10")[0]
    assert (overdue.nominal.on, overdue.state) == (rule.start, DateState.OVERDUE)


def test_fixed_tells_every_missed_date() -> None:
    """However long the server was down."""
    assert states(YEARLY, "2029-12-31", (), "2028-05-01") == [
        "overdue",
        "overdue",
        "overdue",
        "forecast",
    ]


def test_a_window_opens_and_ends_with_its_days() -> None:
    for at, state in (
        ("2026-02-12", "forecast"),
        ("2026-02-13", "due"),
        ("2026-04-14", "due"),
        ("2026-04-15", "overdue"),
    ):
        assert states(YEARLY, "2026-12-31", (), at) == [state], at


def test_fixed_dates_do_not_move_with_the_work() -> None:
    for done in ("2026-02-20", "2026-03-15", "2026-05-30"):
        assert days(YEARLY, "2028-12-31", (done,)) == ["2026-03-15", "2027-03-15", "2028-03-15"]


def test_early_work_satisfies_the_date_whose_window_has_begun() -> None:
    """Two days early, and the next date is a year on, not two days on."""
    found = look(YEARLY, "2027-12-31", ("2026-03-13",), "2026-03-13")

    assert [one.state for one in found] == [DateState.DONE, DateState.FORECAST]
    assert found[0].done_on == date(2026, 3, 13)


@pytest.mark.parametrize("anchor", list(Anchor))
def test_work_before_the_window_satisfies_nothing(anchor: Anchor) -> None:
    found = look(replace(YEARLY, anchor=anchor), "2026-12-31", ("2026-01-02",), "2026-01-02")

    assert [one.state for one in found] == [DateState.FORECAST]
    assert found[0].strays == [date(2026, 1, 2)]
    assert found[0].nominal.on == YEARLY.start


def test_one_completion_satisfies_one_date() -> None:
    assert states(MONTHLY, "2026-04-30", ("2026-04-02",), "2026-04-02") == [
        "done",
        "overdue",
        "overdue",
        "forecast",
    ]


def test_completions_are_taken_in_their_order() -> None:
    assert look(MONTHLY, "2026-03-31", ("2026-03-01", "2026-02-01"), "2026-03-05") == look(
        MONTHLY, "2026-03-31", ("2026-02-01", "2026-03-01"), "2026-03-05"
    )


def test_a_completion_for_a_date_beyond_the_end_is_told_on_the_last() -> None:
    found = look(YEARLY, "2026-12-31", ("2026-03-15", "2026-06-01"), "2026-06-01")

    assert [one.strays for one in found] == [[date(2026, 6, 1)]]


def test_floating_counts_from_the_completion() -> None:
    rule = replace(YEARLY, anchor=Anchor.FLOATING)

    assert days(rule, "2028-12-31", ("2026-04-04",)) == ["2026-03-15", "2027-04-04", "2028-04-04"]
    assert days(rule, "2027-12-31", ("2026-02-28",)) == ["2026-03-15", "2027-02-28"]


def test_floating_takes_an_open_date_to_be_done_today() -> None:
    rule = replace(YEARLY, anchor=Anchor.FLOATING)

    assert days(rule, "2028-12-31", at="2026-09-01") == ["2026-03-15", "2027-09-01", "2028-09-01"]


def test_capped_work_pulls_the_series_forward() -> None:
    rule = replace(YEARLY, anchor=Anchor.CAPPED)

    found = look(rule, "2028-12-31", ("2026-03-01",), "2026-03-01")
    dates = [one.nominal.on.isoformat() for one in found]
    assert dates == ["2026-03-15", "2027-03-01", "2028-03-01"]
    assert found[1].nominal.origin is Origin.PULLED


def test_capped_late_work_never_pushes_it_back() -> None:
    rule = replace(YEARLY, anchor=Anchor.CAPPED)

    assert days(rule, "2028-12-31", ("2026-05-01",)) == ["2026-03-15", "2027-03-15", "2028-03-15"]


def test_capped_work_of_the_next_year_leaves_the_grid_where_it_was() -> None:
    """So late that a date of the grid has passed: the next one is the one after the work."""
    rule = replace(YEARLY, anchor=Anchor.CAPPED)

    assert days(rule, "2028-12-31", ("2027-04-01",)) == ["2026-03-15", "2028-03-15"]


def test_each_cycle_20_days_late_drifts_under_floating_alone() -> None:
    """Five cycles: 100 days of drift, or none."""

    def sixth(anchor: Anchor) -> date:
        rule = replace(YEARLY, anchor=anchor, start=date(2026, 3, 1))
        nominal = first(rule)
        for _ in range(5):
            nominal = following(rule, nominal, nominal.on + timedelta(20))
        return nominal.on

    assert sixth(Anchor.FIXED) == sixth(Anchor.CAPPED) == date(2031, 3, 1)
    assert sixth(Anchor.FLOATING) == date(2031, 6, 9)


def test_capped_over_ten_cycles() -> None:
    """Early by 10 days every other cycle: each pulls by 10, and no late one gives a day back."""
    rule = Rule(Interval(months=12), Anchor.CAPPED, date(2026, 6, 20), early_days=30)
    nominal, found = first(rule), []
    for cycle in range(10):
        shift = -10 if cycle % 2 == 0 else 25
        nominal = following(rule, nominal, nominal.on + timedelta(shift))
        found.append(nominal.on)

    assert found == [
        date(2027, 6, 10),
        date(2028, 6, 10),
        date(2029, 5, 31),
        date(2030, 5, 31),
        date(2031, 5, 21),
        date(2032, 5, 21),
        date(2033, 5, 11),
        date(2034, 5, 11),
        date(2035, 5, 1),
        date(2036, 5, 1),
    ]


def test_nothing_is_done_in_the_future() -> None:
    with pytest.raises(LateNewsError):
        forecast(YEARLY, [date(2026, 3, 16)], date(2030, 1, 1), date(2026, 3, 15))


def test_more_dates_than_anybody_reads_are_refused() -> None:
    daily = replace(MONTHLY, interval=Interval(days=1))
    last = daily.start + timedelta(MOST_DATES - 1)

    assert len(forecast(daily, [], last, daily.start)) == MOST_DATES
    with pytest.raises(TooManyDatesError):
        forecast(daily, [], last + timedelta(1), daily.start)


intervals = some.one_of(
    some.builds(Interval, months=some.integers(1, 36)),
    some.builds(Interval, days=some.integers(7, 800)),
)
rules = some.builds(
    Rule,
    interval=intervals,
    anchor=some.sampled_from(Anchor),
    start=some.dates(date(2020, 1, 1), date(2026, 12, 31)),
    early_days=some.integers(0, 40),
    late_days=some.integers(0, 90),
    legal_max=some.none() | intervals,
)
completions = some.lists(some.dates(date(2020, 1, 1), date(2029, 12, 31)), max_size=8)


@settings(deadline=None)
@given(rules, completions)
def test_dates_rise_and_their_windows_hold(rule: Rule, done: list[date]) -> None:
    found = forecast(rule, done, date(2035, 1, 1), date(2030, 1, 1))

    nominals = [one.nominal.on for one in found]
    assert nominals == sorted(set(nominals))
    assert all(one.earliest <= one.latest for one in found)


@settings(deadline=None)
@given(rules, completions)
def test_every_completion_is_used_once_or_named(rule: Rule, done: list[date]) -> None:
    found = forecast(rule, done, date(2040, 1, 1), date(2030, 1, 1))

    used = [one.done_on for one in found if one.done_on]
    named = [stray for one in found for stray in one.strays]
    assert sorted(used + named) == (sorted(done) if found else [])


@settings(deadline=None)
@given(rules, some.integers(-40, 400))
def test_capped_is_never_later_than_fixed_or_floating(rule: Rule, shift: int) -> None:
    done_on = rule.start + timedelta(max(shift, -rule.early_days))
    by = {
        anchor: following(replace(rule, anchor=anchor), first(rule), done_on).on
        for anchor in Anchor
    }

    assert by[Anchor.CAPPED] <= by[Anchor.FLOATING]
    assert by[Anchor.CAPPED] > done_on or by[Anchor.CAPPED] == by[Anchor.FLOATING]
    if done_on < by[Anchor.FIXED]:
        assert by[Anchor.CAPPED] <= by[Anchor.FIXED]
