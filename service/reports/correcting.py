"""A submitted list is corrected: the run that corrects it, and the next revision of its report."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from service.checklists.models import ChecklistRun
from service.core.db import db
from service.people.models import Person
from service.reports.service_reports import ReportRequest, ServiceReport
from service.visits import correcting
from service.visits.correcting import Correction
from service.visits.service_visits import ServiceVisit


class BeingPrintedError(Exception):
    """Its report is being made this minute, of what stood there until now."""


def correct(asked: Correction) -> ChecklistRun:
    """Raises BeingPrintedError, and what `service.visits.correcting.correct` raises."""
    new = correcting.correct(asked)
    if visit := correcting.visit_of(asked.run):
        _print_anew(visit, asked.why, asked.by, asked.at)
    return new


def _print_anew(visit: ServiceVisit, why: str, by: Person, at: datetime) -> None:
    """What waits to be printed tells what holds then: one revision is enough for both."""
    waits = select(ReportRequest).where(
        ReportRequest.visit_id == visit.id, ReportRequest.report_id.is_(None)
    )
    waiting = db.session.scalars(waits.with_for_update(of=ReportRequest)).all()
    for request in waiting:
        if request.taken_until is not None and request.taken_until > at:
            raise BeingPrintedError(visit.number)
        if request.reason is not None:
            request.reason = f"{request.reason} · {why}"[:1000]
        request.try_again(by, at)
    newest = ServiceReport.newest(select(ServiceReport).where(ServiceReport.visit_id == visit.id))
    report = db.session.scalars(newest).first()
    if report and not waiting:
        ReportRequest.to_correct(report, why, by, at)
