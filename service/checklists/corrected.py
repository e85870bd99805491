"""What somebody types to correct an answer, read as the answer that it means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flask_babel import gettext as _

from service.checklists.answers import NOT_APPLICABLE, WORDS, is_over, number_of, parse_number
from service.checklists.conditions import is_number
from service.parts.models import Part

Item = Mapping[str, Any]
Given = dict[str, Any]
Form = Mapping[str, str]
# What cannot be corrected at a desk: it was taken, or drawn, on site.
ON_SITE = ("photo", "signature")
MOST_PARTS, MOST_LETTERS, LARGEST = 30, 10_000, 1e9


class WrongError(ValueError):
    """It is no answer that this item takes: the words say why."""


def is_measured(item: Item, before: Mapping[str, Any]) -> bool:
    """Whether it is typed as a number."""
    if item["type"] == "number":
        return True
    return item["type"] == "auto" and (bool(item.get("unit")) or is_number(before.get("number")))


def read(item: Item, form: Form, name: str, before: Mapping[str, Any]) -> Given:
    """As a tablet would give it. Raises WrongError."""
    given: Given = {**before, "note": _text(form.get(f"{name}-note", ""))}
    if item["type"] not in ON_SITE:
        given |= _value(item, form, name, before)
    if f"{name}-instrument" in form:
        key = form[f"{name}-instrument"]
        given["instrument_id"] = int(key) if key.isascii() and key.isdigit() else None
    is_same = essence(item, given) == essence(item, before)
    confirmed = bool(form.get(f"{name}-confirmed"))
    given["confirmed"] = confirmed or (is_same and before.get("confirmed") is True)
    return given


def essence(item: Item, given: Mapping[str, Any]) -> tuple[Any, ...]:
    """What makes one answer another than the one before."""
    value = given.get("value")
    if item["type"] == "auto" and isinstance(value, bool):
        value = "ok" if value else "fail"
    number = None if value == NOT_APPLICABLE else number_of(item, given)
    said = value if number is None else None
    rest = (given.get("note") or "", given.get("instrument_id"), given.get("photos") or [])
    return number, is_over(item, given), said or ([] if said == [] else None), *rest


def _value(item: Item, form: Form, name: str, before: Mapping[str, Any]) -> Given:
    if is_measured(item, before):
        return _number(item, form, name)
    if item["type"] == "part":
        return {"value": _parts(form, name, before.get("value"))}
    typed = _text(form.get(f"{name}-value", ""))
    if item["type"] == "text":
        return {"value": typed or None}
    return {"value": _word(item, typed, before.get("value"))}


def _number(item: Item, form: Form, name: str) -> Given:
    said = form.get(f"{name}-said", "")
    if said == "over" and item.get("over"):
        return {"value": None, "number": None, "over": True}
    if said == NOT_APPLICABLE:
        return {"value": NOT_APPLICABLE, "number": None, "over": False}
    typed = form.get(f"{name}-value", "").strip()
    number = parse_number(typed)
    if typed and number is None:
        raise WrongError(_("This is no number: write it like 0,3 or 28."))
    if number is not None and abs(number) > LARGEST:
        raise WrongError(_("Nothing measures so much."))
    return {"value": None, "number": number, "over": False}


def _word(item: Item, typed: str, before: Any) -> Any:
    if not typed:
        return None
    if (
        item["type"] == "auto"
        and isinstance(before, bool)
        and typed == ("ok" if before else "fail")
    ):
        return before
    if typed not in allowed(item) and typed != before:
        raise WrongError(_("The list has no such answer."))
    return typed


def allowed(item: Item) -> list[str]:
    if item["type"] == "choice":
        return [*(one["key"] for one in item.get("choices") or []), NOT_APPLICABLE]
    return list(WORDS) if item["type"] == "verdict" else ["ok", "fail", NOT_APPLICABLE]


def _text(typed: str) -> str:
    if "\0" in typed:
        raise WrongError(_("There are characters in it that are no text."))
    if len(typed) > MOST_LETTERS:
        raise WrongError(_("It is too long: at most %(most)s letters.", most=MOST_LETTERS))
    return typed.strip()


def _parts(form: Form, name: str, before: Any) -> list[dict[str, Any]] | None:
    """None as long as nobody has said anything; an empty list says that none was used."""
    found = list(_part_rows(form, name, before if isinstance(before, list) else []))
    return found if found or before is not None or form.get(f"{name}-none") else None


def _part_rows(form: Form, name: str, before: list[Any]) -> Iterator[dict[str, Any]]:
    for number in range(MOST_PARTS):
        known = before[number] if number < len(before) else None
        typed = _text(form.get(f"{name}-part-{number}", ""))
        if not typed:
            continue
        quantity = _text(form.get(f"{name}-quantity-{number}", "")) or "1"
        serial = _text(form.get(f"{name}-serial-{number}", "")) or None
        count = parse_number(quantity)
        if count is None or not 0 < count < 1_000_000:
            raise WrongError(_("%(part)s: this is no quantity.", part=typed[:60]))
        row = {**_part(typed, known), "quantity": quantity, "serial": serial}
        yield known if known and part_row(known) == part_row(row) else row


def _part(typed: str, known: Any) -> dict[str, Any]:
    """One of the register by its number, or else what stands on it."""
    if isinstance(known, Mapping) and part_row(known)[0] == typed:
        return {name: known[name] for name in ("part_id", "text") if name in known}
    part = Part.with_number(typed.partition(" · ")[0].strip())
    if part is None and len(typed) > 200:
        raise WrongError(_("It is too long: at most %(most)s letters.", most=200))
    return {"part_id": part.id} if part else {"part_id": None, "text": typed}


def part_row(told: Any) -> tuple[str, str, str]:
    """As a part of an answer stands in the form: what, how many, serial number."""
    if not isinstance(told, Mapping):
        return str(told), "1", ""
    part = Part.with_id(told.get("part_id"))
    named = part.title if part else str(told.get("text") or told.get("part_id") or "")
    return named, str(told.get("quantity") or "1"), str(told.get("serial") or "")
