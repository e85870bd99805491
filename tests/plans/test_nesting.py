"""A bigger service does the smaller ones of its window, and gives them back where it goes."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from service.contracts.words import WorkKind
from service.core.db import db
from service.plans import deeds, triggers
from service.plans.assignments import tighten
from service.plans.occurrences import Occurrence
from service.plans.publishing import move
from service.plans.words import Anchor, Event, OccurrenceState
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

NOW = noon("2026-03-02")
SMALL: dict[str, Any] = {"title_en": "Small", "kind": WorkKind.CLEANING}
BIG: dict[str, Any] = {"title_en": "Big", "supersedes": ["small"], "kind": WorkKind.RCD_TEST}


def test_a_yearly_service_does_the_quarterly_one_of_its_window(
    make_plan: MakePlan, make_station: MakeStation
) -> None:
    quarterly = {"months": 3, "title_en": "Quarterly", "early_days": 10, "late_days": 10}
    yearly = {"title_en": "Yearly", "supersedes": ["quarterly"], "anchor": Anchor.FIXED}
    station = make_station("2025-03-10")
    give(make_plan(quarterly, yearly), station, "2025-03-11")
    tick("2026-03-01")
    small = occurrence(station, "2026-03-10", "quarterly")
    big = occurrence(station, "2026-03-10", "yearly")
    assert (small.state, small.superseded_by_id) == (OccurrenceState.SUPERSEDED, big.id)

    deeds.complete(big, day("2026-03-05"), "test", noon("2026-03-05"))
    db.session.commit()
    assert small.state is OccurrenceState.SUPERSEDED
    assert small.done_on == day("2026-03-05")
    assert dates(station, "quarterly")[-1] == ("2026-06-10", "forecast")


def test_a_skipped_yearly_service_leaves_the_quarterly_one_to_do(
    make_plan: MakePlan, make_station: MakeStation
) -> None:
    quarterly = {"months": 3, "title_en": "Quarterly", "anchor": Anchor.FLOATING}
    yearly = {"months": 3, "title_en": "Yearly", "supersedes": ["quarterly"]}
    station = make_station("2025-12-10")
    give(make_plan(quarterly, yearly), station, "2026-03-01")
    assert dates(station, "quarterly") == [("2026-03-10", "superseded")]

    deeds.skip(occurrence(station, "2026-03-10", "yearly"), "No access", "test", noon("2026-03-01"))
    assert dates(station, "quarterly") == [("2026-03-10", "due")]


@pytest.mark.parametrize("anchor", list(Anchor))
def test_a_small_service_comes_back_where_the_big_one_leaves_the_plan(
    anchor: Anchor, make_plan: MakePlan, make_station: MakeStation
) -> None:
    plan = make_plan(SMALL | {"months": 3, "anchor": anchor}, BIG | {"months": 3})
    station = make_station("2025-12-10")
    give(plan, station, "2026-03-01")
    assert dates(station, "small") == [("2026-03-10", "superseded")]

    draft = plan.new_version("test", NOW)
    draft.remove_task(draft.tasks[1], "test", NOW)
    draft.publish("test", NOW)
    move(draft, [station], "test", NOW)
    tick("2026-03-02")

    assert dates(station, "small") == [("2026-03-10", "due")]
    assert dates(station, "big") == [("2026-03-10", "void")]


@pytest.mark.parametrize("anchor", list(Anchor))
def test_a_small_service_comes_back_where_the_big_one_is_pulled_in(
    anchor: Anchor, make_plan: MakePlan, make_station: MakeStation
) -> None:
    near = {"early_days": 20, "late_days": 20}
    station = make_station("2025-06-10")
    give(make_plan(SMALL | {"anchor": anchor}, BIG | near), station, "2026-03-01")
    assert dates(station, "small") == [("2026-06-10", "superseded")]

    tighten(station, WorkKind.RCD_TEST, "Law", "test", NOW, months=10)

    assert dates(station, "small") == [("2026-06-10", "forecast")]
    assert dates(station, "big") == [("2026-04-10", "forecast"), ("2026-06-10", "void")]


@pytest.mark.parametrize("anchor", list(Anchor))
def test_a_big_service_taken_back_gives_back_the_small_one_of_the_next_round(
    anchor: Anchor, make_plan: MakePlan, make_station: MakeStation
) -> None:
    plan = make_plan(SMALL | {"anchor": anchor}, BIG | {"anchor": Anchor.CAPPED})
    station = make_station("2025-03-10")
    give(plan, station, "2026-03-01")
    big = occurrence(station, "2026-03-10", "big")
    deeds.complete(big, day("2026-03-08"), "test", noon("2026-03-08"))
    assert dates(station, "small")[-1][1] == "superseded"

    deeds.reopen(big, "Another station", "test", noon("2026-03-09"))

    assert dates(station, "small")[0] == ("2026-03-10", "superseded")
    assert dates(station, "big") == [("2026-03-10", "due"), ("2027-03-08", "void")]
    fixed = [("2027-03-10", "forecast")] if anchor is Anchor.FIXED else []
    assert [row for row in dates(station, "small")[1:] if row[1] != "void"] == fixed
    nested = select(Occurrence).where(Occurrence.state == OccurrenceState.SUPERSEDED)
    assert {row.superseded_by for row in db.session.scalars(nested)} == {big}


def test_what_happens_to_a_station_reaches_the_small_service_too(
    make_plan: MakePlan, make_station: MakeStation
) -> None:
    station = make_station("2025-06-10")
    lightning = {"events": ["lightning"], "event_within_days": 2}
    give(make_plan(SMALL | lightning, BIG), station, "2026-03-02")
    assert dates(station, "small") == [("2026-06-10", "superseded")]

    triggers.happened(station, Event.LIGHTNING, "Mast", "test", NOW)
    assert occurrence(station, "2026-06-10", "small").latest_on == day("2026-03-04")

    # The big one stays where it is, and does not swallow what cannot wait for it.
    tighten(None, WorkKind.FIRMWARE, "Law", "test", NOW, months=3)
    assert dates(station, "small") == [("2026-06-10", "due")]
    assert dates(station, "big") == [("2026-06-10", "forecast")]


def test_a_big_service_that_cannot_wait_leaves_the_small_one_on_its_day(
    make_plan: MakePlan, make_station: MakeStation
) -> None:
    station = make_station("2025-06-10")
    lightning = {"events": ["lightning"], "event_within_days": 2}
    give(make_plan(SMALL, BIG | lightning), station, "2026-03-02")

    triggers.happened(station, Event.LIGHTNING, "Mast", "test", NOW)

    assert dates(station, "big") == [("2026-06-10", "due")]
    assert dates(station, "small") == [("2026-06-10", "forecast")]


def test_nothing_is_left_of_a_retired_station(
    make_plan: MakePlan, make_station: MakeStation
) -> None:
    station = make_station("2025-12-10")
    give(make_plan(SMALL | {"months": 3}, BIG | {"months": 3}), station, "2026-03-01")
    station.retired_at = NOW
    tick("2026-03-03")

    assert dates(station, "small") == dates(station, "big") == [("2026-03-10", "void")]
