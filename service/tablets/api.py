"""What tablets sent, in the JSON API: each operation as it came, and what became of it."""

from __future__ import annotations

from typing import Any

from flask import g
from marshmallow import fields
from sqlalchemy import ColumnElement, exists, or_

from service.core import problems
from service.core.clock import now
from service.core.collection import Collection
from service.core.db import db
from service.core.fields import Body, FlagText, Instant, Shown, WholeText, Words, choice
from service.core.paging import Listed, by, narrowed, page, page_of
from service.core.problems import ProblemError
from service.people.api import seen
from service.people.tablets import Tablet
from service.tablets import settling
from service.tablets.models import (
    NotToSettleError,
    Operation,
    OperationRival,
    OperationSettlement,
)
from service.tablets.settling import NotAppliedStillError
from service.tablets.words import Kind, OperationState, Settled

problems.means(
    NotToSettleError,
    lambda _: ProblemError(409, "Nobody asks about it, or it is settled.", "wrong-state"),
)
problems.means(
    NotAppliedStillError, lambda wrong: ProblemError(409, f"Not applied: {wrong}", "wrong-state")
)


class SettlementShape(Shown):
    rival_id = fields.Integer(allow_none=True)
    what = choice(Settled)
    why = fields.String()
    by_id = fields.Integer()
    at = Instant()


class RivalShape(Shown):
    id = fields.Integer()
    tablet_id = fields.Integer()
    received_at = Instant()
    raw = fields.String(metadata={"description": "All of it, as JSON with sorted keys."})


class OperationShape(Shown):
    id = fields.Integer()
    uuid = fields.UUID(allow_none=True, metadata={"description": "The id that the tablet made."})
    tablet_id = fields.Integer()
    person_id = fields.Integer()
    visit_id = fields.Integer(allow_none=True)
    seq = fields.Integer(allow_none=True)
    kind = fields.String()
    at = Instant(metadata={"description": "When it was done, with the tablet's clock put right."})
    said_at = Instant(allow_none=True, metadata={"description": "By the tablet's own clock."})
    skew_ms = fields.Integer(allow_none=True)
    received_at = Instant()
    body = fields.Dict(allow_none=True)
    blobs = fields.List(fields.String())
    state = choice(OperationState)
    took_effect = fields.Boolean()
    review = fields.String(allow_none=True)
    errors = fields.Dict(allow_none=True)


class OperationDetailShape(OperationShape):
    raw = fields.String()
    rivals = fields.List(fields.Nested(RivalShape))
    settlements = fields.List(fields.Nested(SettlementShape))


def is_open(wanted: bool = True) -> ColumnElement[bool]:
    """Somebody is asked about it, or about a rival of it."""
    settled = exists().where(
        OperationSettlement.operation_id == Operation.id, OperationSettlement.rival_id.is_(None)
    )
    answered = exists().where(OperationSettlement.rival_id == OperationRival.id)
    rival = exists().where(OperationRival.operation_id == Operation.id, ~answered)
    waits = (Operation.state == OperationState.REVIEW) & ~settled
    return or_(waits, rival) if wanted else ~or_(waits, rival)


class OperationQuery(Listed):
    visit_id = by(Operation.visit_id, WholeText())
    tablet_id = by(Operation.tablet_id, WholeText())
    person_id = by(Operation.person_id, WholeText())
    state = by(Operation.state, choice(OperationState))
    kind = by(lambda kind: Operation.kind == kind.value, choice(Kind))
    open_ = by(
        is_open,
        FlagText(data_key="open", metadata={"description": "Whether somebody has to look at it."}),
    )


class NewSettlement(Body):
    what = choice(Settled, required=True)
    why = Words(500, required=True)


operations = Collection(
    "tablet-operations",
    "What tablets sent, as it came. They send it to `/api/t/operations`.",
    Operation,
    OperationShape,
    "operation",
    detail=OperationDetailShape,
    newest_first=True,
)
operations.lists(OperationQuery)
operations.shows("Get one, with all of what came and every rival of its id.")


@operations.get("/tablets/<int:tablet_id>/operations", page_of(OperationShape), OperationQuery)
def list_queue(asked: dict[str, Any], tablet_id: int) -> dict[str, Any]:
    """List what one tablet handed over, newest first; what waits on it stands in the tablet."""
    tablet = seen(Tablet, tablet_id)
    sent = Operation.visible_to(g.person).where(Operation.tablet_id == tablet.id)
    return page(Operation, narrowed(sent, OperationQuery, asked), asked, newest_first=True)


# No `verb`: what is append-only cannot be locked. That one is settled once is the database's rule.
@operations.post(
    "/tablet-operations/<int:operation_id>/settlement", OperationDetailShape, NewSettlement, 200
)
def settle(asked: dict[str, Any], operation_id: int) -> Operation:
    """Say that it counts after all, or that it stays as it is."""
    operation: Operation = g.person.may_see(Operation, operation_id)
    settling.settle(operation, asked["what"], g.person, now(), asked["why"])
    db.session.commit()
    return operation


@operations.post(
    "/tablet-operations/rivals/<int:rival_id>/settlement",
    OperationDetailShape,
    NewSettlement,
    200,
)
def settle_rival(asked: dict[str, Any], rival_id: int) -> Operation:
    """Say of what came second under an id whether it counts beside the first."""
    rival = g.person.may_see(OperationRival, rival_id)
    settling.settle_rival(rival, asked["what"], g.person, now(), asked["why"])
    db.session.commit()
    operation: Operation = rival.operation
    return operation
