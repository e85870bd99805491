"""What may be typed about a section and an item of a draft.

A draft may be unfinished: what can be kept is kept, and what is in the way of its publication is
said beside the field by the document's own rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import Length, NumberRange, Optional, Regexp

from service.checklists import condition_forms, editing, labels
from service.checklists.condition_forms import Asked, Choices
from service.checklists.fields_words import AUTO
from service.checklists.limits import NUMBERS, Limit
from service.checklists.sentences import said
from service.checklists.words import ItemType, SectionPer, Verdict
from service.core import language
from service.core.db import db
from service.core.forms import DecimalField, ManyField
from service.core.register import RegisterForm
from service.people.skills import Skill

SHORT, LONG = Length(max=200), Length(max=1000)
KEY = Regexp(r"[a-z0-9_.]{0,60}$", message=_l("Small letters, digits, dots and underscores."))
TEXTS = ("label", "help", "over")
LISTS = ("after", "depends_on", "photo_if", "note_if")
PLAIN = ("required", "safety", "unit", "decimals", "limit", "source", "auto", "authorisation")
# What each kind of answer has beside what all have.
OF_TYPE: dict[str, tuple[str, ...]] = {
    "number": (*NUMBERS, "unit", "decimals", "limit", "source", "over"),
    "auto": (*NUMBERS, "unit", "decimals", "limit", "source", "auto"),
    "choice": ("choices",),
}
JUDGED = ("verdict", "number", "choice", "auto")
ITEM_CONDITIONS = ("show_if", "required_if", "ask_again_if")


def _word(value: Any) -> str | None:
    return str(value) if value not in (None, "", "None") else None


class Expected:
    """A draft is kept without it, and cannot be published."""

    field_flags: ClassVar = {"required": True}

    def __call__(self, form: Any, field: Any) -> None:
        """The document's own rules say that it is missing."""


class SectionForm(RegisterForm):
    """A heading, and what its items are answered for."""

    title_sv = StringField(_l("Heading in Swedish"), [Expected(), SHORT])
    title_en = StringField(_l("Heading in English"), [Expected(), SHORT])
    per = SelectField(_l("Answered"))

    def __init__(
        self, section: Mapping[str, Any], document: Mapping[str, Any], **more: Any
    ) -> None:
        title = section.get("title") or {}
        self.before, self.choices = section, Choices(document)
        values = {"title_sv": title.get("sv"), "title_en": title.get("en"), "per": section["per"]}
        super().__init__(None, **values | more)
        self.per.choices = [(one.value, labels.SECTION_PER[one]) for one in SectionPer]

    @property
    def asked(self) -> Asked:
        return Asked("show_if", self.before.get("show_if"), self.choices)

    @property
    def facts(self) -> dict[str, Any]:
        shown = condition_forms.chosen(
            request.form, "show_if", self.before.get("show_if"), self.choices
        )
        title = {"sv": self.title_sv.data or "", "en": self.title_en.data or ""}
        return {"title": title, "per": self.per.data, "show_if": shown}


class ItemForm(RegisterForm):
    """One item. Which of these are shown, its kind of answer decides."""

    hints = {
        "help": _l("Read on the tablet by whoever asks what is meant."),
        "limit": _l("Minimum, maximum, warning and source are copied from it when published."),
        "safety": _l("A fail stops the list, sets the outlet inoperative and opens a P1 ticket."),
        "warn_max": _l("Good, but near its limit."),
        "plausible_max": _l("Nobody believes it without being asked again."),
        "over_sv": _l("An answer of its own where the instrument's range ends: it is a fail."),
        "after": _l("Locked until these are answered."),
        "depends_on": _l("Locked when one of these fails and is a safety item."),
        "key": _l("Measurements are followed by it from version to version: change it with care."),
        "authorisation": _l("Whoever answers must have it."),
        "decimals": _l("How many are shown."),
    }

    label_sv = StringField(_l("Text in Swedish"), [Expected(), SHORT])
    label_en = StringField(_l("Text in English"), [Expected(), SHORT])
    help_sv = TextAreaField(_l("Help in Swedish"), [LONG], render_kw={"rows": 2})
    help_en = TextAreaField(_l("Help in English"), [LONG], render_kw={"rows": 2})
    type = SelectField(_l("Kind of answer"))
    required = BooleanField(_l("Must be answered"))
    safety = BooleanField(_l("Safety item: a fail stops the list"))
    limit = SelectField(_l("Limit row"), [Optional()], coerce=_word)
    unit = StringField(_l("Unit"), [Length(max=20)])
    decimals = IntegerField(_l("Decimals"), [Optional(), NumberRange(0, 6)])
    min = DecimalField(_l("Minimum"), [Optional()])
    max = DecimalField(_l("Maximum"), [Optional()])
    warn_min = DecimalField(_l("Warning below"), [Optional()])
    warn_max = DecimalField(_l("Warning above"), [Optional()])
    plausible_min = DecimalField(_l("Asked again below"), [Optional()])
    plausible_max = DecimalField(_l("Asked again above"), [Optional()])
    source = StringField(_l("Source of the limit"), [Length(max=300)])
    over_sv = StringField(_l("Beyond the range, in Swedish"), [SHORT])
    over_en = StringField(_l("Beyond the range, in English"), [SHORT])
    auto = SelectField(_l("What the charger says"), [Optional()], coerce=_word)
    photo_if = ManyField(_l("Photo required on"), [Optional()])
    note_if = ManyField(_l("Note required on"), [Optional()])
    after = ManyField(_l("Only after"), [Optional()])
    depends_on = ManyField(_l("Locked by a fail of"), [Optional()])
    authorisation = SelectField(_l("Authorisation"), [Optional()], coerce=_word)
    key = StringField(_l("Key"), [KEY])

    def __init__(self, item: Mapping[str, Any], document: Mapping[str, Any], **more: Any) -> None:
        self.before, self.choices = item, Choices(document, item["key"])
        super().__init__(None, **_typed(item) | more)
        self.type.choices = [(one.value, labels.ITEM_TYPE[one]) for one in ItemType]
        self.limit.choices = [("", _("none: numbers of its own")), *_limits(item)]
        self.auto.choices = [("", _("choose")), *AUTO.items()]
        every = [(one.value, labels.VERDICT[one]) for one in Verdict]
        self.photo_if.choices = self.note_if.choices = every
        self.after.choices = self.depends_on.choices = self._others
        self.authorisation.choices = [("", _("none")), *_authorisations(item.get("authorisation"))]

    @property
    def kind(self) -> str:
        return str(self.type.data)

    @property
    def _others(self) -> list[tuple[str, str]]:
        spoken, mine = language.current(), self.before["key"]
        found = [item for _section, item in editing.items(self.choices.document)]
        return [
            (one["key"], said(one["label"], spoken) or one["key"])
            for one in found
            if one["key"] != mine
        ]

    @property
    def asked(self) -> list[Asked]:
        return [Asked(name, self.before.get(name), self._of(name)) for name in ITEM_CONDITIONS]

    def _of(self, name: str) -> Choices:
        """What is asked again may ask of the item itself, too."""
        return Choices(self.choices.document) if name == "ask_again_if" else self.choices

    @property
    def limit_row(self) -> Limit | None:
        return Limit.by_key().get(self.limit.data or "")

    @property
    def facts(self) -> dict[str, Any]:
        """Everything of the item; what its kind of answer has not, it loses."""
        facts: dict[str, Any] = {"key": self.key.data or self.before["key"], "type": self.kind}
        facts |= {name: self._text(name) for name in TEXTS}
        facts["label"] = facts["label"] or {"sv": "", "en": ""}
        facts |= {name: self[name].data or None for name in PLAIN}
        facts |= {name: self._in_order(name) for name in LISTS}
        facts["decimals"] = self.decimals.data
        facts |= {name: _plain(self[name].data) for name in NUMBERS}
        facts["choices"] = choice_rows()
        facts |= {name: self._condition(name) for name in ITEM_CONDITIONS}
        if facts["limit"]:
            facts |= self._of_limit(facts)
        return facts | dict.fromkeys(self._foreign)

    def _of_limit(self, facts: dict[str, Any]) -> dict[str, Any]:
        """What its row says today; what the item had, where there is no such row."""
        row = Limit.by_key().get(facts["limit"])
        names = (*NUMBERS, "unit", "source")
        return row.copied if row else {name: self.before.get(name) for name in names}

    @property
    def _foreign(self) -> set[str]:
        """What only other kinds of answer have."""
        every = {name for names in OF_TYPE.values() for name in names}
        lost = every - set(OF_TYPE.get(self.kind, ()))
        return lost if self.kind in JUDGED else lost | {"safety"}

    def _in_order(self, name: str) -> list[str] | None:
        """What was there stays where it was; what is new follows."""
        chosen, before = self[name].data or [], self.before.get(name) or []
        return sorted(chosen, key=lambda it: before.index(it) if it in before else len(before))

    def _condition(self, name: str) -> Any:
        return condition_forms.chosen(request.form, name, self.before.get(name), self._of(name))

    def _text(self, name: str) -> dict[str, str] | None:
        words = {one: self[f"{name}_{one}"].data or "" for one in ("sv", "en")}
        return words if any(words.values()) else None

    def without_wrong(self, facts: dict[str, Any]) -> dict[str, Any]:
        """What can be kept of a form in which something cannot."""
        wrong = {name.partition("_sv")[0].partition("_en")[0] for name in self.errors if name}
        return {name: value for name, value in facts.items() if name not in wrong}


def choice_rows() -> list[dict[str, Any]]:
    """The rows of choices as they were sent. One without words is gone."""
    form, rows = request.form, list[dict[str, Any]]()
    for number in range(60):
        name = f"choices-{number}"
        label = {one: form.get(f"{name}-{one}", "").strip()[:200] for one in ("sv", "en")}
        if any(label.values()) and not form.get(f"{name}-gone"):
            taken = {row["key"] for row in rows}
            key = form.get(f"{name}-key", "") or label["en"] or label["sv"]
            verdict = form.get(f"{name}-verdict", "ok")
            rows.append(
                {
                    "key": editing.free_key(key, taken, "choice"),
                    "label": label,
                    "verdict": verdict if verdict in ("ok", "remark", "fail") else "ok",
                }
            )
    return rows


def _typed(item: Mapping[str, Any]) -> dict[str, Any]:
    """The item as its form has it."""
    names = (*PLAIN, *LISTS, *NUMBERS, "type", "key")
    values = {name: item.get(name) for name in names}
    values |= {name: Decimal(str(values[name])) for name in NUMBERS if values[name] is not None}
    for name in TEXTS:
        words = item.get(name) or {}
        values |= {f"{name}_{one}": words.get(one, "") for one in ("sv", "en")}
    return values


def _plain(number: Decimal | None) -> float | int | None:
    if number is None:
        return None
    return int(number) if number == number.to_integral_value() else float(number)


def _limits(item: Mapping[str, Any]) -> list[tuple[str, str]]:
    rows = [(one.key, f"{one.key} · {one.unit}") for one in Limit.by_key().values()]
    mine = item.get("limit")
    return rows if not mine or mine in dict(rows) else [(mine, mine), *rows]


def _authorisations(mine: str | None) -> list[tuple[str, str]]:
    """Those in use, and the one that the item has."""
    spoken = language.current()
    found = db.session.scalars(Skill.in_use().where(Skill.is_authorisation))
    known = {one.code: one.title(spoken) for one in found}
    odd = [(mine, mine)] if mine and mine not in known else []
    return [*odd, *known.items()]
