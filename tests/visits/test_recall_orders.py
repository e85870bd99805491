"""A campaign: orders for every station where a recall is open."""

from __future__ import annotations

from service.core.db import db
from service.people.models import Person
from service.plans import jobs as plan_jobs
from service.plans.recalls import Recall
from service.plans.words import NOT_CONCERNED, RecallKind, RecallState
from service.stations.models import StationModel
from service.visits import carrying, jobs, making
from service.visits.refusals import Refusal
from service.visits.states import Kind, LineState
from tests.plans.conftest import MakeStation, day
from tests.visits.conftest import AT, TODAY


def issue(model: StationModel, kind: RecallKind = RecallKind.RETROFIT) -> Recall:
    facts = {"kind": kind, "title": "New relay", "issued_on": day("2026-03-01")}
    recall = Recall.issue(model, "test", AT, **facts)
    db.session.commit()
    return recall


def test_a_campaign_makes_orders_for_what_is_open(
    model: StationModel, make_station: MakeStation, dispatcher: Person
) -> None:
    for name in "AB":
        make_station("2025-01-01", name)
    recall = issue(model)

    made = making.from_recall(recall, dispatcher, AT)

    (order,) = made.orders
    assert (order.kind, order.recall, made.lines) == (Kind.RETROFIT, recall, 2)


def test_a_second_time_makes_no_second_order(
    model: StationModel, make_station: MakeStation, dispatcher: Person
) -> None:
    make_station("2025-01-01", "A")
    recall = issue(model)
    making.from_recall(recall, dispatcher, AT)
    db.session.commit()

    made = making.from_recall(recall, dispatcher, AT)

    assert (made.orders, [why for _, why in made.left]) == ([], [Refusal.TAKEN])


def test_a_line_that_is_done_is_the_recall_s_progress(
    model: StationModel, make_station: MakeStation, dispatcher: Person
) -> None:
    make_station("2025-01-01", "A")
    recall = issue(model)
    (order,) = making.from_recall(recall, dispatcher, AT).orders

    carrying.finish(order.lines[0], day(TODAY), dispatcher, AT)
    assert recall.progress.percent == 100

    carrying.take_back(order.lines[0], "the wrong one", dispatcher, AT)
    assert order.lines[0].recall_station is not None
    assert order.lines[0].recall_station.state is RecallState.OPEN


def test_a_line_goes_where_the_recall_does_not_concern_its_station_any_more(
    model: StationModel, make_station: MakeStation, dispatcher: Person
) -> None:
    stays, leaves = make_station("2025-01-01", "A"), make_station("2025-01-01", "B")
    (order,) = making.from_recall(issue(model), dispatcher, AT).orders

    leaves.edit("test", AT, model=None)
    plan_jobs.keep_recalls(AT)
    jobs.let_go_of_what_ended(AT)

    assert {line.station: (line.state, line.reason) for line in order.lines} == {
        stays: (LineState.OPEN, None),
        leaves: (LineState.NOT_DONE, NOT_CONCERNED),
    }


def test_a_closed_recall_gets_no_orders(
    model: StationModel, make_station: MakeStation, dispatcher: Person
) -> None:
    make_station("2025-01-01", "A")
    recall = issue(model)
    recall.close("enough", dispatcher, AT)

    made = making.from_recall(recall, dispatcher, AT)

    assert (made.orders, [why for _, why in made.left]) == ([], [Refusal.ENDED])
