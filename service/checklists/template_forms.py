"""What may be typed about a checklist, and a version of it from a file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, Length, Regexp

from service.checklists import document, editing
from service.checklists.models import ChecklistTemplate, Limit
from service.core.forms import WebForm
from service.core.register import RegisterForm
from service.stations import labels as register
from service.stations.words import Current

SHORT = Length(max=120)
MOST_BYTES = 1024 * 1024


def _current(value: Any) -> Current | None:
    return Current(value) if value not in (None, "", "None") else None


class TemplateForm(RegisterForm):
    hints = {
        "key": _l("Plans and programs name it by its key. Left empty, it is made of the name."),
        "is_default": _l("One for AC and one for DC: the one before it steps aside."),
    }

    title_sv = StringField(_l("Name in Swedish"), [DataRequired(), SHORT])
    title_en = StringField(_l("Name in English"), [DataRequired(), SHORT])
    current = SelectField(_l("For stations of"), coerce=_current)
    is_default = BooleanField(_l("Used where nothing else is named"))
    key = StringField(
        _l("Key"),
        [SHORT, Regexp(r"[a-z0-9_-]*$", message=_l("Small letters, digits and dashes."))],
    )

    def __init__(self, row: ChecklistTemplate | None = None, **values: Any) -> None:
        super().__init__(row, **values)
        self.current.choices = [("", _("AC and DC")), *register.CURRENT.items()]
        if row:
            del self.key

    def validate_is_default(self, field: Any) -> None:
        if field.data and not self.current.data:
            raise ValidationError(_("Say for which kind of station: AC or DC."))

    def validate_key(self, field: Any) -> None:
        if field.data and ChecklistTemplate.with_key(field.data):
            raise ValidationError(_("There is a checklist with this key already."))

    @property
    def facts(self) -> dict[str, Any]:
        facts = super().facts
        if "key" in facts and not facts["key"]:
            facts["key"] = free_key(facts["title_en"])
        return facts


def free_key(title: str) -> str:
    """A key of these words that no other checklist has."""
    plain = editing.free_key(title, set(), "checklist").replace("_", "-").replace(".", "-")
    taken = (key for key in _numbered(plain) if not ChecklistTemplate.with_key(key))
    return next(taken)


def _numbered(key: str) -> Iterator[str]:
    yield key
    yield from (f"{key}-{number}" for number in range(2, 10_000))


class NotesForm(RegisterForm):
    notes = TextAreaField(_l("What is new in this version"), [Length(max=2000)])
    unknown = ("notes",)


class ImportForm(WebForm):
    """A document from a file. What is wrong in it is told by its place there."""

    units: dict[str, Any] = {}
    hints = {"file": _l("JSON, as a version is exported.")}

    file = FileField(_l("File"), [FileRequired()], render_kw={"accept": ".json,application/json"})

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.document: Any = None
        self.wrong: dict[str, list[str]] = {}

    def validate_file(self, field: Any) -> None:
        content = field.data.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise ValidationError(_("It is larger than a checklist can be (1 MB)."))
        try:
            read = json.loads(content.decode("utf-8-sig"))
        except (ValueError, RecursionError) as wrong:
            raise ValidationError(_("It cannot be read as JSON.")) from wrong
        # A file may be a whole export, or the document alone.
        self.document = read.get("document", read) if isinstance(read, dict) else read
        self.wrong = errors_of(self.document)
        if self.wrong:
            raise ValidationError(_("Nothing was imported: see below what is wrong in it."))


def errors_of(found: Any) -> dict[str, list[str]]:
    limits = {key: one.copied for key, one in Limit.by_key().items()}
    return document.errors_of(found, limits)
