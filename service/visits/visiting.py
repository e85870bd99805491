"""Planning a visit: which lines of which orders are done there, by whom and when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from service.core.db import db
from service.core.history import record
from service.people.models import Person
from service.stations.models import Site
from service.visits.lines import WorkOrderLine
from service.visits.models import WorkOrder
from service.visits.refusals import Refusal, RefusedError
from service.visits.service_visits import ServiceVisit
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
    taken = _taken(lines)
    for line in lines:
        if why := _refusal(line, visit.site_id, taken):
            raise RefusedError(why)
        visit.lines.append(VisitLine(line=line))
    told = ", ".join(f"{line.order.number}: {line.about}" for line in lines[:20])
    record("add_lines", visit, by, at, lines=told)
    db.session.flush()
    visit.touch(at)


def remove(visit: ServiceVisit, one: VisitLine, by: Doer, at: datetime) -> None:
    """Take a line off the visit; it waits for another. Raises VisitEndedError."""
    visit.refuse_unless_open()
    record("remove_line", visit, by, at, line=one.line.about)
    visit.lines.remove(one)
    visit.touch(at)


def move(
    visit: ServiceVisit,
    starts_at: datetime,
    minutes: int,
    technician: Person | None,
    by: Doer,
    at: datetime,
    notes: str | None = None,
) -> None:
    """Another time, another technician: the same visit. Raises VisitEndedError."""
    visit.edit(by, at, starts_at=starts_at, minutes=minutes, notes=notes)
    visit.give_to(technician, by, at)
    if technician and visit.state is VisitState.TENTATIVE:
        visit.go(VisitState.CONFIRMED, by, at)


def cancel(visit: ServiceVisit, why: str, by: Doer, at: datetime) -> None:
    """It is not driven. Its lines stay to be done. Raises WrongVisitStateError."""
    visit.cancel(why, by, at)
    release(visit, at)


def release(visit: ServiceVisit, at: datetime) -> None:
    """What is still to do on it is free for another visit."""
    for one in visit.lines:
        if one.released_at is None:
            one.released_at = at


def free_lines(order: WorkOrder) -> list[WorkOrderLine]:
    """The open lines of an order that stand on no visit."""
    taken = _taken(order.open_lines)
    return [line for line in order.open_lines if line.id not in taken]


def _taken(lines: Sequence[WorkOrderLine]) -> set[int]:
    keys = [line.id for line in lines]
    on_visit = select(VisitLine.work_order_line_id).where(
        VisitLine.work_order_line_id.in_(keys), VisitLine.released_at.is_(None)
    )
    return set(db.session.scalars(on_visit)) if keys else set()


def _refusal(line: WorkOrderLine, site_id: int, taken: set[int]) -> Refusal | None:
    if not line.is_open or not line.order.is_open:
        return Refusal.ENDED
    if line.id in taken:
        return Refusal.TAKEN
    return Refusal.OTHER_SITE if line.order.site_id != site_id else None
