"""Shares of each day, from the ledger."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from service.monitoring.availability import days, shares, total

HOME = ZoneInfo("Europe/Stockholm")
# Half past noon at home.
AT = datetime(2026, 3, 2, 11, 30, tzinfo=UTC)


@dataclass
class Interval:
    state: str
    from_at: datetime
    to_at: datetime | None = None
    window_id: int | None = None


def test_a_day_begins_at_midnight_of_the_place_and_today_ends_now() -> None:
    found = days(AT, HOME)

    assert len(found) == 30
    assert found[-1].begins == datetime(2026, 3, 1, 23, tzinfo=UTC)
    assert found[-1].ends == AT


@pytest.mark.parametrize(("month", "hours"), [(3, 23), (10, 25)])
def test_a_day_on_which_the_clock_is_set_has_its_own_length(month: int, hours: int) -> None:
    last = {3: 29, 10: 25}[month]
    (day,) = [
        one
        for one in days(datetime(2026, month, 31, 12, tzinfo=UTC), HOME)
        if (one.on.month, one.on.day) == (month, last)
    ]

    assert day.length == hours * 3600


def test_a_fault_of_six_hours_is_a_quarter_of_its_day() -> None:
    begins = datetime(2026, 2, 27, 23, tzinfo=UTC)
    fault = begins + timedelta(hours=6)
    found = shares(
        [
            Interval("available", begins, fault),
            Interval("faulted", fault, fault + timedelta(hours=6)),
            Interval("available", fault + timedelta(hours=6)),
        ],
        AT,
        HOME,
    )

    assert found[-3].share("faulted") == 0.25
    assert found[-3].working == 0.75
    assert found[-2].working == 1
    assert found[-4].known == 0


def test_a_planned_outage_stands_for_itself() -> None:
    begins = AT - timedelta(hours=2)

    found = shares([Interval("faulted", begins, window_id=1)], AT, HOME)

    assert found[-1].seconds == {"planned": 7200}


def test_bands_are_stacked_and_leave_free_what_is_not_known() -> None:
    begins = AT - timedelta(hours=6, minutes=15)

    (_, *_, day) = shares([Interval("available", begins)], AT, HOME)

    assert day.bands == [("available", 0.0, 0.5)]


def test_the_total_is_of_the_known_time() -> None:
    found = shares(
        [
            Interval("available", AT - timedelta(hours=3)),
        ],
        AT,
        HOME,
    )

    assert total(found) == {"available": 1.0}
    assert total(days(AT, HOME)) == {}
