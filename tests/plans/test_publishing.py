"""Versions of a plan: what is published stays as it is, and every change is shown beforehand."""

from __future__ import annotations

import pytest

from service.core.db import db
from service.plans import deeds
from service.plans.assignments import assign
from service.plans.models import (
    DraftExistsError,
    EmptyPlanError,
    MaintenancePlan,
    NotADraftError,
)
from service.plans.publishing import differences, move
from service.plans.words import Anchor, PlanState
from service.stations.models import StationModel
from tests.plans.conftest import (
    TASK,
    MakePlan,
    MakeStation,
    dates,
    day,
    give,
    noon,
    occurrence,
    tick,
)

NOW = noon("2026-03-02")


def test_a_published_plan_never_changes(make_plan: MakePlan) -> None:
    plan = make_plan({})

    with pytest.raises(NotADraftError):
        plan.add_task("test", NOW, **TASK)
    with pytest.raises(NotADraftError):
        plan.tasks[0].edit("test", NOW, months=6)
    with pytest.raises(NotADraftError):
        plan.remove_task(plan.tasks[0], "test", NOW)
    with pytest.raises(NotADraftError):
        plan.publish("test", NOW)


def test_a_plan_without_tasks_is_not_published(model: StationModel) -> None:
    plan = MaintenancePlan.create(model, "Service", "test", NOW)

    with pytest.raises(EmptyPlanError):
        plan.publish("test", NOW)


def test_a_new_version_has_the_same_tasks_of_the_same_series(make_plan: MakePlan) -> None:
    plan = make_plan({}, {"title_en": "Filter"})
    draft = plan.new_version("test", NOW)

    assert (draft.version, draft.state) == (2, PlanState.DRAFT)
    assert [task.key for task in draft.tasks] == ["visual-inspection", "filter"]
    assert [task.series_id for task in draft.tasks] == [task.id for task in plan.tasks]
    with pytest.raises(DraftExistsError):
        plan.new_version("test", NOW)


def test_the_version_before_is_retired_and_its_stations_keep_it(
    make_plan: MakePlan, make_station: MakeStation
) -> None:
    plan, station = make_plan({}), make_station("2025-06-10")
    give(plan, station, "2026-03-02")
    draft = plan.new_version("test", NOW)
    draft.tasks[0].edit("test", NOW, months=6)
    draft.publish("test", NOW)
    tick("2026-03-03")

    assert plan.state is PlanState.RETIRED
    assert dates(station) == [("2026-06-10", "forecast")]


def test_the_difference_is_shown_per_station_before_anything_moves(
    make_plan: MakePlan, make_station: MakeStation
) -> None:
    """An interval of 6 months instead of 12, a new task, and one that goes."""
    plan = make_plan({}, {"title_en": "Filter"})
    stations = [make_station("2025-06-10"), make_station("2025-08-01", "Hamnen 2")]
    for station in stations:
        give(plan, station, "2026-03-02")
    draft = plan.new_version("test", NOW)
    draft.tasks[0].edit("test", NOW, months=6)
    draft.remove_task(draft.tasks[1], "test", NOW)
    draft.add_task("test", NOW, **TASK | {"title_en": "Cleaning"})
    db.session.commit()

    found = [
        (one.station.name, one.key, one.before, one.after)
        for one in differences(draft, NOW)
        if one.station is stations[0]
    ]
    assert found == [
        ("Hamnen 1", "cleaning", [], [day("2026-06-10")]),
        ("Hamnen 1", "filter", [day("2026-06-10")], []),
    ]
    assert dates(stations[0], "filter") == [("2026-06-10", "forecast")]


def test_stations_that_are_moved_get_the_new_dates_and_keep_their_past(
    make_plan: MakePlan, make_station: MakeStation
) -> None:
    plan = make_plan({"months": 12, "anchor": Anchor.CAPPED}, {"title_en": "Filter"})
    moved, kept = make_station("2024-06-10"), make_station("2024-06-10", "Hamnen 2")
    for station in (moved, kept):
        give(plan, station, "2025-06-01")
        first = occurrence(station, "2025-06-10")
        deeds.complete(first, day("2025-06-05"), "test", noon("2025-06-05"))
    draft = plan.new_version("test", NOW)
    draft.tasks[0].edit("test", NOW, months=9)
    draft.remove_task(draft.tasks[1], "test", NOW)
    draft.publish("test", NOW)
    move(draft, [moved], "test", NOW)
    tick("2026-03-02")

    assert dates(moved) == [
        ("2025-06-10", "done"),
        ("2026-03-05", "due"),
        ("2026-06-05", "void"),
    ]
    assert "v2" in (occurrence(moved, "2026-06-05").reason or "")
    assert dates(moved, "filter") == [("2025-06-10", "void")]
    assert [row for row in dates(kept) if row[1] != "void"] == [
        ("2025-06-10", "done"),
        ("2026-06-05", "forecast"),
    ]


def test_a_station_that_is_moved_forgets_nothing_that_it_missed(
    make_plan: MakePlan, make_station: MakeStation
) -> None:
    plan, station = make_plan({}), make_station("2024-02-10")
    give(plan, station, "2024-03-02")
    tick("2026-03-02")
    draft = plan.new_version("test", NOW)
    draft.tasks[0].edit("test", NOW, minutes=45)
    draft.publish("test", NOW)
    move(draft, [station], "test", NOW)
    tick("2026-03-02")

    assert dates(station) == [
        ("2025-02-10", "overdue"),
        ("2026-02-10", "due"),
        ("2027-02-10", "forecast"),
    ]
    assert occurrence(station, "2025-02-10").task.plan_id == draft.id


def test_a_station_that_gets_its_plan_again_continues(
    make_plan: MakePlan, make_station: MakeStation
) -> None:
    plan, station = make_plan({}), make_station("2024-06-10")
    give(plan, station, "2026-03-02")

    assert assign(plan, [station], "test", NOW) == []
