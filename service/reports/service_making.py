"""Makes the service reports that are asked for: gathers, has it printed, keeps it, mails it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from hashlib import sha256

import structlog
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from service.checklists.models import ChecklistRun
from service.checklists.words import RunState
from service.core.clock import now
from service.core.config import Settings
from service.core.db import db, unit_of_work
from service.core.history import record
from service.core.live import announce
from service.core.outbox import WEB, Mail
from service.reports.service_facts import Content, Edition, content
from service.reports.service_printing import printed
from service.reports.service_reports import ReportRequest, ServiceReport, new_code, new_number
from service.reports.service_subject import ENDED, Subject
from service.visits.service_visits import ServiceVisit
from service.visits.visit_presence import VisitVerification
from service.visits.visit_rows import VisitRun
from service.visits.visit_states import VisitState

# What was done just before the end may come a little after it: a signature, the last answers.
SETTLES = timedelta(minutes=2)
AT_ONCE = 50
# Many mail servers take no more. Who is not sent the file is sent the way to it.
MOST_ATTACHED = 8 * 1024**2
Photos = Callable[[Iterable[str]], dict[str, bytes]]
log = structlog.get_logger()


def ask_for_reports(at: datetime) -> None:
    """Of visits that have ended, and whose checklists are submitted. An early end waits for none:
    what was not done is then part of the report."""
    runs = select(VisitRun.visit_id).join(ChecklistRun, ChecklistRun.id == VisitRun.run_id)
    unsubmitted = runs.where(ChecklistRun.state == RunState.OPEN, ChecklistRun.answers.any())
    # Whether all was Available afterwards is part of it, and decided within minutes.
    unverified = select(VisitVerification.visit_id).where(
        VisitVerification.seen_at.is_(None), VisitVerification.missed_at.is_(None)
    )
    asked = select(ReportRequest.id).where(ReportRequest.visit_id == ServiceVisit.id)
    waiting = (
        select(ServiceVisit)
        .where(
            ServiceVisit.state.in_(ENDED),
            ServiceVisit.ended_at <= at - SETTLES,
            ~asked.exists(),
            ServiceVisit.id.not_in(unverified),
            (ServiceVisit.state == VisitState.ABORTED) | ServiceVisit.id.not_in(unsubmitted),
        )
        .order_by(ServiceVisit.id)
    )
    for visit in db.session.scalars(waiting.limit(AT_ONCE)):
        ReportRequest.first_of(visit, "rule", at)


def make_waiting(settings: Settings, photos: Photos, most: int = 10) -> int:
    """Make what is due, one after the other. Returns how many came about.

    A request is taken and kept as taken first. A crash gives it back when its lease runs out.
    """
    made = 0
    for _each in range(most):
        with unit_of_work():
            request = ReportRequest.take_next(now())
        if request is None:
            break
        made += _make(request.id, settings, photos)
    return made


def _make(request_id: int, settings: Settings, photos: Photos) -> bool:
    try:
        with unit_of_work():
            request = db.session.get_one(ReportRequest, request_id)
            report, pictures = _draft(request, settings, now())
            found = photos(pictures)
        pdf = printed(report.facts, found, report.made_at)
        with unit_of_work():
            _keep(db.session.get_one(ReportRequest, request_id), report, pdf)
    except Exception as wrong:  # One that fails holds up no other.
        why = f"{type(wrong).__name__}: {wrong}"[:500]
        with unit_of_work():
            db.session.get_one(ReportRequest, request_id).failed(why, now())
        log.warning("report not made", request_id=request_id, why=why)
        return False
    return True


def _draft(
    request: ReportRequest, settings: Settings, at: datetime
) -> tuple[ServiceReport, list[str]]:
    """All of it but its file, and no row yet: nobody waits for the printer in a transaction."""
    visit, before, code = request.visit, request.replaces, new_code()
    key, number = new_number()
    if before:
        number = before.number
    edition = Edition(
        number,
        before.revision + 1 if before else 1,
        f"{settings.web_url.rstrip('/')}/v/{code}",
        before.revision if before else None,
        request.reason,
    )
    made, subject = content(visit, edition, at), Subject(visit, at)
    report = ServiceReport(
        id=key,
        number=number,
        revision=edition.revision,
        replaces_id=before.id if before else None,
        reason=request.reason,
        visit_id=visit.id,
        site_id=visit.site_id,
        station_ids=[one.id for one in subject.stations],
        on=subject.on,
        language=subject.customer.language,
        made_at=at,
        code=code,
        mailed_to=subject.customer.reports_to,
        **_of(made),
    )
    return report, made.pictures


def _of(made: Content) -> dict[str, object]:
    names = ("facts", "fingerprint", "verdict", "photos")
    return {name: getattr(made, name) for name in names}


def _keep(request: ReportRequest, report: ServiceReport, pdf: bytes) -> None:
    """The report, its mail and the end of its request: all of it, or none, and once."""
    report.pdf, report.size, report.sha256 = pdf, len(pdf), sha256(pdf).hexdigest()
    db.session.add(report)
    db.session.flush()
    request.made(report)
    record("create", report, "rule", report.made_at, report.reason, sha256=report.sha256)
    announce("service_report", report.id, report.made_at)
    _mail(report, pdf)


def _mail(report: ServiceReport, pdf: bytes) -> None:
    if not report.mailed_to:
        return
    is_attached = len(pdf) <= MOST_ATTACHED
    with force_locale(report.language):
        subject = _("Service report %(number)s: %(site)s", number=report.number, site=_site(report))
        paragraphs = [*_told(report, is_attached), f"{WEB}/portal/reports"]
    about, body = f"report {report.number}", "\n\n".join(paragraphs) + "\n"
    mail = Mail.queue(report.mailed_to, subject, body, report.made_at, about=about)
    if is_attached:
        mail.attach(report.file_name, "application/pdf", pdf)


def _site(report: ServiceReport) -> str:
    return report.site.name


def _told(report: ServiceReport, is_attached: bool) -> list[str]:
    words = [
        _("The visit %(visit)s at %(site)s is over.", visit=report.visit.number, site=_site(report))
    ]
    if report.reason:
        before = report.revision - 1
        words.append(
            _(
                "This is a corrected report: it replaces revision %(number)s. Why: %(why)s",
                number=before,
                why=report.reason,
            )
        )
    if is_attached:
        return [*words, _("The report is attached. You find all reports here:")]
    return [*words, _("The report is too large for a mail. You find it here:")]
