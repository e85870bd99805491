"""A service visit is planned, moved and called off, and every line has one visit at most."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import IntegrityError

from service.core.db import db
from service.people.models import Customer, Person, Role
from service.stations.models import Site, Station
from service.visits import carrying, checking_in, making, standing, visiting
from service.visits.lines import WorkOrderLine
from service.visits.models import WorkOrder
from service.visits.refusals import Refusal, RefusedError
from service.visits.service_visits import (
    NobodyError,
    ServiceVisit,
    VisitEndedError,
    WrongVisitStateError,
)
from service.visits.states import Kind
from service.visits.visit_rows import (
    PartUsage,
    VisitLine,
    VisitMaterial,
    VisitReview,
    VisitRun,
    VisitSignature,
    VisitStop,
    VisitTime,
    VisitWindow,
)
from service.visits.visit_states import VISIT_ENDED, VISIT_OPEN, VisitState, visit_may_go
from tests.conftest import person
from tests.meanwhile import while_another
from tests.plans.conftest import MakeStation
from tests.visits.conftest import AT, Due, asked, history, in_words, ordered, visit_of

HOUR = timedelta(hours=1)


def seen(somebody: Person) -> list[int]:
    mine = ServiceVisit.visible_to(somebody).order_by(ServiceVisit.id)
    return [one.id for one in db.session.scalars(mine)]


def test_a_visit_has_a_number_and_the_time_its_lines_need(visit: ServiceVisit) -> None:
    assert (visit.number, visit.minutes) == (f"V-{visit.id:05}", 30)
    assert visit.ends_at - visit.starts_at == timedelta(minutes=30)
    assert history(visit) == ["create", "add_lines", "visit_confirmed"]


def test_without_a_technician_it_is_tentative(line: WorkOrderLine, dispatcher: Person) -> None:
    assert visit_of([line], dispatcher).state is VisitState.TENTATIVE


def test_lines_of_several_orders_of_a_site_go_on_one_visit(
    due: Due, dispatcher: Person, technician: Person
) -> None:
    lines = [ordered(dispatcher, due(name)).lines[0] for name in ("Hamnen 1", "Hamnen 2")]
    visit = visit_of(lines, dispatcher, technician)

    assert [one.name for one in visit.stations] == ["Hamnen 1", "Hamnen 2"]
    assert len({one.order for one in visit.order_lines}) == 2


def test_a_line_of_another_site_is_refused(
    due: Due, dispatcher: Person, customer: Customer, visit: ServiceVisit
) -> None:
    far = Site(customer=customer, name="Berget", created_at=AT)
    db.session.add(far)
    other = ordered(dispatcher, due("Berget 1", site=far)).lines[0]

    with pytest.raises(RefusedError) as refused:
        visiting.add(visit, [other], dispatcher, AT)
    assert refused.value.why is Refusal.OTHER_SITE


def test_a_line_that_is_closed_is_refused(line: WorkOrderLine, dispatcher: Person) -> None:
    carrying.give_up(line, "the gate is shut", dispatcher, AT)

    with pytest.raises(RefusedError) as refused:
        visit_of([line], dispatcher)
    assert refused.value.why is Refusal.ENDED


def test_a_line_of_a_draft_is_refused(site: Site, station: Station, dispatcher: Person) -> None:
    draft = WorkOrder.draft(site, Kind.CORRECTIVE, dispatcher, AT)

    with pytest.raises(RefusedError) as refused:
        visit_of(in_words(draft, station, "Look at it"), dispatcher)
    assert refused.value.why is Refusal.DRAFT


def test_a_line_stands_on_one_open_visit(
    line: WorkOrderLine, visit: ServiceVisit, dispatcher: Person
) -> None:
    with pytest.raises(RefusedError) as refused:
        visit_of([line], dispatcher)
    assert refused.value.why is Refusal.TAKEN
    assert visiting.free_lines(line.order) == []


def test_the_database_keeps_a_line_on_one_open_visit(
    line: WorkOrderLine, visit: ServiceVisit, dispatcher: Person
) -> None:
    other = ServiceVisit.draft(visit.site, AT, 60, dispatcher, AT)
    other.lines.append(VisitLine(line=line))

    with pytest.raises(IntegrityError, match="one_open_visit_per_line"):
        db.session.flush()


def test_of_two_dispatchers_at_once_the_second_finds_it_taken(
    app: Flask, owner: Engine, line: WorkOrderLine, dispatcher: Person
) -> None:
    """The first has put it on a visit, and is not over yet."""
    other = ServiceVisit.draft(line.order.site, AT, 60, dispatcher, AT)
    db.session.commit()
    first = (
        f"SELECT id FROM work_order_line WHERE id = {line.id} FOR UPDATE;"  # noqa: S608
        f" INSERT INTO visit_line (visit_id, work_order_line_id) VALUES ({other.id}, {line.id})"
    )
    key, by, refused = line.id, dispatcher.id, []

    def second() -> None:
        mine = db.session.get_one(WorkOrderLine, key)
        try:
            visiting.plan(mine.order.site, [mine], AT, db.session.get_one(Person, by), AT)
        except RefusedError as wrong:
            refused.append(wrong.why)
            db.session.rollback()

    while_another(app, owner, first, second)
    assert refused == [Refusal.TAKEN]


def test_a_line_taken_off_waits_for_another_visit(visit: ServiceVisit, dispatcher: Person) -> None:
    (one,) = visit.lines
    order = one.line.order
    visiting.remove(visit, one, dispatcher, AT)

    assert visiting.free_lines(order) == order.lines
    assert history(visit)[-1] == "remove_line"


def test_what_was_let_go_of_can_come_back_on_the_same_visit(
    visit: ServiceVisit, dispatcher: Person
) -> None:
    (one,) = visit.lines
    visiting.release(visit, AT)
    visiting.add(visit, [one.line], dispatcher, AT)

    assert [(each.id, each.released_at) for each in visit.lines] == [(one.id, None)]


def test_a_cancelled_visit_frees_its_lines(visit: ServiceVisit, dispatcher: Person) -> None:
    visiting.cancel(visit, "the customer rang", dispatcher, AT)
    db.session.commit()

    assert (visit.state, visit.state_reason) == (VisitState.CANCELLED, "the customer rang")
    assert visiting.free_lines(visit.order_lines[0].order) == visit.order_lines
    assert visit_of(visit.order_lines, dispatcher).is_open


def test_nothing_changes_on_a_visit_that_has_ended(visit: ServiceVisit, dispatcher: Person) -> None:
    visiting.cancel(visit, "ill", dispatcher, AT)

    with pytest.raises(VisitEndedError):
        visiting.move(visit, AT + HOUR, 60, visit.technician, dispatcher, AT)
    with pytest.raises(VisitEndedError):
        visiting.add(visit, visit.order_lines, dispatcher, AT)
    with pytest.raises(VisitEndedError):
        visiting.remove(visit, visit.lines[0], dispatcher, AT)
    with pytest.raises(WrongVisitStateError):
        visiting.cancel(visit, "ill", dispatcher, AT)


def test_a_visit_is_moved_and_its_notes_stay(visit: ServiceVisit, dispatcher: Person) -> None:
    visit.edit(dispatcher, AT, notes="Ring the host")
    before = visit.rev
    visiting.move(visit, AT + HOUR, 90, visit.technician, dispatcher, AT)

    assert (visit.starts_at, visit.minutes, visit.notes) == (AT + HOUR, 90, "Ring the host")
    assert visit.rev > before
    assert visit.state is VisitState.CONFIRMED


def test_another_technician_has_not_accepted_it(visit: ServiceVisit, dispatcher: Person) -> None:
    visiting.dispatch(visit, dispatcher, AT)
    visit.go(VisitState.ACCEPTED, dispatcher, AT)
    other = person(Role.TECHNICIAN, "Ove")
    visiting.move(visit, AT, 60, other, dispatcher, AT)

    assert (visit.technician, visit.state) == (other, VisitState.CONFIRMED)
    assert "assign" in history(visit)


def test_taken_from_whoever_is_there_its_outage_ends(
    visit: ServiceVisit, dispatcher: Person, technician: Person
) -> None:
    checking_in.check_in(visit, technician, AT, AT)
    visiting.move(visit, AT, 60, person(Role.TECHNICIAN, "Ove"), dispatcher, AT + HOUR)

    assert visit.state is VisitState.CONFIRMED
    assert [one.window.until for one in visit.windows] == [AT + HOUR]


def test_what_is_begun_is_not_left_to_nobody(
    visit: ServiceVisit, dispatcher: Person, technician: Person
) -> None:
    checking_in.check_in(visit, technician, AT, AT)

    with pytest.raises(WrongVisitStateError):
        visiting.move(visit, AT, 60, None, dispatcher, AT)


def test_a_visit_that_nobody_has_is_dispatched_to_nobody(
    line: WorkOrderLine, dispatcher: Person
) -> None:
    visit = visit_of([line], dispatcher)

    with pytest.raises(NobodyError):
        visiting.dispatch(visit, dispatcher, AT)
    assert visit.state is VisitState.TENTATIVE


def test_given_back_by_its_technician_it_is_tentative(
    visit: ServiceVisit, dispatcher: Person
) -> None:
    visiting.move(visit, AT, 60, None, dispatcher, AT)

    assert (visit.state, visit.technician) == (VisitState.TENTATIVE, None)


@pytest.mark.parametrize("state", VisitState)
def test_an_ended_visit_goes_nowhere_but_back_from_its_cancellation(state: VisitState) -> None:
    assert {state} <= {*VISIT_OPEN, *VISIT_ENDED}
    ways = {after for after in VisitState if visit_may_go(state, after)}
    if state in (VisitState.FINISHED, VisitState.ABORTED):
        assert ways == set()
    elif state in VISIT_OPEN:
        assert VisitState.ABORTED in ways
    assert state not in ways


def test_only_what_was_begun_is_finished() -> None:
    before = {one for one in VisitState if visit_may_go(one, VisitState.FINISHED)}

    assert before == {VisitState.ON_SITE, VisitState.PAUSED, VisitState.CHECKED_OUT}


@pytest.mark.parametrize("wrong", ["state = 'aborted'", "state = 'cancelled'", "minutes = 0"])
def test_the_database_refuses_what_no_visit_can_be(visit: ServiceVisit, wrong: str) -> None:
    with pytest.raises(IntegrityError):
        db.session.execute(
            db.text(f"UPDATE service_visit SET {wrong} WHERE id = :id"),  # noqa: S608
            {"id": visit.id},
        )


def test_a_technician_sees_the_own_visits_that_are_fixed(
    visit: ServiceVisit, technician: Person, dispatcher: Person
) -> None:
    assert seen(technician) == [visit.id]
    assert seen(person(Role.TECHNICIAN, "Ove")) == []

    visit.go(VisitState.TENTATIVE, dispatcher, AT)
    db.session.commit()
    assert seen(technician) == []
    assert seen(dispatcher) == [visit.id]


def test_a_customer_sees_what_is_fixed_at_its_own_sites(
    visit: ServiceVisit, customer: Customer, dispatcher: Person
) -> None:
    mine = person(Role.CUSTOMER, "Kund", customer)
    stranger = Customer(name="BRF Berget", created_at=AT)
    db.session.add(stranger)
    assert seen(mine) == [visit.id]
    assert seen(person(Role.CUSTOMER, "Annan", stranger)) == []

    visiting.move(visit, AT, 60, None, dispatcher, AT)
    db.session.commit()
    assert seen(mine) == []


ROWS = (
    ServiceVisit,
    VisitLine,
    VisitRun,
    VisitWindow,
    VisitTime,
    VisitMaterial,
    PartUsage,
    VisitSignature,
    VisitStop,
)


def as_customer(key: int) -> None:
    db.session.commit()
    db.session.execute(select(func.set_config("app.customer", str(key), True)))


def test_the_database_shows_a_customer_its_own_visits_alone(
    visit: ServiceVisit, customer: Customer, technician: Person
) -> None:
    checking_in.check_in(visit, technician, AT, AT)
    visit.ask("handed_over", AT)
    key = customer.id

    as_customer(key)
    assert db.session.scalar(select(func.count()).select_from(VisitLine)) == 1
    assert db.session.scalar(select(func.count()).select_from(VisitReview)) == 0

    as_customer(key + 1)
    for table in ROWS:
        assert db.session.scalar(select(func.count()).select_from(table)) == 0


def test_the_database_keeps_what_is_tentative_from_customers(
    line: WorkOrderLine, dispatcher: Person, customer: Customer
) -> None:
    visit_of([line], dispatcher)
    as_customer(customer.id)

    assert db.session.scalar(select(func.count()).select_from(ServiceVisit)) == 0


def test_an_order_cancelled_meanwhile_frees_its_lines_and_asks(
    visit: ServiceVisit, dispatcher: Person
) -> None:
    before = visit.rev
    visit.order_lines[0].order.cancel("sold", dispatcher, AT)

    assert [one.released_at for one in visit.lines] == [AT]
    assert asked(visit) == [standing.TAKEN_OFF]
    assert visit.open_reviews[0].facts["words"] == "sold"
    assert visit.rev > before


def test_a_line_given_up_at_the_desk_frees_it_and_asks(
    visit: ServiceVisit, dispatcher: Person
) -> None:
    carrying.give_up(visit.order_lines[0], "not needed", dispatcher, AT)

    assert [one.released_at for one in visit.lines] == [AT]
    assert asked(visit) == [standing.TAKEN_OFF]


def test_a_line_changed_at_the_desk_is_new_on_the_tablet(
    visit: ServiceVisit, dispatcher: Person
) -> None:
    before = visit.rev
    carrying.amend(visit.order_lines[0], dispatcher, AT, minutes=45)

    assert visit.rev > before


def test_a_line_removed_from_its_order_leaves_the_planned_visit(
    visit: ServiceVisit, dispatcher: Person
) -> None:
    line = visit.order_lines[0]
    making.remove(line.order, line, dispatcher, AT)
    db.session.commit()

    assert visit.lines == []


def test_a_line_that_somebody_works_on_is_not_removed(
    visit: ServiceVisit, dispatcher: Person, technician: Person
) -> None:
    checking_in.check_in(visit, technician, AT, AT)
    line = visit.order_lines[0]

    with pytest.raises(RefusedError) as refused:
        making.remove(line.order, line, dispatcher, AT)
    assert refused.value.why is Refusal.ON_VISIT


def test_a_question_is_answered_once(visit: ServiceVisit, dispatcher: Person) -> None:
    review = visit.ask("handed_over", AT)
    db.session.flush()
    review.settle("Ove takes it", dispatcher, AT)
    review.settle("no, Kim", dispatcher, AT + HOUR)

    assert (review.answer, review.settled_at, review.settled_by) == ("Ove takes it", AT, dispatcher)
    assert visit.open_reviews == []
    assert history(visit)[-2:] == ["ask_dispatcher", "answer_question"]


def test_a_station_added_later_is_the_visit_s_too(
    visit: ServiceVisit, dispatcher: Person, make_station: MakeStation
) -> None:
    order, station = visit.order_lines[0].order, make_station("2025-01-01", "Hamnen 9")
    before = visit.rev
    visiting.add(visit, in_words(order, station, "Look at it"), dispatcher, AT)

    assert station in visit.stations
    assert visit.rev > before
