"""Parts that a checklist asked for: what its answers say was put in is booked like any other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import select

from service.checklists import amending, document
from service.checklists.answers import parse_number
from service.checklists.models import Answer, ChecklistRun
from service.core.db import db
from service.parts.models import Part
from service.visits.service_visits import ServiceVisit
from service.visits.visit_rows import PartUsage

Given = dict[int, list[Answer]]
THREE, MOST = Decimal("0.001"), 1_000_000


def book(visit: ServiceVisit, chains: list[list[ChecklistRun]]) -> None:
    """What the answers that count say now; told again, it is the same rows.

    What an answer said that counts no longer is taken off again. Of each chain the last run
    holds: of what it corrects, answers that it took over keep their rows. One statement reads
    the answers of all of them.
    """
    given = _given(one for chain in chains for one in chain)
    stale: set[UUID] = set()
    wanted: dict[UUID, PartUsage] = {}
    for chain in chains:
        now = dict(_wanted(chain, given))
        stale |= _known(chain, given) - now.keys()
        wanted |= now
    for row in [one for one in visit.parts if one.op in stale]:
        visit.parts.remove(row)
        db.session.delete(row)
    booked = {one.op for one in visit.parts}
    visit.parts.extend(row for op, row in wanted.items() if op not in booked)
    db.session.flush()


def _given(runs: Iterable[ChecklistRun]) -> Given:
    """By run: the answers to items that ask for parts, the one that counts before the others."""
    asked = {one.id: _asked(one) for one in runs}
    items = set().union(*asked.values())
    mine = select(Answer).where(Answer.run_id.in_(asked), Answer.item.in_(items))
    found: Given = defaultdict(list)
    for one in db.session.scalars(mine.order_by(*Answer.newest_first())):
        if one.item in asked[one.run_id]:
            found[one.run_id].append(one)
    return found


def _asked(run: ChecklistRun) -> set[str]:
    items = (item for _path, _section, item in document.items(run.version.document))
    return {item["key"] for item in items if item["type"] == "part"}


def _known(chain: list[ChecklistRun], given: Given) -> set[UUID]:
    """Whatever an answer of any of these runs may have booked."""
    answers = (one for run in chain for one in given[run.id])
    return {op for one in answers for op, _part in _listed(one, one.op)}


def _told_first(chain: list[ChecklistRun], given: Given) -> dict[UUID, UUID]:
    """Of each answer that was taken over, the operation that brought it first."""
    first: dict[UUID, UUID] = {}
    for old, new in pairwise(chain):
        first = {amending.copied_op(new, it.op): first.get(it.op, it.op) for it in given[old.id]}
    return first


def _wanted(chain: list[ChecklistRun], given: Given) -> Iterator[tuple[UUID, PartUsage]]:
    first = _told_first(chain, given)
    # The last that is put in stays: it is the one that counts.
    counting = {one.where: one for one in reversed(given[chain[-1].id])}
    for answer in counting.values():
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
