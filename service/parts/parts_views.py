"""Pages of the parts."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from service.core import register
from service.core.clock import now
from service.core.db import db
from service.core.lists import Column, Listing
from service.core.register import Answer
from service.core.swedish import alphabetical
from service.parts import labels
from service.parts.forms import PartForm
from service.parts.models import Kit, KitLine, Part, WearPart
from service.stations.register import StationModel

bp = Blueprint("parts", __name__, url_prefix="/parts")


@bp.get("")
def index() -> ResponseReturnValue:
    return _listing().answer("parts/parts.html", labels=labels)


@bp.get("/<int:part_id>")
def show(part_id: int) -> str:
    part = g.person.may_see(Part, part_id)
    packed = select(KitLine).join(KitLine.kit).where(KitLine.part_id == part.id)
    worn = select(WearPart).join(WearPart.model).where(WearPart.part_id == part.id)
    by_name = (StationModel.maker, StationModel.name)
    return render_template(
        "parts/part.html",
        part=part,
        labels=labels,
        packed=db.session.scalars(packed.order_by(Kit.code).options(joinedload(KitLine.kit))).all(),
        worn=db.session.scalars(worn.order_by(*by_name).options(joinedload(WearPart.model))).all(),
    )


@bp.get("/new")
def create_form() -> Answer:
    return register.ask(PartForm(), _("New part"), url_for("parts.index"))


@bp.post("")
def create() -> Answer:
    form = PartForm()
    if not form.validate():
        return register.ask(form, _("New part"), url_for("parts.index"))
    part = Part.create(g.person, now(), **form.facts)
    return register.done(_("%(name)s is a part now.", name=part.title), _page(part))


@bp.get("/<int:part_id>/edit")
def edit_form(part_id: int) -> Answer:
    part = g.person.may_see(Part, part_id)
    return register.ask(PartForm(part), part.title, _page(part))


@bp.post("/<int:part_id>")
def edit(part_id: int) -> Answer:
    part = g.person.may_see(Part, part_id)
    form = PartForm(part)
    if not form.validate():
        return register.ask(form, part.title, _page(part))
    part.edit(g.person, now(), **form.facts)
    return register.done(_("Saved."), _page(part))


@bp.post("/<int:part_id>/retirement")
def retire(part_id: int) -> Answer:
    part = g.person.may_see(Part, part_id)
    return register.with_reason(
        lambda why: part.retire(g.person, why, now()),
        _("%(name)s is retired.", name=part.title),
        _page(part),
    )


@bp.get("/<int:part_id>/history")
def history(part_id: int) -> str:
    return register.history(g.person.may_see(Part, part_id), labels)


def _page(part: Part) -> str:
    return url_for("parts.show", part_id=part.id)


def _listing() -> Listing:
    return Listing(
        name="parts",
        query=Part.visible_to(g.person),
        columns=(
            Column("number", _l("Number"), alphabetical(Part.number)),
            Column("name", _l("Name"), alphabetical(Part.name)),
            Column("maker", _l("Maker"), alphabetical(Part.maker)),
            Column("unit", _l("Unit"), None, _unit),
            Column("price", _l("Price (kr)"), Part.price_ore, _kronor, number=True),
            Column("vat_percent", _l("VAT (%)"), None, number=True),
            Column("notes", _l("Notes"), None, on_page=False),
        ),
        search=(Part.number, Part.name, Part.maker),
        filters=(register.in_use_filter(Part),),
        sort="number",
        search_hint=_l("Search number, name, maker …"),
    )


def _unit(part: Part) -> str:
    return str(labels.UNIT[part.unit])


def _kronor(part: Part) -> Any:
    return None if part.price_ore is None else part.price_ore / 100
