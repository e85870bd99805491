"""Recalls: every station of a model stands on the list, and says whether it is done."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from service.core.db import db
from service.core.history import History
from service.people.models import Customer, Person, Role
from service.plans import jobs
from service.plans.recalls import (
    Progress,
    Recall,
    RecallClosedError,
    RecallStateError,
    RecallStation,
    progress_of,
)
from service.plans.words import ANOTHER_DEVICE, RecallKind, RecallState
from service.stations.models import Station, StationModel
from tests.conftest import person
from tests.plans.conftest import MakeStation, day, noon

AT = noon("2026-03-02")


def issue(model: StationModel, **facts: Any) -> Recall:
    known: dict[str, Any] = {"kind": RecallKind.RECALL, "title": "Loose terminal"}
    recall = Recall.issue(model, "test", AT, **known | {"issued_on": day("2026-03-01")} | facts)
    db.session.commit()
    return recall


def entries(recall: Recall) -> list[RecallStation]:
    mine = select(RecallStation).where(RecallStation.recall_id == recall.id)
    return list(db.session.scalars(mine.order_by(RecallStation.station_id)))


def test_every_station_of_the_model_is_named_at_once(
    model: StationModel, make_station: MakeStation, operator: Person
) -> None:
    first, second = make_station("2025-01-01", "A"), make_station("2025-01-01", "B")
    make_station("2025-01-01", "C").retire(operator, "sold", AT)
    make_station("2025-01-01", "D", model=None)

    recall = issue(model)

    assert [one.station for one in entries(recall)] == [first, second]
    assert recall.progress == Progress(done=0, open=2, not_affected=0)


def test_a_station_that_comes_later_is_named_by_the_clock_once(
    model: StationModel, make_station: MakeStation
) -> None:
    recall = issue(model)
    later = make_station("2026-01-01", "A")

    for _ in range(2):
        jobs.keep_recalls(AT)

    assert [one.station for one in entries(recall)] == [later]


def test_a_closed_recall_names_nobody_any_more(
    model: StationModel, make_station: MakeStation, operator: Person
) -> None:
    recall = issue(model)
    recall.close("all are done", operator, AT)
    make_station("2026-01-01", "A")

    jobs.keep_recalls(AT)

    assert entries(recall) == []
    with pytest.raises(RecallClosedError):
        recall.close("again", operator, AT)


def test_progress_counts_what_is_done_of_what_is_affected(
    model: StationModel, make_station: MakeStation, operator: Person
) -> None:
    for name in "ABCD":
        make_station("2025-01-01", name)
    recall = issue(model)
    first, second, third, _ = entries(recall)
    first.finish(day("2026-03-01"), operator, AT, "by hand")
    second.except_("made after week 12", operator, AT)
    third.finish(day("2026-03-02"), operator, AT)

    assert recall.progress == Progress(done=2, open=1, not_affected=1)
    assert recall.progress.percent == 66
    assert progress_of([recall.id])[recall.id].total == 3


def test_a_station_is_done_once_and_can_be_taken_back(
    model: StationModel, station: Station, operator: Person
) -> None:
    recall = issue(model)
    (one,) = entries(recall)
    one.finish(day("2026-03-01"), operator, AT)
    assert (one.state, one.by) == (RecallState.DONE, operator)

    with pytest.raises(RecallStateError):
        one.finish(day("2026-03-01"), operator, AT)
    one.take_back("wrong station", operator, AT)
    with pytest.raises(RecallStateError):
        one.take_back("again", operator, AT)

    assert (one.state.value, one.done_on, one.by_id) == ("open", None, None)
    verbs = select(History.verb).where(History.subject == "recall").order_by(History.id)
    assert list(db.session.scalars(verbs)) == ["create", "finish", "take_back"]


def test_a_retired_station_waits_for_nothing(
    model: StationModel, station: Station, operator: Person
) -> None:
    recall = issue(model)
    station.retire(operator, "sold", AT)

    jobs.keep_recalls(AT)
    db.session.expire_all()

    assert recall.progress == Progress(done=0, open=0, not_affected=1)
    assert recall.progress.percent == 100


def test_a_station_of_another_model_waits_for_nothing_until_it_is_of_this_one_again(
    model: StationModel, station: Station, operator: Person
) -> None:
    recall = issue(model)
    for other, progress in (
        (None, Progress(done=0, open=0, not_affected=1)),
        (model, Progress(done=0, open=1, not_affected=0)),
    ):
        station.edit("test", AT, model=other)
        for _ in range(2):
            jobs.keep_recalls(AT)
        db.session.expire_all()
        assert recall.progress == progress

    verbs = select(History.verb).where(History.subject == "recall").order_by(History.id)
    assert list(db.session.scalars(verbs)) == ["create", "except", "take_back"]


def test_what_a_person_excepted_stays_so_whatever_becomes_of_the_model(
    model: StationModel, station: Station, operator: Person
) -> None:
    recall = issue(model)
    entries(recall)[0].except_("made after week 12", operator, AT)

    for other in (None, model):
        station.edit("test", AT, model=other)
        jobs.keep_recalls(AT)

    assert [one.note for one in entries(recall)] == ["made after week 12"]


def test_what_was_done_stays_done_at_a_station_that_left(
    model: StationModel, station: Station, operator: Person
) -> None:
    recall = issue(model)
    entries(recall)[0].finish(day("2026-03-01"), operator, AT)
    station.retire(operator, "sold", AT)

    jobs.keep_recalls(AT)

    assert recall.progress == Progress(done=1, open=0, not_affected=0)


def test_another_device_is_to_be_seen_to_again(
    model: StationModel, make_station: MakeStation, operator: Person
) -> None:
    """What was done, or found not concerned, was so of the device that stood there."""
    for name in ("A", "B", "C"):
        make_station("2025-01-01", name)
    recall = issue(model)
    done, excepted, calm = entries(recall)
    done.station.swap(None, "OLD-2", operator, AT - timedelta(hours=1))
    for one in (done, calm):
        one.finish(day("2026-03-01"), operator, AT)
    excepted.except_("serial not concerned", operator, AT)
    jobs.keep_recalls(AT)
    assert recall.progress == Progress(done=2, open=0, not_affected=1)

    for one in (done, excepted):
        one.station.swap(None, f"NEW-{one.id}", operator, AT + timedelta(hours=1))
    for _again in range(2):
        jobs.keep_recalls(AT + timedelta(hours=2))
    assert recall.progress == Progress(done=1, open=2, not_affected=0)
    why = select(History.why).where(History.verb == "take_back")
    assert list(db.session.scalars(why)) == [ANOTHER_DEVICE] * 2

    done.finish(day("2026-03-02"), operator, AT + timedelta(hours=3))
    jobs.keep_recalls(AT + timedelta(hours=4))
    assert done.state is RecallState.DONE


def test_a_reopened_recall_names_those_that_came_meanwhile(
    model: StationModel, make_station: MakeStation, operator: Person
) -> None:
    recall = issue(model)
    recall.close("done", operator, AT)
    station = make_station("2026-01-01", "A")

    recall.reopen("the maker asks again", operator, AT)

    assert [one.station for one in entries(recall)] == [station]


def test_a_customer_sees_the_recalls_of_its_own_stations(
    model: StationModel, station: Station, customer: Customer
) -> None:
    recall = issue(model)
    mine = person(Role.CUSTOMER, "Kund", customer)
    stranger = person(Role.CUSTOMER, "Annan", Customer(name="Other", created_at=AT))

    assert list(db.session.scalars(Recall.visible_to(mine))) == [recall]
    assert list(db.session.scalars(Recall.visible_to(stranger))) == []
    assert list(db.session.scalars(RecallStation.visible_to(stranger))) == []
