"""The page of one service report, its file, and its correction."""

from __future__ import annotations

from flask import Response, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from service.core import register
from service.core.clock import now
from service.core.db import db
from service.reports import service_labels as labels
from service.reports import service_page
from service.reports.service_list_views import bp
from service.reports.service_reports import ReplacedError, ReportRequest, ServiceReport
from service.stations import pages

__all__ = ["bp"]


@bp.get("/reports/<int:report_id>")
def show(report_id: int) -> str:
    report = g.person.may_see(ServiceReport, report_id)
    request = select(ReportRequest).where(ReportRequest.replaces_id == report.id)
    return render_template(
        "reports/show.html",
        report=report,
        revisions=report.revisions,
        stations=service_page.stations(report, g.person),
        correction=db.session.scalars(request).one_or_none(),
        labels=labels,
        visit_url=pages.address_of("service_visits.show", visit_id=report.visit_id),
    )


@bp.get("/reports/<int:report_id>/document.pdf")
def document(report_id: int) -> Response:
    return answer(g.person.may_see(ServiceReport, report_id))


@bp.post("/reports/<int:report_id>/revision")
def correct(report_id: int) -> ResponseReturnValue:
    report = g.person.may_see(ServiceReport, report_id)
    return register.with_reason(
        lambda why: _correct(report, why),
        _("Another revision is being made."),
        url_for("service_reports.show", report_id=report.id),
        {ReplacedError: lambda _wrong: _("Nothing was changed: it is being replaced already.")},
    )


@bp.post("/reports/requests/<int:request_id>/attempt")
def try_again(request_id: int) -> ResponseReturnValue:
    """Give one that was given up a fresh set of tries."""
    g.person.may_see(ReportRequest, request_id).try_again(g.person, now())
    db.session.commit()
    flash(_("It is tried again now."))
    return redirect(url_for("service_reports.index"), 303)


def answer(report: ServiceReport) -> Response:
    """The file as it was given out. Shown in the browser, where it may run nothing."""
    pdf = Response(report.pdf, mimetype="application/pdf")
    pdf.headers["Content-Disposition"] = f'inline; filename="{report.file_name}"'
    pdf.headers["ETag"] = f'"{report.sha256}"'
    return pdf


def _correct(report: ServiceReport, why: str) -> None:
    ReportRequest.to_correct(report, why, g.person, now())
