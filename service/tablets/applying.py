"""What becomes of an operation: a table from its kind to the one function that applies it.

Facts win: what was done on site is done, whatever the desk has planned meanwhile. What cannot be
applied is rolled back to before it, and kept with the reason for a person at the desk.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.exc import OperationalError

from service.checklists.models import ChecklistRun
from service.core.db import db
from service.people.models import Person
from service.people.tablets import Tablet
from service.stations.models import Station
from service.tablets.words import LEADS, OF_VISIT, Kind

log = structlog.get_logger()


class NotAppliedError(Exception):
    """It stays without effect until a person has looked at it. The words say why."""


@dataclass(frozen=True)
class Fact:
    """An operation that could be read: who did what, when, on which visit."""

    uuid: UUID
    kind: Kind
    # As its schema read it, and as it is kept.
    body: dict[str, Any]
    plain: dict[str, Any]
    visit: Any
    blobs: list[str]
    tablet: Tablet
    person: Person
    at: datetime
    received_at: datetime
    doubt: str | None
    seq: int
    zone: str
    said_at: datetime
    skew_ms: int | None

    @property
    def is_theirs(self) -> bool:
        return self.visit is None or self.visit.technician_id == self.person.id


# Returns what somebody should look at although it was applied, or None.
Apply = Callable[[Fact], str | None]
APPLY: dict[Kind, Apply] = {}


def applies(kind: Kind) -> Callable[[Apply], Apply]:
    def decorate(apply: Apply) -> Apply:
        APPLY[kind] = apply
        return apply

    return decorate


def applied(fact: Fact, by_desk: bool = False) -> str | None:
    """Apply it as far as it can be. Returns what a person has to look at.

    `by_desk`: a dispatcher has looked, and says that it counts.
    """
    savepoint = db.session.begin_nested()
    try:
        review = None if by_desk else _refuse_strangers(fact)
        more = APPLY[fact.kind](fact)
        db.session.flush()
        savepoint.commit()
    except OperationalError:
        # The database is away, or full: nothing is kept, and it comes again.
        raise
    except Exception as wrong:
        savepoint.rollback()
        return _reason(fact, wrong)
    return "\n".join(one for one in (review, more) if one) or None


def _refuse_strangers(fact: Fact) -> str | None:
    """What leads a visit somewhere is said by whose visit it is; anything else is a fact."""
    if fact.visit is None and fact.kind in OF_VISIT:
        raise NotAppliedError("It belongs to a visit, and names none.")
    if fact.is_theirs:
        return None
    words = f"The visit is not {fact.person.name}'s, whose tablet sent this."
    if fact.kind in LEADS:
        raise NotAppliedError(words)
    return words


def _reason(fact: Fact, wrong: Exception) -> str:
    if isinstance(wrong, NotAppliedError):
        return str(wrong)
    log.warning("operation not applied", id=str(fact.uuid), kind=fact.kind.value, exc_info=wrong)
    words = " ".join(str(wrong).split())[:300]
    return f"It could not be applied: {type(wrong).__name__.removesuffix('Error')}. {words}".strip()


def station_of(fact: Fact, key: int | None) -> Station:
    station = db.session.get(Station, key) if key else None
    if station is None:
        raise NotAppliedError(f"There is no station {key}.")
    return station


def run_of(fact: Fact) -> ChecklistRun:
    run = ChecklistRun.with_uuid(fact.body["run"])
    if run is None:
        raise NotAppliedError("There is no such checklist.")
    return run


def short(words: str, most: int = 200) -> str:
    """A title: one line of it."""
    line = " ".join(words.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
