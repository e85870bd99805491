"""What becomes of an operation: a table from its kind to the one function that applies it.

Facts win: what was done on site is done, whatever the desk has planned meanwhile. What cannot be
applied is rolled back to before it, and kept with the reason for a person at the desk.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import structlog
from sqlalchemy.exc import DBAPIError, OperationalError

from service.core.db import db
from service.tablets import (
    applying_costs,
    applying_lists,
    applying_notes,
    applying_stations,
    applying_stops,
    applying_visits,
)
from service.tablets.fact import Fact, NotAppliedError
from service.tablets.words import LEADS, OF_VISIT, Kind
from service.visits.visit_states import VisitState

log = structlog.get_logger()

# Returns what somebody should look at although it was applied, or None.
Apply = Callable[[Fact], str | None]
APPLY: dict[Kind, Apply] = {
    Kind.CHECK_IN: applying_visits.check_in,
    Kind.CHECK_OUT: applying_visits.check_out,
    Kind.TRAVEL: applying_visits.travel,
    Kind.PAUSE: applying_visits.pause,
    Kind.RESUME: applying_visits.resume,
    Kind.ANSWER: applying_lists.answer,
    Kind.PART: applying_costs.part,
    Kind.TIME: applying_costs.time,
    Kind.MATERIAL: applying_costs.material,
    Kind.PHOTO: applying_notes.photo,
    Kind.NOTE: applying_notes.note,
    Kind.STOP: applying_stops.stop,
    Kind.NEW_FAULT: applying_stations.new_fault,
    Kind.COMPONENT: applying_stations.component,
    Kind.SWAP: applying_stations.swap,
    Kind.SUBMIT: applying_lists.submit,
    Kind.SIGN: applying_costs.sign,
    Kind.HAND_OVER: applying_visits.hand_over,
    Kind.UNABLE: applying_visits.unable,
    Kind.FINISH: applying_visits.finish,
    Kind.DRAFT: applying_notes.draft,
}


@dataclass(frozen=True)
class Outcome:
    """Whether it took effect, and what a person has to look at, if anything."""

    took_effect: bool
    review: str | None = None


def apply(fact: Fact, by_desk: bool = False) -> Outcome:
    """Apply it as far as it can be. `by_desk`: a dispatcher has looked, and says that it counts."""
    savepoint = db.session.begin_nested()
    try:
        review = None if by_desk or fact.kind is Kind.DRAFT else _refuse_strangers(fact)
        more = APPLY[fact.kind](fact)
        db.session.flush()
        savepoint.commit()
    except OperationalError:
        # The database is away, or full: nothing is kept, and it comes again.
        raise
    except Exception as wrong:
        savepoint.rollback()
        return Outcome(False, _reason(fact, wrong))
    return Outcome(True, "\n".join(one for one in (review, more) if one) or None)


def _refuse_strangers(fact: Fact) -> str | None:
    """What leads a visit somewhere is said by whose visit it is; anything else is a fact."""
    if fact.tablet.is_revoked:
        raise NotAppliedError("The tablet was revoked before it sent this.")
    if not fact.is_in_own_name:
        sender = fact.tablet.person.name
        raise NotAppliedError(f"{fact.person.name} made it, and {sender}'s tablet sent it.")
    if fact.visit is None and fact.kind in OF_VISIT:
        raise NotAppliedError("It belongs to a visit, and names none.")
    if fact.is_theirs:
        return _ended(fact)
    words = f"The visit is not {fact.person.name}'s, whose tablet sent this."
    if fact.kind in LEADS:
        raise NotAppliedError(words)
    return words


def _ended(fact: Fact) -> str | None:
    """What was done before the desk called it off is done; somebody has to know."""
    if fact.visit is not None and fact.visit.state is VisitState.CANCELLED:
        return "The visit was cancelled before this came."
    return None


def _reason(fact: Fact, wrong: Exception) -> str:
    if isinstance(wrong, NotAppliedError):
        return str(wrong)
    log.warning("operation not applied", id=str(fact.uuid), kind=fact.kind.value, exc_info=wrong)
    told = wrong.orig if isinstance(wrong, DBAPIError) else wrong
    words = next(iter(str(told).strip().splitlines()), "")[:300]
    return f"It could not be applied: {type(wrong).__name__.removesuffix('Error')}. {words}".strip()
