"""From where a model's facts are known, its protection and its documents, in the JSON API."""

from __future__ import annotations

from typing import Any, TypeVar

from flask import g
from marshmallow import ValidationError, fields, validates_schema

from service.core import clock, problems
from service.core.db import db
from service.core.fields import Body, Day, Instant, Shown, Text, Whole, Why, Words, choice
from service.core.paging import Listed, page, page_of
from service.core.problems import ProblemError, refuse_retired, wrong_field
from service.people.api import seen
from service.people.models import NotVisibleError
from service.stations.knowledge import (
    ModelDocument,
    ModelEvidence,
    ProtectiveDevice,
    is_web_address,
)
from service.stations.register import NothingToReadError, StationModel
from service.stations.register_api import ModelShape, models
from service.stations.words import DocumentKind, EvidenceKind, Per, Place, RcdType

__all__ = ["models"]

Row = TypeVar("Row", ModelEvidence, ProtectiveDevice, ModelDocument)

problems.means(
    NothingToReadError,
    lambda _: ProblemError(
        409, "A default stands nowhere: nobody can have read it.", "wrong-state"
    ),
)


class NewEvidence(Body):
    kind = choice(EvidenceKind, required=True)
    document = Text(300)
    page = Text(60)
    dated_on = Day(allow_none=True)
    says = Words(2000, required=True)
    says_en = Text(2000, allow_none=True)

    @validates_schema
    def stands_somewhere(self, asked: dict[str, Any], **_: Any) -> None:
        if asked.get("kind") is not EvidenceKind.DEFAULT and not asked.get("document"):
            raise ValidationError("Say where it stands.", "document")


class EvidenceShape(Shown):
    id = fields.Integer()
    kind = choice(EvidenceKind)
    document = fields.String()
    page = fields.String()
    dated_on = Day(allow_none=True)
    says = fields.String()
    says_en = fields.String(allow_none=True)
    verified_at = Instant(allow_none=True)
    verified_by_id = fields.Integer(
        allow_none=True, metadata={"description": "null: read already when it was brought along."}
    )


@models.get("/models/<int:model_id>/evidence", page_of(EvidenceShape), Listed)
def list_evidence(asked: dict[str, Any], model_id: int) -> dict[str, Any]:
    """List where the facts of a model stand."""
    return _page_of(ModelEvidence, model_id, asked)


@models.post("/models/<int:model_id>/evidence", EvidenceShape, NewEvidence)
def add_evidence(asked: dict[str, Any], model_id: int) -> ModelEvidence:
    """Say where something stands about a model."""
    evidence = ModelEvidence(**asked)
    _in_use(model_id).add_evidence(evidence, g.person, clock.now())
    db.session.commit()
    return evidence


@models.post("/models/<int:model_id>/evidence/<int:key>/verification", EvidenceShape, status=200)
def verify(model_id: int, key: int) -> ModelEvidence:
    """Say that you have read it there: what is said of the model's service agrees with it."""
    model = _in_use(model_id)
    evidence = _of(model, ModelEvidence, key)
    model.verify(g.person, clock.now(), evidence)
    db.session.commit()
    return evidence


@models.post("/models/<int:model_id>/evidence/<int:key>/removal", EvidenceShape, status=200)
def remove_evidence(model_id: int, key: int) -> ModelEvidence:
    """Remove evidence; with the last that somebody has read, the model is verified no more."""
    model = _in_use(model_id)
    evidence = _of(model, ModelEvidence, key)
    model.remove_evidence(evidence, g.person, clock.now())
    db.session.commit()
    return evidence


@models.post("/models/<int:model_id>/doubt", ModelShape, Why, status=200)
def doubt(asked: dict[str, Any], model_id: int) -> StationModel:
    """Show what is said of a model's service as a default again."""
    model = _in_use(model_id)
    model.doubt(g.person, asked["reason"], clock.now())
    db.session.commit()
    return model


class NewProtection(Body):
    rcd_type = choice(RcdType, required=True)
    rated_ma = Whole(1, 10_000, allow_none=True)
    place = choice(Place)
    per = choice(Per)
    note = Text(500, allow_none=True)
    note_en = Text(500, allow_none=True)


class ProtectionShape(Shown):
    id = fields.Integer()
    rcd_type = choice(RcdType)
    rated_ma = fields.Integer(allow_none=True)
    place = choice(Place)
    per = choice(Per)
    note = fields.String(allow_none=True)
    note_en = fields.String(allow_none=True)


@models.get("/models/<int:model_id>/protection", page_of(ProtectionShape), Listed)
def list_protection(asked: dict[str, Any], model_id: int) -> dict[str, Any]:
    """List what protects people at stations of a model."""
    return _page_of(ProtectiveDevice, model_id, asked)


@models.post("/models/<int:model_id>/protection", ProtectionShape, NewProtection)
def add_protection(asked: dict[str, Any], model_id: int) -> ProtectiveDevice:
    """Add a protective device."""
    device = ProtectiveDevice(**asked)
    _in_use(model_id).add_protection(device, g.person, clock.now())
    db.session.commit()
    return device


@models.post("/models/<int:model_id>/protection/<int:key>/removal", ProtectionShape, status=200)
def remove_protection(model_id: int, key: int) -> ProtectiveDevice:
    """Remove a protective device."""
    model = _in_use(model_id)
    device = _of(model, ProtectiveDevice, key)
    model.remove_protection(device, g.person, clock.now())
    db.session.commit()
    return device


class NewDocument(Body):
    title = Words(200, required=True)
    address = Words(1000, required=True)
    kind = choice(DocumentKind, required=True)


class DocumentShape(Shown):
    id = fields.Integer()
    title = fields.String()
    address = fields.String()
    kind = choice(DocumentKind)


@models.get("/models/<int:model_id>/documents", page_of(DocumentShape), Listed)
def list_documents(asked: dict[str, Any], model_id: int) -> dict[str, Any]:
    """List where to read on about a model."""
    return _page_of(ModelDocument, model_id, asked)


@models.post("/models/<int:model_id>/documents", DocumentShape, NewDocument)
def add_document(asked: dict[str, Any], model_id: int) -> ModelDocument:
    """Add a document by its address on the web."""
    if not is_web_address(asked["address"]):
        raise wrong_field("address", "The whole address: it begins with https://")
    document = ModelDocument(**asked)
    _in_use(model_id).add_document(document, g.person, clock.now())
    db.session.commit()
    return document


@models.post("/models/<int:model_id>/documents/<int:key>/removal", DocumentShape, status=200)
def remove_document(model_id: int, key: int) -> ModelDocument:
    """Remove the link to a document."""
    model = _in_use(model_id)
    document = _of(model, ModelDocument, key)
    model.remove_document(document, g.person, clock.now())
    db.session.commit()
    return document


def _page_of(kind: type[Row], model_id: int, asked: dict[str, Any]) -> dict[str, Any]:
    model = seen(StationModel, model_id)
    return page(kind, kind.visible_to(g.person).where(kind.model_id == model.id), asked)


def _in_use(model_id: int) -> StationModel:
    model = seen(StationModel, model_id)
    refuse_retired(model)
    return model


def _of(model: StationModel, kind: type[Row], key: int) -> Row:
    row = seen(kind, key)
    if row.model_id != model.id:
        raise NotVisibleError(kind.__name__, key)
    return row
