"""What cannot wait stays asked for, whatever is planned anew around it."""

from __future__ import annotations

from functools import partial

import pytest
from flask import Flask
from sqlalchemy import Engine, func, select

from service.contracts.words import WorkKind
from service.core.db import db
from service.core.history import History
from service.plans import deeds, triggers
from service.plans.assignments import tighten
from service.plans.publishing import move
from service.plans.words import Anchor, Event, OccurrenceState
from service.stations.models import Current, Station, StationModel
from tests.meanwhile import while_another
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
LIGHTNING = {"events": ["lightning"], "event_within_days": 2}


@pytest.fixture
def struck(make_plan: MakePlan, make_station: MakeStation) -> Station:
    """Its next date was in June; lightning asks for it by 4 March."""
    station = make_station("2025-06-10")
    give(make_plan(LIGHTNING), station, "2026-03-02")
    triggers.happened(station, Event.LIGHTNING, "Mast", "test", NOW)
    return station


def test_what_cannot_wait_is_brought_forward_with_its_reason(
    make_plan: MakePlan, make_station: MakeStation
) -> None:
    station = make_station("2025-06-10")
    give(make_plan({}), station, "2026-03-02")
    one = occurrence(station, "2026-06-10")

    assert deeds.bring_forward(one, day("2026-03-09"), "Lightning", "rule", noon("2026-03-02"))
    assert (one.state, one.latest_on) == (OccurrenceState.DUE, day("2026-03-09"))
    assert not deeds.bring_forward(one, day("2026-04-01"), "Rain", "rule", noon("2026-03-02"))
    assert one.reason == "Lightning"


def test_two_that_bring_it_forward_at_once_are_one_deed(
    app: Flask, owner: Engine, make_plan: MakePlan, make_station: MakeStation
) -> None:
    station = make_station("2025-06-10")
    give(make_plan(LIGHTNING), station, "2026-03-02")
    db.session.commit()

    other = "UPDATE occurrence SET earliest_on = '2026-03-02', latest_on = '2026-03-04'"
    strike = partial(_strike, station.id)
    while_another(app, owner, f"{other} WHERE nominal_on = '2026-06-10'", strike)

    told = select(func.count()).where(History.verb == "bring_forward")
    assert db.session.scalar(told) == 0


def _strike(station_id: int) -> None:
    station = db.session.get_one(Station, station_id)
    triggers.happened(station, Event.LIGHTNING, "Mast", "test", NOW)


def test_a_rule_for_other_work_puts_nothing_off(struck: Station) -> None:
    tighten(None, WorkKind.RCD_TEST, "Law", "test", NOW, months=3)

    one = occurrence(struck, "2026-06-10")
    assert (one.latest_on, one.reason) == (day("2026-03-04"), "lightning: Mast")
    assert one.state is OccurrenceState.DUE


def test_a_new_version_puts_nothing_off(struck: Station) -> None:
    plan = occurrence(struck, "2026-06-10").task.plan
    draft = plan.new_version("test", NOW)
    draft.tasks[0].edit("test", NOW, minutes=45)
    draft.publish("test", NOW)
    move(draft, [struck], "test", NOW)
    tick("2026-03-02")

    one = occurrence(struck, "2026-06-10")
    assert (one.latest_on, one.task.minutes) == (day("2026-03-04"), 45)


def test_the_next_date_takes_over_what_a_void_one_was_asked(struck: Station) -> None:
    tighten(struck, None, "Their own rule", "test", NOW, months=10)

    assert dates(struck) == [("2026-04-10", "due"), ("2026-06-10", "void")]
    one = occurrence(struck, "2026-04-10")
    assert (one.latest_on, one.reason) == (day("2026-03-04"), "lightning: Mast")


def test_work_taken_back_takes_over_what_was_asked_of_its_successor(
    make_plan: MakePlan, make_station: MakeStation
) -> None:
    station = make_station("2025-03-10")
    give(make_plan(LIGHTNING | {"anchor": Anchor.FLOATING}), station, "2026-03-01")
    done = occurrence(station, "2026-03-10")
    deeds.complete(done, day("2026-03-02"), "test", NOW)
    triggers.happened(station, Event.LIGHTNING, "Mast", "test", noon("2026-03-03"))

    deeds.reopen(done, "Another station", "test", noon("2026-03-03"))

    assert dates(station) == [("2026-03-10", "due"), ("2027-03-02", "void")]
    assert (done.latest_on, done.reason) == (day("2026-03-05"), "lightning: Mast")


def test_what_is_overdue_already_asks_for_no_second_visit(
    make_plan: MakePlan, make_station: MakeStation
) -> None:
    station = make_station("2024-06-10")
    give(make_plan(LIGHTNING | {"anchor": Anchor.FIXED}), station, "2025-01-01")
    tick("2026-03-02")
    assert dates(station) == [("2025-06-10", "overdue"), ("2026-06-10", "forecast")]

    assert triggers.happened(station, Event.LIGHTNING, "Mast", "test", NOW) == []


def test_a_station_of_another_model_has_no_date_of_the_old_ones_plan(struck: Station) -> None:
    struck.model = StationModel.create("test", NOW, maker="ABB", name="Terra", current=Current.DC)
    tick("2026-03-03")

    assert dates(struck) == [("2026-06-10", "void")]
    why = occurrence(struck, "2026-06-10").reason
    assert why == "The station is of another model now: its plan has ended."
