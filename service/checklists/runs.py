"""Working through a checklist: begun, answered, submitted."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, TypeGuard
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on

from service.checklists import answers as rule
from service.checklists import document
from service.checklists.chain import chain_of
from service.checklists.findings import found_by
from service.checklists.models import (
    Answer,
    ChecklistRun,
    ChecklistTemplate,
    ChecklistVersion,
    Finding,
    Instrument,
)
from service.checklists.places import Part, current_of, facts_of, places_of
from service.checklists.rules import evaluate
from service.checklists.templates import ChecklistError
from service.checklists.words import COMMISSIONING, RunState, Verdict
from service.core.db import db
from service.core.history import record
from service.core.live import announce
from service.people.models import Person
from service.people.skills import authorisations_of
from service.stations.models import Station

Doer = Person | str
# The list that opens a station to drivers.
OPENING = "commissioning"


class UnknownItemError(ChecklistError):
    """The run's version has no such item at such a place."""


class SubmittedError(ChecklistError):
    """The run is submitted: what is answered after that belongs to a run that corrects it."""


class IncompleteError(ChecklistError):
    """Something is missing, or a safety item failed: it ends as unsafe, or not at all."""

    def __init__(self, missing: list[str], stops: list[str]) -> None:
        self.missing, self.stops = missing, stops
        super().__init__(", ".join(self.names))

    @property
    def names(self) -> list[str]:
        """Items and their places; one that was answered and is to be confirmed may be in both."""
        return list(dict.fromkeys([*self.missing, *self.stops]))


def version_for(
    station: Station, work: Iterable[str], key: str | None = None
) -> ChecklistVersion | None:
    """What is published for this work here; `key` is the template that a plan names."""
    names = [key or "", *([OPENING] if COMMISSIONING in work else [])]
    named = [ChecklistTemplate.with_key(name) for name in names]
    for template in (*named, ChecklistTemplate.default_for(current_of(station))):
        if template and template.retired_at is None and template.published:
            return template.published
    return None


def start(
    station: Station,
    version: ChecklistVersion,
    work: Iterable[str],
    by: Doer,
    at: datetime,
    *,
    authorisations: Iterable[str] = (),
    components: Iterable[Part] = (),
    with_visit: bool = False,
) -> ChecklistRun:
    """A run on this version for good, with facts and places as they are now."""
    installed = list(components)
    run = ChecklistRun(
        uuid=uuid4(),
        station=station,
        version=version,
        facts=facts_of(station, work, authorisations, installed),
        places=places_of(station, installed, with_visit=with_visit),
        state=RunState.OPEN,
        started_at=at,
    )
    db.session.add(run)
    record("begin", run, by, at, template=version.template.key, number=version.number)
    return run


def take(
    run: ChecklistRun,
    op: UUID,
    item: str,
    place: str,
    given: Mapping[str, Any],
    by: Person | None,
    at: datetime,
    received_at: datetime,
    judged_at: datetime | None = None,
    tablet: tuple[int, int] | None = None,
) -> Answer:
    """Keep an answer as it was given, with its verdict; the same `op` again changes nothing.

    No value is refused, whoever gives it. `at` is when it was measured: what was given before the
    run was submitted and comes after it counts too. `judged_at`: when somebody said so, where that
    is another day, for the authorisation. `tablet`: its id, and its number of the operation.
    Raises UnknownItemError, SubmittedError.
    The answer is its own history: no other row says who, what and when.
    """
    if known := db.session.scalars(select(Answer).where(Answer.op == op)).one_or_none():
        return known
    asked = _asked(run, item, place)
    if run.submitted_at is not None and at > run.submitted_at:
        raise SubmittedError(str(run.uuid))
    answer = Answer(op=op, run_id=run.id, station_id=run.station_id, item=item, place=place)
    _fill(answer, asked, _cleaned(given))
    answer.authorised = _is_authorised(asked, by, judged_at or at)
    answer.at, answer.received_at, answer.person = at, received_at, by
    answer.tablet_id, answer.seq = tablet or (None, None)
    db.session.add(answer)
    db.session.flush()
    if run.submitted_at is not None:
        _find(run, received_at)
    return answer


def _asked(run: ChecklistRun, key: str, place: str) -> Mapping[str, Any]:
    kind = place.partition(":")[0]
    for _path, section, item in document.items(run.version.document):
        if item["key"] == key and section["per"] == kind:
            _add_place(run, place)
            return item
    raise UnknownItemError(f"{key}|{place}")


def _add_place(run: ChecklistRun, place: str) -> None:
    """A place that is new there, an RCD that was just put in say, is one of the run's."""
    if place in run.places:
        return
    kind, _, number = place.partition(":")
    plain = number.removeprefix("c") if kind == "rcd" else number
    if not (plain.isascii() and plain.isdecimal() and len(plain) < 19):
        raise UnknownItemError(place)
    # What comes after the run was submitted is kept, and changes nothing of it.
    if run.is_open:
        run.places = [*run.places, place]


def _is_authorised(item: Mapping[str, Any], by: Person | None, at: datetime) -> bool | None:
    """By who answers, on that day: whoever hands the list in needs none of his own for it."""
    if not item.get("authorisation") or by is None:
        return None
    return item["authorisation"] in authorisations_of(by, at)


def _fill(answer: Answer, item: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    number = rule.number_of(item, given)
    verdict = rule.verdict_of(item, given)
    answer.value = given.get("value")
    answer.over = rule.is_over(item, given)
    # Of "not applicable", a number that was left standing says nothing.
    kept = number is not None and math.isfinite(number) and verdict != Verdict.NOT_APPLICABLE
    answer.number = number if kept else None
    answer.verdict = Verdict(verdict) if verdict else None
    answer.confirmed = given.get("confirmed") is True
    answer.note = str(given.get("note") or "")
    photos = given.get("photos")
    answer.photos = [one for one in photos if isinstance(one, str)] if _is_list(photos) else []
    answer.instrument_id = _instrument(given.get("instrument_id"))


def _is_list(value: Any) -> TypeGuard[list[Any]]:
    return isinstance(value, list)


def _instrument(key: Any) -> int | None:
    """A value is never refused: a stranger's instrument is none."""
    if isinstance(key, bool) or not isinstance(key, int) or not 0 < key < 2**63:
        return None
    return key if db.session.get(Instrument, key) else None


def _cleaned(given: Any) -> Any:
    """As the database can hold it: a text has no NUL, and no half of a letter."""
    if isinstance(given, str):
        return given.replace("\0", "").encode("utf-8", "replace").decode()
    if isinstance(given, Mapping):
        return {_cleaned(str(name)): _cleaned(one) for name, one in given.items()}
    if isinstance(given, list):
        return [_cleaned(one) for one in given]
    return _number(given) if isinstance(given, int | float) else given


def _number(given: float) -> int | float | str | None:
    """What is beyond 64 bits not every program reads as a number: it is kept as its digits."""
    if isinstance(given, float) and not math.isfinite(given):
        return None
    if abs(given) < 2**63:
        return given
    return f"{given:.0f}" if isinstance(given, float) else str(given)


def current_answers(run: ChecklistRun) -> dict[str, Answer]:
    """The newest of each item at each place, by "item|place"."""
    newest = (
        select(Answer)
        .where(Answer.run_id == run.id)
        .ext(distinct_on(Answer.run_id, Answer.item, Answer.place))
        .order_by(*Answer.newest_first())
    )
    return {one.where: one for one in db.session.scalars(newest)}


def evaluated(run: ChecklistRun) -> dict[str, Any]:
    """What the rules say of it now."""
    given = {where: one.given for where, one in current_answers(run).items()}
    return evaluate(run.version.document, run.facts, run.places, given)


def submit(
    run: ChecklistRun,
    by: Person | None,
    at: datetime,
    *,
    unable: bool = False,
) -> list[Finding]:
    """It is as it is: every remark and fail becomes a finding. A second time changes nothing.

    `unable`: it ends as unsafe or unfinished. Otherwise raises IncompleteError where something is
    missing or a safety item failed.
    """
    if not run.is_open:
        return list(run.findings)
    said = evaluated(run)
    if not unable and not said["submittable"]:
        raise IncompleteError(said["missing"], said["stops"])
    run.state, run.submitted_at, run.person = RunState.SUBMITTED, at, by
    left = {"missing": len(said["missing"]), "stops": said["stops"]}
    record("submit", run, by or "rule", at, **left)
    _find(run, at)
    announce("checklist_run", run.id, at)
    return list(run.findings)


def _find(run: ChecklistRun, at: datetime) -> None:
    """What was found before stays: somebody may be at work on it."""
    known = {(one.item, one.place) for one in run.findings}
    before = _taken_care_of(run)
    for found in found_by(run, evaluated(run), current_answers(run), at):
        if (where := (found.item, found.place)) not in known:
            found.ticket_id, found.work_order_line_id = before.get(where, (None, None))
            if found.verdict is Verdict.FAIL and found.ticket_id is None:
                # Of a remark that turns out to be a fail, a line of an order is not enough.
                found.work_order_line_id = None
            run.findings.append(found)
    db.session.flush()


def _taken_care_of(run: ChecklistRun) -> dict[tuple[str, str], tuple[int | None, int | None]]:
    """By the last run of its chain that found it: the same finding leads to no second ticket."""
    mine = select(Finding).where(Finding.run_id.in_(one.id for one in chain_of(run)))
    old = db.session.scalars(mine.order_by(Finding.run_id))
    return {(one.item, one.place): (one.ticket_id, one.work_order_line_id) for one in old}
