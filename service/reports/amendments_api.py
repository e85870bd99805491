"""A submitted checklist is corrected by a program."""

from __future__ import annotations

from typing import Any

from flask import g
from marshmallow import fields
from marshmallow.validate import Length

from service.checklists import amending, corrected, document
from service.checklists.answers import is_over, verdict_of
from service.checklists.models import ChecklistRun, Instrument
from service.checklists.rules import evaluate
from service.checklists.runs import current_answers
from service.checklists.runs_api import RunDetail, detail, runs
from service.core import clock, problems
from service.core.db import db
from service.core.fields import Body, Flag, Text, Whole, Words
from service.core.problems import ProblemError, already_exists, wrong_field
from service.people.api import seen
from service.reports import correcting
from service.reports.correcting import BeingPrintedError
from service.visits.correcting import Correction

problems.means(
    amending.NotSubmittedError,
    lambda _: ProblemError(409, "It is not submitted: answer it anew.", "wrong-state"),
)
problems.means(
    amending.AmendedError,
    lambda _: ProblemError(409, "Another run corrects it: correct that one.", "wrong-state"),
)
problems.means(
    BeingPrintedError,
    lambda _: ProblemError(409, "Its report is being made: try again in a minute.", "wrong-state"),
)
__all__ = ["runs"]
MOST_CHANGES = 400


class CorrectedAnswer(Body):
    value = fields.Raw(allow_none=True, metadata={"description": "As the item's type takes it."})
    number = fields.Float(allow_none=True)
    over = Flag(metadata={"description": "Beyond what the instrument can show."})
    note = Text(10_000)
    confirmed = Flag(metadata={"description": "It is so, though nobody would believe it."})
    instrument_id = Whole(1, allow_none=True)


class CorrectedItem(Body):
    item = Words(200, required=True)
    place = Words(60, required=True, metadata={"description": "visit, station, evse:1, rcd:1 …"})
    answer = fields.Nested(
        CorrectedAnswer,
        required=True,
        metadata={"description": "What is left out stays as it was answered."},
    )


class Amendment(Body):
    id = fields.UUID(
        metadata={
            "description": "Made by the caller, becomes the new run's uuid: sent twice, it counts"
            " once."
        }
    )
    reason = Words(500, required=True)
    changes = fields.List(
        fields.Nested(CorrectedItem), required=True, validate=Length(1, MOST_CHANGES)
    )


@runs.post("/checklist-runs/<int:run_id>/amendments", RunDetail, Amendment)
def amend_run(asked: dict[str, Any], run_id: int) -> dict[str, Any]:
    """Correct a submitted run. Answers the run that takes its place; the report is made anew.

    What fails by it becomes a ticket, and a safety item stops its outlet.
    """
    run = seen(ChecklistRun, run_id)
    if known := _known(asked, run):
        return detail(known)
    changes, why = _changes(run, asked["changes"]), asked["reason"]
    new = correcting.correct(Correction(run, changes, why, g.person, clock.now(), asked.get("id")))
    db.session.commit()
    return detail(new)


def _known(asked: dict[str, Any], run: ChecklistRun) -> ChecklistRun | None:
    """The same amendment, sent again because its answer was lost."""
    found = ChecklistRun.with_uuid(asked["id"]) if "id" in asked else None
    if found is None:
        return None
    given = {where: one.given for where, one in current_answers(found).items()}
    told = all(_is_in(one, given) for one in asked["changes"])
    if found.amends_id != run.id or found.amends_why != asked["reason"] or not told:
        raise already_exists("Another run has this id.", "id")
    return found


def _is_in(told: dict[str, Any], given: dict[str, dict[str, Any]]) -> bool:
    kept = given.get(_where(told), {})
    return all(kept.get(name) == value for name, value in told["answer"].items())


def _changes(run: ChecklistRun, told: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """By "item|place". Raises a problem for what is not asked there, or is no answer to it."""
    before = {where: one.given for where, one in current_answers(run).items()}
    items = document.by_key(run.version.document)
    asked = {_where(one) for one in _said(run, before)["items"]}
    wrong: dict[int, str] = {}
    changes: dict[str, dict[str, Any]] = {}
    for number, one in enumerate(told):
        where = _where(one)
        given = _given(before.get(where, {}), one["answer"])
        if where in changes:
            wrong[number] = "It is there twice."
        elif words := _wrong(items.get(one["item"]), where in asked, given):
            wrong[number] = words
        changes[where] = given
    if wrong:
        raise _at(wrong)
    _refuse_same(items, before, changes)
    _refuse_doubtful(run, before, changes, told)
    return changes


def _given(before: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
    """A new value takes the place of all that was measured before."""
    blank = {"value": None, "number": None, "over": False}
    return {**before, **(blank if blank.keys() & told.keys() else {}), "confirmed": False, **told}


def _wrong(item: Any, is_asked: bool, given: dict[str, Any]) -> str:
    if item is None or not is_asked:
        return "The list does not ask that there."
    if item["type"] in corrected.ON_SITE:
        return "It was taken on site, and stays as it is."
    if given.get("instrument_id") and db.session.get(Instrument, given["instrument_id"]) is None:
        return "There is no such instrument."
    is_empty = all(given.get(name) in (None, False) for name in ("value", "number", "over"))
    if given.get("over") and not is_over(item, given):
        return "Nothing is beyond the range of this item."
    return "" if is_empty or verdict_of(item, given) else "It is no answer that this item takes."


def _refuse_same(
    items: dict[str, Any], before: dict[str, Any], changes: dict[str, dict[str, Any]]
) -> None:
    """A correction that corrects nothing is a mistake of whoever sends it."""
    for where, given in changes.items():
        item = items[where.partition("|")[0]]
        if corrected.essence(item, given) != corrected.essence(item, before.get(where, {})):
            return
    raise wrong_field("changes", "Nothing differs from what was submitted.")


def _refuse_doubtful(
    run: ChecklistRun,
    before: dict[str, Any],
    changes: dict[str, dict[str, Any]],
    told: list[dict[str, Any]],
) -> None:
    said = _said(run, before | changes)
    doubted = {_where(one) for one in said["items"] if "confirm" in one["missing"]}
    words = "Nobody would believe it: send it as confirmed if it is so."
    wrong = {number: words for number, one in enumerate(told) if _where(one) in doubted}
    if wrong:
        raise _at(wrong)


def _said(run: ChecklistRun, answers: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return evaluate(run.version.document, run.facts, run.places, answers)


def _where(one: dict[str, Any]) -> str:
    return f"{one['item']}|{one['place']}"


def _at(wrong: dict[int, str]) -> ProblemError:
    errors = {"changes": {number: {"answer": [words]} for number, words in wrong.items()}}
    return ProblemError(422, "Some fields cannot be used: see errors.", errors=errors)
