"""What wears out in a model, in the JSON API."""

from __future__ import annotations

from typing import Any

from flask import g
from marshmallow import fields

from service.core import clock
from service.core.db import db
from service.core.fields import Body, Shown, Text, Whole
from service.core.paging import Listed, page, page_of
from service.core.problems import refuse_retired
from service.parts.models import Part, WearPart
from service.people.api import referred, seen
from service.people.models import NotVisibleError
from service.stations.knowledge_api import models
from service.stations.register import StationModel

__all__ = ["models"]


class WearPartShape(Shown):
    id = fields.Integer()
    part_id = fields.Integer()
    months = fields.Integer(
        allow_none=True, metadata={"description": "null: by its condition alone."}
    )
    note = fields.String(allow_none=True)


class NewWearPart(Body):
    part_id = Whole(required=True)
    months = Whole(1, 600, allow_none=True)
    note = Text(500, allow_none=True)


@models.get("/models/<int:model_id>/wear-parts", page_of(WearPartShape), Listed)
def list_wear_parts(asked: dict[str, Any], model_id: int) -> dict[str, Any]:
    """List what wears out in a model."""
    model = seen(StationModel, model_id)
    mine = WearPart.visible_to(g.person).where(WearPart.model_id == model.id)
    return page(WearPart, mine, asked)


@models.post("/models/<int:model_id>/wear-parts", WearPartShape, NewWearPart, status=200)
def add_wear_part(asked: dict[str, Any], model_id: int) -> WearPart:
    """Say that a part wears out in a model; what was said of it before holds no more."""
    model = seen(StationModel, model_id)
    refuse_retired(model)
    part = referred(Part, asked.pop("part_id"), "part_id")
    worn = WearPart.name(model, part, g.person, clock.now(), **asked)
    db.session.commit()
    return worn


@models.post("/models/<int:model_id>/wear-parts/<int:key>/removal", WearPartShape, status=200)
def remove_wear_part(model_id: int, key: int) -> WearPart:
    """Take a part from those that wear out in a model."""
    worn = seen(WearPart, key)
    if worn.model_id != seen(StationModel, model_id).id:
        raise NotVisibleError(WearPart.__name__, key)
    worn.remove(g.person, clock.now())
    db.session.commit()
    return worn
