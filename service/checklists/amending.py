"""A submitted run is corrected by another one, which begins with its answers and names it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4, uuid5

from sqlalchemy import select

from service.checklists.models import Answer, ChecklistRun
from service.checklists.runs import Doer, current_answers
from service.checklists.templates import ChecklistError
from service.checklists.words import RunState
from service.core.db import db
from service.core.history import record


class NotSubmittedError(ChecklistError):
    """What is not submitted is not corrected: it is answered anew."""


class AmendedError(ChecklistError):
    """Another run corrects it already: correct that one."""


def amend(
    run: ChecklistRun, why: str, by: Doer, at: datetime, uuid: UUID | None = None
) -> ChecklistRun:
    """A run that corrects a submitted one and begins with its answers. That one stays as it is.

    Raises NotSubmittedError, AmendedError.
    """
    # Of two who correct it at once, the second is told of the first.
    db.session.execute(select(ChecklistRun.id).where(ChecklistRun.id == run.id).with_for_update())
    if run.is_open:
        raise NotSubmittedError(str(run.uuid))
    if db.session.scalar(select(ChecklistRun.id).where(ChecklistRun.amends_id == run.id)):
        raise AmendedError(str(run.uuid))
    same = {"station": run.station, "version": run.version, "facts": run.facts}
    new = ChecklistRun(uuid=uuid or uuid4(), places=list(run.places), started_at=at, **same)
    new.amends, new.amends_why, new.state = run, why, RunState.OPEN
    db.session.add(new)
    record("amend", run, by, at, why)
    record("begin", new, by, at, why)
    db.session.flush()
    for answer in current_answers(run).values():
        db.session.add(_copied(answer, new))
    db.session.flush()
    return new


def correction_of(run: ChecklistRun) -> ChecklistRun | None:
    """The submitted one that corrects it; what is not submitted is none yet."""
    later = select(ChecklistRun).where(
        ChecklistRun.amends_id == run.id, ChecklistRun.submitted_at.is_not(None)
    )
    return db.session.scalars(later).one_or_none()


def holding(run: ChecklistRun) -> ChecklistRun:
    """The last that corrects it, or itself."""
    found = correction_of(run)
    return holding(found) if found else run


def first_of(run: ChecklistRun) -> ChecklistRun:
    """What was handed in on site."""
    return first_of(run.amends) if run.amends else run


COPIED = (
    *("station_id", "item", "place", "value", "number", "over", "confirmed", "verdict", "note"),
    *("photos", "instrument_id", "authorised", "at", "received_at", "person_id"),
)


def _copied(answer: Answer, run: ChecklistRun) -> Answer:
    facts = {name: getattr(answer, name) for name in COPIED}
    return Answer(op=copied_op(run, answer.op), run_id=run.id, **facts)


def copied_op(run: ChecklistRun, op: UUID) -> UUID:
    """The operation's id follows from the run's: it is copied once."""
    return uuid5(run.uuid, str(op))
