"""When a contract's periods end, and when somebody must be told. Calendar months, whole days.

A period's end is its last day. Ends are counted from one anchor, so that a contract that begins
on the 31st does not creep to the 28th.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import NamedTuple

from service.contracts.words import ReminderKind, Renewal

DAY = timedelta(days=1)
EARLY, LATE = timedelta(days=90), timedelta(days=30)


class Due(NamedTuple):
    """A reminder, and the day from which it is due."""

    kind: ReminderKind
    on: date


def add_months(day: date, months: int) -> date:
    """The same day of another month, or that month's last day where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def period_end(anchor: date, months: int, number: int) -> date:
    """The last day of the period of that number; 0 is the day before the anchor."""
    return add_months(anchor, months * number) - DAY


def next_end(anchor: date, months: int, ends_on: date) -> date:
    """The first end of a period after `ends_on`."""
    passed = (ends_on.year - anchor.year) * 12 + ends_on.month - anchor.month
    number = max(0, passed // months)
    while (end := period_end(anchor, months, number)) <= ends_on:
        number += 1
    return end


def running_year(starts_on: date, on: date) -> tuple[date, date]:
    """The first and the last day of the contract's year that `on` is in, counted from its start."""
    years = on.year - starts_on.year
    if add_months(starts_on, 12 * years) > on:
        years -= 1
    return add_months(starts_on, 12 * years), add_months(starts_on, 12 * (years + 1)) - DAY


def next_renewal(renewal: Renewal, ends_on: date) -> date | None:
    """The first day of the next period, where there will be one unless somebody says no."""
    return None if renewal is Renewal.ENDS else ends_on + DAY


def last_notice_day(ends_on: date, notice_months: int) -> date:
    """Notice that comes later than this day is too late for `ends_on`."""
    return add_months(ends_on + DAY, -notice_months) - DAY


def reminders(renewal: Renewal, ends_on: date, notice_months: int) -> list[Due]:
    """Every reminder of the period that ends then, earliest first."""
    expiry, renewed = ReminderKind.EXPIRY, ReminderKind.RENEWAL
    if renewal is Renewal.ENDS:
        return [Due(expiry, ends_on - EARLY), Due(expiry, ends_on - LATE)]
    if renewal is Renewal.ASK:
        return [Due(expiry, ends_on - EARLY), Due(renewed, ends_on - LATE)]
    notice = last_notice_day(ends_on, notice_months) - LATE
    return sorted([Due(ReminderKind.NOTICE, notice), Due(renewed, ends_on - LATE)], key=_day)


def reminders_due(renewal: Renewal, ends_on: date, notice_months: int, on: date) -> list[Due]:
    """What somebody should be told by now: of each kind the latest, while it is of use."""
    newest: dict[ReminderKind, Due] = {}
    for due in reminders(renewal, ends_on, notice_months):
        if due.on <= on <= _of_use_until(due.kind, ends_on, notice_months):
            newest[due.kind] = due
    return list(newest.values())


def _of_use_until(kind: ReminderKind, ends_on: date, notice_months: int) -> date:
    return last_notice_day(ends_on, notice_months) if kind is ReminderKind.NOTICE else ends_on


def _day(due: Due) -> date:
    return due.on
