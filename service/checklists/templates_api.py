"""Checklists and their versions in the JSON API."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from flask import g
from marshmallow import fields

from service.checklists import editing
from service.checklists.models import ChecklistTemplate, ChecklistVersion
from service.checklists.template_forms import errors_of, free_key
from service.checklists.templates import (
    DraftExistsError,
    InvalidDocumentError,
    NotADraftError,
)
from service.checklists.words import VersionState
from service.core import clock, problems
from service.core.collection import Collection
from service.core.db import db
from service.core.fields import (
    Body,
    Flag,
    Instant,
    Shown,
    Text,
    WholeText,
    Why,
    Words,
    choice,
    one_of,
)
from service.core.paging import Listed, by, page, page_of, search
from service.core.problems import ProblemError, already_exists, refuse_retired, wrong_field
from service.people.api import seen
from service.people.models import Person
from service.stations.words import Current

DOCUMENT = "Sections and items, as a version is exported. What is wrong in it is told by path."

problems.means(
    NotADraftError,
    lambda _: ProblemError(
        409, "A published version never changes. Make a new one.", "wrong-state"
    ),
)
problems.means(
    DraftExistsError,
    lambda _: ProblemError(409, "This checklist has a draft already.", "wrong-state"),
)
problems.means(InvalidDocumentError, lambda wrong: _invalid(wrong.errors))


class VersionShape(Shown):
    id = fields.Integer()
    template_id = fields.Integer()
    number = fields.Integer()
    state = choice(VersionState)
    notes = fields.String(allow_none=True)
    created_at = Instant()
    published_at = Instant(allow_none=True)
    published_by_id = fields.Integer(allow_none=True)
    retired_at = Instant(allow_none=True)


class OwnVersionShape(VersionShape):
    """A version in the list of its checklist."""


class VersionDetail(VersionShape):
    document = fields.Dict(keys=fields.String(), metadata={"description": DOCUMENT})


class TemplateShape(Shown):
    id = fields.Integer()
    key = fields.String(metadata={"description": "What the tasks of plans name."})
    title_sv = fields.String()
    title_en = fields.String()
    current = choice(Current, allow_none=True)
    is_default = fields.Boolean()
    published_version_id = fields.Function(lambda one: one.published.id if one.published else None)
    draft_version_id = fields.Function(lambda one: one.draft.id if one.draft else None)
    created_at = Instant()
    retired_at = Instant(allow_none=True)


class TemplateFacts(Body):
    title_sv = Words(120)
    title_en = Words(120)
    current = choice(Current, allow_none=True)
    is_default = Flag()


class NewTemplate(TemplateFacts):
    key = Text(120, metadata={"description": "Small letters, digits, - and _; or none."})
    title_sv = Words(120, required=True)
    title_en = Words(120, required=True)
    document = fields.Dict(metadata={"description": DOCUMENT})


class NewVersion(Body):
    document = fields.Dict(
        metadata={"description": "Without one, that of the newest published version."}
    )
    notes = Text(2000, allow_none=True)


class VersionFacts(Body):
    document = fields.Dict(metadata={"description": DOCUMENT})
    notes = Text(2000, allow_none=True)


class TemplateQuery(Listed):
    q = search(
        "Part of the name or the key.",
        ChecklistTemplate.title_sv,
        ChecklistTemplate.title_en,
        ChecklistTemplate.key,
    )
    key = by(ChecklistTemplate.key, Text(120))
    current = by(ChecklistTemplate.current, choice(Current))
    shown = by(
        lambda word: ChecklistTemplate.retired_at.is_(None).is_(word == "in_use"),
        fields.String(validate=one_of("in_use", "retired")),
    )


class VersionQuery(Listed):
    state = by(ChecklistVersion.state, choice(VersionState))
    template_id = by(ChecklistVersion.template_id, WholeText())


templates = Collection(
    "checklist-templates",
    "Checklists: what is asked and measured at a station, version by version.",
    ChecklistTemplate,
    TemplateShape,
    "checklist template",
)
templates.lists(TemplateQuery)
templates.shows()


@templates.creation(NewTemplate)
def create_template(by: Person, at: datetime, **asked: Any) -> ChecklistTemplate:
    """Create a checklist, with the draft of its first version."""
    document = _document(asked.pop("document", None))
    asked["key"] = asked.get("key") or free_key(asked["title_en"])
    _refuse_key(asked["key"])
    _refuse_default(asked.get("is_default"), asked.get("current"))
    template = ChecklistTemplate.create(by, at, **asked)
    template.write(document or dict(editing.EMPTY), by, at)
    return template


@templates.change(TemplateFacts)
def change_template(template: ChecklistTemplate, by: Person, at: datetime, **asked: Any) -> None:
    """Change what a checklist is called and which stations it is for."""
    _refuse_default(
        asked.get("is_default", template.is_default), asked.get("current", template.current)
    )
    template.edit(by, at, **asked)


@templates.verb("retirement", Why)
def retire_template(template: ChecklistTemplate, by: Person, at: datetime, reason: str) -> None:
    """Give it to no new run. Runs that have begun stay on it."""
    template.retire(by, reason, at)


@templates.verb("versions", NewVersion, VersionDetail, 201)
def create_version(
    template: ChecklistTemplate, by: Person, at: datetime, **asked: Any
) -> ChecklistVersion:
    """Make a draft of the next version."""
    newest = template.published or next(iter(template.versions), None)
    usual = newest.document if newest else dict(editing.EMPTY)
    draft = template.write(_document(asked.get("document")) or usual, by, at)
    draft.notes = asked.get("notes")
    return draft


versions = Collection(
    "checklist-versions",
    "The versions of checklists, each with its document. A published one never changes.",
    ChecklistVersion,
    VersionShape,
    "checklist version",
    detail=VersionDetail,
    newest_first=True,
)
versions.lists(VersionQuery)
versions.shows()


@versions.change(VersionFacts)
def change_version(version: ChecklistVersion, by: Person, at: datetime, **asked: Any) -> None:
    """Change a draft: its document, or what is new in it."""
    if "document" in asked:
        asked["document"] = _document(asked["document"])
    version.edit(by, at, **asked)


@versions.verb("publication")
def publish_version(version: ChecklistVersion, by: Person, at: datetime) -> None:
    """Publish a draft: new runs ask it from now on, with the limits as they are today."""
    version.publish(by, at)


@versions.verb("retirement", Why)
def retire_version(version: ChecklistVersion, by: Person, at: datetime, reason: str) -> None:
    """Let no new run begin with it. A draft is given up."""
    version.retire(by, at, reason)


@templates.get(
    "/checklist-templates/<int:template_id>/versions", page_of(OwnVersionShape), VersionQuery
)
def list_versions_of(asked: dict[str, Any], template_id: int) -> dict[str, Any]:
    """List the versions of one checklist, newest first."""
    template = seen(ChecklistTemplate, template_id)
    mine = ChecklistVersion.visible_to(g.person).where(ChecklistVersion.template_id == template.id)
    if "state" in asked:
        mine = mine.where(ChecklistVersion.state == asked["state"])
    return page(ChecklistVersion, mine, asked, newest_first=True)


@versions.post("/checklist-versions/<int:version_id>/versions", VersionDetail)
def copy_version(version_id: int) -> ChecklistVersion:
    """Make a draft with the document of this version."""
    version = seen(ChecklistVersion, version_id)
    refuse_retired(version.template)
    draft = version.new_version(g.person, clock.now())
    db.session.commit()
    return draft


def _document(found: Any) -> Any:
    """What is sent is kept as it is, or refused by path."""
    if found is not None and (errors := errors_of(found)):
        raise _invalid(errors)
    return found


def _invalid(errors: dict[str, list[str]]) -> ProblemError:
    told = {f"document.{path}": words for path, words in errors.items()}
    return ProblemError(422, "The document cannot be used: see errors.", errors=told)


def _refuse_key(key: str) -> None:
    if not re.fullmatch(r"[a-z0-9_-]+", key):
        raise wrong_field("key", "Small letters, digits, - and _.")
    if ChecklistTemplate.with_key(key):
        raise already_exists("There is a checklist with this key already.", "key")


def _refuse_default(is_default: Any, current: Any) -> None:
    if is_default and current is None:
        raise wrong_field("current", "Say for which kind of station: ac or dc.")
