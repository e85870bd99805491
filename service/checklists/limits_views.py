"""Pages of the limits: what is allowed, who says so, and since when."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from service.checklists import editing, fields_words
from service.checklists.models import ChecklistTemplate, Limit
from service.checklists.register_forms import LimitForm
from service.checklists.sources import source
from service.core import dates, register
from service.core.clock import now
from service.core.db import db
from service.core.lists import Column, Listing
from service.core.register import Answer
from service.stations import labels as of_stations

bp = Blueprint("limits", __name__, url_prefix="/limits")


@bp.context_processor
def _words() -> dict[str, Any]:
    return {"words": fields_words, "evidence": of_stations.EVIDENCE}


@bp.get("")
def index() -> ResponseReturnValue:
    return _listing().answer("checklists/limits.html")


@bp.get("/<int:limit_id>")
def show(limit_id: int) -> str:
    limit = _limit(limit_id)
    return render_template("checklists/limit.html", limit=limit, used=_used(limit))


@bp.get("/<int:limit_id>/edit")
def edit_form(limit_id: int) -> Answer:
    limit = _limit(limit_id)
    form = LimitForm(limit, valid_from=dates.today(now()))
    return register.ask(form, limit.key, _page(limit), about=_about())


@bp.post("/<int:limit_id>")
def edit(limit_id: int) -> Answer:
    limit = _limit(limit_id)
    form = LimitForm(limit)
    if not form.validate():
        return register.ask(form, limit.key, _page(limit), about=_about())
    limit.edit(g.person, now(), form.reason.data, **form.facts)
    return register.done(_("Saved. It counts from the next publication on."), _page(limit))


@bp.get("/<int:limit_id>/history")
def history(limit_id: int) -> str:
    return register.history(_limit(limit_id), fields_words)


def _limit(limit_id: int) -> Limit:
    return g.person.may_see(Limit, limit_id)  # type: ignore[no-any-return]


def _page(limit: Limit) -> str:
    return url_for("limits.show", limit_id=limit.id)


def _about() -> str:
    return str(_("Published checklists keep the numbers that they have; runs stay on them."))


def _used(limit: Limit) -> list[Any]:
    """The versions in force or in work that name it."""
    found = []
    for template in db.session.scalars(ChecklistTemplate.in_use()):
        for version in (template.published, template.draft):
            if version and limit.key in _named(version.document):
                found.append(version)
    return found


def _named(document: dict[str, Any]) -> set[Any]:
    return {item.get("limit") for _section, item in editing.items(document)}


def _listing() -> Listing:
    return Listing(
        name="limits",
        query=Limit.visible_to(g.person),
        columns=(
            Column("key", _l("Key"), Limit.key),
            Column("numbers", _l("Limit"), None, fields_words.limit_words, in_file=False),
            Column("unit", _l("Unit"), None, on_page=False),
            *(
                Column(name, fields_words.field(name), None, on_page=False, number=True)
                for name in ("min", "max", "warn_min", "warn_max", "plausible_min", "plausible_max")
            ),
            Column("source", _l("Source"), Limit.source, lambda one: source(one.source)),
            Column("evidence", _l("Evidence"), None, _evidence),
            Column("valid_from", _l("Valid from"), Limit.valid_from),
            Column("note", _l("Note"), None, on_page=False),
        ),
        search=(Limit.key, Limit.source, Limit.note),
        sort="key",
        search_hint=_l("Search key, source …"),
    )


def _evidence(limit: Limit) -> str:
    return str(of_stations.EVIDENCE[limit.evidence])
