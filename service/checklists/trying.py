"""A checklist tried out: what was typed into its preview, as the rules read it. Keeps nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from werkzeug.datastructures import MultiDict

from service.checklists import editing
from service.checklists.answers import parse_number
from service.checklists.rules import evaluate

MOST = 8
Form = MultiDict[str, str]
PRETENDED = "preview"


@dataclass(frozen=True)
class Trial:
    """A station that is not there, and what was answered at it."""

    document: Mapping[str, Any]
    facts: Mapping[str, Any]
    outlets: int
    rcds: int
    answers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def places(self) -> list[str]:
        every = [f"evse:{n}" for n in range(1, self.outlets + 1)]
        return ["visit", "station", *every, *(f"rcd:{n}" for n in range(1, self.rcds + 1))]

    @property
    def state(self) -> dict[str, Any]:
        return evaluate(self.document, self.facts, self.places, self.answers)

    def asked(self, state: Mapping[str, Any]) -> Iterator[tuple[Any, str, list[tuple[Any, Any]]]]:
        """Each section at each of its places, with the items shown there and how they stand."""
        items = {item["key"]: item for _section, item in editing.items(self.document)}
        for section in editing.sections(self.document):
            for place in self.places:
                if place.partition(":")[0] != section["per"]:
                    continue
                shown = [
                    (items[one["item"]], one)
                    for one in state["items"]
                    if one["section"] == section["key"] and one["place"] == place and one["shown"]
                ]
                if shown:
                    yield section, place, shown


def trial(document: Mapping[str, Any], form: Form, usual: str, codes: list[str]) -> Trial:
    """`usual` is the kind of station where the form says nothing, `codes` all authorisations."""
    is_new = not form.get("tried")
    outlets = _count(form.get("outlets"), 1)
    facts = {
        "current": form.get("current") if form.get("current") in ("ac", "dc") else usual,
        "work": form.getlist("work"),
        "fixed_cable": bool(form.get("fixed_cable")),
        "connectors": outlets,
        "environment": form.get("environment") or "normal",
        "model": form.get("model", ""),
        "authorisations": codes if is_new else form.getlist("authorisations"),
    }
    answers = {} if is_new else dict(_answers(document, form))
    return Trial(document, facts, outlets, _count(form.get("rcds"), 1), answers)


def _count(text: str | None, usual: int) -> int:
    return min(int(text), MOST) if text and text.isascii() and text.isdigit() else usual


def _answers(document: Mapping[str, Any], form: Form) -> Iterator[tuple[str, dict[str, Any]]]:
    places = {name.rpartition("|")[2].partition("-")[0] for name in form if "|" in name}
    for _section, item in editing.items(document):
        for place in places:
            name = f"{item['key']}|{place}"
            if answer := _answer(item, form, name):
                yield name, answer


def _answer(item: Mapping[str, Any], form: Form, name: str) -> dict[str, Any] | None:
    value, kind = form.get(f"{name}-value", "").strip(), item["type"]
    over, photo = bool(form.get(f"{name}-over")), bool(form.get(f"{name}-photo"))
    given: dict[str, Any] = {
        "value": value or None,
        "number": parse_number(value) if kind in ("number", "auto") else None,
        "over": over,
        "note": form.get(f"{name}-note", ""),
        "photos": [PRETENDED] if photo else [],
        "confirmed": bool(form.get(f"{name}-confirmed")),
    }
    if kind == "signature" and value:
        given["value"] = {"name": value, "strokes": [], "png": PRETENDED}
    if kind == "part":
        given["value"] = [] if value else None
    is_given = given["value"] is not None or over or photo or given["note"]
    return given if is_given else None
