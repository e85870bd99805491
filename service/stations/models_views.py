"""Pages of the station models: what the makers sell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, g, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, func, select

from service.core.clock import now
from service.core.db import db
from service.core.lists import Column, Filter, Listing
from service.core.swedish import alphabetical
from service.stations import labels, pages
from service.stations.forms import ModelForm
from service.stations.models import Station
from service.stations.pages import Answer
from service.stations.register import StationModel

bp = Blueprint("models", __name__, url_prefix="/models")

# What later rooms know of a model. Each panel loads itself from its own room's address.
PANELS = (
    ("wear.of_model", _l("Wear parts")),
    ("recalls.of_model", _l("Advisories and recalls")),
    ("models.history", _l("History")),
)


@bp.get("")
def index() -> ResponseReturnValue:
    return _listing().answer("stations/models.html", labels=labels)


@bp.get("/<int:model_id>")
def show(model_id: int) -> str:
    model = g.person.may_see(StationModel, model_id)
    mine = Station.visible_to(g.person).where(
        Station.model_id == model.id, Station.retired_at.is_(None)
    )
    standing = db.session.scalar(select(func.count()).select_from(mine.subquery()))
    panels = [(pages.address_of(one, model_id=model.id), title) for one, title in PANELS]
    return render_template(
        "stations/model.html",
        model=model,
        standing=standing,
        labels=labels,
        panels=[panel for panel in panels if panel[0]],
    )


@bp.get("/new")
def create_form() -> Answer:
    return pages.ask(ModelForm(), _("New model"), url_for("models.index"))


@bp.post("")
def create() -> Answer:
    form = ModelForm()
    if not form.validate():
        return pages.ask(form, _("New model"), url_for("models.index"))
    model = StationModel.create(g.person, now(), **form.facts)
    db.session.flush()
    return pages.done(_("%(name)s is a model now.", name=model.title), _page(model))


@bp.get("/<int:model_id>/edit")
def edit_form(model_id: int) -> Answer:
    model = g.person.may_see(StationModel, model_id)
    return pages.ask(ModelForm(model), model.title, _page(model))


@bp.post("/<int:model_id>")
def edit(model_id: int) -> Answer:
    model = g.person.may_see(StationModel, model_id)
    form = ModelForm(model)
    if not form.validate():
        return pages.ask(form, model.title, _page(model))
    return pages.changed(lambda: model.edit(g.person, now(), **form.facts), _page(model))


@bp.post("/<int:model_id>/retirement")
def retire(model_id: int) -> Answer:
    model = g.person.may_see(StationModel, model_id)
    return pages.with_reason(
        lambda why: model.retire(g.person, why, now()),
        _("%(name)s is retired.", name=model.title),
        _page(model),
    )


@bp.get("/<int:model_id>/history")
def history(model_id: int) -> str:
    return pages.history(g.person.may_see(StationModel, model_id))


def _page(model: StationModel) -> str:
    return url_for("models.show", model_id=model.id)


def _listing() -> Listing:
    mine = Station.visible_to(g.person).where(
        Station.model_id == StationModel.id, Station.retired_at.is_(None)
    )
    counted = mine.with_only_columns(func.count(Station.id)).correlate(StationModel)
    stations = counted.scalar_subquery().label("stations")
    return Listing(
        name="models",
        query=StationModel.visible_to(g.person).add_columns(stations),
        columns=(
            Column("maker", _l("Maker"), _by_maker(), _of("maker")),
            Column("name", _l("Name"), alphabetical(StationModel.name), _of("name")),
            # On the page it stands with the name, as does who has read what.
            Column(
                "article_number", _l("Article number"), None, _of("article_number"), False, False
            ),
            Column("current", _l("Current"), None, _of("current")),
            Column("power_kw", _l("Power (kW)"), StationModel.power_kw, _of("power_kw"), True),
            Column("connectors", _l("Connectors"), None, _of("connectors"), number=True),
            *(_of_service() if g.person.sees_all else ()),
            Column("stations", _l("Stations"), stations, number=True),
        ),
        search=(StationModel.maker, StationModel.name, StationModel.article_number),
        filters=(
            Filter("current", _l("Current"), list(labels.CURRENT.items()), _with_current),
            *((_verified_filter(),) if g.person.sees_all else ()),
            pages.in_use_filter(StationModel),
        ),
        sort="maker",
        search_hint=_l("Search maker, name, article …"),
    )


def _of_service() -> tuple[Column, Column]:
    """What a customer's person is not shown."""
    months, read = StationModel.visit_months, StationModel.verified_at
    return (
        Column("visit_months", _l("Visit every (months)"), months, _of("visit_months"), True),
        Column("verified_at", _l("Verified"), read, _of("verified_at"), on_page=False),
    )


def _verified_filter() -> Filter:
    choices = (("yes", _l("verified")), ("no", _l("default")))
    return Filter("verified", _l("Its service"), choices, _with_verified)


def _with_verified(query: Select[Any], value: str) -> Select[Any]:
    unread = StationModel.verified_at.is_(None)
    return query.where(unread if value == "no" else ~unread)


def _by_maker() -> tuple[Any, Any]:
    return alphabetical(StationModel.maker), alphabetical(StationModel.name)


def _with_current(query: Select[Any], value: str) -> Select[Any]:
    return query.where(StationModel.current == value)


def _of(name: str) -> Callable[[Any], Any]:
    return lambda row: getattr(row.StationModel, name)
