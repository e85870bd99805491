"""Pages of the kits: what is packed for one kind of work."""

from __future__ import annotations

from flask import Blueprint, g, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from service.core import register
from service.core.clock import now
from service.core.lists import Column, Listing
from service.core.register import Answer
from service.core.swedish import alphabetical
from service.parts import labels
from service.parts.forms import KitForm, KitLineForm
from service.parts.models import Kit, KitLine
from service.people.models import NotVisibleError

bp = Blueprint("kits", __name__, url_prefix="/kits")


@bp.get("")
def index() -> ResponseReturnValue:
    return _listing().answer("parts/kits.html")


@bp.get("/<int:kit_id>")
def show(kit_id: int) -> Answer:
    return _show(g.person.may_see(Kit, kit_id), KitLineForm())


@bp.get("/new")
def create_form() -> Answer:
    return register.ask(KitForm(), _("New kit"), url_for("kits.index"))


@bp.post("")
def create() -> Answer:
    form = KitForm()
    if not form.validate():
        return register.ask(form, _("New kit"), url_for("kits.index"))
    kit = Kit.create(g.person, now(), **form.facts)
    return register.done(_("%(name)s is a kit now. Pack its parts.", name=kit.title), _page(kit))


@bp.get("/<int:kit_id>/edit")
def edit_form(kit_id: int) -> Answer:
    kit = g.person.may_see(Kit, kit_id)
    return register.ask(KitForm(kit), kit.title, _page(kit))


@bp.post("/<int:kit_id>")
def edit(kit_id: int) -> Answer:
    kit = g.person.may_see(Kit, kit_id)
    form = KitForm(kit)
    if not form.validate():
        return register.ask(form, kit.title, _page(kit))
    kit.edit(g.person, now(), **form.facts)
    return register.done(_("Saved."), _page(kit))


@bp.post("/<int:kit_id>/lines")
def put_in(kit_id: int) -> Answer:
    kit, form = g.person.may_see(Kit, kit_id), KitLineForm()
    if not form.validate():
        return _show(kit, form)
    kit.put_in(form.part, form.quantity.data, g.person, now())
    return register.done(_("%(part)s is packed.", part=form.part.title), _page(kit))


@bp.post("/<int:kit_id>/lines/<int:line_id>/removal")
def take_out(kit_id: int, line_id: int) -> Answer:
    kit = g.person.may_see(Kit, kit_id)
    line = next((one for one in kit.lines if one.id == line_id), None)
    if line is None:
        raise NotVisibleError(KitLine.__name__, line_id)
    kit.take_out(line, g.person, now())
    return register.done(_("%(part)s is taken out.", part=line.part.title), _page(kit))


@bp.post("/<int:kit_id>/retirement")
def retire(kit_id: int) -> Answer:
    kit = g.person.may_see(Kit, kit_id)
    return register.with_reason(
        lambda why: kit.retire(g.person, why, now()),
        _("%(name)s is retired.", name=kit.title),
        _page(kit),
    )


@bp.get("/<int:kit_id>/history")
def history(kit_id: int) -> str:
    return register.history(g.person.may_see(Kit, kit_id), labels)


def _page(kit: Kit) -> str:
    return url_for("kits.show", kit_id=kit.id)


def _show(kit: Kit, form: KitLineForm) -> Answer:
    page = render_template("parts/kit.html", kit=kit, form=form, labels=labels)
    return (page, 422) if form.is_submitted() else page


def _listing() -> Listing:
    packed = select(func.count()).where(KitLine.kit_id == Kit.id)
    parts = packed.scalar_subquery().label("parts")
    return Listing(
        name="kits",
        query=Kit.visible_to(g.person).add_columns(parts),
        columns=(
            Column("code", _l("Code"), alphabetical(Kit.code), lambda row: row.Kit.code),
            Column("name", _l("Name"), alphabetical(Kit.name), lambda row: row.Kit.name),
            Column("parts", _l("Parts"), parts, number=True),
        ),
        search=(Kit.code, Kit.name),
        filters=(register.in_use_filter(Kit),),
        sort="code",
        search_hint=_l("Search code, name …"),
    )
