"""Doing what stands on an order: line by line, to its end, or on to an order that follows."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from service.core.history import record
from service.core.live import announce
from service.people.models import Person
from service.plans import deeds
from service.plans.places import Days
from service.plans.words import OccurrenceState
from service.visits import making, pricing, standing
from service.visits.charges import Charge
from service.visits.lines import WorkOrderLine
from service.visits.models import WorkOrder
from service.visits.refusals import (
    InFutureError,
    LineStateError,
    NotStartedError,
    Refusal,
    RefusedError,
)
from service.visits.states import LineState, State

Doer = Person | str


def finish(
    line: WorkOrderLine,
    done_on: date,
    by: Doer,
    at: datetime,
    though_early: bool = False,
    minutes: int | None = None,
) -> None:
    """The line was done on that day; who finishes a line has started the order.

    A date of a plan is completed with it, a ticket is told of it.
    Raises EndedError, NotStartedError, LineStateError, InFutureError, and for a date what
    `plans.deeds.complete` raises: TooEarlyError, where it must be said that it counts all the same.
    """
    _refuse_unless(line, LineState.OPEN)
    _start(line.order, by, at)
    if done_on > Days(at)[line.order.site.time_zone]:
        raise InFutureError(done_on.isoformat())
    if line.occurrence:
        deeds.complete(line.occurrence, done_on, by, at, though_early)
    if line.recall_station:
        line.recall_station.finish(done_on, by, at, f"Work order {line.order.number}")
    line.state, line.done_on = LineState.DONE, done_on
    line.done_by_id = None if isinstance(by, str) else by.id
    line.minutes = minutes or line.minutes
    pricing.price([line.order], at)
    pricing.count_again(line.contract, done_on, at)
    _tell(line, "done", by, at, done_on=str(done_on))


def amend(line: WorkOrderLine, by: Doer, at: datetime, **facts: Any) -> None:
    """Change what is said of a line: minutes, note, kind of work. Raises EndedError."""
    line.order.refuse_if_locked()
    changed = {name: value for name, value in facts.items() if getattr(line, name) != value}
    for name, value in changed.items():
        setattr(line, name, value)
    if changed:
        told = {name: str(value) for name, value in changed.items()}
        record("edit_line", line.order, by, at, line=line.told, **told)
        standing.changed(line, at)
    if "work_kind" in changed and line.charge is not Charge.AGREED:
        line.charge = line.contract_id = line.extra_price_ore = None
        pricing.price([line.order], at)


def give_up(line: WorkOrderLine, why: str, by: Doer, at: datetime) -> None:
    """The line is not done here: what it is about stays to be done, and is free.

    Raises EndedError, LineStateError.
    """
    _refuse_unless(line, LineState.OPEN)
    line.let_go(why)
    standing.let_go([line], why, at)
    _tell(line, "not_done", by, at, why)


def take_back(line: WorkOrderLine, why: str, by: Doer, at: datetime) -> None:
    """The line is open again: what was done is not, or what was given up can be done after all.

    Raises EndedError, LineStateError, RefusedError, and what `plans.deeds.reopen` raises.
    """
    _refuse_unless(line, LineState.DONE, LineState.NOT_DONE)
    was_done = line.is_done
    if was_done and line.occurrence and line.occurrence.state is OccurrenceState.DONE:
        deeds.reopen(line.occurrence, why, by, at)
    if was_done and line.recall_station and not line.recall_station.is_open:
        line.recall_station.take_back(why, by, at)
    if not _is_free(line):
        raise RefusedError(Refusal.TAKEN)
    paid_by, done_on = line.contract, line.done_on
    line.open_again()
    standing.open_again(line, at)
    pricing.price([line.order], at)
    pricing.count_again(paid_by, done_on, at)
    _tell(line, "open_again", by, at, why)


def cannot_complete(order: WorkOrder, why: str | None, by: Doer, at: datetime) -> WorkOrder | None:
    """The order ends, and another carries on with what was not done. Its dates stay due.

    None where nothing is left that could be done: all of it was, elsewhere.
    Raises WrongStateError, ReasonNeededError.
    """
    order.give_up(why, by, at)
    return _follow_up(order, by, at)


def reopen(order: WorkOrder, why: str | None, by: Doer, at: datetime) -> None:
    """Take back that it is complete, or that it is cancelled; then its lines come back too,
    but for what is done or planned elsewhere by now. Raises WrongStateError, ReasonNeededError.
    """
    if order.state is not State.CANCELLED:
        order.start(by, at, why)
        return
    order.restore(why, by, at)
    for line in order.lines:
        if _is_free(line):
            line.open_again()
            standing.open_again(line, at)
    order.keep_due()
    pricing.price([order], at)


def move(order: WorkOrder, to: State, why: str | None, by: Doer, at: datetime) -> WorkOrder | None:
    """Bring the order into that state by the verb that leads there. Returns what follows it up."""
    if order.state in (State.COMPLETED, State.CANCELLED) and to is not State.APPROVED:
        _back(order, to, why, by, at)
        return None
    if to is State.CANNOT_COMPLETE:
        return cannot_complete(order, why, by, at)
    if to in (State.ON_HOLD, State.CANCELLED):
        (order.hold if to is State.ON_HOLD else order.cancel)(why, by, at)
    else:
        _forward(order, to, by, at)
    return None


def _forward(order: WorkOrder, to: State, by: Doer, at: datetime) -> None:
    is_draft = order.state is State.DRAFT
    verbs = {
        State.UNSCHEDULED: order.release if is_draft else order.unschedule,
        State.SCHEDULED: order.schedule,
        State.IN_PROGRESS: order.start,
        State.COMPLETED: order.complete,
        State.APPROVED: order.approve,
        State.CLOSED: order.close,
    }
    if to not in verbs:
        order.refuse_way_to(to)
    verbs[to](by, at)


def _back(order: WorkOrder, to: State, why: str | None, by: Doer, at: datetime) -> None:
    order.refuse_way_to(to)
    reopen(order, why, by, at)


def _start(order: WorkOrder, by: Doer, at: datetime) -> None:
    if order.state in (State.UNSCHEDULED, State.SCHEDULED):
        order.start(by, at)
    if order.state is not State.IN_PROGRESS:
        raise NotStartedError(order.state.value)


def _refuse_unless(line: WorkOrderLine, *states: LineState) -> None:
    line.order.refuse_unless_open()
    if line.state not in states:
        raise LineStateError(line.state.value)


def _work(line: WorkOrderLine) -> making.Work | None:
    return line.occurrence or line.ticket or line.recall_station


def _is_free(line: WorkOrderLine) -> bool:
    """Whether it may stand on an open order. Words of a station may, as long as it stands there."""
    work, station = _work(line), line.station
    if work is None:
        here = station is not None and station.site_id == line.order.site_id
        return here and not (station and station.is_retired)
    return bool(making.can_stand([work], line.order.site_id))


def _tell(
    line: WorkOrderLine, what: str, by: Doer, at: datetime, why: str | None = None, **facts: str
) -> None:
    order = line.order
    order.keep_due()
    station = line.station.name if line.station else None
    record(f"line_{what}", order, by, at, why, line=line.told, station=station, **facts)
    standing.changed(line, at)
    if line.ticket:
        making.tell_ticket(line.ticket, order, what, by, at)
    announce("work_order", order.id, at)


def _follow_up(order: WorkOrder, by: Doer, at: datetime) -> WorkOrder | None:
    undone = [line for line in order.lines if not line.is_done and _is_free(line)]
    if not undone:
        return None
    facts = {"title": order.title, "notes": order.notes, "recall": order.recall}
    after = WorkOrder.draft(order.site, order.kind, by, at, parent=order, **facts)
    after.lines.extend(_again(line, at) for line in undone)
    record("follow_up", order, by, at, number=after.number)
    after.keep_due()
    after.release(by, at)
    pricing.price([after], at)
    return after


def _again(line: WorkOrderLine, at: datetime) -> WorkOrderLine:
    names = (
        "station",
        "occurrence",
        "ticket",
        "recall_station",
        "text",
        "work_kind",
        "minutes",
        "note",
    )
    again = WorkOrderLine(created_at=at, **{name: getattr(line, name) for name in names})
    if line.charge is Charge.AGREED:
        again.charge = Charge.AGREED
        again.extra_price_ore, again.vat_percent = line.extra_price_ore, line.vat_percent
    return again
