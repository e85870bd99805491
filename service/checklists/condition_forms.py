"""A condition on a page: rows of choices in words, and what was chosen in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from service.checklists import condition_rows as of
from service.checklists import editing
from service.checklists.answers import parse_number
from service.checklists.condition_rows import Row
from service.checklists.sentences import (
    FACT,
    KNOWN,
    VERDICT,
    Names,
    fact_value,
    said,
    sentence,
)
from service.core import language
from service.core.db import db
from service.people.skills import Skill
from service.stations.register import StationModel

# (as the form sends it, what it means, its word)
Option = tuple[str, Any, str]
MOST_ROWS, MOST_OUTLETS = 12, 8
Form = MultiDict[str, str]


@dataclass(frozen=True)
class Choices:
    """What a row can ask of in this document, seen from one of its parts."""

    document: Mapping[str, Any]
    # The item whose condition it is: it cannot ask of itself.
    but: str = ""

    @property
    def facts(self) -> list[tuple[str, str]]:
        return [(f"{of.FACT}:{name}", str(word)) for name, word in FACT.items()]

    @property
    def items(self) -> list[tuple[str, str]]:
        """What was answered, its number, its result: whichever the item has."""
        spoken = language.current()
        found = []
        for _section, item in editing.items(self.document):
            if item["key"] != self.but:
                name = said(item.get("label"), spoken) or item["key"]
                found += [
                    (f"{kind}:{item['key']}", f"“{name}”: {word}") for kind, word in _asks(item)
                ]
        return found

    @property
    def numbers(self) -> list[tuple[str, str]]:
        spoken = language.current()
        found = [item for _section, item in editing.items(self.document)]
        return [
            (one["key"], said(one.get("label"), spoken) or one["key"])
            for one in found
            if one["type"] == "number" and one["key"] != self.but
        ]

    def options(self, row: Row) -> list[Option]:
        """The values that a row can choose among, with those that it has."""
        known = self._values(row)
        there = {_sent(value) for value, _word in known}
        odd = [(value, str(value)) for value in row.values if _sent(value) not in there]
        return [(_sent(value), value, str(word)) for value, word in [*known, *odd]]

    def _values(self, row: Row) -> list[tuple[Any, Any]]:
        if row.kind == of.FACT:
            return _of_fact(row.name)
        if row.kind == of.VERDICT:
            return list(VERDICT.items())
        item = editing.item_of(self.document, row.name)
        if row.kind != of.ANSWER or item is None:
            return []
        if item["type"] == "choice":
            spoken = language.current()
            choices = item.get("choices") or []
            return [(one["key"], said(one.get("label"), spoken) or one["key"]) for one in choices]
        return [(word, VERDICT[word]) for word in ("ok", "remark", "fail", "na")]


def _asks(item: Mapping[str, Any]) -> list[tuple[str, Any]]:
    found = [(of.VERDICT, _("result"))]
    if item["type"] == "choice":
        found.insert(0, (of.ANSWER, _("answer")))
    if item["type"] in ("number", "auto"):
        found.insert(0, (of.NUMBER, _("number")))
    return found


def _of_fact(name: str) -> list[tuple[Any, Any]]:
    if name == "fixed_cable":
        return [(True, _("yes")), (False, _("no"))]
    if name == "connectors":
        return [(number, str(number)) for number in range(1, MOST_OUTLETS + 1)]
    if name == "authorisations":
        codes = [
            one.code for one in db.session.scalars(Skill.in_use().where(Skill.is_authorisation))
        ]
        return [(code, fact_value(name, code)) for code in codes]
    if name == "model":
        titles = select(StationModel).where(StationModel.retired_at.is_(None))
        names = {f"{one.maker} {one.name}" for one in db.session.scalars(titles)}
        return [(one, one) for one in sorted(names)]
    return list(KNOWN.get(name, {}).items())


def _sent(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


@dataclass(frozen=True)
class Asked:
    """One condition of a section or an item, as the page shows it."""

    name: str
    condition: Mapping[str, Any] | None
    choices: Choices

    @property
    def shown(self) -> tuple[str, list[Row]] | None:
        return of.rows_of(self.condition)

    @property
    def joined(self) -> str:
        return self.shown[0] if self.shown else of.ALL

    @property
    def rows(self) -> Sequence[Row]:
        """Those that there are, and an empty one for another."""
        rows = self.shown[1] if self.shown else []
        return [*rows, Row()][:MOST_ROWS]

    @property
    def is_kept(self) -> bool:
        """Nested deeper than rows can show."""
        return self.shown is None

    @property
    def sentence(self) -> str:
        return sentence(self.condition, Names.of_document(self.choices.document))


def chosen(form: Form, name: str, before: Mapping[str, Any] | None, choices: Choices) -> Any:
    """The condition that a form asks for; None for none."""
    if form.get(f"{name}-kept"):
        return before
    shown = of.rows_of(before)
    there = [*(shown[1] if shown else []), *[Row()] * MOST_ROWS][:MOST_ROWS]
    rows = [_row(form, f"{name}-{n}", choices, one) for n, one in enumerate(there)]
    return of.condition_of(form.get(f"{name}-joined", of.ALL), rows)


def _row(form: Form, name: str, choices: Choices, there: Row) -> Row:
    subject = form.get(f"{name}-subject", "")
    if subject not in {one for one, _word in [*choices.facts, *choices.items]}:
        return Row()
    negated = form.get(f"{name}-negated") == "1"
    plain = Row(subject, negated)
    if plain.kind == of.NUMBER:
        return _number(form, name, plain, choices)
    had = there.values if there.subject == subject else ()
    options = choices.options(Row(subject, negated, had))
    values = {sent: value for sent, value, _word in options}
    chosen = [values[one] for one in form.getlist(f"{name}-values") if one in values]
    # What was there stays where it was; what is new follows.
    chosen.sort(key=lambda it: had.index(it) if it in had else len(had))
    return Row(subject, negated, tuple(chosen))


def _number(form: Form, name: str, plain: Row, choices: Choices) -> Row:
    test, other = form.get(f"{name}-test", ""), form.get(f"{name}-other", "")
    known = [key for key, _word in choices.numbers if key != plain.name]
    if test == of.LESS and known:
        return Row(
            plain.subject, plain.negated, test=test, other=other if other in known else known[0]
        )
    number = parse_number(form.get(f"{name}-number", ""))
    item = editing.item_of(choices.document, plain.name) or {}
    usual = item.get("max") or item.get("min") or 0
    test = test if test in (of.BELOW, of.ABOVE) else of.ABOVE
    return Row(plain.subject, plain.negated, test=test, number=usual if number is None else number)
