"""Import of an existing fleet's service history: upload, preview, confirm."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime
from functools import partial

from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from service.core.clock import now
from service.core.db import db
from service.core.download import Sheet as Download
from service.plans import history_import
from service.plans import history_labels as labels
from service.plans.history_checking import HEADINGS, REQUIRED
from service.plans.history_drafts import ServiceHistoryDraft
from service.stations import import_flow, pages, sheet
from service.stations.import_flow import CancelledError
from service.stations.pages import Answer

bp = Blueprint("service_history", __name__, url_prefix="/plans/history-import")

# The page shows so many problems; the file that it offers has them all.
SHOWN = 1000
EXAMPLE = ["HAMNEN-1", "rcd_test", "2026-03-02", "Elbolaget AB"]


@bp.get("")
def index() -> str:
    return _ask()


@bp.get("/template")
def template() -> Response:
    """A file with every column and one row as an example."""
    return Download("service-history-template", list(HEADINGS), [EXAMPLE]).csv()


@bp.post("")
def upload() -> Answer:
    file = request.files.get("file")
    if file is None or not file.filename:
        return _ask(_("Choose a file first.")), 422
    try:
        with closing(file):
            content = file.stream.read(sheet.LARGEST_BYTES + 1)
            read = sheet.read(content, HEADINGS, REQUIRED)
    except sheet.SheetError as wrong:
        return _ask(labels.sheet_error(wrong)), 422
    draft = ServiceHistoryDraft.upload(file.filename[:200], read, g.person, now())
    db.session.commit()
    return redirect(_page(draft), 303)


@bp.get("/<int:draft_id>")
def show(draft_id: int) -> str:
    draft = _mine(draft_id)
    page = {"draft": draft, "shown": SHOWN, "labels": labels}
    return render_template("plans/history_draft.html", **page)


@bp.get("/<int:draft_id>/problems")
def problems(draft_id: int) -> Response:
    heads = [_("Row"), _("Column"), _("What stands there"), _("What is wrong")]
    rows = [
        [one["row"], one["column"], one["value"], labels.problem(one)]
        for one in _mine(draft_id).bad
    ]
    return Download("import-problems", heads, rows).csv()


@bp.post("/<int:draft_id>/confirmation")
def confirm(draft_id: int) -> Answer:
    """Claim it, then do it all in one transaction; a second confirm finds it claimed or done."""
    draft, at = _mine(draft_id), now()
    if not draft.good or not draft.start(at):
        return pages.refuse(_("Nothing was imported now: see below."), _page(draft))
    db.session.commit()
    db.session.refresh(draft)
    try:
        return _run(draft, at)
    except BaseException:
        import_flow.give_back(draft)
        raise


def _run(draft: ServiceHistoryDraft, at: datetime) -> Answer:
    stop = partial(import_flow.stop, page=_page(draft))
    if not draft.check_again(at):
        return stop(draft, _("Nothing was imported: since the preview, some rows became wrong."))
    try:
        kept = history_import.run(draft, g.person, at, import_flow.tell(draft))
    except CancelledError:
        return stop(draft, _("Cancelled. Nothing was imported."))
    draft.finished_at, draft.done = now(), kept
    return pages.done(_("%(n)s completions are imported.", n=kept), _page(draft))


@bp.get("/<int:draft_id>/progress")
def progress(draft_id: int) -> str:
    return _progress(_mine(draft_id))


@bp.post("/<int:draft_id>/cancellation")
def cancel(draft_id: int) -> Answer:
    draft = _mine(draft_id)
    draft.cancel(now())
    db.session.commit()
    return _progress(draft)


def _progress(draft: ServiceHistoryDraft) -> str:
    return render_template("plans/_history_progress.html", draft=draft, at=now())


def _ask(wrong: str = "") -> str:
    page = {"headings": HEADINGS, "required": REQUIRED, "wrong": wrong, "labels": labels}
    return render_template("plans/history_import.html", **page)


def _mine(draft_id: int) -> ServiceHistoryDraft:
    return g.person.may_see(ServiceHistoryDraft, draft_id)  # type: ignore[no-any-return]


def _page(draft: ServiceHistoryDraft) -> str:
    return url_for("service_history.show", draft_id=draft.id)
