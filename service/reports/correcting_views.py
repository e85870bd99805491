"""The page on which the desk corrects a list that was handed in."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from service.checklists import amending, corrected, fields_words, labels
from service.checklists.models import ChecklistRun, Instrument
from service.checklists.sentences import Names, said
from service.checklists.sheet import Row, Sheet
from service.core import language, register
from service.core.clock import now
from service.core.db import db
from service.core.register import Answer
from service.parts.models import Part
from service.people.models import NotVisibleError
from service.people.skills import authorisations_of
from service.reports import correcting, service_words
from service.reports.correcting import BeingPrintedError
from service.stations import pages
from service.visits import correcting as following
from service.visits.correcting import Correction

bp = Blueprint("corrections", __name__, url_prefix="/checklist-runs/<int:run_id>/correction")
MOST_LETTERS = 500


@bp.get("")
def show(run_id: int) -> Answer:
    run = _submitted(run_id)
    return _page(Sheet(run), amending.correction_of(run))


@bp.post("")
def make(run_id: int) -> Answer:
    """With `check`: only judge what was typed so far."""
    run = _submitted(run_id)
    sheet = Sheet(run, request.form, authorisations_of(g.person, now()))
    after = amending.correction_of(run)
    if request.form.get("check"):
        return _page(sheet, after)
    errors = list(_errors(sheet))
    if after:
        errors = [_("Somebody has corrected it meanwhile. What you typed still stands below.")]
    if errors:
        return _page(sheet, after, errors), 422
    return _correct(sheet)


def _correct(sheet: Sheet) -> Answer:
    run, why = sheet.run, request.form["reason"].strip()
    try:
        new = correcting.correct(Correction(run, sheet.changes, why, g.person, now()))
    except BeingPrintedError:
        db.session.rollback()
        words = _("Its report is being made at this moment. Send it again in a minute.")
        return _page(sheet, None, [words]), 409
    except amending.AmendedError:
        db.session.rollback()
        words = _("Somebody has corrected it meanwhile. What you typed still stands below.")
        return _page(sheet, amending.correction_of(run), [words]), 409
    return register.done(_("The list is corrected."), _way_back(new))


def _submitted(run_id: int) -> ChecklistRun:
    """What is not handed in is answered anew, not corrected."""
    run: ChecklistRun = g.person.may_see(ChecklistRun, run_id)
    if run.is_open:
        raise NotVisibleError(ChecklistRun.__name__, run_id)
    return run


def _errors(sheet: Sheet) -> Any:
    reason = request.form.get("reason", "").strip()
    if not reason:
        yield _("Say why the list is corrected.")
    if len(reason) > MOST_LETTERS or "\0" in reason:
        yield _("The reason cannot be kept: at most %(most)s letters of text.", most=MOST_LETTERS)
    for one in sheet.wrong:
        yield f"{_named(one)}: {one.error}"
    for one in sheet.doubted:
        yield _("%(item)s: is it really so? Confirm it.", item=_named(one))
    if not sheet.changed and not sheet.wrong:
        yield _("Nothing differs from what was handed in.")


def _named(row: Row) -> str:
    where = fields_words.place(row.place) if row.place not in ("station", "visit") else ""
    return " · ".join(filter(None, (_says(row.item["label"]), where)))


def _says(words: Any) -> str:
    return said(words, language.current()) or "–"


def _was(row: Row, given: Any) -> str:
    """An answer in words: its verdict where that says it all."""
    if given.get("value") == "na":
        return str(labels.VERDICT["na"])  # type: ignore[index]
    if row.item["type"] == "verdict" and given.get("value"):
        return str(labels.VERDICT.get(given["value"], given["value"]))
    return service_words.value(row.item, {**given, "value": _listed(given.get("value"))})


def _listed(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    rows = (corrected.part_row(one) for one in value)
    return [{"text": what, "quantity": count} for what, count, _serial in rows]


def _way_back(run: ChecklistRun) -> str:
    visit = following.visit_of(run)
    if visit and (address := pages.address_of("service_visits.show", visit_id=visit.id)):
        return address
    return url_for("stations.show", station_id=run.station_id)


def _page(sheet: Sheet, after: ChecklistRun | None, errors: Any = ()) -> str:
    run = sheet.run
    return render_template(
        "reports/correction.html",
        run=run,
        sheet=sheet,
        errors=errors,
        after=after,
        reason=request.form.get("reason", ""),
        back=_way_back(run),
        names=Names.of_document(run.version.document),
        instruments=_instruments(sheet),
        parts=db.session.scalars(Part.in_use().limit(500)).all(),
        allowed=corrected.allowed,
        named=_named,
        says=_says,
        told=_was,
        labels=labels,
        words=fields_words,
    )


def _instruments(sheet: Sheet) -> list[Instrument]:
    """Those in use, and whatever was measured with."""
    used = {one.get("instrument_id") for one in sheet.before.values()} - {None}
    gone = select(Instrument).where(Instrument.id.in_(used), Instrument.retired_at.is_not(None))
    return [*db.session.scalars(Instrument.in_use()), *db.session.scalars(gone)]
