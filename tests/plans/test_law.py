"""The law's own limit between two completions, and what is said where it has passed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from flask import Flask

from service.plans import deeds, reasons
from service.plans.intervals import Interval, Rule
from service.plans.words import Anchor, DateState, OccurrenceState
from tests.plans.conftest import MakePlan, MakeStation, day, give, noon, occurrence, tick
from tests.plans.test_intervals import YEARLY, look

# The usual test of an RCD.
RCD = {"late_days": 30, "legal_max_months": 14}


def test_the_law_limits_the_latest_day_and_says_so() -> None:
    rule = replace(YEARLY, late_days=90, legal_max=Interval(months=13))
    found = look(rule, "2028-12-31", ("2026-03-15",), "2027-04-16")

    assert found[1].latest == found[1].legal_latest == date(2027, 4, 15)
    assert found[1].is_overdue_by_law
    # Beyond it, counted from the day on which the date before is taken to be done: today.
    assert found[2].latest == date(2028, 5, 16)
    assert not found[2].is_overdue_by_law


def test_without_a_completion_the_law_counts_from_nothing() -> None:
    rule = replace(YEARLY, legal_max=Interval(months=1))

    assert look(rule, "2026-12-31", (), "2026-01-01")[0].latest == date(2026, 4, 14)


def test_the_law_never_opens_a_window_after_its_end() -> None:
    rule = replace(YEARLY, early_days=0, legal_max=Interval(months=11))
    second = look(rule, "2027-12-31", ("2026-03-15",), "2026-03-15")[1]

    assert second.earliest == second.latest == date(2027, 2, 15)


def test_the_law_ends_later_than_the_tolerance_and_is_marked_all_the_same(app: Flask) -> None:
    rule = replace(YEARLY, late_days=30, legal_max=Interval(months=14))
    at_its_end, after = (
        look(rule, "2028-12-31", ("2026-03-15",), at)[1] for at in ("2027-05-15", "2027-05-16")
    )

    assert at_its_end.state is after.state is DateState.OVERDUE
    assert (at_its_end.is_overdue_by_law, after.is_overdue_by_law) == (False, True)
    with app.test_request_context():
        told = reasons.because(rule, after)
    assert "By law no later than 2027-05-15" in told
    assert "It is overdue by law." in told


def test_work_counts_in_the_window_that_is_shown() -> None:
    rule = replace(YEARLY, early_days=0, late_days=0, legal_max=Interval(months=11))
    found = look(rule, "2027-12-31", ("2026-03-15", "2027-02-15"), "2027-02-20")

    assert found[1].earliest == date(2027, 2, 15)
    assert (found[1].state, found[1].strays) == (DateState.DONE, [])


def test_the_law_counts_from_the_last_completion(
    make_plan: MakePlan, make_station: MakeStation
) -> None:
    station = make_station("2025-03-10")
    give(make_plan({"late_days": 90, "legal_max_months": 13}), station, "2026-02-20")
    deeds.complete(occurrence(station, "2026-03-10"), day("2026-02-20"), "test", noon("2026-02-20"))
    tick("2027-03-21")

    late = occurrence(station, "2027-03-10")
    assert (late.latest_on, late.state) == (day("2027-03-20"), OccurrenceState.OVERDUE)
    assert not late.is_overdue_by_law(late.latest_on)
    assert late.is_overdue_by_law(day("2027-03-21"))


def test_a_date_past_its_tolerance_is_overdue_by_law_once_the_law_ends(
    app: Flask, make_plan: MakePlan, make_station: MakeStation
) -> None:
    station = make_station("2025-03-10")
    give(make_plan(RCD), station, "2026-03-01")
    deeds.complete(occurrence(station, "2026-03-10"), day("2026-03-10"), "test", noon("2026-03-10"))
    tick("2027-05-11")

    late = occurrence(station, "2027-03-10")
    assert (late.state, late.legal_latest_on) == (OccurrenceState.OVERDUE, day("2027-05-10"))
    with app.test_request_context():
        in_time, told = (reasons.of_row(late, noon(on)) for on in ("2027-05-10", "2027-05-11"))
    assert "law" not in in_time
    assert "By law no later than 2027-05-10, 14 months after the completion on 2026-03-10." in told
    assert told.endswith("It is overdue by law.")


def test_a_skipped_date_gives_the_law_no_more_time(
    make_plan: MakePlan, make_station: MakeStation
) -> None:
    station = make_station("2025-03-10")
    give(make_plan(RCD | {"anchor": Anchor.CAPPED}), station, "2026-03-01")
    deeds.complete(occurrence(station, "2026-03-10"), day("2026-03-10"), "test", noon("2026-03-10"))
    tick("2027-03-01")
    deeds.skip(occurrence(station, "2027-03-10"), "No access", "test", noon("2027-03-01"))
    tick("2027-06-01")

    following = occurrence(station, "2028-03-10")
    assert following.legal_latest_on == day("2027-05-10")
    assert following.is_overdue_by_law(day("2027-06-01"))


def test_work_on_the_day_is_not_said_to_be_early_where_the_month_is_short(app: Flask) -> None:
    rule = Rule(Interval(1), Anchor.CAPPED, date(2026, 1, 31), 5, 5)
    third = look(rule, "2026-06-01", ("2026-01-31", "2026-02-28"), "2026-02-28")[2]

    assert third.nominal.on == date(2026, 3, 28)
    with app.test_request_context():
        assert reasons.because(rule, third) == "1 month after the completion on 2026-02-28."
