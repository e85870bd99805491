"""A list that was handed in is corrected, and what follows from it follows.

What turns out to have failed is a ticket, and a stop where it is about safety. What turns out to be
well is said on its ticket, and closes none: whoever has it decides. Dates stay as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import select

from service.checklists import amending, runs
from service.checklists.document import by_key
from service.checklists.findings import HOUSE, words_of
from service.checklists.models import ChecklistRun, Finding
from service.core.db import db
from service.people.models import Person
from service.tickets.models import Ticket
from service.visits import finishing, stopping
from service.visits.after_correction import still_out
from service.visits.lines import WorkOrderLine
from service.visits.service_visits import ServiceVisit
from service.visits.visit_rows import VisitRun

# By "item|place", as a tablet would give it.
Changes = Mapping[str, Mapping[str, Any]]
REMARK_CORRECTED = "a remark on an order was corrected"
CORRECTED = "corrected"


@dataclass(frozen=True)
class Correction:
    """What is asked for: of which list, what is put right, and why."""

    run: ChecklistRun
    changes: Changes
    why: str
    by: Person
    at: datetime
    # Made by whoever asks: sent twice, it counts once.
    uuid: UUID | None = None


def correct(asked: Correction) -> ChecklistRun:
    """The run that corrects this one, submitted. It may lack what the first one lacked.

    Raises NotSubmittedError, AmendedError, UnknownItemError.
    """
    run, by, at = asked.run, asked.by, asked.at
    visit = visit_of(run)
    if visit:
        # What happens on one visit happens one after the other.
        db.session.refresh(visit, with_for_update=True)
    stopped = set(runs.evaluated(run)["stops"])
    new = amending.amend(run, asked.why, by, at, asked.uuid)
    for where, given in asked.changes.items():
        _take(new, where, given, by, at)
    said = runs.evaluated(new)
    runs.submit(new, by, at, unable=True)
    if visit:
        _find_anew(run, new)
        for where in said["stops"]:
            if where not in stopped:
                _stop(visit, new, where, by, at)
        finishing.settle_late(visit, by, visit.ended_at or at, at)
        visit.touch(at)
    out = {(one.item, one.place) for one in still_out(visit)} if visit else set()
    for old in run.findings:
        _tell(old, new, visit, old.where in out, by, at)
    db.session.flush()
    return new


def visit_of(run: ChecklistRun) -> ServiceVisit | None:
    """The one on which it was handed in."""
    mine = select(VisitRun.visit_id).where(VisitRun.run_id == amending.first_of(run).id)
    return db.session.scalars(select(ServiceVisit).where(ServiceVisit.id.in_(mine))).one_or_none()


def _take(
    run: ChecklistRun, where: str, given: Mapping[str, Any], by: Person, at: datetime
) -> None:
    """What was measured keeps its day: only what is said of it is new."""
    item, _, place = where.partition("|")
    old = runs.current_answers(run).get(where)
    first = amending.first_of(run).submitted_at
    measured = old.at if old else min(first or at, at)
    runs.take(run, uuid5(run.uuid, where), item, place, given, by, measured, at, at)


def _find_anew(run: ChecklistRun, new: ChecklistRun) -> None:
    """What was none in between leads to work that is open: what ended is over."""
    before = {one.where for one in run.findings}
    for one in new.findings:
        if one.where not in before and _has_ended(one):
            one.ticket_id = one.work_order_line_id = None


def _has_ended(one: Finding) -> bool:
    ticket = db.session.get(Ticket, one.ticket_id) if one.ticket_id else None
    line = db.session.get(WorkOrderLine, one.work_order_line_id) if one.work_order_line_id else None
    work = ticket or line
    return work is not None and not work.is_open


def _stop(visit: ServiceVisit, run: ChecklistRun, where: str, by: Person, at: datetime) -> None:
    item, _, place = where.partition("|")
    found = next(one for one in run.findings if (one.item, one.place) == (item, place))
    _label, _colon, value = found.text.partition(": ")
    stopping.stop(visit, run, item, place, value, by, at, at)


def _tell(
    old: Finding,
    new: ChecklistRun,
    visit: ServiceVisit | None,
    is_out: bool,
    by: Person,
    at: datetime,
) -> None:
    """Whoever looks after what was found reads what is known now."""
    found = next((one for one in new.findings if _is_same(one, old)), None)
    if found and found.text == old.text and found.verdict == old.verdict:
        return
    told = found.text if found else _words_now(old, new)
    if old.ticket_id is not None:
        _tell_ticket(old, told, {"is_bad": found is not None, "is_out": is_out}, new, by, at)
    elif old.work_order_line_id is not None and visit:
        _tell_order(old, told, visit, at)


def _is_same(one: Finding, other: Finding) -> bool:
    return one.where == other.where


def _words_now(old: Finding, run: ChecklistRun) -> str:
    answer = runs.current_answers(run)[f"{old.item}|{old.place}"]
    return words_of(by_key(run.version.document)[old.item], answer, HOUSE)


def _tell_ticket(
    old: Finding, told: str, how: dict[str, bool], new: ChecklistRun, by: Person, at: datetime
) -> None:
    ticket = db.session.get_one(Ticket, old.ticket_id)
    state = "it stays a finding" if how["is_bad"] else "it is no finding any more"
    text = f"Corrected from “{old.text}” to “{told}”: {state}. {new.amends_why}"
    if how["is_out"]:
        text += ". Its outlet stays out of service until a person puts it back."
    facts: dict[str, Any] = {"was": old.text, "now": told, "why": new.amends_why, **how}
    ticket.tell(CORRECTED, text, at, by, **facts, station=new.station_id)


def _tell_order(old: Finding, told: str, visit: ServiceVisit, at: datetime) -> None:
    line = db.session.get_one(WorkOrderLine, old.work_order_line_id)
    if line.is_open:
        visit.ask(REMARK_CORRECTED, at, line=line.id, about=old.text, words=told)
