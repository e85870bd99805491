"""Where a model's facts stand, how it protects and where to read on: what is added and removed."""

from __future__ import annotations

from typing import TypeVar

from flask import Blueprint, g, url_for
from flask_babel import gettext as _

from service.core.clock import now
from service.core.register import RegisterForm
from service.people.models import NotVisibleError
from service.stations import pages
from service.stations.knowledge import ModelDocument, ModelEvidence, ProtectiveDevice
from service.stations.knowledge_forms import DocumentForm, EvidenceForm, ProtectionForm
from service.stations.pages import Answer
from service.stations.register import NothingToReadError, StationModel

bp = Blueprint("knowledge", __name__, url_prefix="/models/<int:model_id>")
Row = TypeVar("Row", ModelEvidence, ProtectiveDevice, ModelDocument)


@bp.get("/evidence/new")
def evidence_form(model_id: int) -> Answer:
    return _ask(EvidenceForm(), _("New evidence"), _model(model_id), "knowledge.add_evidence")


@bp.post("/evidence")
def add_evidence(model_id: int) -> Answer:
    model, form = _model(model_id), EvidenceForm()
    if not form.validate():
        return _ask(form, _("New evidence"), model, "knowledge.add_evidence")
    model.add_evidence(ModelEvidence(**form.facts), g.person, now())
    return pages.done(_("The evidence is kept."), _page(model))


@bp.post("/evidence/<int:evidence_id>/verification")
def verify(model_id: int, evidence_id: int) -> Answer:
    model = _model(model_id)
    evidence = _of(model, ModelEvidence, evidence_id)
    try:
        model.verify(g.person, now(), evidence)
    except NothingToReadError:
        words = _("Nothing was changed: a default stands nowhere, so nobody can have read it.")
        return pages.refuse(words, _page(model))
    return pages.done(_("%(name)s is verified.", name=model.title), _page(model))


@bp.post("/doubt")
def doubt(model_id: int) -> Answer:
    model = _model(model_id)
    return pages.with_reason(
        lambda why: model.doubt(g.person, why, now()),
        _("%(name)s is no longer verified.", name=model.title),
        _page(model),
    )


@bp.post("/evidence/<int:evidence_id>/removal")
def remove_evidence(model_id: int, evidence_id: int) -> Answer:
    model = _model(model_id)
    model.remove_evidence(_of(model, ModelEvidence, evidence_id), g.person, now())
    return pages.done(_("The evidence is removed."), _page(model))


@bp.get("/protection/new")
def protection_form(model_id: int) -> Answer:
    title = _("New protective device")
    return _ask(ProtectionForm(), title, _model(model_id), "knowledge.add_protection")


@bp.post("/protection")
def add_protection(model_id: int) -> Answer:
    model, form = _model(model_id), ProtectionForm()
    if not form.validate():
        return _ask(form, _("New protective device"), model, "knowledge.add_protection")
    model.add_protection(ProtectiveDevice(**form.facts), g.person, now())
    return pages.done(_("The protective device is kept."), _page(model))


@bp.post("/protection/<int:device_id>/removal")
def remove_protection(model_id: int, device_id: int) -> Answer:
    model = _model(model_id)
    model.remove_protection(_of(model, ProtectiveDevice, device_id), g.person, now())
    return pages.done(_("The protective device is removed."), _page(model))


@bp.get("/documents/new")
def document_form(model_id: int) -> Answer:
    return _ask(DocumentForm(), _("New document"), _model(model_id), "knowledge.add_document")


@bp.post("/documents")
def add_document(model_id: int) -> Answer:
    model, form = _model(model_id), DocumentForm()
    if not form.validate():
        return _ask(form, _("New document"), model, "knowledge.add_document")
    model.add_document(ModelDocument(**form.facts), g.person, now())
    return pages.done(_("The document is kept."), _page(model))


@bp.post("/documents/<int:document_id>/removal")
def remove_document(model_id: int, document_id: int) -> Answer:
    model = _model(model_id)
    model.remove_document(_of(model, ModelDocument, document_id), g.person, now())
    return pages.done(_("The document is removed."), _page(model))


def _model(model_id: int) -> StationModel:
    model: StationModel = g.person.may_see(StationModel, model_id)
    return model


def _of(model: StationModel, kind: type[Row], key: int) -> Row:
    """The model's own. Raises NotVisibleError for another model's."""
    row: Row = g.person.may_see(kind, key)
    if row.model_id != model.id:
        raise NotVisibleError(kind.__name__, key)
    return row


def _ask(form: RegisterForm, title: str, model: StationModel, endpoint: str) -> Answer:
    action = url_for(endpoint, model_id=model.id)
    return pages.ask(form, f"{title} · {model.title}", _page(model), action)


def _page(model: StationModel) -> str:
    return url_for("models.show", model_id=model.id)
