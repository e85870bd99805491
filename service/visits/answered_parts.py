"""Parts that a checklist asked for: what its answers say was put in is booked like any other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import select

from service.checklists import amending, document, runs
from service.checklists.answers import parse_number
from service.checklists.models import Answer, ChecklistRun
from service.core.db import db
from service.parts.models import Part
from service.visits.service_visits import ServiceVisit
from service.visits.visit_rows import PartUsage

THREE, MOST = Decimal("0.001"), 1_000_000


def book(visit: ServiceVisit, run: ChecklistRun) -> None:
    """What the answers that count say now; told again, it is the same rows.

    What an answer said that counts no longer is taken off again. `run` is the one that holds: of
    what it corrects, answers that it took over keep their rows.
    """
    asked = _asked(run)
    if not asked:
        return
    wanted = dict(_wanted(run, asked))
    stale = _known(run, asked) - wanted.keys()
    for row in [one for one in visit.parts if one.op in stale]:
        visit.parts.remove(row)
        db.session.delete(row)
    booked = {one.op for one in visit.parts}
    visit.parts.extend(row for op, row in wanted.items() if op not in booked)
    db.session.flush()


def _asked(run: ChecklistRun) -> set[str]:
    """The items that ask for parts."""
    items = (item for _path, _section, item in document.items(run.version.document))
    return {item["key"] for item in items if item["type"] == "part"}


def _known(run: ChecklistRun, asked: set[str]) -> set[UUID]:
    """Whatever an answer of this run, or of one that it corrects, may have booked."""
    given = select(Answer).where(Answer.run_id == run.id, Answer.item.in_(asked))
    mine = {op for one in db.session.scalars(given) for op, _part in _listed(one, one.op)}
    return mine | _known(run.amends, asked) if run.amends else mine


def _told_first(run: ChecklistRun, asked: set[str]) -> dict[UUID, UUID]:
    """Of each answer that was taken over, the operation that brought it first."""
    if run.amends is None:
        return {}
    before = _told_first(run.amends, asked)
    given = select(Answer.op).where(Answer.run_id == run.amends_id, Answer.item.in_(asked))
    return {amending.copied_op(run, op): before.get(op, op) for op in db.session.scalars(given)}


def _wanted(run: ChecklistRun, asked: set[str]) -> Iterator[tuple[UUID, PartUsage]]:
    first = _told_first(run, asked)
    for answer in runs.current_answers(run).values():
        if answer.item in asked:
            for op, told in _listed(answer, first.get(answer.op, answer.op)):
                if row := _row(answer, told):
                    row.op = op
                    yield op, row


def _listed(answer: Answer, told_by: UUID) -> Iterator[tuple[UUID, Mapping[str, Any]]]:
    """Each part that it names, with an id that follows from the operation's."""
    told = answer.value if isinstance(answer.value, list) else []
    for number, one in enumerate(told):
        if isinstance(one, Mapping):
            yield uuid5(told_by, str(number)), one


def _row(answer: Answer, told: Mapping[str, Any]) -> PartUsage | None:
    """None where it cannot be read: the answer itself is kept, and stands in the report."""
    number, known = (
        parse_number(str(told.get("quantity") or "1")),
        Part.with_id(told.get("part_id")),
    )
    words = str(told.get("text") or "")[:200] or ("" if known else f"part {told.get('part_id')}")
    if number is None or not 0 < number < MOST:
        return None
    row = PartUsage(part=known, station_id=answer.station_id, text=words)
    row.quantity = max(THREE, Decimal(str(number)).quantize(THREE))
    row.serial_new = str(told["serial"])[:200] if told.get("serial") else None
    row.used_at, row.person_id = answer.at, answer.person_id
    return row
