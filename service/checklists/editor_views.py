"""The editor of a draft: its sections and items, each saved as it is typed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from flask import Blueprint, Response, g, render_template, request, url_for
from flask_babel import gettext as _

from service.checklists import editing, fields_words, labels
from service.checklists.item_forms import OF_TYPE, ItemForm, SectionForm
from service.checklists.models import ChecklistVersion
from service.checklists.sentences import Names, said, sentence
from service.checklists.templates import NotADraftError
from service.checklists.words import ItemType, SectionPer, VersionState
from service.checklists.wrong_words import wrong
from service.core import language, register
from service.core.clock import now
from service.core.db import db
from service.core.register import Answer

bp = Blueprint("editor", __name__, url_prefix="/checklists/versions/<int:version_id>/editor")

STEPS = {"up": -1, "down": 1}
Edit = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass
class Desk:
    """A draft under somebody's hands."""

    version: ChecklistVersion
    section_key: str = ""
    item_key: str = ""
    form: Any = None
    is_saved: bool = False
    errors: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.errors = self.version.errors

    @property
    def document(self) -> dict[str, Any]:
        return self.version.document

    @property
    def sections(self) -> list[dict[str, Any]]:
        return editing.sections(self.document)

    @cached_property
    def names(self) -> Names:
        return Names.of_document(self.document)

    def says(self, words: Any) -> str:
        return said(words, language.current()) or str(_("(no text yet)"))

    def wrong(self, key: str, is_section: bool = False) -> int:
        """How many things of it are in the way of the publication."""
        path = self._section_path(key) if is_section else editing.path_of(self.document, key)
        mine = [one for one in self.errors if path and (one == path or one.startswith(f"{path}."))]
        if is_section:
            mine = [one for one in mine if ".items[" not in one]
        return len(mine)

    def _section_path(self, key: str) -> str:
        keys = [one["key"] for one in self.sections]
        return f"sections[{keys.index(key)}]" if key in keys else ""

    def open(self) -> None:
        """The form of what was chosen, with what is wrong beside its fields."""
        item = editing.item_of(self.document, self.item_key)
        section = editing.section_of(self.document, self.section_key)
        if item is not None:
            self.form = ItemForm(item, self.document, formdata=None)
            self.mark(editing.path_of(self.document, self.item_key))
        elif section is not None:
            self.form = SectionForm(section, self.document, formdata=None)
            self.mark(self._section_path(self.section_key))

    def mark(self, path: str) -> None:
        """What the document's rules say, beside the fields that it is about."""
        elsewhere = []
        for one, words in self.errors.items():
            name = one.removeprefix(f"{path}.")
            if not one.startswith(path) or name.startswith("items["):
                continue
            known = next((n for n in _names(name) if n in self.form), None)
            if known:
                said = [wrong(word) for word in words]
                self.form[known].errors = [*self.form[known].errors, *said]
            else:
                elsewhere += [
                    f"{fields_words.field(_names(name)[-1])}: {wrong(word)}" for word in words
                ]
        self.form.elsewhere = elsewhere


def _names(path: str) -> list[str]:
    """A field of the form that a path means: `label.en` is `label_en`, `photo_if[0]` `photo_if`."""
    plain = path.partition("[")[0]
    first = plain.partition(".")[0]
    return [plain.replace(".", "_"), f"{first}_sv", first]


@bp.get("")
def show(version_id: int) -> Answer:
    desk = Desk(_version(version_id), request.args.get("section", ""), request.args.get("item", ""))
    if desk.version.state is not VersionState.DRAFT:
        return register.refuse(_not_a_draft(), _home(desk.version))
    desk.open()
    return _page(desk)


@bp.post("/sections")
def add_section(version_id: int) -> Answer:
    version = _version(version_id)
    taken = {one["key"] for one in editing.sections(version.document)}
    title = {one: request.form.get(f"title_{one}", "").strip()[:200] for one in ("sv", "en")}
    key = editing.free_key(title["en"] or title["sv"], taken, "section")
    section = {"key": key, "title": title, "per": SectionPer.STATION.value}
    return _edit(version, lambda it: editing.add_section(it, section), section=key)


@bp.post("/sections/<key>")
def section(version_id: int, key: str) -> Answer:
    version = _version(version_id)
    there = editing.section_of(version.document, key)
    if there is None:
        return _gone(version)
    form = SectionForm(there, version.document)
    if not form.validate():
        return _page(Desk(version, section_key=key, form=form))
    facts = form.facts
    return _edit(version, lambda it: editing.change_section(it, key, facts), section=key)


@bp.post("/sections/<key>/place")
def move_section(version_id: int, key: str) -> Answer:
    step = STEPS.get(request.form.get("step", ""), 0)
    edit: Edit = lambda it: editing.move_section(it, key, step)  # noqa: E731
    return _edit(_version(version_id), edit, **_chosen())


@bp.post("/sections/<key>/removal")
def remove_section(version_id: int, key: str) -> Answer:
    return _edit(_version(version_id), lambda it: editing.remove_section(it, key))


@bp.post("/sections/<key>/items")
def add_item(version_id: int, key: str) -> Answer:
    version = _version(version_id)
    if editing.section_of(version.document, key) is None:
        return _gone(version)
    taken = {item["key"] for _section, item in editing.items(version.document)}
    label = {one: request.form.get(f"label_{one}", "").strip()[:200] for one in ("sv", "en")}
    kind = request.form.get("type", "")
    kind = kind if kind in set(ItemType) else ItemType.VERDICT.value
    name = editing.free_key(f"{key}.{label['en'] or label['sv'] or 'item'}", taken, "item")
    item = {"key": name, "label": label, "type": kind, "required": True}
    return _edit(version, lambda it: editing.add_item(it, key, item), item=name)


@bp.post("/items/<key>")
def item(version_id: int, key: str) -> Answer:
    """Whatever of it can be kept is kept, even where something else cannot."""
    version = _version(version_id)
    there = editing.item_of(version.document, key)
    if there is None:
        return _gone(version)
    form = ItemForm(there, version.document)
    is_right = form.validate()
    facts = form.without_wrong(form.facts)
    taken = {one["key"] for _section, one in editing.items(version.document)} - {key}
    if facts.get("key") in taken:
        form.refuse("key", _("Another item of this checklist has this key."))
        is_right, facts = False, facts | {"key": key}
    edit: Edit = lambda it: editing.change_item(it, key, facts)  # noqa: E731
    if is_right:
        return _edit(version, edit, item=facts["key"])
    return _kept(version, edit) or _page(Desk(version, item_key=facts.get("key", key), form=form))


@bp.post("/items/<key>/place")
def move_item(version_id: int, key: str) -> Answer:
    step = STEPS.get(request.form.get("step", ""), 0)
    edit: Edit = lambda it: editing.move_item(it, key, step)  # noqa: E731
    return _edit(_version(version_id), edit, **_chosen())


@bp.post("/items/<key>/removal")
def remove_item(version_id: int, key: str) -> Answer:
    version = _version(version_id)
    home = editing.home_of(version.document, key)
    edit: Edit = lambda it: editing.remove_item(it, key)  # noqa: E731
    return _edit(version, edit, section=home["key"] if home else "")


def _version(version_id: int) -> ChecklistVersion:
    """The draft, held until this request is over: two editors do not lose each other's items."""
    version = g.person.may_see(ChecklistVersion, version_id)
    if request.method == "POST":
        db.session.refresh(version, with_for_update={"of": ChecklistVersion})
    return version  # type: ignore[no-any-return]


def _chosen() -> dict[str, str]:
    """What stays open while something else is moved."""
    return {name: request.form.get(name, "") for name in ("section", "item")}


def _edit(version: ChecklistVersion, edit: Edit, section: str = "", item: str = "") -> Answer:
    if answer := _kept(version, edit):
        return answer
    if not request.headers.get("HX-Request"):
        chosen = {"section": section or None, "item": item or None}
        return register.done(_("Saved."), _editor(version, **chosen))
    desk = Desk(version, section, item, is_saved=True)
    desk.open()
    return _page(desk)


def _kept(version: ChecklistVersion, edit: Edit) -> Answer | None:
    """Nothing where it was kept; what to answer where it cannot be any more."""
    try:
        version.edit(g.person, now(), document=edit(version.document))
    except NotADraftError:
        return _leave(_not_a_draft(), _home(version))
    db.session.commit()
    return None


def _page(desk: Desk) -> Answer:
    is_part = bool(request.headers.get("HX-Request"))
    page = render_template(
        "checklists/_editor.html" if is_part else "checklists/editor.html",
        desk=desk,
        version=desk.version,
        labels=labels,
        words=fields_words,
        of_type=OF_TYPE,
        sentence=sentence,
    )
    is_wrong = desk.form is not None and request.method == "POST" and not desk.is_saved
    return (page, 422) if is_wrong else page


def _gone(version: ChecklistVersion) -> Answer:
    return _leave(_("It is not there any more: somebody has removed it."), _editor(version))


def _leave(words: str, address: str) -> Answer:
    """To another page, also from a part of this one."""
    answer = register.refuse(words, address)
    if request.headers.get("HX-Request"):
        return Response(headers={"HX-Redirect": address})
    return answer


def _not_a_draft() -> str:
    return str(_("Nothing was changed: a published version never changes. Make a new one."))


def _home(version: ChecklistVersion) -> str:
    return url_for("checklists.version", version_id=version.id)


def _editor(version: ChecklistVersion, **chosen: Any) -> str:
    return url_for("editor.show", version_id=version.id, **chosen)
