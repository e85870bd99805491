"""A dispatcher settles what a tablet sent: it counts after all, or it stays without effect."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from uuid import uuid5

from marshmallow import ValidationError
from sqlalchemy import select

from service.core.db import db
from service.core.files import Blob
from service.core.live import announce
from service.people.models import Person
from service.tablets.applying import apply
from service.tablets.fact import Fact
from service.tablets.models import NotToSettleError, Operation, OperationRival
from service.tablets.taking import fact_of
from service.tablets.words import Settled
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
