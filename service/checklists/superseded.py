"""What measured values corrected: the old ones stay, and are shown beside what counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import joinedload

from service.checklists.models import Answer, ChecklistRun
from service.core.db import db

Rows = Sequence[Answer]
# Run, item and place.
Key = tuple[int | None, str, str]


def corrected_by(found: Iterable[Rows]) -> Mapping[int, Rows]:
    """By the id of an answer: what it corrects, the newest first. One statement, or none
    where nothing is corrected."""
    rows = [one for answers in found for one in answers if one.run.amends_id is not None]
    old = _before({one.run.amends_id for one in rows}) if rows else {}
    return {one.id: _others(one, old) for one in rows}


def _others(one: Answer, old: Mapping[Key, Answer]) -> list[Answer]:
    found, last, run = [], one, one.run
    while run.amends_id is not None:
        before = old.get((run.amends_id, one.item, one.place))
        if before is None:
            break
        if _said(before) != _said(last):
            found.append(before)
        last, run = before, before.run
    return found


def _said(one: Answer) -> tuple[object, ...]:
    return one.number, one.over, one.verdict


def _before(runs: Iterable[int | None]) -> dict[Key, Answer]:
    """Of these runs, and of those that they correct themselves."""
    first = select(ChecklistRun.id, ChecklistRun.amends_id).where(ChecklistRun.id.in_(runs))
    known = first.cte("corrected_runs", recursive=True)
    again = select(ChecklistRun.id, ChecklistRun.amends_id)
    all_of_them = known.union_all(again.join(known, ChecklistRun.id == known.c.amends_id))
    newest = (
        select(Answer)
        .where(Answer.run_id.in_(select(all_of_them.c.id)))
        .ext(distinct_on(Answer.run_id, Answer.item, Answer.place))
        .order_by(*Answer.newest_first())
        .options(joinedload(Answer.run))
    )
    return {(one.run_id, one.item, one.place): one for one in db.session.scalars(newest)}
