from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask_babel import force_locale

from service.core import dates

NOON = datetime(2026, 3, 3, 13, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "words"), [("sv", "tis 3 mars 14:05"), ("en", "Tue 3 Mar 14:05")]
)
def test_a_time_is_written_as_people_write_it(language: str, words: str) -> None:
    assert dates.moment(NOON, language, now=NOON) == words


def test_another_year_is_named() -> None:
    assert dates.moment(NOON, "sv", now=NOON + timedelta(days=365)) == "tis 3 mars 2026 14:05"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (7_800, "2 h 10 min"),
        (7_200, "2 h"),
        (3_605, "1 h"),
        (100_800, "1 d 4 h"),
        (-720, "−12 min"),
        (-0.4, "0 s"),
    ],
)
def test_a_duration_is_written_in_its_two_largest_units(
    app: Flask, seconds: float, words: str
) -> None:
    with force_locale("en"):
        assert dates.duration(seconds) == words


def test_an_age_is_said_in_the_persons_language(app: Flask) -> None:
    with force_locale("sv"):
        assert dates.ago(NOON, now=NOON + timedelta(seconds=8)) == "för 8 s sedan"
    with force_locale("en"):
        assert dates.ago(NOON, now=NOON + timedelta(minutes=8)) == "8 min ago"


def test_a_clock_that_is_behind_makes_no_negative_age(app: Flask) -> None:
    with force_locale("en"):
        assert dates.ago(NOON, now=NOON - timedelta(seconds=3)) == "0 s ago"
