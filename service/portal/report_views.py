"""A service report in the portal: what it says, its photos one by one, its revisions, its file."""

from __future__ import annotations

from flask import Response, abort, g, render_template

from service.core import files
from service.portal.blueprint import bp
from service.reports import service_labels as labels
from service.reports import service_page
from service.reports.service_page import Photo
from service.reports.service_reports import ServiceReport
from service.reports.service_views import answer

SERVED = {"large": files.served, "small": files.served_small}


@bp.get("/reports/<int:report_id>")
def report(report_id: int) -> str:
    mine = g.person.may_see(ServiceReport, report_id)
    return render_template(
        "portal/report.html",
        report=mine,
        verdict=service_page.verdict(mine),
        sections=service_page.sections(mine),
        photos=service_page.photos(mine),
        revisions=mine.revisions,
        stations=service_page.stations(mine, g.person),
        labels=labels,
    )


@bp.get("/reports/<int:report_id>/photos/<int:number>")
def photo(report_id: int, number: int) -> str:
    """One of them, as large as the window, with the way to its neighbours."""
    mine = g.person.may_see(ServiceReport, report_id)
    found = service_page.photos(mine)
    return render_template(
        "portal/photo.html", report=mine, photo=_numbered(found, number), count=len(found)
    )


@bp.get("/reports/<int:report_id>/photos/<int:number>/<size>.jpg")
def picture(report_id: int, number: int, size: str) -> Response:
    mine = g.person.may_see(ServiceReport, report_id)
    blob = _numbered(service_page.photos(mine), number).blob
    if blob is None or size not in SERVED:
        abort(404)
    try:
        return SERVED[size](blob)
    except FileNotFoundError:
        abort(404)


@bp.get("/reports/<int:report_id>/document.pdf")
def document(report_id: int) -> Response:
    return answer(g.person.may_see(ServiceReport, report_id))


def _numbered(found: list[Photo], number: int) -> Photo:
    if not 1 <= number <= len(found):
        abort(404)
    return found[number - 1]
