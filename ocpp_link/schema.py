"""What the standard's schemas say about a payload. They never refuse: their words are findings."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

import orjson
from jsonschema_rs import ValidationError, Validator, validator_for

SCHEMAS = files("ocpp").joinpath("v16", "schemas")
NAMES = frozenset(file.name.removesuffix(".json") for file in SCHEMAS.iterdir())
MOST_FINDINGS = 8

WORDS = {
    "enum": "not one of the standard's",
    "type": "wrong type",
    "maxLength": "too long",
    "minLength": "too short",
    "minItems": "empty",
    "format": "not a time",
}


def findings(action: str, payload: dict[str, Any]) -> tuple[str, ...]:
    """What is unusual about a charger's CALL: `errorCode: not one of the standard's` …"""
    return _said(_validator(action), payload)


def answer_findings(action: str, payload: dict[str, Any]) -> tuple[str, ...]:
    """The same for an answer to that action."""
    return _said(_validator(f"{action}Response"), payload)


def _said(validator: Validator | None, payload: dict[str, Any]) -> tuple[str, ...]:
    if validator is None or validator.is_valid(payload):
        return ()
    said: dict[str, None] = {}
    for wrong in validator.iter_errors(payload):
        said.update(dict.fromkeys(_words(wrong)))
        if len(said) >= MOST_FINDINGS:
            break
    return tuple(said)[:MOST_FINDINGS]


def _validator(name: str) -> Validator | None:
    return _read(name) if name in NAMES else None


@cache
def _read(name: str) -> Validator:
    text = SCHEMAS.joinpath(f"{name}.json").read_text(encoding="utf-8-sig")
    return validator_for(orjson.loads(text))


def _words(wrong: ValidationError) -> Iterator[str]:
    """Short and the same every time, so that they can be counted; list positions left out."""
    rule = str(wrong.schema_path[-1])
    place = ".".join(part for part in wrong.instance_path if isinstance(part, str))
    if rule == "required":
        yield f"{_joined(place, getattr(wrong.kind, 'property', ''))}: missing"
    elif rule == "additionalProperties":
        for name in sorted(getattr(wrong.kind, "unexpected", [])):
            yield f"{_joined(place, name[:40])}: not in the standard"
    else:
        yield f"{place or 'payload'}: {WORDS.get(rule, rule)}"


def _joined(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name
