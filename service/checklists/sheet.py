"""A submitted run as a sheet to correct: each item with what stands there and what was typed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any

from service.checklists import corrected, runs
from service.checklists.conditions import is_number
from service.checklists.document import by_key
from service.checklists.models import ChecklistRun
from service.checklists.rules import evaluate
from service.core import language

NOTHING: Mapping[str, Any] = {}


@dataclass(frozen=True)
class Row:
    """One item at one place. `was` and `state` are what the rules say before and after."""

    item: Mapping[str, Any]
    place: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    typed: Mapping[str, str]
    was: Mapping[str, Any]
    state: Mapping[str, Any]
    error: str

    @property
    def name(self) -> str:
        return f"{self.item['key']}|{self.place}"

    @property
    def is_changed(self) -> bool:
        same = corrected.essence(self.item, self.before) == corrected.essence(self.item, self.after)
        return not same

    @property
    def is_measured(self) -> bool:
        return corrected.is_measured(self.item, self.before)

    @property
    def said(self) -> str:
        """Of a number: whether it was measured at all."""
        if f"{self.name}-said" in self.typed:
            return self.typed[f"{self.name}-said"]
        if self.before.get("value") == "na":
            return "na"
        return "over" if self.before.get("over") else ""

    @property
    def value(self) -> str:
        """What stands in its field."""
        typed = self.typed.get(f"{self.name}-value")
        return typed if typed is not None else shown(self.before)

    @property
    def note(self) -> str:
        return self.typed.get(f"{self.name}-note", str(self.before.get("note") or ""))

    @property
    def instrument(self) -> str:
        known = self.before.get("instrument_id")
        return self.typed.get(f"{self.name}-instrument", str(known or ""))

    @property
    def parts(self) -> list[tuple[str, str, str]]:
        """With one empty row more."""
        listed = self.before.get("value")
        known = [corrected.part_row(one) for one in listed] if isinstance(listed, list) else []
        if f"{self.name}-part-0" in self.typed:
            known = [row for row in self._typed_parts() if row[0]]
        return [*known, ("", "", "")][: corrected.MOST_PARTS]

    def _typed_parts(self) -> Iterator[tuple[str, str, str]]:
        for number in range(corrected.MOST_PARTS):
            names = (f"{self.name}-{word}-{number}" for word in ("part", "quantity", "serial"))
            what, count, serial = (self.typed.get(name, "") for name in names)
            yield what, count, serial


@dataclass(frozen=True)
class Sheet:
    run: ChecklistRun
    typed: Mapping[str, str] = field(default_factory=dict)
    # What whoever types is allowed.
    holds: Collection[str] = ()

    @cached_property
    def items(self) -> dict[str, Any]:
        return by_key(self.run.version.document)

    @cached_property
    def before(self) -> dict[str, dict[str, Any]]:
        return {where: one.given for where, one in runs.current_answers(self.run).items()}

    @cached_property
    def _read(self) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
        """The answers with what was typed, and what is wrong with some of it."""
        answers, errors = dict(self.before), {}
        for one in self._rules_of(self.before)["items"]:
            where, item = f"{one['item']}|{one['place']}", self.items[one["item"]]
            if f"{where}-note" not in self.typed:
                continue
            try:
                before = self.before.get(where, NOTHING)
                given = corrected.read(item, self.typed, where, before)
            except corrected.WrongError as wrong:
                errors[where] = str(wrong)
            else:
                if corrected.essence(item, given) != corrected.essence(item, before):
                    given["authorised"] = item.get("authorisation") in self.holds
                answers[where] = given
        return answers, errors

    def _rules_of(self, answers: Mapping[str, Any]) -> dict[str, Any]:
        return evaluate(self.run.version.document, self.run.facts, self.run.places, answers)

    @cached_property
    def state(self) -> dict[str, Any]:
        return self._rules_of(self._read[0])

    @cached_property
    def was(self) -> dict[str, Any]:
        return self._rules_of(self.before)

    @cached_property
    def rows(self) -> list[Row]:
        answers, errors = self._read
        pairs = zip(self.was["items"], self.state["items"], strict=True)
        rows = [self._row(was, now, answers, errors) for was, now in pairs]
        return [one for one in rows if one.state["shown"] or one.is_changed]

    def _row(
        self,
        was: Mapping[str, Any],
        now: Mapping[str, Any],
        answers: Mapping[str, Any],
        errors: Mapping[str, str],
    ) -> Row:
        where, item = f"{was['item']}|{was['place']}", self.items[was["item"]]
        before, after = self.before.get(where, NOTHING), answers.get(where, NOTHING)
        return Row(item, was["place"], before, after, self.typed, was, now, errors.get(where, ""))

    @property
    def sections(self) -> Iterator[tuple[Any, str, list[Row]]]:
        for section in self.run.version.document["sections"]:
            for place in self.run.places:
                mine = [
                    one
                    for one in self.rows
                    if one.state["section"] == section["key"] and one.place == place
                ]
                if mine:
                    yield section, place, mine

    @property
    def changed(self) -> list[Row]:
        return [one for one in self.rows if one.is_changed]

    @property
    def changes(self) -> dict[str, Mapping[str, Any]]:
        return {one.name: one.after for one in self.changed}

    @property
    def wrong(self) -> list[Row]:
        return [one for one in self.rows if one.error]

    @property
    def doubted(self) -> list[Row]:
        """What is asked again, and was not confirmed yet."""
        return [one for one in self.changed if "confirm" in one.state["missing"]]

    @property
    def missing(self) -> list[Row]:
        """What is missing now and was not before."""
        return [
            one
            for one in self.rows
            if set(one.state["missing"]) - set(one.was["missing"]) - {"confirm"}
        ]

    @property
    def stops(self) -> list[Row]:
        """Safety items that turn out to have failed."""
        new = set(self.state["stops"]) - set(self.was["stops"])
        return [one for one in self.rows if one.name in new]

    @property
    def freed(self) -> list[Row]:
        """Safety items that failed, and turn out to be well."""
        gone = set(self.was["stops"]) - set(self.state["stops"])
        return [one for one in self.rows if one.name in gone]


def shown(given: Mapping[str, Any]) -> str:
    """An answer as it stands in a field: a number with all its digits."""
    value, number = given.get("value"), given.get("number")
    if is_number(number) and value != "na":
        plain = f"{Decimal(repr(number)):f}"
        plain = plain.removesuffix(".0")
        return plain.replace(".", ",") if language.current() == "sv" else plain
    if isinstance(value, bool):
        return "ok" if value else "fail"
    if isinstance(value, Mapping):
        return str(value.get("name") or "")
    return value if isinstance(value, str) else ""
