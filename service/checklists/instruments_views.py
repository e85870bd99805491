"""Pages of the instruments: who carries which, and until when each can be trusted."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, g, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select
from sqlalchemy.orm import contains_eager

from service.checklists import calibration, fields_words, labels
from service.checklists.models import Instrument
from service.checklists.register_forms import InstrumentForm
from service.core import dates, register
from service.core.clock import now
from service.core.lists import Column, Filter, Listing
from service.core.register import Answer
from service.core.swedish import alphabetical
from service.people.models import Person

bp = Blueprint("instruments", __name__, url_prefix="/instruments")


@bp.context_processor
def _words() -> dict[str, Any]:
    return {"labels": labels, "words": fields_words, "standing": standing}


@bp.get("")
def index() -> ResponseReturnValue:
    soon = calibration.expiring(_today())
    return _listing().answer("checklists/instruments.html", soon=soon)


@bp.get("/new")
def create_form() -> Answer:
    return register.ask(InstrumentForm(), _("New instrument"), url_for("instruments.index"))


@bp.post("")
def create() -> Answer:
    form = InstrumentForm()
    if not form.validate():
        return register.ask(form, _("New instrument"), url_for("instruments.index"))
    one = Instrument.create(g.person, now(), **form.facts)
    return register.done(_("%(name)s is an instrument now.", name=one.title), _page(one))


@bp.get("/<int:instrument_id>")
def show(instrument_id: int) -> str:
    return render_template("checklists/instrument.html", one=_instrument(instrument_id))


@bp.get("/<int:instrument_id>/edit")
def edit_form(instrument_id: int) -> Answer:
    one = _instrument(instrument_id)
    return register.ask(InstrumentForm(one), one.title, _page(one))


@bp.post("/<int:instrument_id>")
def edit(instrument_id: int) -> Answer:
    one = _instrument(instrument_id)
    form = InstrumentForm(one)
    if one.retired_at:
        return register.refuse(_("Nothing was changed: it is retired already."), _page(one))
    if not form.validate():
        return register.ask(form, one.title, _page(one))
    one.edit(g.person, now(), **form.facts)
    return register.done(_("Saved."), _page(one))


@bp.post("/<int:instrument_id>/retirement")
def retire(instrument_id: int) -> Answer:
    one = _instrument(instrument_id)
    if one.retired_at:
        return register.refuse(_("Nothing was changed: it is retired already."), _page(one))
    return register.with_reason(
        lambda why: one.retire(g.person, why, now()),
        _("%(name)s is retired.", name=one.title),
        _page(one),
    )


@bp.get("/<int:instrument_id>/history")
def history(instrument_id: int) -> str:
    return register.history(_instrument(instrument_id), fields_words)


def standing(one: Instrument) -> tuple[str, Any]:
    """Shape and word of its calibration today."""
    until, today = one.calibrated_until, _today()
    if until is None:
        return "unknown", _("not calibrated")
    if until < today:
        return "fault", _("expired")
    return (
        ("warning", _("expires soon"))
        if until <= today + calibration.EARLY
        else ("ok", _("calibrated"))
    )


def _instrument(instrument_id: int) -> Instrument:
    return g.person.may_see(Instrument, instrument_id)  # type: ignore[no-any-return]


def _page(one: Instrument) -> str:
    return url_for("instruments.show", instrument_id=one.id)


def _today() -> date:
    return dates.today(now())


def _listing() -> Listing:
    query = Instrument.visible_to(g.person).outerjoin(Instrument.person)
    standings = (("soon", _l("expired or soon")), ("mine", _l("carried by me")))
    return Listing(
        name="instruments",
        query=query.options(contains_eager(Instrument.person)),
        columns=(
            Column("make", _l("Maker"), alphabetical(Instrument.make)),
            Column("model", _l("Model"), alphabetical(Instrument.model)),
            Column("serial", _l("Serial number"), Instrument.serial),
            Column("kind", _l("Kind"), None, lambda one: str(labels.INSTRUMENT[one.kind])),
            Column("calibrated_until", _l("Calibrated until"), Instrument.calibrated_until),
            Column(
                "person",
                _l("Carried by"),
                Person.name,
                lambda one: one.person.name if one.person else "",
            ),
        ),
        search=(Instrument.make, Instrument.model, Instrument.serial, Person.name),
        filters=(
            register.in_use_filter(Instrument),
            Filter("standing", _l("Calibration"), standings, _standing),
        ),
        sort="calibrated_until",
        search_hint=_l("Search maker, model, serial number, name …"),
    )


def _standing(query: Select[Any], value: str) -> Select[Any]:
    if value == "mine":
        return query.where(Instrument.person_id == g.person.id)
    return query.where(Instrument.calibrated_until <= _today() + calibration.EARLY)
