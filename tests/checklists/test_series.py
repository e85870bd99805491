"""Series of what was measured, and the last values beside a field."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, select

from service.checklists import amending, runs
from service.checklists.measurements import series_of
from service.checklists.models import Answer, ChecklistRun
from service.checklists.series import last_values, of_item
from service.checklists.words import Verdict
from service.core.db import db
from service.stations.models import Site, Station
from tests.checklists.conftest import answer, complete, later
from tests.conftest import NOON


@pytest.fixture
def second(lists: None, station: Station, site: Site) -> Station:
    """Another station of the same site."""
    other = Station.create("Hamnen 4", "CP2", "test", NOON, site=site, model=station.model)
    db.session.commit()
    return other


def measured(station: Station, day: int, values: dict[str, Any]) -> ChecklistRun:
    """A submitted run of that day."""
    version = runs.version_for(station, ["rcd_test"])
    assert version
    run = runs.start(station, version, ["rcd_test"], "test", NOON)
    for where, value in values.items():
        answer(run, where, value, minutes=day * 1440)
    runs.submit(run, None, later(day * 1440 + 60), unable=True)
    db.session.commit()
    return run


def day(number: int) -> datetime:
    return NOON + timedelta(days=number)


def numbers(found: list[Any]) -> list[float | None]:
    return [one.number for one in found]


def test_a_series_is_newest_first(lists: None, station: Station) -> None:
    for number, value in enumerate([20, 25, 260]):
        measured(station, number, {"rcd.t1x|rcd:1": value})

    found = of_item(station.id, "rcd.t1x", "rcd:1")

    assert [(one.at, one.number) for one in found] == [
        (day(2), 260),
        (day(1), 25),
        (day(0), 20),
    ]
    assert [one.verdict for one in found] == [Verdict.WARN, Verdict.OK, Verdict.OK]


def test_each_rcd_has_its_own_series(lists: None, station: Station) -> None:
    measured(station, 0, {"rcd.t1x|rcd:1": 20, "rcd.t1x|rcd:2": 30, "rcd.t5x|rcd:1": 9})

    assert numbers(of_item(station.id, "rcd.t1x", "rcd:2")) == [30]
    assert {one.place for one in of_item(station.id, "rcd.t1x")} == {"rcd:1", "rcd:2"}


def test_what_did_not_trip_stands_in_the_series(lists: None, station: Station) -> None:
    measured(station, 0, {"rcd.t1x|rcd:1": {"over": True}})

    (found,) = of_item(station.id, "rcd.t1x")

    assert (found.number, found.over, found.verdict) == (None, True, Verdict.FAIL)


def test_what_was_taken_back_or_does_not_apply_is_no_measurement(
    lists: None, station: Station
) -> None:
    run = measured(station, 0, {"rcd.t1x|rcd:1": "na", "rcd.t1x|rcd:2": 20})
    answer(run, "rcd.t1x|rcd:2", {"value": None}, minutes=30)

    assert of_item(station.id, "rcd.t1x") == []


def test_of_one_run_the_newest_answer_counts(lists: None, station: Station) -> None:
    run = measured(station, 0, {"rcd.t1x|rcd:1": 400})
    answer(run, "rcd.t1x|rcd:1", 21, minutes=30)

    assert numbers(of_item(station.id, "rcd.t1x")) == [21]


def test_a_run_that_is_not_submitted_is_no_history(run: ChecklistRun) -> None:
    answer(run, "rcd.t1x|rcd:1", 20)

    assert of_item(run.station_id, "rcd.t1x") == []


def test_a_correction_takes_the_place_of_what_it_corrects(run: ChecklistRun) -> None:
    complete(run)
    runs.submit(run, None, later(60))
    new = amending.amend(run, "Fel stapel", "test", later(70))
    answer(new, "rcd.t1x|rcd:1", 31, minutes=75)
    assert numbers(of_item(run.station_id, "rcd.t1x", "rcd:1")) == [28.4]

    runs.submit(new, None, later(80))

    assert numbers(of_item(run.station_id, "rcd.t1x", "rcd:1")) == [31]
    assert numbers(of_item(run.station_id, "rcd.t5x", "rcd:1")) == [12]


def test_the_last_values_of_many_stations_are_one_statement(
    station: Station, second: Station
) -> None:
    for number in range(7):
        measured(station, number, {"rcd.t1x|rcd:1": 20 + number, "el.rpe|evse:1": "0,2"})
    measured(second, 0, {"rcd.t1x|rcd:1": 50})
    db.session.commit()
    with heard() as statements:
        found = last_values([station.id, second.id])

    assert len(statements) == 1
    assert numbers(found[station.id]["rcd.t1x|rcd:1"]) == [26, 25, 24, 23, 22]
    assert numbers(found[station.id]["el.rpe|evse:1"]) == [0.2] * 5
    assert numbers(found[second.id]["rcd.t1x|rcd:1"]) == [50]


def test_a_version_is_read_once_and_not_beside_each_of_its_answers(
    lists: None, station: Station
) -> None:
    """It is a large document: ten years of values took eleven seconds with it."""
    keys = [measured(station, n, {"rcd.t1x|rcd:1": 20 + n}).station_id for n in range(3)]
    db.session.commit()
    db.session.expunge_all()
    with heard() as statements:
        [series] = series_of(select(Answer.id).where(Answer.station_id.in_(keys)))

    assert numbers(list(series.answers)) == [20, 21, 22]
    assert series.unit == "ms"
    reads = [one for one in statements if "checklist_version.document" in one]
    assert len(reads) == 1
    assert "checklist_answer" not in reads[0]


@contextmanager
def heard() -> Iterator[list[str]]:
    """What the database is asked meanwhile."""
    statements: list[str] = []

    def listen(*said: Any) -> None:
        statements.append(said[2])

    event.listen(db.engine, "before_cursor_execute", listen)
    try:
        yield statements
    finally:
        event.remove(db.engine, "before_cursor_execute", listen)


def test_nothing_measured_nothing_told(station: Station) -> None:
    assert last_values([station.id]) == {}
    assert last_values([]) == {}
