"""What stops a report is told in the language that is being spoken."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask
from flask_babel import force_locale

from service.reports.service_printing import Bounds, PrintingError, printed
from service.reports.service_troubles import trouble
from tests.reports.sample import facts

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def swedish(kept: str | None) -> str:
    with force_locale("sv"):
        return trouble(kept)


def told(worker: str = "tests.reports.teller", **bounds: float) -> str:
    """What printing says of itself, as a request keeps it."""
    with pytest.raises(PrintingError) as wrong:
        printed(facts(), {"a": b"x" * 3_000_000}, NOON, Bounds(**bounds), worker)  # type: ignore[arg-type]
    return f"PrintingError: {wrong.value}"


def test_what_printing_says_is_translated(app: Flask) -> None:
    slow = told("tests.reports.sleeper", seconds=0.5)

    assert swedish(slow) == "Den skrevs inte ut inom 0,5 s."
    assert swedish(told(facts_bytes=10)).startswith("Texten tar 0")
    assert swedish(told(photos_bytes=1024**2)) == "Fotona tar 2,9 MB av högst 1 MB."
    assert swedish(told("tests.reports.no_such_worker")).startswith("Utskriften slutade med 1: ")


def test_a_finished_report_that_is_too_large_is_told(app: Flask) -> None:
    kept = "PrintingError: the finished report takes 19.2 MB of 18 MB"

    assert swedish(kept) == "Den färdiga rapporten tar 19,2 MB av högst 18 MB."


def test_what_nobody_foresaw_is_shown_as_it_is(app: Flask) -> None:
    assert swedish("OSError: disk 100% full") == "Något oväntat: OSError: disk 100% full"
    assert swedish(None) == ""


def test_a_hostile_last_word_is_shown_as_it_is(app: Flask) -> None:
    kept = "the printing process ended with 1: %(size)s\n<b>"

    assert swedish(kept) == "Utskriften slutade med 1: %(size)s\n<b>"
