"""Conditions in words, as somebody reads them who never saw their document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from service.checklists import editing, labels
from service.checklists.words import COMMISSIONING, CORRECTIVE
from service.contracts import labels as work
from service.core import dates, language
from service.people.skills import Skill
from service.stations import labels as register

Condition = Mapping[str, Any]

WORK: dict[str, Any] = {one.value: word for one, word in work.WORK_KIND.items()} | {
    CORRECTIVE: _l("Repair of a fault"),
    COMMISSIONING: _l("Commissioning"),
}
VERDICT: dict[str, Any] = {one.value: word for one, word in labels.VERDICT.items()}
FACT: dict[str, Any] = {
    "current": _l("the kind of station"),
    "work": _l("the work"),
    "fixed_cable": _l("the cable is fixed"),
    "connectors": _l("the number of outlets"),
    "capabilities": _l("what the model has"),
    "environment": _l("the place"),
    "model": _l("the model"),
    "authorisations": _l("the technician's authorisation"),
}
KNOWN: dict[str, dict[str, Any]] = {
    "current": {one.value: word for one, word in register.CURRENT.items()},
    "environment": {one.value: word for one, word in register.ENVIRONMENT.items()},
    "work": WORK,
    "capabilities": {one.value: word for one, word in register.CAPABILITY.items()},
}
YES_NO: dict[Any, Any] = {True: _l("yes"), False: _l("no")}


@dataclass(frozen=True)
class Names:
    """What the items of a document are called in the reader's language."""

    words: Mapping[str, str]
    choices: Mapping[tuple[str, Any], str]

    @classmethod
    def of_document(cls, document: Mapping[str, Any]) -> Names:
        spoken = language.current()
        found = [item for _section, item in editing.items(document)]
        words = {item["key"]: said(item.get("label"), spoken) or item["key"] for item in found}
        choices = {
            (item["key"], one["key"]): said(one.get("label"), spoken) or one["key"]
            for item in found
            for one in item.get("choices") or []
        }
        return cls(words, choices)

    def of(self, key: str) -> str:
        return self.words.get(key, key)

    def choice(self, key: str, value: Any) -> str:
        if isinstance(value, bool):
            return str(YES_NO[value])
        return self.choices.get((key, value)) or str(VERDICT.get(value, value))


def said(words: Any, spoken: str) -> str:
    """A text in this language, or in the other one where it has none."""
    if not isinstance(words, Mapping):
        return ""
    other = "en" if spoken == "sv" else "sv"
    return str(words.get(spoken) or words.get(other) or "")


def sentence(condition: Condition | None, names: Names) -> str:
    """`“RCD type” is A or F`; without a condition: always."""
    return _say(condition, names, False) if condition else str(_("always"))


def _say(condition: Condition, names: Names, negated: bool) -> str:
    if "not" in condition:
        return _say(condition["not"], names, not negated)
    for word, between in (("all", _("and")), ("any", _("or"))):
        if word in condition:
            return _joined(condition[word], f" {between} ", names, negated)
    if "fact" in condition:
        return _of_fact(condition, negated)
    return _of_item(condition, names, negated) if "item" in condition else "?"


def _joined(several: Sequence[Condition], between: str, names: Names, negated: bool) -> str:
    parts = [_say(one, names, False) for one in several]
    nested = [
        f"({part})" if {"all", "any"} & set(one) else part
        for one, part in zip(several, parts, strict=True)
    ]
    words = between.join(nested)
    return str(_("not (%(what)s)", what=words)) if negated else words


def _of_fact(condition: Condition, negated: bool) -> str:
    name = condition["fact"]
    values = condition.get("has") or condition.get("is") or []
    if name == "fixed_cable" and len(values) == 1:
        is_fixed = (values[0] is True) is not negated
        return str(_("the cable is fixed") if is_fixed else _("the station has sockets"))
    told = _or([fact_value(name, value) for value in values])
    return _is(str(FACT.get(name, name)), told, negated)


def fact_value(name: str, value: Any) -> str:
    """What a fact can be, in words."""
    if isinstance(value, bool):
        return str(YES_NO[value])
    if name == "authorisations":
        return _skill(value)
    return str(KNOWN[name].get(value, value)) if name in KNOWN else str(value)


def _skill(code: str) -> str:
    skill = Skill.with_code(str(code))
    return skill.title(language.current()) if skill else str(code)


def _of_item(condition: Condition, names: Names, negated: bool) -> str:
    name = _("“%(item)s”", item=names.of(condition["item"]))
    if "is" in condition:
        key = condition["item"]
        return _is(str(name), _or([names.choice(key, one) for one in condition["is"]]), negated)
    if "verdict" in condition:
        told = _or([str(VERDICT.get(one, one)) for one in condition["verdict"]])
        return _is(str(_("the result of %(name)s", name=name)), told, negated)
    return _compared(condition, str(name), names, negated)


def _compared(condition: Condition, name: str, names: Names, negated: bool) -> str:
    word = next((one for one in ("less_than_item", "below", "above") if one in condition), "above")
    told: dict[str, Any] = {"name": name, "other": condition.get(word)}
    if word == "less_than_item":
        told["other"] = _("“%(item)s”", item=names.of(condition[word]))
        word = "below"
    else:
        told["other"] = dates.number(told["other"] or 0, language.current())
    said_as = {
        ("below", False): _("%(name)s is below %(other)s", **told),
        ("below", True): _("%(name)s is not below %(other)s", **told),
        ("above", False): _("%(name)s is above %(other)s", **told),
        ("above", True): _("%(name)s is not above %(other)s", **told),
    }
    return str(said_as[word, negated])


def _is(name: str, told: str, negated: bool) -> str:
    values = {"name": name, "value": told or "…"}
    return str(
        _("%(name)s is not %(value)s", **values)
        if negated
        else _("%(name)s is %(value)s", **values)
    )


def _or(words: Sequence[str]) -> str:
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {_('or')} {words[-1]}"
