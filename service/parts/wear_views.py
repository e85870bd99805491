"""What wears out in a model: a panel on the model's page, and its form."""

from __future__ import annotations

from flask import Blueprint, g, render_template, url_for
from flask_babel import gettext as _

from service.core import register
from service.core.clock import now
from service.core.register import Answer
from service.parts import labels
from service.parts.forms import WearPartForm
from service.parts.models import WearPart
from service.people.models import NotVisibleError
from service.stations.register import StationModel

bp = Blueprint("wear", __name__, url_prefix="/models/<int:model_id>/wear-parts")


@bp.get("")
def of_model(model_id: int) -> str:
    model = g.person.may_see(StationModel, model_id)
    worn = WearPart.of(model)
    return render_template("parts/_wear_parts.html", model=model, worn=worn, labels=labels)


@bp.get("/new")
def form(model_id: int) -> Answer:
    return _ask(g.person.may_see(StationModel, model_id), WearPartForm())


@bp.post("")
def add(model_id: int) -> Answer:
    model, form = g.person.may_see(StationModel, model_id), WearPartForm()
    if not form.validate():
        return _ask(model, form)
    note = form.note.data or None
    WearPart.name(model, form.part, g.person, now(), form.months.data, note)
    return register.done(_("The wear part is kept."), _page(model))


@bp.post("/<int:wear_part_id>/removal")
def remove(model_id: int, wear_part_id: int) -> Answer:
    model = g.person.may_see(StationModel, model_id)
    worn = g.person.may_see(WearPart, wear_part_id)
    if worn.model_id != model.id:
        raise NotVisibleError(WearPart.__name__, wear_part_id)
    worn.remove(g.person, now())
    return register.done(_("The wear part is removed."), _page(model))


def _ask(model: StationModel, form: WearPartForm) -> Answer:
    title = f"{_('New wear part')} · {model.title}"
    return register.ask(form, title, _page(model), url_for("wear.add", model_id=model.id))


def _page(model: StationModel) -> str:
    return url_for("models.show", model_id=model.id)
