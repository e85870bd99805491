"""Pages of the checklists: what there is, in which versions, and what is asked in each."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import selectinload

from service.checklists import editing, fields_words, labels
from service.checklists.models import ChecklistTemplate
from service.checklists.template_forms import TemplateForm
from service.checklists.wrong_words import wrong
from service.core import language, register
from service.core.clock import now
from service.core.lists import Column, Filter, Listing
from service.core.register import Answer
from service.core.retired import RetiredError
from service.core.swedish import alphabetical
from service.stations import labels as of_stations
from service.stations.words import Current

bp = Blueprint("checklists", __name__, url_prefix="/checklists")
LOOK = {"draft": "warning", "published": "ok", "retired": "offline"}


@bp.context_processor
def _words() -> dict[str, Any]:
    values = {"labels": labels, "words": fields_words, "wrong": wrong, "look": LOOK}
    return {**values, "currents": of_stations.CURRENT}


@bp.get("")
def index() -> ResponseReturnValue:
    return _listing().answer("checklists/index.html")


@bp.get("/new")
def create_form() -> Answer:
    return register.ask(TemplateForm(), _("New checklist"), url_for("checklists.index"))


@bp.post("")
def create() -> Answer:
    form = TemplateForm()
    if not form.validate():
        return register.ask(form, _("New checklist"), url_for("checklists.index"))
    template = ChecklistTemplate.create(g.person, now(), **form.facts)
    draft = template.write(dict(editing.EMPTY), g.person, now())
    words = _("%(name)s is a draft now. Say what it asks.", name=template.title(language.current()))
    return register.done(words, url_for("editor.show", version_id=draft.id))


@bp.get("/<int:template_id>")
def show(template_id: int) -> str:
    template = _template(template_id)
    return render_template("checklists/show.html", template=template)


@bp.get("/<int:template_id>/edit")
def edit_form(template_id: int) -> Answer:
    template = _template(template_id)
    return register.ask(TemplateForm(template), template.title(language.current()), home(template))


@bp.post("/<int:template_id>")
def edit(template_id: int) -> Answer:
    template = _template(template_id)
    form = TemplateForm(template)
    if not form.validate():
        return register.ask(form, template.title(language.current()), home(template))
    try:
        template.edit(g.person, now(), **form.facts)
    except RetiredError:
        return register.refuse(_retired(), home(template))
    return register.done(_("Saved."), home(template))


@bp.get("/<int:template_id>/copy")
def copy_form(template_id: int) -> Answer:
    template = _template(template_id)
    form = TemplateForm(**_copied(template))
    action = url_for("checklists.copy", template_id=template.id)
    return register.ask(form, _copying(template), home(template), action)


@bp.post("/<int:template_id>/copies")
def copy(template_id: int) -> Answer:
    """A checklist of its own, with what the newest version of this one asks."""
    template, form = _template(template_id), TemplateForm()
    action = url_for("checklists.copy", template_id=template.id)
    if not form.validate():
        return register.ask(form, _copying(template), home(template), action)
    made = ChecklistTemplate.create(g.person, now(), **form.facts)
    newest = template.published or next(iter(template.versions), None)
    draft = made.write(newest.document if newest else dict(editing.EMPTY), g.person, now())
    words = _("%(name)s is a draft now. Change what it asks.", name=made.title(language.current()))
    return register.done(words, url_for("editor.show", version_id=draft.id))


@bp.post("/<int:template_id>/retirement")
def retire(template_id: int) -> Answer:
    template = _template(template_id)
    return register.with_reason(
        lambda why: template.retire(g.person, why, now()),
        _("%(name)s is retired.", name=template.title(language.current())),
        home(template),
        {RetiredError: lambda _wrong: _retired()},
    )


@bp.get("/<int:template_id>/history")
def history(template_id: int) -> str:
    return register.history(_template(template_id), fields_words)


def _template(template_id: int) -> ChecklistTemplate:
    return g.person.may_see(ChecklistTemplate, template_id)  # type: ignore[no-any-return]


def home(template: ChecklistTemplate) -> str:
    return url_for("checklists.show", template_id=template.id)


def _copying(template: ChecklistTemplate) -> str:
    return str(_("Copy of %(name)s", name=template.title(language.current())))


def _copied(template: ChecklistTemplate) -> dict[str, Any]:
    return {
        "title_sv": f"{template.title_sv} (kopia)",
        "title_en": f"{template.title_en} (copy)",
        "current": template.current,
    }


def _retired() -> str:
    return str(_("Nothing was changed: it is retired already."))


def _listing() -> Listing:
    spoken = language.current()
    title = ChecklistTemplate.title_sv if spoken == "sv" else ChecklistTemplate.title_en
    query = ChecklistTemplate.visible_to(g.person)
    currents = [(one.value, word) for one, word in of_stations.CURRENT.items()]
    return Listing(
        name="checklists",
        query=query.options(selectinload(ChecklistTemplate.versions)),
        columns=(
            Column("title", _l("Checklist"), alphabetical(title), lambda one: one.title(spoken)),
            Column("key", _l("Key"), ChecklistTemplate.key),
            Column("current", _l("For stations of"), None, _current),
            Column("published", _l("In force"), None, _in_force),
            Column("draft", _l("Draft"), None, _drafted),
        ),
        search=(ChecklistTemplate.title_sv, ChecklistTemplate.title_en, ChecklistTemplate.key),
        filters=(
            register.in_use_filter(ChecklistTemplate),
            Filter("current", _l("For stations of"), currents, _for_current),
        ),
        sort="title",
        search_hint=_l("Search name, key …"),
    )


def _for_current(query: Any, value: str) -> Any:
    mine = ChecklistTemplate.current == Current(value)
    return query.where(mine | ChecklistTemplate.current.is_(None))


def _current(one: ChecklistTemplate) -> str:
    return str(of_stations.CURRENT[one.current] if one.current else _("AC and DC"))


def _in_force(one: ChecklistTemplate) -> str:
    return f"v{one.published.number}" if one.published else "–"


def _drafted(one: ChecklistTemplate) -> str:
    return f"v{one.draft.number}" if one.draft else "–"
