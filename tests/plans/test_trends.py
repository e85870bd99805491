"""Measured values that move towards their limit bring the next test forward."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_babel import force_locale

from service.checklists.models import ChecklistVersion
from service.checklists.words import RunState
from service.contracts.words import WorkKind
from service.core import dates
from service.core.db import db
from service.plans import deeds, jobs, reasons
from service.plans.words import OccurrenceState
from service.stations.models import Station
from tests.checklists.written import measure, published
from tests.plans.conftest import MakePlan, MakeStation, day, give, noon, occurrence, tick

TEST = {"kind": WorkKind.RCD_TEST, "title_en": "RCD", "trend": True, "early_days": 30}
NOW = noon("2026-03-02")
NEXT = "2027-03-01"


@pytest.fixture
def version(app: Flask) -> ChecklistVersion:
    return published()


@pytest.fixture
def station(make_plan: MakePlan, make_station: MakeStation) -> Station:
    """Tested by instrument every year on the first of March."""
    station = make_station("2023-03-01")
    give(make_plan(TEST), station, "2026-03-02")
    return station


def watch(at: str = "2026-03-02") -> None:
    jobs.watch_new_measurements(noon(at))
    db.session.commit()


def rising(station: Station, version: ChecklistVersion, *numbers: float) -> None:
    for n, number in enumerate(numbers):
        measure(station, version, f"{2027 - len(numbers) + n}-03-01", number)


def test_a_line_that_reaches_the_limit_before_the_next_test_brings_it_forward(
    station: Station, version: ChecklistVersion
) -> None:
    rising(station, version, 180, 235, 290)
    watch()

    one = occurrence(station, NEXT, "rcd")
    assert one.reason == "trend: rcd.t1x rcd:1: 180, 235, 290 / 300 ms → 2026-05-06"
    assert day("2026-03-02") < one.latest_on < day("2026-05-06")


def test_the_reason_is_read_in_both_languages(
    station: Station, version: ChecklistVersion, app: Flask
) -> None:
    rising(station, version, 180.5, 235, 290)
    watch()
    one = occurrence(station, NEXT, "rcd")
    with app.test_request_context(), force_locale("en"):
        told = reasons.of_row(one, NOW)
    assert "“Trip time”, RCD 1, moves towards its limit: 180.5 → 235 → 290 of 300 ms." in told
    assert "At this pace it passes it about" in told
    with app.test_request_context(), force_locale("sv"):
        told = reasons.of_row(one, NOW)
        assert "”Utlösningstid”, JFB 1, går mot sitt gränsvärde: 180,5 → 235" in told


def test_the_history_of_a_date_reads_as_people_write(
    station: Station, version: ChecklistVersion, as_dispatcher: FlaskClient
) -> None:
    rising(station, version, 180, 235, 290)
    watch()
    one = occurrence(station, NEXT, "rcd")
    page = as_dispatcher.get(f"/service/{one.id}/history", headers={"Accept-Language": "sv"}).text

    assert "”Utlösningstid”, JFB 1, går mot sitt gränsvärde" in page
    assert f"Till: {dates.day(one.latest_on, 'sv')}" in page
    assert "Reglerna" in page


def test_a_value_near_its_limit_that_still_rises_is_tested_after_half_the_time(
    station: Station, version: ChecklistVersion
) -> None:
    rising(station, version, 249, 250, 251)
    watch()

    assert occurrence(station, NEXT, "rcd").latest_on == day("2026-08-30")


@pytest.mark.parametrize("numbers", [(100, 110, 120), (280, 270, 260), (180, 180, 180), (290,)])
def test_what_is_calm_keeps_its_date(
    station: Station, version: ChecklistVersion, numbers: tuple[float, ...]
) -> None:
    rising(station, version, *numbers)
    watch()

    assert occurrence(station, NEXT, "rcd").reason is None


def test_asking_again_every_day_moves_nothing(station: Station, version: ChecklistVersion) -> None:
    rising(station, version, 180, 235, 290)
    watch()
    latest = occurrence(station, NEXT, "rcd").latest_on
    for at in ("2026-03-03", "2026-03-20", "2026-04-20"):
        jobs.watch_all_measurements(noon(at))

    assert occurrence(station, NEXT, "rcd").latest_on == latest


def test_the_test_that_was_brought_forward_and_came_out_calm_brings_nothing_forward_again(
    station: Station, version: ChecklistVersion
) -> None:
    rising(station, version, 180, 235, 290)
    watch()
    measure(station, version, "2026-03-20", 120)
    deeds.complete(occurrence(station, NEXT, "rcd"), day("2026-03-20"), "test", noon("2026-03-20"))
    tick("2026-03-21")
    watch("2026-03-21")

    done = occurrence(station, NEXT, "rcd")
    assert done.state is OccurrenceState.DONE
    assert occurrence(station, "2028-03-01", "rcd").reason is None


def test_a_task_whose_trend_is_off_and_one_of_other_work_keep_their_dates(
    make_plan: MakePlan, make_station: MakeStation, version: ChecklistVersion
) -> None:
    station = make_station("2023-03-01")
    off, other = TEST | {"trend": False}, {"title_en": "Look", "trend": True}
    give(make_plan(off, other), station, "2026-03-02")
    rising(station, version, 180, 235, 290)
    watch()

    assert occurrence(station, NEXT, "rcd").reason is None
    assert occurrence(station, NEXT, "look").reason is None


def test_a_run_that_is_not_handed_in_brings_nothing_forward(
    station: Station, version: ChecklistVersion
) -> None:
    rising(station, version, 180, 235)
    measure(station, version, "2026-03-01", 290, state=RunState.OPEN)
    jobs.watch_all_measurements(NOW)

    assert occurrence(station, NEXT, "rcd").reason is None


def test_of_several_places_the_one_that_hurries_most_decides(
    station: Station, version: ChecklistVersion
) -> None:
    rising(station, version, 200, 230, 260)
    for n, number in enumerate((180, 235, 290)):
        measure(station, version, f"{2024 + n}-03-01", number, place="rcd:2")
    watch()

    assert "rcd.t1x rcd:2" in (occurrence(station, NEXT, "rcd").reason or "")


def test_a_plan_whose_trend_comes_later_looks_at_what_was_measured_before(
    station: Station, version: ChecklistVersion
) -> None:
    rising(station, version, 180, 235, 290)
    jobs.watch_new_measurements(noon("2026-06-01"))
    assert occurrence(station, NEXT, "rcd").reason is None
    jobs.watch_all_measurements(noon("2026-06-01"))

    one = occurrence(station, NEXT, "rcd")
    assert one.latest_on == day("2026-06-08")
