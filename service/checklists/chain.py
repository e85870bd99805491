"""Runs that correct one another: the one of the site, the one that corrects it, and so on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload

from service.checklists.models import ChecklistRun
from service.core.db import db


def chain_of(run: ChecklistRun) -> list[ChecklistRun]:
    """Itself, what it corrects and what corrects it, the newest first. One statement."""
    mine = select(ChecklistRun).where(ChecklistRun.id.in_(chain_ids(_first_id(run))))
    return list(db.session.scalars(mine.order_by(ChecklistRun.id.desc())))


def chain_ids(first: Select[int]) -> Select[int]:
    """For a query: of these runs, and of all that correct them in turn."""
    known = first.cte("corrections", recursive=True)
    again = select(ChecklistRun.id).join(known, ChecklistRun.amends_id == known.c[0])
    return select(known.union_all(again).c[0])


def _first_id(run: ChecklistRun) -> Select[int]:
    """What was handed in on site: it corrects nothing."""
    columns = (ChecklistRun.id, ChecklistRun.amends_id)
    known = select(*columns).where(ChecklistRun.id == run.id).cte("corrected", recursive=True)
    before = select(*columns).join(known, ChecklistRun.id == known.c.amends_id)
    found = known.union_all(before)
    return select(found.c.id).where(found.c.amends_id.is_(None))


def chains(keys: Iterable[int]) -> dict[int, list[ChecklistRun]]:
    """Of each run itself and the submitted ones that correct it in turn: the last one holds.

    What is not submitted is no correction yet. With lists and findings, in at most three
    statements, however many there are.
    """
    first = select(ChecklistRun.id.label("first"), ChecklistRun.id.label("id"))
    known = first.where(ChecklistRun.id.in_(list(keys))).cte("chains", recursive=True)
    again = select(known.c.first, ChecklistRun.id).join(known, ChecklistRun.amends_id == known.c.id)
    found = known.union_all(again.where(ChecklistRun.submitted_at.is_not(None)))
    rows = select(found.c.first, ChecklistRun).join(found, ChecklistRun.id == found.c.id)
    more = (selectinload(ChecklistRun.findings), selectinload(ChecklistRun.version))
    by_key: dict[int, list[ChecklistRun]] = defaultdict(list)
    for key, run in db.session.execute(rows.options(*more).order_by(found.c.id)):
        by_key[key].append(run)
    return by_key
