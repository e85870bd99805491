"""What operations ask of visits."""

from __future__ import annotations

from sqlalchemy import select

from service.core.db import db
from service.visits.service_visits import ServiceVisit
from service.visits.visit_rows import VisitRun


def visit_of(key: int | None) -> ServiceVisit | None:
    """Locked: what happens on one visit is applied one after the other."""
    if key is None:
        return None
    mine = select(ServiceVisit).where(ServiceVisit.id == key).with_for_update(of=ServiceVisit)
    return db.session.scalars(mine).one_or_none()


def visit_of_run(run_id: int) -> ServiceVisit | None:
    mine = select(ServiceVisit).join(VisitRun, VisitRun.visit_id == ServiceVisit.id)
    return db.session.scalars(mine.where(VisitRun.run_id == run_id)).one_or_none()


def has_run(visit: ServiceVisit, run_id: int) -> bool:
    same = select(VisitRun.id).where(VisitRun.visit_id == visit.id, VisitRun.run_id == run_id)
    return db.session.scalar(same) is not None
