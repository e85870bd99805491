"""The end of a visit: what was done has its day, what was found becomes work, once."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask_babel import force_locale
from sqlalchemy import Engine, select

from service.checklists import runs
from service.checklists.models import ChecklistRun, ChecklistVersion, Finding
from service.checklists.words import Verdict, VersionState
from service.contracts.costs import ContractCost
from service.contracts.words import CostKind
from service.core.db import db
from service.core.settings import Setting
from service.parts.models import Part
from service.people.models import Customer, Person
from service.plans import deeds
from service.plans.words import OccurrenceState
from service.remote.actions import Kind as ActionKind
from service.remote.models import RemoteAction
from service.tickets.models import Ticket
from service.tickets.states import Priority, Resolution
from service.tickets.states import State as TicketState
from service.visits import (
    carrying,
    checking_in,
    finishing,
    jobs,
    making,
    pricing,
    stopping,
    visit_costs,
    visit_labels,
    visiting,
)
from service.visits.finishing import CLOSED_MEANWHILE, NOT_DONE, Told
from service.visits.lines import WorkOrderLine
from service.visits.models import WorkOrder
from service.visits.service_visits import ServiceVisit, WrongVisitStateError
from service.visits.states import LineState, State
from service.visits.visit_rows import PartUsage, VisitRun, VisitStop, VisitTime
from service.visits.visit_states import AbortKind, TimeKind, VisitState
from tests.conftest import bear_lists
from tests.contracts.conftest import contract_of
from tests.plans.conftest import day, noon
from tests.visits.conftest import AT, Due, asked, in_words, ordered, visit_of

HOUR = timedelta(hours=1)
DONE = Told(True)


@pytest.fixture
def there(visit: ServiceVisit, technician: Person) -> ServiceVisit:
    """Somebody has come."""
    checking_in.check_in(visit, technician, AT, AT)
    db.session.commit()
    return visit


@pytest.fixture
def run(owner: Engine, there: ServiceVisit, technician: Person) -> ChecklistRun:
    bear_lists(owner)
    published = ChecklistVersion.state == VersionState.PUBLISHED
    version = db.session.scalars(select(ChecklistVersion).where(published)).first()
    assert version is not None
    run = runs.start(there.stations[0], version, [], technician, AT)
    db.session.flush()
    there.runs.append(VisitRun(run_id=run.id, run=run))
    db.session.commit()
    return run


def found(run: ChecklistRun, verdict: Verdict, place: str = "evse:1", **facts: Any) -> Finding:
    values = {"item": "rcd.t1x", "safety": False, "text": "Too slow", "made_at": AT} | facts
    one = Finding(station_id=run.station_id, place=place, verdict=verdict, **values)
    run.findings.append(one)
    db.session.commit()
    return one


def end(visit: ServiceVisit, at: Any = AT, now: Any = None, **told: Told) -> None:
    """Each line as told by its station, or else done."""
    by = visit.technician
    assert by is not None
    keys = {one.id: told.get(f"line{one.id}", DONE) for one in visit.order_lines}
    finishing.finish(visit, keys, by, at, now or at)
    db.session.commit()


def say(one: WorkOrderLine, told: Told) -> dict[str, Told]:
    return {f"line{one.id}": told}


def all_tickets() -> list[Ticket]:
    return list(db.session.scalars(select(Ticket).order_by(Ticket.id)))


def test_a_finished_visit_has_its_lines_its_dates_and_its_orders_done(there: ServiceVisit) -> None:
    (line,) = there.order_lines
    end(there, AT + HOUR)

    assert (there.state, there.ended_at) == (VisitState.FINISHED, AT + HOUR)
    assert (line.state, line.done_on) == (LineState.DONE, day("2026-03-02"))
    assert line.occurrence is not None
    assert line.occurrence.state is OccurrenceState.DONE
    assert line.order.state is State.COMPLETED
    assert asked(there) == []


def test_finishing_checks_out(there: ServiceVisit) -> None:
    end(there, AT + HOUR)

    assert there.checked_out_at == AT + HOUR
    assert [one.window.until for one in there.windows] == [AT + HOUR]
    assert len(list(db.session.scalars(select(RemoteAction)))) == 1


def test_who_has_checked_out_is_not_checked_out_again(
    there: ServiceVisit, technician: Person
) -> None:
    checking_in.check_out(there, technician, AT + HOUR, AT + HOUR)
    end(there, AT + 2 * HOUR)

    assert there.checked_out_at == AT + HOUR
    assert len(list(db.session.scalars(select(RemoteAction)))) == 1


def test_the_day_is_that_of_the_site(there: ServiceVisit) -> None:
    """Half past eleven at night in UTC is the next day in Stockholm."""
    end(there, AT + timedelta(hours=11, minutes=30))

    assert there.order_lines[0].done_on == date(2026, 3, 3)


def test_news_that_come_late_count_on_their_day(there: ServiceVisit) -> None:
    end(there, AT + HOUR, now=AT + timedelta(days=3))

    assert there.order_lines[0].done_on == day("2026-03-02")
    assert there.ended_at == AT + HOUR


def test_what_was_not_begun_is_not_finished(visit: ServiceVisit) -> None:
    with pytest.raises(WrongVisitStateError):
        end(visit)


def test_what_was_not_done_is_asked_about_and_free(there: ServiceVisit) -> None:
    (line,) = there.order_lines
    end(there, **say(line, Told(False, "no key")))

    assert asked(there) == [NOT_DONE]
    assert there.open_reviews[0].facts["words"] == "no key"
    assert line.is_open
    assert visiting.free_lines(line.order) == [line]
    assert line.order.state is State.IN_PROGRESS


def test_what_nobody_spoke_of_is_not_done(there: ServiceVisit, technician: Person) -> None:
    finishing.finish(there, {}, technician, AT, AT)

    assert asked(there) == [NOT_DONE]


def test_a_line_undone_goes_on_another_visit(
    there: ServiceVisit, dispatcher: Person, technician: Person
) -> None:
    (line,) = there.order_lines
    end(there, **say(line, Told(False, "no key")))
    again = visit_of([line], dispatcher, technician)
    checking_in.check_in(again, technician, AT, AT)
    end(again)

    assert line.is_done
    assert line.order.state is State.COMPLETED


@pytest.mark.parametrize(("counts", "state"), [(True, "done"), (False, "open")])
def test_what_is_too_early_counts_where_somebody_says_so(
    line: WorkOrderLine, dispatcher: Person, technician: Person, counts: bool, state: str
) -> None:
    early = noon("2026-01-05")
    line.order.created_at = early
    visit = visiting.plan(line.order.site, [line], early, dispatcher, early, technician)
    checking_in.check_in(visit, technician, early, early)
    end(visit, early, **say(line, Told(True, though_early=counts)))

    assert line.state.value == state
    assert asked(visit) == ([] if counts else [CLOSED_MEANWHILE])
    assert visiting.free_lines(line.order) == ([] if counts else [line])


@pytest.fixture
def done_apart(there: ServiceVisit, dispatcher: Person) -> WorkOrderLine:
    """The line of a visit whose date is done while somebody is there."""
    (line,) = there.order_lines
    assert line.occurrence is not None
    deeds.complete(line.occurrence, day("2026-03-01"), dispatcher, AT)
    return line


def test_a_date_done_elsewhere_meanwhile_is_asked_about(
    there: ServiceVisit, done_apart: WorkOrderLine
) -> None:
    end(there, AT + HOUR)

    assert there.state is VisitState.FINISHED
    assert asked(there) == [CLOSED_MEANWHILE]


def test_what_is_asked_of_a_line_is_read_in_its_readers_language(
    there: ServiceVisit, done_apart: WorkOrderLine
) -> None:
    end(there, AT + HOUR)
    jobs.let_go_of_what_ended(AT + HOUR)

    with force_locale("sv"):
        told = visit_labels.of_question(there.open_reviews[0])

    assert told == (
        f"{done_apart.named('sv')}: Tillfället har utförts, hoppats över eller strukits på annat "
        "håll: ange ”inte utförd” här."
    )
    assert done_apart.named("sv") != done_apart.about


def test_a_line_let_go_while_somebody_is_there_is_asked_about(
    there: ServiceVisit, done_apart: WorkOrderLine
) -> None:
    jobs.let_go_of_what_ended(AT + HOUR)

    with force_locale("sv"):
        told = [visit_labels.of_question(one) for one in there.open_reviews]

    assert asked(there) == ["taken off"]
    assert told == [f"{done_apart.named('sv')}: Det utfördes vid sidan av den här ordern."]


def test_a_line_done_at_the_desk_meanwhile_is_done(there: ServiceVisit, dispatcher: Person) -> None:
    carrying.finish(there.order_lines[0], day("2026-03-01"), dispatcher, AT)
    end(there, AT + HOUR)

    assert asked(there) == []
    assert there.order_lines[0].done_on == day("2026-03-01")


def test_what_was_done_though_its_order_was_cancelled_is_asked_about(
    there: ServiceVisit, dispatcher: Person
) -> None:
    (line,) = there.order_lines
    line.order.cancel("sold", dispatcher, AT)
    end(there, AT + HOUR)

    assert there.state is VisitState.FINISHED
    assert asked(there) == ["taken off", CLOSED_MEANWHILE]


def test_a_ticket_resolved_meanwhile_holds_nothing_up(
    there: ServiceVisit, dispatcher: Person
) -> None:
    (first,) = there.order_lines
    station = there.stations[0]
    ticket = Ticket.open_by_hand(station, "Lid", Priority.P3, dispatcher, AT)
    (line,) = making.add(first.order, [ticket], dispatcher, AT)
    db.session.flush()
    visiting.add(there, [line], dispatcher, AT)
    ticket.resolve(Resolution.REMOTE, "it was nothing", dispatcher, AT)
    end(there, AT + HOUR)

    assert line.is_done
    assert asked(there) == []


def test_a_line_taken_back_is_free_for_another_visit(
    there: ServiceVisit, dispatcher: Person, technician: Person
) -> None:
    (line,) = there.order_lines
    end(there)
    carrying.reopen(line.order, "too soon", dispatcher, AT)
    carrying.take_back(line, "it was the wrong one", dispatcher, AT)

    assert visiting.free_lines(line.order) == [line]


def test_what_failed_is_a_ticket_and_a_remark_a_line(
    there: ServiceVisit, run: ChecklistRun
) -> None:
    bad = found(run, Verdict.FAIL, safety=True, text="No trip")
    worn = found(run, Verdict.FAIL, "station", item="lid", text="Lid broken")
    scratch = found(run, Verdict.REMARK, "station", item="paint", text="Scratched")
    end(there)

    first, second = all_tickets()
    assert [(one.title, one.priority, one.connector) for one in (first, second)] == [
        ("No trip", Priority.P1, 1),
        ("Lid broken", Priority.P2, 0),
    ]
    assert (bad.ticket_id, worn.ticket_id) == (first.id, second.id)
    line = db.session.get_one(WorkOrderLine, scratch.work_order_line_id)
    assert (line.text, line.order.state) == ("Scratched", State.UNSCHEDULED)
    assert line.order.notes == there.number


def test_findings_become_work_once(
    there: ServiceVisit, run: ChecklistRun, technician: Person
) -> None:
    found(run, Verdict.FAIL)
    found(run, Verdict.REMARK, item="paint")
    for _ in range(2):
        finishing.findings_become_work(there, technician, AT)
        db.session.commit()

    assert len(all_tickets()) == 1
    assert len(list(db.session.scalars(select(WorkOrder)))) == 2


def test_a_late_remark_stands_on_the_order_of_the_others(
    there: ServiceVisit, run: ChecklistRun, technician: Person
) -> None:
    for item in ("paint", "label"):
        found(run, Verdict.REMARK, item=item)
        finishing.findings_become_work(there, technician, AT)
        db.session.commit()

    _, after = db.session.scalars(select(WorkOrder).order_by(WorkOrder.id))
    assert (len(after.lines), after.state) == (2, State.UNSCHEDULED)


def test_a_stop_sets_it_inoperative_and_opens_a_ticket_once(
    there: ServiceVisit, run: ChecklistRun, technician: Person
) -> None:
    rows = [
        stopping.stop(there, run, "rcd.t1x", "rcd:2", "no trip", technician, AT, AT + HOUR)
        for _ in range(2)
    ]
    db.session.commit()

    assert rows[0] is rows[1]
    (ticket,) = all_tickets()
    assert (ticket.priority, ticket.connector, ticket.opened_at) == (Priority.P1, 2, AT + HOUR)
    assert (ticket.title or "").endswith("no trip")
    action = db.session.scalars(select(RemoteAction)).one()
    assert action.kind is ActionKind.CHANGE_AVAILABILITY
    assert action.fields == {"connector": 2, "type": "inoperative"}
    # Told late, it is asked for now: an old wish would be given up at once.
    assert (action.requested_at, rows[0].at) == (AT + HOUR, AT)
    assert action.ticket_id == ticket.id


def test_a_stop_of_the_whole_station(
    there: ServiceVisit, run: ChecklistRun, technician: Person
) -> None:
    stopping.stop(there, run, "pe", "rcd:c45", "open", technician, AT, AT)

    assert db.session.scalars(select(RemoteAction)).one().fields["connector"] == 0


def test_a_finding_that_has_stopped_has_its_ticket(
    there: ServiceVisit, run: ChecklistRun, technician: Person
) -> None:
    row = stopping.stop(there, run, "rcd.t1x", "rcd:1", "no trip", technician, AT, AT)
    one = found(run, Verdict.FAIL, "rcd:1", safety=True)
    end(there)

    assert one.ticket_id == row.ticket_id
    assert len(all_tickets()) == 1


def test_an_aborted_visit_frees_its_lines_and_asks(
    there: ServiceVisit, run: ChecklistRun, technician: Person
) -> None:
    found(run, Verdict.FAIL)
    words = "Water in the cabinet"
    finishing.abort(there, AbortKind.UNSAFE, words, technician, AT + HOUR, AT + HOUR)
    db.session.commit()

    assert (there.state, there.abort_kind) == (VisitState.ABORTED, AbortKind.UNSAFE)
    assert there.state_reason == words
    assert [one.window.until for one in there.windows] == [AT + HOUR]
    assert visiting.free_lines(there.order_lines[0].order) == there.order_lines
    assert asked(there) == ["aborted"]
    assert len(all_tickets()) == 1


def test_without_access_nobody_was_there(visit: ServiceVisit, technician: Person) -> None:
    finishing.abort(visit, AbortKind.NO_ACCESS, "locked", technician, AT, AT)

    assert (visit.checked_in_at, visit.checked_out_at) == (None, None)
    assert visit.windows == []


def test_handed_over_what_was_answered_stays(
    there: ServiceVisit, run: ChecklistRun, technician: Person
) -> None:
    finishing.hand_over(there, "ill", technician, AT + HOUR, AT + 2 * HOUR)
    db.session.commit()

    assert there.state is VisitState.CONFIRMED
    assert [one.run_id for one in there.runs] == [run.id]
    assert [one.window.until for one in there.windows] == [AT + HOUR]
    assert asked(there) == ["handed_over"]
    assert [one.released_at for one in there.lines] == [None]


def test_some_lines_cannot_be_done_here_and_now(
    due: Due, dispatcher: Person, technician: Person
) -> None:
    lines = [ordered(dispatcher, due(name)).lines[0] for name in ("Hamnen 1", "Hamnen 2")]
    visit = visit_of(lines, dispatcher, technician)
    checking_in.check_in(visit, technician, AT, AT)
    finishing.unable(visit, [lines[0]], "no part", technician, AT)
    end(visit, AT, **say(lines[0], Told(False, "no part")))

    assert asked(visit) == [NOT_DONE]
    assert [line.state for line in lines] == [LineState.OPEN, LineState.DONE]


def costs() -> list[tuple[CostKind, int]]:
    rows = db.session.scalars(select(ContractCost).order_by(ContractCost.id))
    return [(one.kind, one.ore) for one in rows]


def hours(visit: ServiceVisit, minutes: int) -> None:
    row = VisitTime(kind=TimeKind.WORK, minutes=minutes, spent_on=AT.date())
    row.person_id = visit.technician_id or 0
    visit.times.append(row)


@pytest.fixture
def paid(there: ServiceVisit, customer: Customer, admin: Person) -> ServiceVisit:
    """Under a contract, with an hour that costs 600 kr."""
    (line,) = there.order_lines
    assert line.station is not None
    contract_of(customer, line.station, starts_on=date(2026, 1, 1))
    pricing.price([line.order], AT)
    Setting.change("hour_costs_kronor", "600", admin, AT)
    db.session.commit()
    return there


def test_hours_and_parts_cost_the_contract(paid: ServiceVisit) -> None:
    part = Part(number="K-1", name="Contactor", price_ore=45_000, created_at=AT)
    usage = PartUsage(part=part, station=paid.stations[0], quantity=Decimal(2), used_at=AT)
    paid.parts.append(usage)
    hours(paid, 90)
    end(paid)

    assert sorted(costs()) == [(CostKind.PARTS, 90_000), (CostKind.VISIT, 90_000)]
    cost = db.session.scalars(select(ContractCost)).first()
    assert cost is not None
    assert cost.source == f"visit {paid.id}"
    assert paid.number in cost.note


def test_hours_told_when_it_has_ended_cost_too(paid: ServiceVisit, technician: Person) -> None:
    hours(paid, 60)
    end(paid)
    hours(paid, 30)
    for _ in range(2):
        visit_costs.enter_late(paid, technician, AT, AT)

    assert costs() == [(CostKind.VISIT, 60_000), (CostKind.VISIT, 30_000)]


def test_a_contract_pays_no_hours_of_work_outside_it(
    paid: ServiceVisit, dispatcher: Person
) -> None:
    (line,) = paid.order_lines
    visiting.add(paid, in_words(line.order, paid.stations[0], "Paint it"), dispatcher, AT)
    hours(paid, 60)
    end(paid)

    assert costs() == [(CostKind.VISIT, 30_000)]


def test_what_no_longer_is_the_contract_s_is_taken_back(
    paid: ServiceVisit, technician: Person
) -> None:
    (line,) = paid.order_lines
    hours(paid, 60)
    end(paid)
    line.contract_id = None
    visit_costs.enter_late(paid, technician, AT, AT)

    assert costs() == [(CostKind.VISIT, 60_000), (CostKind.VISIT, -60_000)]


def test_a_visit_outside_contracts_costs_none(there: ServiceVisit) -> None:
    hours(there, 60)
    end(there)

    assert costs() == []


def test_lines_in_words_are_done_like_any(there: ServiceVisit, dispatcher: Person) -> None:
    (line,) = there.order_lines
    more = in_words(line.order, there.stations[0], "Paint it")
    visiting.add(there, more, dispatcher, AT)
    end(there)

    assert [one.state for one in more] == [LineState.DONE]
    assert line.order.state is State.COMPLETED


def stopped(there: ServiceVisit, run: ChecklistRun, by: Person, now: datetime) -> VisitStop:
    row = stopping.stop(there, run, "rcd.t1x", "rcd:2", "no trip", by, now, now)
    db.session.commit()
    return row


def test_a_second_stop_within_a_day_reopens_the_ticket_and_stops_again(
    there: ServiceVisit, run: ChecklistRun, technician: Person, dispatcher: Person
) -> None:
    first = stopped(there, run, technician, AT)
    first.ticket.resolve(Resolution.ON_SITE, "Bytt", dispatcher, AT + HOUR)
    second = stopped(there, run, technician, AT + 2 * HOUR)

    (ticket,) = all_tickets()
    assert second is not first
    assert (ticket.state, ticket.reopened, ticket.occurrences) == (TicketState.NEW, 1, 2)
    wishes = list(db.session.scalars(select(RemoteAction).order_by(RemoteAction.id)))
    assert [one.requested_at for one in wishes] == [AT, AT + 2 * HOUR]
    assert second.action is wishes[-1]


@pytest.mark.parametrize(("connector", "wishes"), [(2, 3), (0, 3), (1, 2)])
def test_a_stop_told_again_after_somebody_put_it_in_service_stops_again(
    there: ServiceVisit,
    run: ChecklistRun,
    technician: Person,
    dispatcher: Person,
    connector: int,
    wishes: int,
) -> None:
    """An outlet beside it may be in service: that undoes no stop."""
    stopped(there, run, technician, AT)
    fields = {"connector": connector, "type": "operative"}
    kind = ActionKind.CHANGE_AVAILABILITY
    RemoteAction.ask(run.station, kind, fields, "Why not", dispatcher, AT + HOUR)
    for later in (2, 3):
        stopped(there, run, technician, AT + later * HOUR)

    (ticket,) = all_tickets()
    asked = db.session.scalars(select(RemoteAction).order_by(RemoteAction.id)).all()
    assert len(asked) == wishes
    assert {one.ticket for one in there.stops} == {ticket}
    assert asked[-1].fields["type"] == ("inoperative" if wishes == 3 else "operative")


def test_a_second_stop_after_more_than_a_day_opens_another_ticket(
    there: ServiceVisit, run: ChecklistRun, technician: Person, dispatcher: Person
) -> None:
    stopped(there, run, technician, AT).ticket.resolve(
        Resolution.ON_SITE, "Bytt", dispatcher, AT + HOUR
    )
    second = stopped(there, run, technician, AT + 26 * HOUR)

    old, new = all_tickets()
    assert (old.state, new.state) == (TicketState.RESOLVED, TicketState.NEW)
    assert second.ticket is new


def test_a_second_stop_of_a_cancelled_ticket_opens_another(
    there: ServiceVisit, run: ChecklistRun, technician: Person, dispatcher: Person
) -> None:
    stopped(there, run, technician, AT).ticket.cancel("wrong station", dispatcher, AT + HOUR)
    stopped(there, run, technician, AT + 2 * HOUR)

    assert [one.state for one in all_tickets()] == [TicketState.CANCELLED, TicketState.NEW]
