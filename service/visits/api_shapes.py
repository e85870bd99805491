"""How a work order is answered."""

from __future__ import annotations

from marshmallow import fields

from service.contracts.words import WorkKind
from service.core import clock
from service.core.dates import HOME
from service.core.fields import Instant, Shown, choice
from service.parts.words import Unit
from service.visits.charges import Charge
from service.visits.states import Kind, LineState, State


class OrderShape(Shown):
    inside: tuple[str, ...] = ("state_reason", "assignee_id", "notes")
    id = fields.Integer()
    number = fields.String()
    kind = choice(Kind)
    title = fields.String(allow_none=True)
    site_id = fields.Integer()
    state = choice(State)
    state_reason = fields.String(allow_none=True)
    planned_on = fields.Date(allow_none=True)
    due_on = fields.Date(
        allow_none=True,
        metadata={"description": "The earliest day on which an open line must be done."},
    )
    overdue = fields.Function(lambda order: order.is_overdue(clock.now().astimezone(HOME).date()))
    assignee_id = fields.Integer(allow_none=True)
    parent_id = fields.Integer(
        allow_none=True, metadata={"description": "The order that this one carries on with."}
    )
    recall_id = fields.Integer(allow_none=True)
    notes = fields.String(allow_none=True)
    created_at = Instant()


class OrderLineShape(Shown):
    inside = ("reason", "minutes", "note", "done_by_id")
    id = fields.Integer()
    station_id = fields.Integer(
        allow_none=True, metadata={"description": "null: the whole site, for a ticket of it."}
    )
    occurrence_id = fields.Integer(allow_none=True)
    ticket_id = fields.Integer(allow_none=True)
    recall_station_id = fields.Integer(allow_none=True)
    text = fields.String(allow_none=True)
    about = fields.String(metadata={"description": "The task, the recall or the text."})
    state = choice(LineState)
    reason = fields.String(allow_none=True, metadata={"description": "Why it was not done."})
    done_on = fields.Date(allow_none=True)
    done_by_id = fields.Integer(allow_none=True)
    due_on = fields.Date(allow_none=True)
    minutes = fields.Integer(allow_none=True)
    work_kind = choice(WorkKind, allow_none=True)
    charge = choice(Charge, allow_none=True)
    contract_id = fields.Integer(
        allow_none=True,
        metadata={"description": "It includes the line, or its price was agreed in it."},
    )
    extra_price_ore = fields.Integer(
        allow_none=True, metadata={"description": "Without VAT; null: included, or no price."}
    )
    vat_percent = fields.Integer()
    note = fields.String(allow_none=True)


class PartNeededShape(Shown):
    part_id = fields.Integer(attribute="part.id")
    number = fields.String(attribute="part.number")
    name = fields.String(attribute="part.name")
    unit = choice(Unit, attribute="part.unit")
    quantity = fields.Float()


class SkillNeededShape(Shown):
    id = fields.Integer()
    code = fields.String()
    is_authorisation = fields.Boolean()


class NeedsShape(Shown):
    minutes = fields.Integer()
    parts = fields.List(fields.Nested(PartNeededShape))
    skills = fields.List(fields.Nested(SkillNeededShape))


class OrderDetailShape(OrderShape):
    inside = (*OrderShape.inside, "needs")
    lines = fields.List(fields.Nested(OrderLineShape))
    needs = fields.Nested(NeedsShape)
    follow_up_ids = fields.Function(lambda order: [one.id for one in order.follow_ups])
    extra_ore = fields.Integer(metadata={"description": "All extras together, without VAT."})


class LeftShape(Shown):
    id = fields.Integer()
    why = fields.String()


class MadeShape(Shown):
    orders = fields.List(fields.Nested(OrderShape))
    left = fields.List(
        fields.Nested(LeftShape),
        metadata={"description": "What could not be put on an order, by its id, and why."},
    )
