"""A dispatcher settles what a tablet sent: it counts after all, or it stays without effect."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from uuid import uuid5

from marshmallow import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from service.core.db import db
from service.core.files import Blob
from service.core.live import announce
from service.people.models import Person
from service.tablets.applying import apply
from service.tablets.fact import Fact
from service.tablets.models import NotToSettleError, Operation, OperationRival
from service.tablets.taking import fact_of
from service.tablets.visiting import visit_of
from service.tablets.words import OperationState, Settled
from service.visits.service_visits import ServiceVisit
from service.visits.visit_rows import VisitReview


class NotAppliedStillError(Exception):
    """It cannot be applied now either. The words say why."""


def settle(operation: Operation, what: Settled, by: Person, at: datetime, why: str) -> None:
    """Raises NotToSettleError, NotAppliedStillError."""
    if what is Settled.APPLY:
        if not operation.is_waiting:
            raise NotToSettleError(operation.id)
        _apply(_fact(operation, operation))
    operation.settle(what, by, at, why)
    _answer_visit(operation, by, at, why)
    announce("operation", operation.id, at)


def asked_of(visit_id: int) -> list[Operation]:
    """What somebody is asked about of a visit, in the order in which it was done."""
    mine = select(Operation).where(
        Operation.visit_id == visit_id, Operation.state == OperationState.REVIEW
    )
    loaded = mine.options(selectinload(Operation.settlements)).order_by(Operation.seq, Operation.id)
    return [one for one in db.session.scalars(loaded) if one.is_open]


def settle_visit(visit: ServiceVisit, what: Settled, by: Person, at: datetime, why: str) -> int:
    """All of it. Returns how many cannot be applied: they stay asked.

    What took effect already stays so, whatever is said.
    """
    # Of two dispatchers at once, the second finds nothing left.
    visit_of(visit.id)
    left = 0
    for one in asked_of(visit.id):
        try:
            with db.session.begin_nested():
                settle(one, what if one.is_waiting else Settled.DISMISS, by, at, why)
        except NotAppliedStillError:
            left += 1
    return left


def settle_rival(rival: OperationRival, what: Settled, by: Person, at: datetime, why: str) -> None:
    """What came second counts beside the first, or not at all.

    Raises NotToSettleError, NotAppliedStillError.
    """
    if rival.settlement is not None:
        raise NotToSettleError(rival.id)
    if what is Settled.APPLY:
        fact = _fact(rival, rival.operation)
        # Its id is taken: what it brings is named after both.
        _apply(replace(fact, uuid=uuid5(fact.uuid, rival.fingerprint)))
    rival.settle(what, by, at, why)
    announce("operation", rival.operation_id, at)


def _fact(sent: Operation | OperationRival, operation: Operation) -> Fact:
    try:
        return fact_of(json.loads(sent.raw), sent.tablet, sent.skew_ms, sent.received_at)
    except ValidationError as wrong:
        raise NotAppliedStillError(f"It cannot be read: {wrong}") from None


def _apply(fact: Fact) -> None:
    if missing := Blob.missing(fact.blobs):
        raise NotAppliedStillError(f"{len(missing)} of its files never came.")
    outcome = apply(fact, by_desk=True)
    if not outcome.took_effect:
        raise NotAppliedStillError(outcome.review or "")


def _answer_visit(operation: Operation, by: Person, at: datetime, why: str) -> None:
    asked = select(VisitReview).where(
        VisitReview.op == operation.uuid, VisitReview.settled_at.is_(None)
    )
    for one in db.session.scalars(asked):
        one.settle(why, by, at)
