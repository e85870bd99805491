"""Planning a visit: which lines of which orders are done there, by whom and when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from service.core.db import db
from service.core.history import in_both, record
from service.people.models import Person
from service.stations.models import Site
from service.visits import checking_in, standing
from service.visits.lines import WorkOrderLine
from service.visits.models import WorkOrder
from service.visits.refusals import Refusal, RefusedError
from service.visits.service_visits import NobodyError, ServiceVisit
from service.visits.states import State
from service.visits.visit_rows import VisitLine
from service.visits.visit_states import VisitState

Doer = Person | str
USUAL_MINUTES = 60


def plan(
    site: Site,
    lines: Sequence[WorkOrderLine],
    starts_at: datetime,
    by: Doer,
    at: datetime,
    technician: Person | None = None,
    minutes: int | None = None,
    **facts: Any,
) -> ServiceVisit:
    """A visit for these open lines of orders at one site; confirmed where somebody has it.

    Raises RefusedError for a line that is closed, of another site, or on another visit.
    """
    needed = sum(line.minutes or 0 for line in lines) or USUAL_MINUTES
    visit = ServiceVisit.draft(site, starts_at, minutes or needed, by, at, **facts)
    add(visit, lines, by, at)
    if technician:
        visit.technician = technician
        visit.go(VisitState.CONFIRMED, by, at)
    return visit


def add(visit: ServiceVisit, lines: Sequence[WorkOrderLine], by: Doer, at: datetime) -> None:
    """Put lines of open orders on the visit. Raises VisitEndedError, RefusedError."""
    visit.refuse_unless_open()
    _lock(lines)
    taken = standing.taken(lines)
    for line in lines:
        if why := _refusal(line, visit.site_id, taken):
            raise RefusedError(why)
    for line in lines:
        _put_on(visit, line)
    record("add_lines", visit, by, at, lines=in_both(lambda language: _told(lines, language)))
    db.session.flush()
    if visit.state is VisitState.ON_SITE and isinstance(by, Person):
        checking_in.cover(visit, by, at, at)
    visit.touch(at)


def _told(lines: Sequence[WorkOrderLine], language: str) -> str:
    return ", ".join(f"{line.order.number}: {line.named(language)}" for line in lines[:20])


def remove(visit: ServiceVisit, one: VisitLine, by: Doer, at: datetime) -> None:
    """Take a line off the visit; it waits for another. Raises VisitEndedError."""
    visit.refuse_unless_open()
    record("remove_line", visit, by, at, line=one.line.told)
    visit.lines.remove(one)
    db.session.flush()
    visit.touch(at)


def move(
    visit: ServiceVisit,
    starts_at: datetime,
    minutes: int,
    technician: Person | None,
    by: Person,
    at: datetime,
    **facts: Any,
) -> None:
    """Another time, another technician: the same visit.

    Raises VisitEndedError, and WrongVisitStateError where nobody is to have what is begun.
    """
    visit.edit(by, at, starts_at=starts_at, minutes=minutes, **facts)
    if technician is not visit.technician:
        checking_in.leave(visit, by, at, at)
    visit.give_to(technician, by, at)
    if technician and visit.state is VisitState.TENTATIVE:
        visit.go(VisitState.CONFIRMED, by, at)


def dispatch(visit: ServiceVisit, by: Doer, at: datetime) -> None:
    """Onto the technician's tablet. Raises NobodyError, WrongVisitStateError."""
    if visit.technician is None:
        raise NobodyError
    visit.go(VisitState.DISPATCHED, by, at)


def cancel(visit: ServiceVisit, why: str, by: Doer, at: datetime) -> None:
    """It is not driven. Its lines stay to be done. Raises WrongVisitStateError."""
    visit.cancel(why, by, at)
    release(visit, at)


def release(visit: ServiceVisit, at: datetime) -> None:
    """What is still to do on it is free for another visit."""
    for one in visit.lines:
        if one.released_at is None and one.line.is_open:
            one.released_at = at


def free_lines(order: WorkOrder) -> list[WorkOrderLine]:
    """The open lines of an order that stand on no visit."""
    taken = standing.taken(order.open_lines)
    return [line for line in order.open_lines if line.id not in taken]


def _lock(lines: Sequence[WorkOrderLine]) -> None:
    """Of two dispatchers at once, the second finds them taken."""
    keys = [line.id for line in lines]
    mine = select(WorkOrderLine.id).where(WorkOrderLine.id.in_(keys)).order_by(WorkOrderLine.id)
    db.session.execute(mine.with_for_update())


def _put_on(visit: ServiceVisit, line: WorkOrderLine) -> None:
    """What was let go of on the same visit comes back."""
    before = next((one for one in visit.lines if one.line is line), None)
    if before:
        before.released_at = None
    else:
        visit.lines.append(VisitLine(line=line))


def _refusal(line: WorkOrderLine, site_id: int, taken: set[int]) -> Refusal | None:
    if not line.is_open or not line.order.is_open:
        return Refusal.ENDED
    if line.order.state is State.DRAFT:
        return Refusal.DRAFT
    if line.id in taken:
        return Refusal.TAKEN
    return Refusal.OTHER_SITE if line.order.site_id != site_id else None
