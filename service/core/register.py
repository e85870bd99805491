"""What the pages of every register do the same way: a form, a retirement, a history."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from flask import flash, redirect, render_template
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select
from werkzeug.wrappers import Response
from wtforms import StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import DataRequired, Length

from service.core.db import Model, db
from service.core.forms import WebForm
from service.core.history import History, spoken
from service.core.lists import Filter

Answer = str | Response | tuple[str, int]
# Errors of a verb, and what to say of each.
Refusals = Mapping[type[Exception], Callable[[Any], str]]
SHOWN = 50


class Labels(Protocol):
    """A room's words for its history."""

    def verb(self, word: str) -> Any: ...

    def column(self, word: str) -> Any: ...

    def value(self, name: str, given: Any) -> Any: ...


class RegisterForm(WebForm):
    """`units` and `hints` stand beside the fields; `facts` is what a verb takes.

    Where nothing is typed into one of `unknown`, its column is NULL.
    """

    units: dict[str, Any] = {}
    hints: dict[str, Any] = {}
    unknown: tuple[str, ...] = ()

    def __init__(self, row: Any = None, **values: Any) -> None:
        self.row = row
        super().__init__(obj=row, **values)

    @property
    def facts(self) -> dict[str, Any]:
        facts = {name: value for name, value in self.data.items() if name != "csrf_token"}
        return facts | {name: facts[name] or None for name in self.unknown}

    def refuse(self, name: str, words: str) -> None:
        """What only the verb could know stands beside the field like everything else."""
        self[name].errors = [*self[name].errors, words]

    def is_another(self, found: Any) -> bool:
        return found is not None and (self.row is None or found.id != self.row.id)


class RetireForm(WebForm):
    reason = StringField(_l("Reason"), [DataRequired(), Length(max=500)])


def key_of(value: Any) -> int | None:
    """The key of a row that was chosen, None for no choice. ValueError for what is none."""
    if value in (None, "", "None"):
        return None
    key = int(value)
    if not 0 < key < 2**63:
        raise ValueError("no column holds such a number")
    return key


def rows_of(query: Select[Any], current: Any = None) -> list[Any]:
    """What can be chosen: all in use, and the one that the row has, though it be retired."""
    rows = list(db.session.scalars(query))
    return rows if current is None or current in rows else [current, *rows]


def choices_of(words: Mapping[Any, Any]) -> list[Any]:
    return [SelectChoice(value, word) for value, word in words.items()]


def ask(form: RegisterForm, title: str, back: str, action: str = "", about: str = "") -> Answer:
    """The form, which is sent to the address that it leads back to, or to `action`.

    `about` says what will happen. Answers 422 where something is not right yet.
    """
    values = {"title": title, "back": back, "action": action or back, "about": about}
    page = render_template("core/form.html", form=form, **values)
    return (page, 422) if form.is_submitted() else page


def done(words: str, address: str) -> Response:
    """Keep what was done, say so, and go there."""
    db.session.commit()
    flash(words, "ok")
    return redirect(address, 303)


def refuse(words: str, address: str) -> Response:
    db.session.rollback()
    flash(words, "error")
    return redirect(address, 303)


def with_reason(
    deed: Callable[[str], None], words: str, address: str, refusals: Refusals | None = None
) -> Response:
    """Do it with the reason that was given, or say why not."""
    form = RetireForm()
    if not form.validate():
        return refuse(_("Nothing was changed: say why."), address)
    try:
        deed(str(form.reason.data))
    except tuple(refusals or ()) as wrong:
        return refuse((refusals or {})[type(wrong)](wrong), address)
    return done(words, address)


def history(row: Model, labels: Labels, why: Callable[[str], str] = str) -> str:
    """`why` says a reason that a rule wrote down in the reader's language."""
    deeds = db.session.scalars(History.of(row).limit(SHOWN + 1)).all()
    values: dict[str, Any] = {"deeds": deeds[:SHOWN], "is_more": len(deeds) > SHOWN}
    return render_template("core/_history.html", labels=labels, spoken=spoken, why=why, **values)


def in_use_filter(kind: Any) -> Filter:
    """Retired rows stay away until somebody asks for them."""

    def apply(query: Select[Any], value: str) -> Select[Any]:
        gone = kind.retired_at.is_not(None)
        return query.where(gone if value == "retired" else ~gone)

    choices = (("in_use", _l("in use")), ("retired", _l("retired")))
    return Filter("shown", _l("Shown"), choices, apply, default="in_use")
