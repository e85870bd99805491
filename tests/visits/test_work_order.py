"""Work orders: what stands on them, how they end, and what becomes of their dates."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from service.core.db import db
from service.core.history import History
from service.parts.models import Kit, Part
from service.people.models import Customer, Person, Role
from service.people.skills import Skill
from service.plans import deeds
from service.plans.deeds import ClosedError, TooEarlyError
from service.plans.occurrences import Occurrence
from service.plans.words import (
    ANOTHER_PLAN,
    ANOTHER_SITE,
    BIGGER_SERVICE,
    DONE_APART,
    OccurrenceState,
)
from service.stations.models import Site, Station
from service.tickets.models import Ticket
from service.tickets.states import Priority
from service.visits import carrying, jobs, making
from service.visits.lines import WorkOrderLine
from service.visits.models import WorkOrder
from service.visits.needs import needs_of
from service.visits.refusals import (
    EndedError,
    InFutureError,
    LineStateError,
    NoLinesError,
    NothingDoneError,
    NotPlannedError,
    NotStartedError,
    OpenLinesError,
    ReasonNeededError,
    Refusal,
    RefusedError,
    WorkDoneError,
    WrongStateError,
)
from service.visits.states import Kind, LineState, State
from tests.conftest import person
from tests.plans.conftest import MakeStation, day, noon
from tests.visits.conftest import AT, TODAY, Due, in_words, ordered


def refusals(made: making.Made) -> list[Refusal]:
    return [why for _, why in made.left]


def verbs(order: WorkOrder) -> list[str]:
    query = select(History.verb).where(
        History.subject == "work_order", History.subject_id == order.id
    )
    return list(db.session.scalars(query.order_by(History.id)))


def test_dates_of_one_site_become_one_order(due: Due, dispatcher: Person) -> None:
    dates = [due("Hamnen 1"), due("Hamnen 2")]

    order = ordered(dispatcher, *dates)

    assert order.number == f"WO-{order.id:05}"
    assert order.state is State.UNSCHEDULED
    assert [line.occurrence for line in order.lines] == dates
    assert [line.minutes for line in order.lines] == [30, 30]
    assert verbs(order) == ["create", "add_lines", "unscheduled"]


def test_dates_of_two_sites_become_two_orders(
    due: Due, dispatcher: Person, customer: Customer
) -> None:
    other = Site(customer=customer, name="Torget", created_at=AT)
    keys = [due("Hamnen 1").id, due("Torget 1", site=other).id]

    made = making.from_occurrences(keys, dispatcher, AT)

    assert sorted(order.site.name for order in made.orders) == ["Hamnen", "Torget"]


def test_a_date_stands_on_one_open_order_only(due: Due, dispatcher: Person) -> None:
    date = due()
    ordered(dispatcher, date)

    made = making.from_occurrences([date.id], dispatcher, AT)

    assert made.orders == []
    assert refusals(made) == [Refusal.TAKEN]


def test_the_database_refuses_a_second_open_line_for_a_date(due: Due, dispatcher: Person) -> None:
    date = due()
    order = ordered(dispatcher, date)
    order.lines.append(WorkOrderLine(station=date.station, occurrence=date, created_at=AT))

    with pytest.raises(IntegrityError, match="one_open_line_per_occurrence"):
        db.session.flush()


def test_no_order_is_made_for_a_retired_station(
    due: Due, dispatcher: Person, operator: Person
) -> None:
    date = due()
    date.station.retire(operator, "sold", AT)

    made = making.from_occurrences([date.id], dispatcher, AT)

    assert refusals(made) == [Refusal.RETIRED]
    order = WorkOrder.draft(date.station.site or Site(), Kind.CORRECTIVE, dispatcher, AT)
    with pytest.raises(RefusedError, match="retired"):
        making.add_words(order, date.station, "Look", dispatcher, AT)


def test_a_station_without_a_site_is_put_on_no_order(due: Due, dispatcher: Person) -> None:
    date = due(site=None)

    assert refusals(making.from_occurrences([date.id], dispatcher, AT)) == [Refusal.NO_SITE]


def test_a_date_that_is_done_is_put_on_no_order(due: Due, dispatcher: Person) -> None:
    date = due()
    deeds.complete(date, day(TODAY), dispatcher, AT)

    assert refusals(making.from_occurrences([date.id], dispatcher, AT)) == [Refusal.ENDED]


def test_an_order_takes_no_work_of_another_site(
    due: Due, dispatcher: Person, customer: Customer
) -> None:
    order = ordered(dispatcher, due())
    other = Site(customer=customer, name="Torget", created_at=AT)

    with pytest.raises(RefusedError, match="another site"):
        making.add(order, [due("Torget 1", site=other)], dispatcher, AT)


def test_due_is_the_earliest_of_the_last_days(
    due: Due, dispatcher: Person, technician: Person
) -> None:
    first, second = due("Hamnen 1"), due("Hamnen 2")
    first.latest_on = day("2026-03-20")
    order = ordered(dispatcher, first, second)

    assert order.due_on == day("2026-03-20")

    carrying.finish(order.lines[0], day(TODAY), technician, AT)

    assert order.due_on == second.latest_on == day("2026-04-09")


def test_an_order_is_overdue_with_a_date_on_it(due: Due, dispatcher: Person) -> None:
    date = due()
    order = ordered(dispatcher, date)

    assert not order.is_overdue(date.latest_on)
    assert order.is_overdue(date.latest_on + timedelta(days=1))
    order.cancel("sold", dispatcher, AT)
    assert not order.is_overdue(date.latest_on + timedelta(days=1))


def test_a_date_that_moves_takes_the_latest_day_of_its_order_along(
    due: Due, dispatcher: Person
) -> None:
    date = due()
    order = ordered(dispatcher, date)
    deeds.bring_forward(date, day("2026-03-05"), "it tripped", dispatcher, AT)

    jobs.keep_due_days(AT)
    db.session.refresh(order)
    assert order.due_on == day("2026-03-05")

    deeds.skip(date, "not this year", dispatcher, AT)
    jobs.keep_due_days(AT)
    db.session.refresh(order)
    assert order.due_on is None


def test_an_order_needs_what_its_tasks_need(due: Due, dispatcher: Person) -> None:
    filters = Part.create("test", AT, number="F1", name="Filter mat")
    kit = Kit.create("test", AT, code="K1", name="Filters")
    kit.put_in(filters, Decimal("1.5"), "test", AT)
    skill = Skill.create("test", AT, code="climber", name_sv="Klättrare", name_en="Climber")
    law = Skill.create(
        "test", AT, code="lawful", name_sv="Behörig", name_en="Lawful", is_authorisation=True
    )
    task = {"kit": kit, "skill": skill, "authorisation": law}
    order = ordered(dispatcher, due("Hamnen 1", task), due("Hamnen 2"))

    needs = needs_of(order.lines)

    assert needs.minutes == 60
    assert [(one.part.number, one.quantity) for one in needs.parts] == [("F1", Decimal("3.0"))]
    assert [(kit.code, number) for kit, number in needs.kits] == [("K1", 2)]
    assert [one.code for one in needs.skills] == ["lawful", "climber"]


def test_what_is_given_up_is_not_packed(due: Due, dispatcher: Person) -> None:
    order = ordered(dispatcher, due("Hamnen 1"), due("Hamnen 2"))

    carrying.give_up(order.lines[0], "no access", dispatcher, AT)

    assert needs_of(order.lines).minutes == 30


def test_an_order_goes_its_way_to_the_end(due: Due, dispatcher: Person, technician: Person) -> None:
    date = due()
    order = ordered(dispatcher, date)

    order.plan(day("2026-03-03"), technician, dispatcher, AT)
    assert order.state.value == "scheduled"
    order.start(technician, AT)
    carrying.finish(order.lines[0], day(TODAY), technician, AT, minutes=25)
    order.complete(technician, AT)
    order.approve(dispatcher, AT)
    order.close(dispatcher, AT)

    assert order.state is State.CLOSED
    assert (date.state, date.done_on) == (OccurrenceState.DONE, day(TODAY))
    assert (order.lines[0].minutes, order.lines[0].done_by_id) == (25, technician.id)
    assert verbs(order)[3:] == [
        *("plan", "scheduled", "in_progress", "line_done", "completed", "approved", "closed")
    ]


def test_an_order_without_its_day_is_not_scheduled(due: Due, dispatcher: Person) -> None:
    order = ordered(dispatcher, due())

    with pytest.raises(NotPlannedError):
        carrying.move(order, State.SCHEDULED, None, dispatcher, AT)


def test_an_order_that_loses_its_day_waits_for_another(due: Due, dispatcher: Person) -> None:
    order = ordered(dispatcher, due())
    order.plan(day("2026-03-03"), None, dispatcher, AT)

    order.plan(None, None, dispatcher, AT)

    assert order.state is State.UNSCHEDULED


def test_an_order_without_lines_is_not_released(site: Site, dispatcher: Person) -> None:
    order = WorkOrder.draft(site, Kind.CORRECTIVE, dispatcher, AT)

    with pytest.raises(NoLinesError):
        order.release(dispatcher, AT)


def test_an_order_with_open_lines_is_not_completed(due: Due, dispatcher: Person) -> None:
    order = ordered(dispatcher, due())
    order.start(dispatcher, AT)

    with pytest.raises(OpenLinesError, match=r"\(1\)"):
        order.complete(dispatcher, AT)


def test_an_order_of_which_nothing_was_done_is_not_completed(due: Due, dispatcher: Person) -> None:
    order = ordered(dispatcher, due())
    order.start(dispatcher, AT)
    carrying.give_up(order.lines[0], "no access", dispatcher, AT)

    with pytest.raises(NothingDoneError):
        order.complete(dispatcher, AT)


@pytest.mark.parametrize("state", [State.APPROVED, State.CLOSED, State.COMPLETED, State.DRAFT])
def test_an_illegal_step_says_from_where_to_where(
    state: State, due: Due, dispatcher: Person
) -> None:
    order = ordered(dispatcher, due())

    with pytest.raises(WrongStateError, match=f"unscheduled cannot become {state.value}"):
        carrying.move(order, state, "why", dispatcher, AT)
    assert order.state is State.UNSCHEDULED


@pytest.mark.parametrize("state", [State.ON_HOLD, State.CANNOT_COMPLETE, State.CANCELLED])
def test_what_stops_the_work_is_refused_without_a_reason(
    state: State, due: Due, dispatcher: Person
) -> None:
    order = ordered(dispatcher, due())

    with pytest.raises(ReasonNeededError):
        carrying.move(order, state, None, dispatcher, AT)


def test_an_order_on_hold_goes_on(due: Due, dispatcher: Person) -> None:
    order = ordered(dispatcher, due())
    order.hold("waits for a part", dispatcher, AT)
    assert order.state_reason == "waits for a part"

    carrying.move(order, State.IN_PROGRESS, None, dispatcher, AT)

    assert order.state is State.IN_PROGRESS
    assert order.state_reason is None


def test_a_line_too_early_asks_whether_it_counts(due: Due, technician: Person) -> None:
    date = due()
    order = ordered(technician, date)
    early = date.earliest_on - timedelta(days=1)

    with pytest.raises(TooEarlyError):
        carrying.finish(order.lines[0], early, technician, AT)
    db.session.rollback()

    carrying.finish(order.lines[0], early, technician, AT, though_early=True)
    assert date.done_on == early


def test_who_finishes_a_line_has_started_the_order(due: Due, technician: Person) -> None:
    order = ordered(technician, due())

    carrying.finish(order.lines[0], day(TODAY), technician, AT)

    assert order.state is State.IN_PROGRESS


def test_nothing_is_finished_on_hold(due: Due, dispatcher: Person) -> None:
    order = ordered(dispatcher, due())
    order.hold("no access", dispatcher, AT)

    with pytest.raises(NotStartedError):
        carrying.finish(order.lines[0], day(TODAY), dispatcher, AT)


def test_nothing_is_finished_tomorrow(station: Station, technician: Person) -> None:
    order = WorkOrder.draft(station.site or Site(), Kind.CORRECTIVE, technician, AT)
    line = making.add_words(order, station, "Mend the door", technician, AT)
    order.release(technician, AT)

    with pytest.raises(InFutureError):
        carrying.finish(line, day("2026-03-03"), technician, AT)


def test_a_line_is_done_once(due: Due, technician: Person) -> None:
    order = ordered(technician, due())
    carrying.finish(order.lines[0], day(TODAY), technician, AT)

    with pytest.raises(LineStateError):
        carrying.finish(order.lines[0], day(TODAY), technician, AT)


def test_a_date_that_was_done_elsewhere_is_not_done_again(due: Due, technician: Person) -> None:
    date = due()
    order = ordered(technician, date)
    deeds.complete(date, day(TODAY), technician, AT)

    with pytest.raises(ClosedError):
        carrying.finish(order.lines[0], day(TODAY), technician, AT)


def test_a_line_taken_back_opens_its_date_again(due: Due, technician: Person) -> None:
    date = due()
    order = ordered(technician, date)
    carrying.finish(order.lines[0], day(TODAY), technician, AT)

    carrying.take_back(order.lines[0], "wrong station", technician, AT)

    assert order.lines[0].is_open
    assert date.state is OccurrenceState.DUE


def test_a_cancelled_order_frees_its_dates(due: Due, dispatcher: Person) -> None:
    date = due()
    order = ordered(dispatcher, date)

    order.cancel("the customer moves", dispatcher, AT)
    db.session.commit()

    assert date.state is OccurrenceState.DUE
    assert order.lines[0].reason == "the customer moves"
    assert ordered(dispatcher, date).id != order.id


def test_an_order_of_which_something_is_done_is_not_cancelled(due: Due, dispatcher: Person) -> None:
    order = ordered(dispatcher, due("Hamnen 1"), due("Hamnen 2"))
    carrying.finish(order.lines[0], day(TODAY), dispatcher, AT)

    with pytest.raises(WorkDoneError):
        order.cancel("enough", dispatcher, AT)


def test_a_cancelled_order_comes_back_with_what_is_still_free(due: Due, dispatcher: Person) -> None:
    first, second = due("Hamnen 1"), due("Hamnen 2")
    order = ordered(dispatcher, first, second)
    order.cancel("by mistake", dispatcher, AT)
    ordered(dispatcher, second)

    carrying.move(order, State.UNSCHEDULED, "was a mistake", dispatcher, AT)
    db.session.commit()

    assert [line.state for line in order.lines] == [LineState.OPEN, LineState.NOT_DONE]


def test_what_cannot_be_completed_goes_on_in_another_order(
    due: Due, dispatcher: Person, technician: Person
) -> None:
    first, second = due("Hamnen 1"), due("Hamnen 2")
    order = ordered(dispatcher, first, second)
    carrying.finish(order.lines[0], day(TODAY), technician, AT)

    after = carrying.cannot_complete(order, "the cabinet is locked", technician, AT)
    db.session.commit()

    assert order.state is State.CANNOT_COMPLETE
    assert after is not None
    assert (after.parent, after.state) == (order, State.UNSCHEDULED)
    assert [line.occurrence for line in after.lines] == [second]
    assert second.state is OccurrenceState.DUE
    assert verbs(order)[-2:] == ["cannot_complete", "follow_up"]


def test_where_nothing_is_left_nothing_follows(due: Due, dispatcher: Person) -> None:
    date = due()
    order = ordered(dispatcher, date)
    deeds.skip(date, "not this year", dispatcher, AT)

    assert carrying.cannot_complete(order, "skipped", dispatcher, AT) is None


def test_an_approved_order_is_locked(due: Due, dispatcher: Person, station: Station) -> None:
    order = ordered(dispatcher, due())
    carrying.finish(order.lines[0], day(TODAY), dispatcher, AT)
    order.complete(dispatcher, AT)
    order.approve(dispatcher, AT)

    for change in (
        lambda: order.edit(dispatcher, AT, title="Another"),
        lambda: order.plan(day(TODAY), None, dispatcher, AT),
        lambda: making.add_words(order, station, "More", dispatcher, AT),
        lambda: carrying.take_back(order.lines[0], "no", dispatcher, AT),
    ):
        with pytest.raises(EndedError):
            change()


def test_a_completed_order_is_opened_again_with_a_reason(due: Due, dispatcher: Person) -> None:
    order = ordered(dispatcher, due())
    carrying.finish(order.lines[0], day(TODAY), dispatcher, AT)
    order.complete(dispatcher, AT)

    with pytest.raises(ReasonNeededError):
        carrying.move(order, State.IN_PROGRESS, None, dispatcher, AT)
    carrying.move(order, State.IN_PROGRESS, "the cover is loose", dispatcher, AT)

    assert order.state is State.IN_PROGRESS
    assert order.lines[0].is_done


def test_a_ticket_hears_of_its_order_and_stays_open(station: Station, operator: Person) -> None:
    ticket = Ticket.open_by_hand(station, "Door hangs", Priority.P3, operator, AT)
    order = WorkOrder.draft(station.site or Site(), Kind.CORRECTIVE, operator, AT)
    (line,) = making.add(order, [ticket], operator, AT)
    order.release(operator, AT)
    carrying.finish(line, day(TODAY), operator, AT)
    db.session.commit()
    db.session.refresh(ticket)

    told = [(one.kind, one.facts.get("what")) for one in ticket.timeline]
    assert told == [("opened", None), ("work_order", "added"), ("work_order", "done")]
    assert ticket.is_open


def test_a_line_is_taken_off_and_its_date_is_free(due: Due, dispatcher: Person) -> None:
    first, second = due("Hamnen 1"), due("Hamnen 2")
    order = ordered(dispatcher, first, second)

    making.remove(order, order.lines[1], dispatcher, AT)
    db.session.commit()

    assert [line.occurrence for line in order.lines] == [first]
    assert [one.occurrence for one in ordered(dispatcher, second).lines] == [second]


def test_a_technician_sees_the_own_orders(due: Due, dispatcher: Person, technician: Person) -> None:
    order, other = ordered(dispatcher, due("Hamnen 1")), ordered(dispatcher, due("Hamnen 2"))
    order.plan(None, technician, dispatcher, AT)
    db.session.commit()

    assert list(db.session.scalars(WorkOrder.visible_to(technician))) == [order]
    assert set(db.session.scalars(WorkOrder.visible_to(dispatcher))) == {order, other}


def test_a_customer_sees_the_own_orders_that_are_no_drafts(
    due: Due, dispatcher: Person, customer: Customer, site: Site
) -> None:
    order = ordered(dispatcher, due())
    WorkOrder.draft(site, Kind.CORRECTIVE, dispatcher, AT)
    stranger = Customer(name="Other", created_at=AT)

    theirs = person(Role.CUSTOMER, "Kund", customer)
    others = person(Role.CUSTOMER, "Annan", stranger)

    assert list(db.session.scalars(WorkOrder.visible_to(theirs))) == [order]
    assert list(db.session.scalars(WorkOrder.visible_to(others))) == []


def test_dates_of_the_past_are_not_lost_by_their_order(
    due: Due, dispatcher: Person, make_station: MakeStation
) -> None:
    """Cancelling after the last day leaves the date overdue, as it would be without an order."""
    date = due()
    order = ordered(dispatcher, date)
    date.state = OccurrenceState.OVERDUE

    order.cancel("nobody was free", dispatcher, noon("2026-06-01"))

    assert db.session.get_one(Occurrence, date.id).state is OccurrenceState.OVERDUE


def test_nothing_is_left_to_do_at_a_station_that_is_retired(
    due: Due, dispatcher: Person, operator: Person
) -> None:
    first, second = due("Hamnen 1"), due("Hamnen 2")
    order = ordered(dispatcher, first, second)
    first.station.retire(operator, "sold", AT)

    for _ in range(2):
        jobs.let_go_of_what_ended(AT)

    assert [line.state for line in order.lines] == [LineState.NOT_DONE, LineState.OPEN]
    assert verbs(order)[-1] == "line_not_done"
    assert verbs(order).count("line_not_done") == 1


def test_a_line_goes_when_its_station_stands_at_another_site(
    site: Site, station: Station, customer: Customer, dispatcher: Person
) -> None:
    order = WorkOrder.draft(site, Kind.CORRECTIVE, dispatcher, AT)
    in_words(order, station, "Paint the box")
    station.edit("test", AT, site=Site(customer=customer, name="Torget", created_at=AT))

    jobs.let_go_of_what_ended(AT)

    assert [(line.state, line.reason) for line in order.lines] == [
        (LineState.NOT_DONE, ANOTHER_SITE)
    ]


@pytest.mark.parametrize(
    ("close", "why"),
    [
        (lambda date, by: date.void(ANOTHER_PLAN, AT), ANOTHER_PLAN),
        (lambda date, by: deeds.skip(date, "snowed in", by, AT), "snowed in"),
        (lambda date, by: deeds.complete(date, day(TODAY), by, AT), DONE_APART),
        (lambda date, by: setattr(date, "state", OccurrenceState.SUPERSEDED), BIGGER_SERVICE),
    ],
)
def test_a_line_goes_with_its_date(
    due: Due, dispatcher: Person, close: Callable[[Occurrence, Person], object], why: str
) -> None:
    """Asked for no more, skipped, done apart, or taken along by a bigger service."""
    gone, stays = due("Hamnen 1"), due("Hamnen 2")
    order = ordered(dispatcher, gone, stays)
    close(gone, dispatcher)

    for _ in range(2):
        jobs.let_go_of_what_ended(AT)

    assert [(line.state, line.reason) for line in order.lines] == [
        (LineState.NOT_DONE, why),
        (LineState.OPEN, None),
    ]
    assert verbs(order).count("line_not_done") == 1


def test_a_follow_up_holds_nothing_of_another_site(
    site: Site, station: Station, customer: Customer, dispatcher: Person
) -> None:
    order = WorkOrder.draft(site, Kind.CORRECTIVE, dispatcher, AT)
    in_words(order, station, "Paint the box")
    order.release(dispatcher, AT)
    station.edit("test", AT, site=Site(customer=customer, name="Torget", created_at=AT))

    assert carrying.cannot_complete(order, "it is not here", dispatcher, AT) is None
