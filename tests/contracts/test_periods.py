"""Ends of periods, renewals and reminders: calendar months, and nothing that creeps."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.contracts.periods import (
    DAY,
    Due,
    add_months,
    last_notice_day,
    next_end,
    next_renewal,
    period_end,
    reminders,
    reminders_due,
)
from service.contracts.words import ReminderKind, Renewal

# However busy the machine is.
UNHURRIED = settings(deadline=None, max_examples=60)
DAYS = st.dates(date(2000, 1, 1), date(2060, 12, 31))
MONTHS = st.integers(1, 60)
NEW_YEAR = date(2026, 12, 31)


@pytest.mark.parametrize(
    ("day", "months", "there"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 1, 31), 2, date(2026, 3, 31)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
    ],
)
def test_months_are_clamped_to_the_end_of_the_month(day: date, months: int, there: date) -> None:
    assert add_months(day, months) == there


@UNHURRIED
@given(DAYS, st.integers(-600, 600))
def test_a_day_stays_itself_or_becomes_its_month_s_last(day: date, months: int) -> None:
    there = add_months(day, months)

    assert (there.year - day.year) * 12 + there.month - day.month == months
    assert there.day == day.day or (there.day < day.day and (there + DAY).day == 1)


def test_a_year_ends_on_the_day_before() -> None:
    assert period_end(date(2026, 3, 1), 12, 1) == date(2027, 2, 28)


@UNHURRIED
@given(DAYS, MONTHS, st.integers(1, 40))
def test_a_renewed_contract_ends_where_its_anchor_says(day: date, months: int, times: int) -> None:
    end = period_end(day, months, 1)
    for _ in range(times):
        end = next_end(day, months, end)

    assert end == period_end(day, months, times + 1)


@UNHURRIED
@given(DAYS, MONTHS, DAYS)
def test_the_next_end_is_the_first_one_after(day: date, months: int, ends_on: date) -> None:
    end = next_end(day, months, ends_on)

    assert end > ends_on
    numbered = [period_end(day, months, n) for n in range(0, 800)]
    assert end == next(one for one in numbered if one > ends_on)


def test_notice_for_new_year_is_given_in_september() -> None:
    assert last_notice_day(NEW_YEAR, 3) == date(2026, 9, 30)
    assert last_notice_day(NEW_YEAR, 0) == NEW_YEAR


def test_what_ends_is_not_renewed() -> None:
    assert next_renewal(Renewal.ENDS, NEW_YEAR) is None
    assert next_renewal(Renewal.AUTO, NEW_YEAR) == date(2027, 1, 1)


@pytest.mark.parametrize(
    ("renewal", "on", "due"),
    [
        (Renewal.ENDS, date(2026, 10, 1), []),
        (Renewal.ENDS, date(2026, 10, 2), [Due(ReminderKind.EXPIRY, date(2026, 10, 2))]),
        (Renewal.ENDS, date(2026, 12, 24), [Due(ReminderKind.EXPIRY, date(2026, 12, 1))]),
        (Renewal.ENDS, date(2027, 1, 1), []),
        (
            Renewal.ASK,
            date(2026, 12, 1),
            [
                Due(ReminderKind.EXPIRY, date(2026, 10, 2)),
                Due(ReminderKind.RENEWAL, date(2026, 12, 1)),
            ],
        ),
        (Renewal.AUTO, date(2026, 8, 30), []),
        (Renewal.AUTO, date(2026, 8, 31), [Due(ReminderKind.NOTICE, date(2026, 8, 31))]),
        # Too late for notice: no word of it any more.
        (Renewal.AUTO, date(2026, 10, 1), []),
        (Renewal.AUTO, date(2026, 12, 2), [Due(ReminderKind.RENEWAL, date(2026, 12, 1))]),
    ],
)
def test_each_kind_of_renewal_has_its_reminders(renewal: Renewal, on: date, due: list[Due]) -> None:
    assert reminders_due(renewal, NEW_YEAR, 3, on) == due


@UNHURRIED
@given(st.sampled_from(Renewal), DAYS, st.integers(0, 12))
def test_whoever_asks_every_day_hears_of_each_reminder_in_time(
    renewal: Renewal, ends_on: date, notice: int
) -> None:
    first = reminders(renewal, ends_on, notice)[0].on
    told = {
        due
        for n in range((ends_on - first).days + 5)
        for due in reminders_due(renewal, ends_on, notice, first + timedelta(days=n))
    }

    assert told == set(reminders(renewal, ends_on, notice))
