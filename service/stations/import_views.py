"""Import of stations: upload, preview, confirm, and the keys once."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime
from functools import partial
from typing import Any

from flask import Blueprint, Response, current_app, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from service.core.clock import now
from service.core.db import db
from service.core.download import Sheet as Download
from service.stations import import_flow, import_labels, importing, pages, sheet
from service.stations.drafts import ImportDraft
from service.stations.identity import address
from service.stations.import_flow import CancelledError
from service.stations.importing import TooLateError
from service.stations.pages import Answer

bp = Blueprint("imports", __name__, url_prefix="/stations/import")

# The page shows so many problems; the file that it offers has them all.
SHOWN = 1000
EXAMPLE = {
    "name": "Hamnen 1",
    "ocpp_identity": "HAMNEN-1",
    "customer": "BRF Kajen",
    "site": "Hamnen",
    "address": "Kajgatan 1",
    "postal_code": "411 01",
    "city": "Göteborg",
    "latitude": "57.7089",
    "longitude": "11.9746",
    "time_zone": "Europe/Stockholm",
    "maker": "Alfen",
    "model": "Eve Double Pro-line",
    "article_number": "904460003",
    "current": "ac",
    "power_kw": "44",
    "connectors": "2",
    "access": "internal",
    "authorization": "known_tags",
    "security_profile": "2",
    "commissioned_on": "2026-03-02",
}


@bp.get("")
def index() -> str:
    return _ask()


@bp.get("/template")
def template() -> Response:
    """A file with every column and one row as an example."""
    row = [EXAMPLE.get(name, "") for name in sheet.HEADINGS]
    return Download("stations-template", list(sheet.HEADINGS), [row]).csv()


@bp.post("")
def upload() -> Answer:
    file = request.files.get("file")
    if file is None or not file.filename:
        return _ask(_("Choose a file first.")), 422
    try:
        with closing(file):
            read = sheet.read(file.stream.read(sheet.LARGEST_BYTES + 1))
    except sheet.SheetError as wrong:
        return _ask(import_labels.sheet_error(wrong)), 422
    draft = ImportDraft.upload(file.filename[:200], read, g.person, now())
    db.session.commit()
    return redirect(_page(draft), 303)


@bp.get("/<int:draft_id>")
def show(draft_id: int) -> str:
    draft = g.person.may_see(ImportDraft, draft_id)
    return render_template("stations/import_draft.html", draft=draft, shown=SHOWN, **_labels())


@bp.get("/<int:draft_id>/problems")
def problems(draft_id: int) -> Response:
    draft = g.person.may_see(ImportDraft, draft_id)
    heads = [_("Row"), _("Column"), _("What stands there"), _("What is wrong")]
    rows = [
        [one["row"], one["column"], one["value"], import_labels.problem(one)] for one in draft.bad
    ]
    return Download("import-problems", heads, rows).csv()


@bp.post("/<int:draft_id>/confirmation")
def confirm(draft_id: int) -> Answer:
    """Claim it, then do it all in one transaction; a second confirm finds it claimed or done."""
    draft, at = g.person.may_see(ImportDraft, draft_id), now()
    if not draft.good or not draft.start(at):
        return pages.refuse(_("Nothing was imported now: see below."), _page(draft))
    db.session.commit()
    db.session.refresh(draft)
    try:
        return _run(draft, at)
    except BaseException:
        import_flow.give_back(draft)
        raise


def _run(draft: ImportDraft, at: datetime) -> Answer:
    stop = partial(import_flow.stop, page=_page(draft))
    if not draft.check_again():
        return stop(draft, _("Nothing was imported: since the preview, some rows became wrong."))
    try:
        tell = import_flow.tell(draft)
        stations = importing.run(draft, pages.usual_profile(), g.person, at, tell)
    except CancelledError:
        return stop(draft, _("Cancelled. Nothing was imported."))
    except TooLateError:
        return stop(draft, _("Nothing was imported: somebody else was first. Look again."))
    draft.finish(stations, now())
    return pages.done(_("%(n)s stations are imported.", n=len(stations)), _page(draft))


@bp.get("/<int:draft_id>/progress")
def progress(draft_id: int) -> str:
    draft = g.person.may_see(ImportDraft, draft_id)
    return render_template("stations/_import_progress.html", draft=draft, at=now())


@bp.post("/<int:draft_id>/cancellation")
def cancel(draft_id: int) -> Answer:
    draft = g.person.may_see(ImportDraft, draft_id)
    draft.cancel(now())
    db.session.commit()
    return render_template("stations/_import_progress.html", draft=draft, at=now())


@bp.post("/<int:draft_id>/keys")
def give_keys(draft_id: int) -> Answer:
    """A file, once: after it nobody can read these keys again."""
    draft = g.person.may_see(ImportDraft, draft_id)
    if not draft.take_keys(now()):
        return pages.refuse(_("Keys were made already. Make new ones per station."), _page(draft))
    given = importing.give_keys(draft, g.person, now())
    db.session.commit()
    url = current_app.config["SETTINGS"].ocpp_url(secure=True)
    rows = [[name, identity, key, address(url, identity)] for name, identity, key in given]
    answer = Download("keys", ["name", "identity", "key", "url"], rows).csv()
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _ask(wrong: str = "") -> str:
    page = {"wrong": wrong, "headings": sheet.HEADINGS}
    return render_template("stations/import.html", required=sheet.REQUIRED, **page, **_labels())


def _labels() -> dict[str, Any]:
    return {"labels": import_labels}


def _page(draft: ImportDraft) -> str:
    return url_for("imports.show", draft_id=draft.id)
