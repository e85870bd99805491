"""What the standard's schemas say about a payload. They never refuse: their words are findings."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import orjson
from jsonschema_rs import ValidationError, Validator, validator_for

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
    return said("v16", action, payload)


def answer_findings(action: str, payload: dict[str, Any]) -> tuple[str, ...]:
    """The same for an answer to that action."""
    return said("v16", f"{action}Response", payload)


def said(version: str, name: str, payload: dict[str, Any]) -> tuple[str, ...]:
    """What the schema of that name says in a version's folder; nothing where there is none."""
    return _said(_read(version, name), payload)


def _said(validator: Validator | None, payload: dict[str, Any]) -> tuple[str, ...]:
    if validator is None or validator.is_valid(payload):
        return ()
    said: dict[str, None] = {}
    for wrong in validator.iter_errors(payload):
        said.update(dict.fromkeys(_words(wrong)))
        if len(said) >= MOST_FINDINGS:
            break
    return tuple(said)[:MOST_FINDINGS]


@cache
def names(version: str) -> frozenset[str]:
    folder = files("ocpp").joinpath(version, "schemas")
    return frozenset(file.name.removesuffix(".json") for file in folder.iterdir())


@lru_cache(maxsize=512)
def _read(version: str, name: str) -> Validator | None:
    if name not in names(version):
        return None
    file = files("ocpp").joinpath(version, "schemas", f"{name}.json")
    return validator_for(orjson.loads(file.read_text(encoding="utf-8-sig")))


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
