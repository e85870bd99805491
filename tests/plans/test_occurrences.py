"""The dates of real stations as rows: made once, never lost, never silently moved."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import func, select

from service.core.db import db
from service.core.history import History
from service.plans import deeds, jobs, reasons
from service.plans.assignments import (
    NotPublishedError,
    RetiredStationError,
    WrongModelError,
    assign,
    tighten,
    unassign,
)
from service.plans.intervals import LateNewsError
from service.plans.models import MaintenancePlan
from service.plans.occurrences import Occurrence, PlanAssignment
from service.plans.words import Anchor, CatchUp
from service.stations.models import Current, Site, StationModel
from service.stations.words import Environment
from tests.plans.conftest import (
    MakePlan,
    MakeStation,
    dates,
    day,
    give,
    noon,
    occurrence,
    tick,
)

FLOATING, CAPPED = {"anchor": Anchor.FLOATING}, {"anchor": Anchor.CAPPED}
MONTHLY = {"months": 1, "early_days": 10, "late_days": 10}


def test_the_first_date_is_an_interval_after_commissioning(
    make_plan: MakePlan, make_station: MakeStation
) -> None:
    station = make_station("2026-01-31")
    give(make_plan(MONTHLY), station, "2026-02-01")

    assert dates(station) == [("2026-02-28", "forecast")]


def test_an_old_station_misses_nothing_from_before_it_was_ours(
    make_plan: MakePlan, make_station: MakeStation
) -> None:
    """Its grid runs since 2019, and its first date is the next one."""
    station = make_station("2019-05-10")
    give(make_plan({}), station, "2026-03-02")

    assert dates(station) == [("2026-05-10", "forecast")]
    assert occurrence(station, "2026-05-10").times == 7


def test_a_second_run_adds_nothing(make_plan: MakePlan, make_station: MakeStation) -> None:
    station = make_station("2026-01-31")
    give(make_plan(MONTHLY), station, "2026-02-01")
    tick("2026-02-01")
    tick("2026-02-01")

    assert len(dates(station)) == 1


def test_every_cycle_of_three_weeks_downtime_is_there(
    make_plan: MakePlan, make_station: MakeStation
) -> None:
    weekly = {"months": None, "days": 7, "early_days": 2, "late_days": 2}
    station = make_station("2026-03-02")
    give(make_plan(weekly), station, "2026-03-02")
    tick("2026-04-01")

    assert dates(station) == [
        ("2026-03-09", "overdue"),
        ("2026-03-16", "overdue"),
        ("2026-03-23", "overdue"),
        ("2026-03-30", "due"),
        ("2026-04-06", "forecast"),
    ]


def test_by_policy_one_date_says_how_many_were_missed(
    app: Flask, make_plan: MakePlan, make_station: MakeStation
) -> None:
    weekly = {"months": None, "days": 7, "late_days": 2, "catch_up": CatchUp.ONE}
    station = make_station("2026-03-02")
    give(make_plan(weekly | {"early_days": 2}), station, "2026-03-02")
    tick("2026-04-01")

    # The one that was there stays; of the three that passed meanwhile there is the last.
    assert dates(station) == [
        ("2026-03-09", "overdue"),
        ("2026-03-30", "due"),
        ("2026-04-06", "forecast"),
    ]
    one = occurrence(station, "2026-03-30")
    assert one.missed == 2
    with app.test_request_context():
        assert "2 before it passed." in reasons.of_row(one, noon("2026-04-01"))


def test_overdue_stays_until_somebody_does_something(
    make_plan: MakePlan, make_station: MakeStation
) -> None:
    station = make_station("2025-03-01")
    give(make_plan({}), station, "2025-03-02")
    tick("2028-04-15")

    assert dates(station) == [
        ("2026-03-01", "overdue"),
        ("2027-03-01", "overdue"),
        ("2028-03-01", "overdue"),
        ("2029-03-01", "forecast"),
    ]


def test_two_clocks_at_once_make_each_date_once(
    app: Flask, make_plan: MakePlan, make_station: MakeStation
) -> None:
    stations = [make_station("2025-12-31", f"Hamnen {n}") for n in range(20)]
    assign(make_plan(MONTHLY), stations, "test", noon("2026-01-01"))
    db.session.commit()
    db.session.remove()

    def run(_: int) -> None:
        with app.app_context():
            jobs.keep_dates(noon("2026-03-15"))
            db.session.commit()
            db.session.remove()

    with ThreadPoolExecutor(4) as clocks:
        list(clocks.map(run, range(4)))

    made = db.session.scalar(select(func.count(Occurrence.id)))
    assert made == 20 * len({"2026-01-31", "2026-02-28", "2026-03-31"})


def test_nothing_falls_due_before_commissioning(
    make_plan: MakePlan, make_station: MakeStation
) -> None:
    station = make_station(None)
    give(make_plan({}), station, "2026-03-02")
    assert dates(station) == []

    station.commissioned_on = day("2026-06-01")
    tick("2026-06-01")
    assert dates(station) == [("2027-06-01", "forecast")]


def test_dates_follow_when_the_day_of_commissioning_is_put_right(
    make_plan: MakePlan, make_station: MakeStation
) -> None:
    station = make_station("2025-04-01")
    give(make_plan({}), station, "2025-04-02")
    station.commissioned_on = day("2026-05-01")
    tick("2026-05-02")

    assert dates(station) == [("2026-04-01", "void"), ("2027-05-01", "forecast")]
    assert "counted from" in (occurrence(station, "2026-04-01").reason or "")


def test_dust_and_salt_shorten_the_interval_and_clean_air_gives_it_back(
    make_plan: MakePlan, make_station: MakeStation, site: Site
) -> None:
    station = make_station("2025-06-10")
    give(make_plan({"dusty_percent": 50, "coastal_percent": 75}), station, "2025-06-10")
    for environment, on in (
        (Environment.DUSTY, "2025-12-10"),
        (Environment.COASTAL, "2026-03-10"),
        (Environment.NORMAL, "2026-06-10"),
    ):
        site.environment = environment
        tick("2025-06-11")
        assert [row for row in dates(station) if row[1] != "void"] == [(on, "forecast")]


def test_a_retired_station_is_left_alone(make_plan: MakePlan, make_station: MakeStation) -> None:
    station = make_station("2025-03-01")
    plan = make_plan({})
    give(plan, station, "2025-03-02")
    station.retired_at = noon("2026-03-10")
    tick("2030-01-01")

    assert dates(station) == [("2026-03-01", "void")]
    assert occurrence(station, "2026-03-01").reason == "The station is retired."
    with pytest.raises(RetiredStationError):
        assign(plan, [station], "test", noon("2026-03-11"))


def test_windows_open_and_end_on_the_days_of_the_site(
    make_plan: MakePlan, make_station: MakeStation, site: Site
) -> None:
    """At 11:30 UTC it is tomorrow already in Auckland."""
    site.time_zone = "Pacific/Auckland"
    station = make_station("2025-03-10")
    give(make_plan({"early_days": 5, "late_days": 5}), station, "2025-03-10")

    jobs.keep_dates(datetime(2026, 3, 4, 10, 30, tzinfo=UTC))
    assert dates(station)[0] == ("2026-03-10", "forecast")
    jobs.keep_dates(datetime(2026, 3, 4, 11, 30, tzinfo=UTC))
    db.session.expire_all()
    assert dates(station)[0] == ("2026-03-10", "due")
    jobs.keep_dates(datetime(2026, 3, 15, 11, 30, tzinfo=UTC))
    db.session.expire_all()
    assert dates(station)[0] == ("2026-03-10", "overdue")


def test_the_clock_set_forward_moves_no_date(
    make_plan: MakePlan, make_station: MakeStation
) -> None:
    """29 March 2026 has 23 hours in Sweden."""
    daily = {"months": None, "days": 1, "early_days": 0, "late_days": 0}
    station = make_station("2026-03-27")
    give(make_plan(daily), station, "2026-03-27")
    for hour in (0, 1, 2, 21, 22, 23):
        jobs.keep_dates(datetime(2026, 3, 29, hour, 30, tzinfo=UTC))
    db.session.expire_all()

    assert [on for on, _state in dates(station)] == [
        "2026-03-28",
        "2026-03-29",
        # 22:30 UTC is half past midnight on the 30th.
        "2026-03-30",
        "2026-03-31",
    ]


def test_early_work_in_its_window_satisfies_the_date(
    make_plan: MakePlan, make_station: MakeStation
) -> None:
    """Two days early, and the same date does not come back."""
    station = make_station("2025-03-10")
    give(make_plan({}), station, "2026-03-08")
    deeds.complete(occurrence(station, "2026-03-10"), day("2026-03-08"), "test", noon("2026-03-08"))
    tick("2026-03-10")

    assert dates(station) == [("2026-03-10", "done"), ("2027-03-10", "forecast")]


@pytest.mark.parametrize(
    ("anchor", "early", "late"),
    [
        (Anchor.FIXED, "2027-03-10", "2027-03-10"),
        (Anchor.FLOATING, "2027-02-20", "2027-04-25"),
        (Anchor.CAPPED, "2027-02-20", "2027-03-10"),
    ],
)
def test_the_next_date_after_early_and_late_work(
    make_plan: MakePlan, make_station: MakeStation, anchor: Anchor, early: str, late: str
) -> None:
    plan = make_plan({"anchor": anchor})
    for number, (done, following) in enumerate((("2026-02-20", early), ("2026-04-25", late))):
        station = make_station("2025-03-10", f"Hamnen {number}")
        give(plan, station, "2026-02-19")
        one = occurrence(station, "2026-03-10")
        deeds.complete(one, day(done), "test", noon(done))
        assert dates(station) == [("2026-03-10", "done"), (following, "forecast")], done


def test_work_before_the_window_asks_whether_it_counts(
    make_plan: MakePlan, make_station: MakeStation
) -> None:
    station = make_station("2025-06-10")
    give(make_plan(CAPPED), station, "2026-03-02")
    one = occurrence(station, "2026-06-10")

    with pytest.raises(deeds.TooEarlyError):
        deeds.complete(one, day("2026-03-02"), "test", noon("2026-03-02"))
    assert one.is_open
    deeds.complete(one, day("2026-03-02"), "test", noon("2026-03-02"), though_early=True)
    assert dates(station) == [("2026-06-10", "done"), ("2027-03-02", "forecast")]


def test_nothing_is_done_in_the_future_or_before_commissioning(
    make_plan: MakePlan, make_station: MakeStation
) -> None:
    station = make_station("2026-02-20")
    give(make_plan(MONTHLY), station, "2026-03-18")
    one = occurrence(station, "2026-03-20")

    with pytest.raises(LateNewsError):
        deeds.complete(one, day("2026-03-19"), "test", noon("2026-03-18"))
    with pytest.raises(deeds.BeforeCommissioningError):
        deeds.complete(one, day("2026-02-19"), "test", noon("2026-03-18"), though_early=True)


def test_what_is_closed_is_closed_once(make_plan: MakePlan, make_station: MakeStation) -> None:
    station = make_station("2025-03-10")
    give(make_plan({}), station, "2026-03-08")
    one = occurrence(station, "2026-03-10")
    deeds.complete(one, day("2026-03-08"), "test", noon("2026-03-08"))

    with pytest.raises(deeds.ClosedError):
        deeds.complete(one, day("2026-03-08"), "test", noon("2026-03-08"))
    with pytest.raises(deeds.ClosedError):
        deeds.skip(one, "Again", "test", noon("2026-03-08"))


def test_a_skipped_date_keeps_its_reason_and_the_series_goes_on(
    make_plan: MakePlan, make_station: MakeStation
) -> None:
    station = make_station("2025-03-10")
    give(make_plan(FLOATING), station, "2026-03-08")
    deeds.skip(occurrence(station, "2026-03-10"), "Rebuilt in May", "test", noon("2026-03-08"))

    assert dates(station) == [("2026-03-10", "skipped"), ("2027-03-10", "forecast")]
    assert occurrence(station, "2026-03-10").reason == "Rebuilt in May"
    verbs = select(History.verb).where(History.subject == "occurrence")
    assert list(db.session.scalars(verbs)) == ["skip"]


@pytest.mark.parametrize("anchor", list(Anchor))
def test_a_completion_taken_back_reopens_its_date(
    make_plan: MakePlan, make_station: MakeStation, anchor: Anchor
) -> None:
    station = make_station("2025-03-10")
    give(make_plan({"anchor": anchor}), station, "2026-03-08")
    one = occurrence(station, "2026-03-10")
    before = dates(station)
    deeds.complete(one, day("2026-03-08"), "test", noon("2026-03-08"))
    deeds.reopen(one, "Wrong station", "test", noon("2026-03-09"))

    still_open = [row for row in dates(station) if row[1] != "void"]
    assert still_open[: len(before)] == before
    deeds.complete(one, day("2026-03-09"), "test", noon("2026-03-09"))
    assert dates(station)[0] == ("2026-03-10", "done")
    assert [row[1] for row in dates(station)].count("forecast") == 1


def test_a_season_narrows_the_window(make_plan: MakePlan, make_station: MakeStation) -> None:
    """Due on 20 March, cleaned from April to October."""
    season = {"season_from": 4, "season_to": 10, "late_days": 60}
    station = make_station("2025-03-20")
    give(make_plan(season), station, "2026-03-02")

    one = occurrence(station, "2026-03-20")
    assert (one.earliest_on, one.latest_on) == (day("2026-04-01"), day("2026-05-19"))


@pytest.mark.parametrize(
    ("language", "told"),
    [("en", "Its season is April–October."), ("sv", "Säsongen är april–oktober.")],
)
def test_a_window_that_a_season_narrows_says_so(
    app: Flask, make_plan: MakePlan, make_station: MakeStation, language: str, told: str
) -> None:
    """The date itself lies outside its window: nobody would guess why."""
    season = {"season_from": 4, "season_to": 10, "early_days": 30, "late_days": 30}
    plan = make_plan(season)
    late, early = make_station("2025-11-04"), make_station("2025-06-04", "Hamnen 2")
    for one in (late, early):
        give(plan, one, "2026-03-02")
    winter, summer = occurrence(late, "2026-11-04"), occurrence(early, "2026-06-04")

    assert (winter.earliest_on, winter.latest_on) == (day("2026-10-05"), day("2026-10-31"))
    with app.test_request_context(), force_locale(language):
        assert reasons.of_row(winter, noon("2026-03-02")).endswith(told)
        assert told not in reasons.of_row(summer, noon("2026-03-02"))
    deeds.bring_forward(winter, day("2026-09-01"), "Mast", "test", noon("2026-08-20"))
    with app.test_request_context(), force_locale(language):
        assert told not in reasons.of_row(winter, noon("2026-08-20"))


def test_another_interval_makes_nothing_late_that_was_in_time(
    make_plan: MakePlan, make_station: MakeStation
) -> None:
    station = make_station("2024-06-10")
    give(make_plan({}), station, "2025-06-01")
    deeds.complete(occurrence(station, "2025-06-10"), day("2025-06-10"), "test", noon("2025-06-10"))
    tighten(station, None, "Dust", "test", noon("2026-03-02"), months=3)

    assert [row for row in dates(station) if row[1] in ("due", "overdue", "forecast")] == [
        ("2026-03-10", "due")
    ]


def test_a_plan_that_is_taken_away_leaves_the_past(
    make_plan: MakePlan, make_station: MakeStation
) -> None:
    station = make_station("2025-03-10")
    give(make_plan({}), station, "2026-03-08")
    deeds.complete(occurrence(station, "2026-03-10"), day("2026-03-08"), "test", noon("2026-03-08"))
    one = db.session.scalars(select(PlanAssignment)).one()
    unassign(one, "Sold", "test", noon("2026-04-01"))
    tick("2030-01-01")

    assert dates(station) == [("2026-03-10", "done"), ("2027-03-10", "void")]


def test_a_plan_is_published_before_it_is_given_and_for_its_own_model(
    make_plan: MakePlan, make_station: MakeStation, model: StationModel
) -> None:
    draft = MaintenancePlan.create(model, "Draft", "test", noon("2026-01-01"))
    other = StationModel.create(
        "test", noon("2026-01-01"), maker="ABB", name="Terra", current=Current.DC
    )
    station, strange = make_station("2026-01-01"), make_station("2026-01-01", "X", model=other)
    plan = make_plan({})

    with pytest.raises(NotPublishedError):
        assign(draft, [station], "test", noon("2026-01-01"))
    with pytest.raises(WrongModelError):
        assign(plan, [strange], "test", noon("2026-01-01"))
