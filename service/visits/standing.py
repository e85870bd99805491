"""What a work order does to the visits that its lines stand on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from service.core.db import db
from service.visits.lines import WorkOrderLine
from service.visits.service_visits import ServiceVisit
from service.visits.visit_rows import VisitLine
from service.visits.visit_states import PLANNED

TAKEN_OFF = "taken off"


def held(lines: Sequence[WorkOrderLine]) -> list[VisitLine]:
    """Where these lines stand: each on one visit at most."""
    keys = [line.id for line in lines if line.id]
    mine = select(VisitLine).where(
        VisitLine.work_order_line_id.in_(keys), VisitLine.released_at.is_(None)
    )
    return list(db.session.scalars(mine.order_by(VisitLine.id))) if keys else []


def taken(lines: Sequence[WorkOrderLine]) -> set[int]:
    """Those of them that stand on a visit already."""
    return {one.work_order_line_id for one in held(lines)}


def let_go(lines: Sequence[WorkOrderLine], why: str, at: datetime) -> None:
    """They are not done: whoever plans the visits that they stood on has to know."""
    for one in held(lines):
        one.released_at = at
        if one.visit.is_open:
            facts = {"line": one.work_order_line_id, "about": one.line.about, "words": why}
            one.visit.ask(TAKEN_OFF, at, **facts)
            one.visit.touch(at)


def open_again(line: WorkOrderLine, at: datetime) -> None:
    """It was done on a visit that has ended: another may have it now."""
    for one in held([line]):
        if not one.visit.is_open:
            one.released_at = at


def changed(line: WorkOrderLine, at: datetime) -> None:
    """Whoever has it on a tablet gets it anew."""
    for one in held([line]):
        one.visit.touch(at)


def take_off(line: WorkOrderLine, at: datetime) -> bool:
    """The line itself is to go. False where a visit tells of it: then it stays."""
    stands = list(
        db.session.scalars(select(VisitLine).where(VisitLine.work_order_line_id == line.id))
    )
    if any(one.visit.state not in PLANNED for one in stands):
        return False
    for one in stands:
        visit = one.visit
        visit.lines.remove(one)
        visit.touch(at)
    db.session.flush()
    return True


def visits_of(lines: Sequence[WorkOrderLine]) -> list[ServiceVisit]:
    """All visits that these lines stand on, or stood on, the newest first."""
    keys = [line.id for line in lines]
    on = select(VisitLine.visit_id).where(VisitLine.work_order_line_id.in_(keys))
    mine = select(ServiceVisit).where(ServiceVisit.id.in_(on))
    newest = mine.order_by(ServiceVisit.starts_at.desc(), ServiceVisit.id.desc())
    return list(db.session.scalars(newest)) if keys else []
