"""What a checklist asks, where, and what of it is missing: worked out from data alone.

`static/t/rules.js` says the same in its language; tests/checklists/vectors.json holds both to it.
Nothing here refuses a value: it is shown, locked, judged or asked again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from service.checklists import answers as of
from service.checklists.answers import Given, Item, parse_number, verdict_of
from service.checklists.conditions import Condition, Facts, Seen, holds

__all__ = ["chain", "evaluate", "parse_number", "verdict_of"]

Document = Mapping[str, Any]
Section = Mapping[str, Any]
# An item at a place: "rcd.t1x|rcd:1".
Where = tuple[str, str]
WIDER = ("station", "visit")
# An outlet and its RCD have the same number.
TWIN = {"evse": "rcd", "rcd": "evse"}


def evaluate(
    document: Document, facts: Facts, places: list[str], answers: Mapping[str, Any]
) -> dict[str, Any]:
    """`answers` by "item|place". Returns what the tablet and the server show of every item."""
    list_ = Checklist(document, facts, places, answers)
    items = [list_.state(where) for where in list_.asked]
    missing = [one for one in items if one["missing"]]
    stops = [_name(one["item"], one["place"]) for one in items if _stops(list_, one)]
    counted = [one for one in items if one["shown"] and (one["required"] or one["verdict"])]
    return {
        "items": items,
        "progress": {
            "done": sum(not one["missing"] for one in counted),
            "total": len(counted),
        },
        "missing": [_name(one["item"], one["place"]) for one in missing],
        "stops": stops,
        "submittable": not missing and not stops,
    }


def chain(place: str) -> list[str]:
    """Where a condition at this place looks for an item, the nearest first."""
    kind, _, number = place.partition(":")
    twin = [f"{TWIN[kind]}:{number}"] if kind in TWIN and re.fullmatch("[0-9]+", number) else []
    return list(dict.fromkeys([place, *twin, *WIDER[WIDER.index(kind) if kind in WIDER else 0 :]]))


def _name(item: str, place: str) -> str:
    return f"{item}|{place}"


def _stops(checklist: Checklist, one: Mapping[str, Any]) -> bool:
    return one["verdict"] == "fail" and checklist.is_safety((one["item"], one["place"]))


class Checklist:
    """A document with the answers of one station in it."""

    def __init__(
        self, document: Document, facts: Facts, places: list[str], answers: Mapping[str, Any]
    ) -> None:
        self._facts, self._answers = facts, answers
        self._shown: dict[Where, bool] = {}
        self._verdicts: dict[Where, str | None] = {}
        self._chains = {place: chain(place) for place in places}
        # In the order in which they are asked.
        self.asked: dict[Where, tuple[Section, Item]] = {
            (item["key"], place): (section, item)
            for section in document["sections"]
            for place in places
            if place.partition(":")[0] == section["per"]
            for item in section["items"]
        }
        self._places: dict[str, list[str]] = {}
        for key, place in self.asked:
            self._places.setdefault(key, []).append(place)

    def state(self, where: Where) -> dict[str, Any]:
        section, item = self.asked[where]
        shown = self.is_shown(where)
        required = shown and self._is_required(where)
        again = self._ask_again(where) if shown else None
        return {
            "item": item["key"],
            "place": where[1],
            "section": section["key"],
            "shown": shown,
            "locked": list(self._locks(where)) if shown else [],
            "required": required,
            "verdict": self.verdict(where),
            "ask_again": again,
            "missing": list(self._missing(where, required, again)) if shown else [],
        }

    def is_shown(self, where: Where) -> bool:
        """What hangs on itself is not shown: publishing refuses such a document."""
        if where not in self._shown:
            self._shown[where] = False
            section, item = self.asked[where]
            self._shown[where] = self._holds(section.get("show_if"), where[1]) and self._holds(
                item.get("show_if"), where[1]
            )
        return self._shown[where]

    def is_safety(self, where: Where) -> bool:
        return self.asked[where][1].get("safety") is True

    def verdict(self, where: Where) -> str | None:
        """None where it is not shown: what was answered there counts for nothing."""
        if not self.is_shown(where):
            return None
        if where not in self._verdicts:
            self._verdicts[where] = verdict_of(self.asked[where][1], self._given(where))
        return self._verdicts[where]

    def _given(self, where: Where) -> Given:
        given = self._answers.get(_name(*where))
        return given if isinstance(given, Mapping) else of.NOTHING

    def _holds(self, condition: Condition | None, place: str) -> bool:
        return holds(condition, lambda key: self._look(key, place), self._facts)

    def _look(self, key: str, place: str) -> Seen | None:
        """The nearest place that has the item decides, answered there or not."""
        for one in self._chains[place]:
            if (key, one) in self.asked:
                return self._seen((key, one))
        return None

    def _seen(self, where: Where) -> Seen | None:
        verdict, given = self.verdict(where), self._given(where)
        if verdict is None:
            return None
        return Seen(given.get("value"), of.number_of(self.asked[where][1], given), verdict)

    def _is_required(self, where: Where) -> bool:
        item = self.asked[where][1]
        if item.get("required") is True:
            return True
        condition = item.get("required_if")
        return condition is not None and self._holds(condition, where[1])

    def _ask_again(self, where: Where) -> str | None:
        item, given = self.asked[where][1], self._given(where)
        if self.verdict(where) is None:
            return None
        condition = item.get("ask_again_if")
        if condition is not None and self._holds(condition, where[1]):
            return "impossible"
        return "implausible" if of.doubt(item, of.number_of(item, given)) else None

    def _locks(self, where: Where) -> Iterator[str]:
        """The items that have to be answered, or put right, before this one."""
        item = self.asked[where][1]
        for key in dict.fromkeys([*(item.get("after") or []), *(item.get("depends_on") or [])]):
            waits = key in (item.get("after") or []) and any(
                self.is_shown(one) and self.verdict(one) is None for one in self._before(key, where)
            )
            if waits or (key in (item.get("depends_on") or []) and self._has_failed(key, where)):
                yield key

    def _has_failed(self, key: str, where: Where) -> bool:
        before = self._before(key, where)
        return any(self.is_safety(one) and self.verdict(one) == "fail" for one in before)

    def _before(self, key: str, where: Where) -> list[Where]:
        """Where an earlier item counts: nearest, or else everywhere that it is asked."""
        near = [(key, one) for one in self._chains[where[1]] if (key, one) in self.asked]
        return near or [(key, one) for one in self._places.get(key, [])]

    def _missing(self, where: Where, required: bool, again: str | None) -> Iterator[str]:
        item, given, verdict = self.asked[where][1], self._given(where), self.verdict(where)
        if required and verdict is None:
            yield "answer"
        if verdict in (item.get("photo_if") or []) and not of.has_photos(given):
            yield "photo"
        if verdict in (item.get("note_if") or []) and not of.has_note(given):
            yield "note"
        if again and given.get("confirmed") is not True:
            yield "confirm"
        if (required or verdict is not None) and not self._may_answer(item, given, verdict):
            yield "authorisation"

    def _may_answer(self, item: Item, given: Given, verdict: str | None) -> bool:
        """The law asks for somebody who has it: of an answer, whoever gave it; before that, and
        of an answer of which nobody knows, whoever works here."""
        if item.get("authorisation") and verdict and isinstance(given.get("authorised"), bool):
            return given["authorised"] is True
        has = self._facts.get("holder", self._facts.get("authorisations"))
        asked = item.get("authorisation")
        return not asked or (isinstance(has, list) and asked in has)
