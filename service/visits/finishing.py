"""The end of a visit: what was done is done with its day, what was found becomes work.

Nothing that a technician says is refused. What does not fit what is planned becomes a question for
the dispatcher, and the rest is done all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from service.checklists import runs
from service.checklists.models import ChecklistRun, Finding
from service.checklists.words import Verdict
from service.core.db import db
from service.people.models import Person
from service.plans.models import PlanError
from service.plans.places import Days
from service.tickets.models import Ticket
from service.tickets.states import Priority
from service.visits import (
    answered_parts,
    asked_tickets,
    carrying,
    checking_in,
    visit_costs,
    visiting,
)
from service.visits.lines import WorkOrderLine
from service.visits.models import WorkOrder
from service.visits.refusals import OrderError
from service.visits.service_visits import ServiceVisit
from service.visits.states import Kind, State
from service.visits.stopping import connector_of, open_again
from service.visits.visit_rows import VisitLine
from service.visits.visit_states import AbortKind, VisitState

NOT_DONE, CLOSED_MEANWHILE = "not done on the visit", "could not be done as told"


@dataclass(frozen=True)
class Told:
    """What a technician says of one line."""

    done: bool
    why: str | None = None
    though_early: bool = True
    minutes: int | None = None


def finish(
    visit: ServiceVisit,
    told: Mapping[int, Told],
    by: Person,
    at: datetime,
    now: datetime,
) -> None:
    """The visit is over. `told` by the id of each work order line; the others stay to be done.

    Raises WrongVisitStateError.
    """
    visit.go(VisitState.FINISHED, by, now)
    visit.ended_at = at
    checking_in.leave(visit, by, at, now)
    for one in visit.lines:
        _close(visit, one, told.get(one.work_order_line_id, Told(False)), by, at, now)
    settle_lists(visit, by, now)
    _complete_orders(visit, by, now)
    visit_costs.enter(visit, by, at, now)


def abort(
    visit: ServiceVisit, kind: AbortKind, words: str, by: Person, at: datetime, now: datetime
) -> None:
    """It could not be done. Its open lines are free for another visit.

    Raises WrongVisitStateError.
    """
    visit.abort_kind = kind
    visit.go(VisitState.ABORTED, by, now, words)
    visit.ended_at = at
    checking_in.leave(visit, by, at, now)
    visiting.release(visit, now)
    visit.ask("aborted", now, kind=kind.value, words=words)
    _hand_in_begun(visit, by, at)
    settle_lists(visit, by, now)
    visit_costs.enter(visit, by, at, now)


def hand_over(visit: ServiceVisit, why: str, by: Person, at: datetime, now: datetime) -> None:
    """Half done: it goes on later, by somebody else perhaps. What is answered stays.

    Raises WrongVisitStateError.
    """
    visit.go(VisitState.CONFIRMED, by, now, why)
    checking_in.leave(visit, by, at, now)
    visit.ask("handed_over", now, words=why, technician=by.name)


def unable(
    visit: ServiceVisit, lines: Iterable[WorkOrderLine], why: str, by: Person, now: datetime
) -> None:
    """Some of it cannot be done here and now: it waits for another visit."""
    keys = {line.id for line in lines}
    for one in visit.lines:
        if one.work_order_line_id in keys:
            _leave(visit, one, why, now)
    visit.touch(now)


def settle_lists(visit: ServiceVisit, by: Person, now: datetime) -> None:
    """What its checklists say was put in is booked, what they found becomes work. Each once."""
    chains = visit.chains
    answered_parts.book(visit, [chain for chain in chains if not chain[-1].is_open])
    _become_work(visit, chains, by, now)


def settle_late(visit: ServiceVisit, by: Person, at: datetime, now: datetime) -> None:
    """A list, or an answer of it, that comes when the visit has ended already."""
    if not visit.is_open:
        settle_lists(visit, by, now)
        visit_costs.enter_late(visit, by, at, now)


def _hand_in_begun(visit: ServiceVisit, by: Person, at: datetime) -> None:
    """What was answered before somebody had to leave stands; the rest of the list was not done."""
    for one in visit.runs:
        if one.run.is_open and one.run.answers:
            runs.submit(one.run, by, at, unable=True)


def findings_become_work(visit: ServiceVisit, by: Person, now: datetime) -> None:
    """Each once: what failed is a ticket, a remark a line of the order that follows.

    A ticket that was opened for it while the work went on is its own, as long as that is open.
    """
    _become_work(visit, visit.chains, by, now)


def _become_work(
    visit: ServiceVisit, chains: list[list[ChecklistRun]], by: Person, now: datetime
) -> None:
    loose = [one for chain in chains for one in chain[-1].findings if _is_loose(one)]
    known = _tickets_by_now(visit, chains) if loose else {}
    remarks = []
    for one in loose:
        ticket = known.get((one.run_id, one.item, one.place))
        if one.verdict is Verdict.FAIL:
            one.ticket_id = (open_again(ticket, one.text, now) or _ticket(one, by, now)).id
        elif ticket and ticket.is_open:
            one.ticket_id = ticket.id
        else:
            remarks.append(one)
    if remarks:
        _put_on_order(visit, chains, remarks, by, now)


def _tickets_by_now(
    visit: ServiceVisit, chains: list[list[ChecklistRun]]
) -> dict[tuple[int, str, str], Ticket]:
    """What was opened for an item while the work went on: a stop's, or one that was asked for.

    By the run that holds, whichever of its chain it was told of.
    """
    holds = {one.id: chain[-1].id for chain in chains for one in chain}
    told = asked_tickets.asked(one for chain in chains for one in chain)
    told |= {
        (one.run_id, one.item, one.place): one.ticket_id
        for one in visit.stops
        if one.run_id in holds
    }
    rows = _locked(told.values())
    return {(holds[run], item, place): rows[key] for (run, item, place), key in told.items()}


def _locked(keys: Iterable[int]) -> dict[int, Ticket]:
    """As they are now: somebody may be resolving one at this moment."""
    mine = select(Ticket).where(Ticket.id.in_(set(keys))).order_by(Ticket.id)
    fresh = mine.with_for_update(of=Ticket).execution_options(populate_existing=True)
    return {one.id: one for one in db.session.scalars(fresh)}


def _is_loose(one: Finding) -> bool:
    return one.ticket_id is None and one.work_order_line_id is None


def _ticket(one: Finding, by: Person, now: datetime) -> Ticket:
    priority = Priority.P1 if one.safety else Priority.P2
    place = connector_of(one.place)
    return Ticket.open_by_hand(one.station, one.text[:500], priority, by, now, place)


def _put_on_order(
    visit: ServiceVisit,
    chains: list[list[ChecklistRun]],
    remarks: list[Finding],
    by: Person,
    now: datetime,
) -> None:
    order = _follow_up(chains) or WorkOrder.draft(
        visit.site, Kind.CORRECTIVE, by, now, notes=visit.number
    )
    for one in remarks:
        line = WorkOrderLine(station=one.station, text=one.text[:500], created_at=now)
        order.lines.append(line)
        db.session.flush()
        one.work_order_line_id = line.id
    if order.state is State.DRAFT:
        order.release(by, now)


def _follow_up(chains: list[list[ChecklistRun]]) -> WorkOrder | None:
    """The order that remarks of the visit stand on already, while it is open."""
    keys = [one.work_order_line_id for chain in chains for one in chain[-1].findings]
    mine = select(WorkOrder).join(WorkOrder.lines).where(WorkOrderLine.id.in_(keys))
    orders = db.session.scalars(mine.order_by(WorkOrderLine.id)).unique()
    return next((one for one in orders if one.is_open), None)


def _close(
    visit: ServiceVisit, one: VisitLine, told: Told, by: Person, at: datetime, now: datetime
) -> None:
    if not told.done or one.line.is_done:
        if one.released_at is None and one.line.is_open:
            _leave(visit, one, told.why or "", now)
        return
    day = Days(at)[visit.site.time_zone]
    try:
        with db.session.begin_nested():
            carrying.finish(one.line, day, by, now, told.though_early, told.minutes)
    except (OrderError, PlanError) as wrong:
        one.released_at = one.released_at or now
        facts = {"line": one.work_order_line_id, "about": one.line.about}
        error = type(wrong).__name__
        visit.ask(CLOSED_MEANWHILE, now, **facts, words=str(wrong) or error, error=error)


def _leave(visit: ServiceVisit, one: VisitLine, why: str, now: datetime) -> None:
    one.released_at = now
    visit.ask(NOT_DONE, now, line=one.work_order_line_id, about=one.line.about, words=why)


def _complete_orders(visit: ServiceVisit, by: Person, now: datetime) -> None:
    for order in {one.line.order for one in visit.lines}:
        is_done = not order.open_lines and any(line.is_done for line in order.lines)
        if is_done and order.state is State.IN_PROGRESS:
            order.complete(by, now)
