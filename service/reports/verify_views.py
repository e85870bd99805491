"""What the code on a service report leads to: whether it is one of ours, and whether it holds."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import TooManyRequests

from service.core.clock import now
from service.core.db import db
from service.core.forms import WebForm
from service.people.brake import WINDOW, Attempt
from service.reports.service_reports import ServiceReport
from service.stations.models import Station

STEP = 1024 * 1024
bp = Blueprint("verifying", __name__, url_prefix="/v")


class FileForm(WebForm):
    file = FileField(
        _l("The report as a PDF file"),
        [FileRequired(_l("Choose a file."))],
        render_kw={"accept": "application/pdf"},
    )


@dataclass(frozen=True)
class Comparison:
    """A file beside what was given out. `like` is the revision that it is, to the last byte."""

    sha256: str
    like: ServiceReport | None


@bp.get("/<mark>")
def show(mark: str) -> ResponseReturnValue:
    return _page(_found(mark), FileForm())


@bp.post("/<mark>")
def compare(mark: str) -> ResponseReturnValue:
    """The file is read once, and kept nowhere."""
    report, form = _found(mark), FileForm()
    if not form.validate():
        return _page(report, form), 422
    mark_of = sha256_of(request.files["file"])
    like = next((one for one in report.revisions if one.sha256 == mark_of), None)
    return _page(report, form, Comparison(mark_of, like))


def sha256_of(file: FileStorage) -> str:
    """In steps: it may be as large as an upload can be."""
    found = sha256()
    while step := file.stream.read(STEP):
        found.update(step)
    return found.hexdigest()


def _found(mark: str) -> ServiceReport:
    """Whoever has the paper has its code; whoever guesses must wait."""
    report = ServiceReport.with_code(mark)
    if report is None:
        _count_guess()
        abort(404)
    return report


def _count_guess() -> None:
    allowed = Attempt.allowed("", request.remote_addr or "", now())
    db.session.commit()
    if not allowed:
        raise TooManyRequests(retry_after=int(WINDOW.total_seconds()))


def _page(report: ServiceReport, form: FileForm, compared: Comparison | None = None) -> str:
    """Only what stands on the paper too."""
    names = select(Station.name).where(Station.id.in_(report.station_ids)).order_by(Station.name)
    return render_template(
        "reports/verify.html",
        report=report,
        newest=report.revisions[0],
        stations=list(db.session.scalars(names)),
        form=form,
        compared=compared,
    )
