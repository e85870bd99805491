"""Where measurements are heading."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask

from service.checklists import fields_words
from service.checklists.trend import Bounds, Reading, slope_of, trend_of

RCD = Bounds(max=300)
START = date(2023, 3, 1)


def yearly(*numbers: float) -> list[Reading]:
    return [Reading(date(2023 + n, 3, 1), number) for n, number in enumerate(numbers)]


def test_trip_times_that_rise_by_thirty_a_year_cross_their_limit_when_the_line_says() -> None:
    trend = trend_of(yearly(180, 210, 240), RCD)

    assert trend
    assert trend.crosses_on == date(2027, 3, 2)  # a leap day lies between
    assert trend.slope * 365 == pytest.approx(30, rel=0.01)


def test_one_wild_reading_does_not_turn_the_line() -> None:
    calm = [Reading(START + timedelta(100 * n), 100.0 + n) for n in range(5)]
    wild = [*calm[:2], Reading(calm[2].on, 290.0), *calm[3:]]

    assert slope_of(wild) == pytest.approx(slope_of(calm), rel=0.5)


def test_insulation_that_falls_is_measured_against_its_least() -> None:
    trend = trend_of(yearly(9, 6, 3), Bounds(min=1))

    assert trend
    assert trend.limit == 1
    assert trend.crosses_on
    assert trend.crosses_on.year == 2025


def test_what_gets_better_has_no_limit_ahead() -> None:
    assert trend_of(yearly(280, 200, 120), RCD) is None
    assert trend_of(yearly(200, 200, 200), RCD) is None


def test_of_two_limits_the_one_that_it_moves_to_counts() -> None:
    trend = trend_of(yearly(24, 21, 18), Bounds(min=15, max=30))

    assert trend
    assert trend.limit == 15


@pytest.mark.parametrize("numbers", [(), (250,), (290, 290)])
def test_too_few_readings_say_nothing(numbers: tuple[float, ...]) -> None:
    assert trend_of(yearly(*numbers), RCD) is None


def test_two_readings_can_be_near_but_project_nothing() -> None:
    trend = trend_of(yearly(200, 250), RCD)

    assert trend
    assert trend.is_near
    assert trend.crosses_on is None


def test_three_readings_of_one_week_project_nothing() -> None:
    week = [Reading(START + timedelta(n), 100 + n) for n in range(3)]

    trend = trend_of(week, RCD)
    assert trend
    assert trend.crosses_on is None


def test_what_was_measured_twice_on_a_day_counts_once_and_last() -> None:
    readings = [*yearly(180, 210), Reading(date(2025, 3, 1), 0.0), Reading(date(2025, 3, 1), 240)]

    trend = trend_of(readings, RCD)
    assert trend
    assert [one.number for one in trend.readings] == [180, 210, 240]


@pytest.mark.parametrize(
    ("numbers", "bounds", "near"),
    [
        ((200, 239), RCD, False),
        ((200, 240), RCD, True),
        ((100, 151), Bounds(max=300, warn_max=150), True),
        ((3, 1.25), Bounds(min=1), True),
        ((3, 1.3), Bounds(min=1), False),
        ((3, 1.9), Bounds(min=1, warn_min=2), True),
    ],
)
def test_near_is_the_warning_band_or_four_fifths_of_the_limit(
    numbers: tuple[float, ...], bounds: Bounds, near: bool
) -> None:
    trend = trend_of(yearly(*numbers), bounds)

    assert trend
    assert trend.is_near is near


def test_a_value_beyond_its_limit_has_crossed_on_its_day() -> None:
    trend = trend_of(yearly(200, 260, 320), RCD)

    assert trend
    assert trend.crosses_on == date(2025, 3, 1)


def test_a_line_that_crosses_before_the_next_test_asks_for_one_half_way() -> None:
    trend = trend_of(yearly(180, 235, 290), RCD)

    assert trend
    assert trend.crosses_on == date(2025, 5, 6)
    by = trend.test_by(date(2026, 3, 1))
    assert by
    assert trend.last.on < by < trend.crosses_on


def test_a_line_that_crosses_after_the_next_test_asks_for_nothing() -> None:
    trend = trend_of(yearly(100, 110, 120), RCD)

    assert trend
    assert trend.test_by(date(2026, 3, 1)) is None


def test_a_value_near_its_limit_is_tested_after_half_the_time() -> None:
    trend = trend_of(yearly(249, 250, 251), RCD)

    assert trend
    assert trend.test_by(date(2026, 3, 1)) == date(2025, 8, 30)


def test_the_test_is_never_put_off() -> None:
    trend = trend_of(yearly(200, 260, 320), RCD)

    assert trend
    assert trend.test_by(date(2025, 3, 8)) == date(2025, 3, 8)


def test_a_limit_that_is_decades_away_is_nothing_to_warn_of() -> None:
    near, far = trend_of(yearly(180, 210, 240), RCD), trend_of(yearly(100, 105, 110), RCD)

    assert near
    assert far
    assert near.foreseen_on == near.crosses_on
    assert far.crosses_on
    assert far.foreseen_on is None


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"min": 15, "max": 30, "unit": "mA", "warn_max": 28}, "15–30 mA, warning above 28"),
        ({"min": -1, "max": 1, "unit": "A"}, "−1 … 1 A"),
        ({"unit": "dBm", "warn_min": -95}, "warning below −95 dBm"),
        ({"unit": "K"}, "K"),
        ({"max": 60, "unit": "V"}, "at most 60 V"),
    ],
)
def test_a_limit_is_said_with_its_unit(app: Flask, given: dict[str, Any], said: str) -> None:
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert fields_words.limit_words(given) == said
