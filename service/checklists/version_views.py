"""Pages of one version of a checklist: read, published, compared, carried out and in as a file."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from flask import Response, g, render_template, request, url_for
from flask_babel import gettext as _

from service.checklists import comparing, document, editing, fields_words
from service.checklists.comparing import Document
from service.checklists.models import ChecklistTemplate, ChecklistVersion, Limit
from service.checklists.sentences import Names, said, sentence
from service.checklists.template_forms import ImportForm, NotesForm
from service.checklists.template_views import bp, home
from service.checklists.templates import (
    ChecklistError,
    DraftExistsError,
    InvalidDocumentError,
)
from service.core import language, register
from service.core.clock import now
from service.core.register import Answer
from service.core.retired import RetiredError

# All that stands at these addresses, in this file and in the one of the checklists.
pages = bp


@bp.get("/versions/<int:version_id>")
def version(version_id: int) -> str:
    """What it asks, in words."""
    one = _version(version_id)
    return render_template(
        "checklists/version.html",
        version=one,
        names=Names.of_document(one.document),
        sections=editing.sections(one.document),
        says=_says,
        sentence=sentence,
    )


@bp.post("/versions/<int:version_id>/versions")
def new_version(version_id: int) -> Answer:
    one = _version(version_id)
    try:
        draft = one.new_version(g.person, now())
    except (DraftExistsError, RetiredError) as wrong:
        return register.refuse(_why_not(wrong), home(one.template))
    words = _("%(name)s is a draft now. Publish it to use it.", name=_title(draft))
    return register.done(words, url_for("editor.show", version_id=draft.id))


@bp.get("/versions/<int:version_id>/notes")
def notes_form(version_id: int) -> Answer:
    one = _version(version_id)
    return register.ask(NotesForm(one), _title(one), _page(one), _notes(one))


@bp.post("/versions/<int:version_id>/notes")
def notes(version_id: int) -> Answer:
    one = _version(version_id)
    form = NotesForm(one)
    if not form.validate():
        return register.ask(form, _title(one), _page(one), _notes(one))
    return _try(one, lambda: one.edit(g.person, now(), **form.facts), str(_("Saved.")))


@bp.get("/versions/<int:version_id>/publication")
def publish_form(version_id: int) -> str:
    """What is in the way, or what would change for new runs."""
    one = _version(version_id)
    return _publication(one, one.errors)


@bp.post("/versions/<int:version_id>/publication")
def publish(version_id: int) -> Answer:
    one = _version(version_id)
    try:
        one.publish(g.person, now())
    except InvalidDocumentError as wrong:
        return _publication(one, wrong.errors), 422
    except ChecklistError as wrong:
        return register.refuse(_why_not(wrong), _page(one))
    words = _("%(name)s is published. New runs ask it from now on.", name=_title(one))
    return register.done(words, home(one.template))


@bp.post("/versions/<int:version_id>/retirement")
def retire_version(version_id: int) -> Answer:
    one = _version(version_id)
    return register.with_reason(
        lambda why: one.retire(g.person, now(), why),
        _("%(name)s is retired.", name=_title(one)),
        home(one.template),
        {RetiredError: _why_not},
    )


@bp.get("/versions/<int:version_id>/history")
def version_history(version_id: int) -> str:
    return register.history(_version(version_id), fields_words)


@bp.get("/versions/<int:version_id>/document")
def export(version_id: int) -> Response:
    """The document as a file, to be imported elsewhere."""
    one = _version(version_id)
    content = {"template": one.template.key, "number": one.number, "document": one.document}
    words = json.dumps(content, ensure_ascii=False, indent=2)
    name = f"{one.template.key}-v{one.number}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(words, mimetype="application/json", headers=headers)


@bp.route("/<int:template_id>/import", methods=["GET", "POST"])
def import_document(template_id: int) -> Answer:
    """A file becomes the draft: in its place where there is one, else as the next version."""
    template: ChecklistTemplate = g.person.may_see(ChecklistTemplate, template_id)
    form = ImportForm()
    if not form.validate():
        page = render_template("checklists/import.html", template=template, form=form)
        return (page, 422) if form.is_submitted() else page
    draft = template.draft
    try:
        if draft:
            draft.edit(g.person, now(), document=form.document)
        else:
            draft = template.write(form.document, g.person, now())
    except RetiredError as wrong:
        return register.refuse(_why_not(wrong), home(template))
    return register.done(
        _("The file is the draft now."), url_for("editor.show", version_id=draft.id)
    )


@bp.get("/<int:template_id>/comparison")
def compare(template_id: int) -> str:
    """Any two versions; unless said otherwise the newest and the one before it."""
    template: ChecklistTemplate = g.person.may_see(ChecklistTemplate, template_id)
    numbers = {one.number: one for one in template.versions}
    newest = [*numbers, *numbers][:2]
    after = numbers.get(request.args.get("to", type=int) or newest[0] if newest else 0)
    before = numbers.get(request.args.get("from", type=int) or newest[1] if newest else 0)
    return render_template(
        "checklists/compare.html",
        template=template,
        before=before,
        after=after,
        changes=changes_of(before.document, after.document) if before and after else [],
        says=_says,
    )


def changes_of(before: Document, after: Document) -> list[dict[str, Any]]:
    """The differences of two documents, every value in words."""
    old, new = Names.of_document(before), Names.of_document(after)
    return [
        {
            "kind": one.kind,
            "key": one.key,
            "title": _says(one.title),
            "is_section": one.is_section,
            "fields": [
                (fields_words.field(name), *_values(name, was, is_, old, new))
                for name, was, is_ in one.fields
            ],
        }
        for one in comparing.differences(before, after)
    ]


def _values(name: str, was: Any, is_: Any, old: Names, new: Names) -> tuple[str, str]:
    if name == comparing.ORDER:
        return "", str(_("stands elsewhere"))
    return fields_words.told(name, was, old), fields_words.told(name, is_, new)


def _publication(one: ChecklistVersion, errors: dict[str, list[str]]) -> str:
    before = one.template.published
    after = document.with_limits(one.document, {k: it.copied for k, it in Limit.by_key().items()})
    return render_template(
        "checklists/publish.html",
        version=one,
        before=before,
        errors=[(_place(one, path), path, words) for path, words in errors.items()],
        changes=changes_of(before.document, after) if before else [],
    )


def _place(one: ChecklistVersion, path: str) -> dict[str, str]:
    """Where in the editor something wrong is mended, and what that is called."""
    for section in editing.sections(one.document):
        for item in section["items"]:
            if f"{path}.".startswith(f"{editing.path_of(one.document, item['key'])}."):
                return {"item": item["key"], "title": _says(item.get("label"))}
    keys = editing.sections(one.document)
    for number, section in enumerate(keys):
        if f"{path}.".startswith(f"sections[{number}]."):
            return {"section": section["key"], "title": _says(section.get("title"))}
    return {"title": ""}


def _says(words: Any) -> str:
    return said(words, language.current()) or str(_("(no text yet)"))


def _try(one: ChecklistVersion, deed: Callable[[], None], words: str) -> Answer:
    try:
        deed()
    except ChecklistError as wrong:
        return register.refuse(_why_not(wrong), _page(one))
    return register.done(words, _page(one))


def _why_not(wrong: Exception) -> str:
    if isinstance(wrong, DraftExistsError):
        return str(_("Nothing was changed: this checklist has a draft already. Go on with that."))
    if isinstance(wrong, RetiredError):
        return str(_("Nothing was changed: it is retired already."))
    return str(_("Nothing was changed: a published version never changes. Make a new one."))


def _version(version_id: int) -> ChecklistVersion:
    return g.person.may_see(ChecklistVersion, version_id)  # type: ignore[no-any-return]


def _title(one: ChecklistVersion) -> str:
    return one.title(language.current())


def _page(one: ChecklistVersion) -> str:
    return url_for("checklists.version", version_id=one.id)


def _notes(one: ChecklistVersion) -> str:
    return url_for("checklists.notes", version_id=one.id)
