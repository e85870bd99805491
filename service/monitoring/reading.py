"""How a frame is shown to a person: readable, and without the secrets that it carries."""

from __future__ import annotations

import json
import re
from enum import StrEnum
from typing import Any

HIDDEN = "••••••"
# Settings of a charger whose values open a door. A part of the name is enough.
SECRET = ("authorizationkey", "password", "passphrase", "secret", "apikey", "psk")
# Where its value stands: in OCPP 1.6, in a setting and in an event of OCPP 2.
VALUES = ("value", "attributeValue", "actualValue")
VALUE = re.compile(
    r'("(?:value|attributeValue|actualValue)"\s*:\s*)("(?:[^"\\]|\\.)*"?|[^,}\]]+)', re.IGNORECASE
)


class Part(StrEnum):
    """What a frame is in the talk of two."""

    CALL = "call"
    RESULT = "result"
    ERROR = "error"
    UNREADABLE = "unreadable"


PARTS = {2: Part.CALL, 3: Part.RESULT, 4: Part.ERROR}


def is_secret(key: str) -> bool:
    """Whether a charger's setting of this name must not be shown."""
    name = key.casefold()
    return any(word in name for word in SECRET)


def parsed(raw: str) -> Any:
    """The frame as JSON. None where it is none."""
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None


def part_of(raw: str) -> Part:
    frame = parsed(raw)
    if not isinstance(frame, list) or not frame or not isinstance(frame[0], int):
        return Part.UNREADABLE
    return PARTS.get(frame[0], Part.UNREADABLE)


def masked(raw: str) -> str:
    """The text as it came, with every secret value covered.

    A text that names a secret and cannot be taken apart loses all of its values.
    """
    if not is_secret(raw):
        return raw
    frame = parsed(raw)
    if frame is None:
        return VALUE.sub(rf'\1"{HIDDEN}"', raw)
    text = raw
    for secret in secrets_in(frame):
        text = text.replace(json.dumps(secret, ensure_ascii=False), f'"{HIDDEN}"')
    return text if not secrets_in(parsed(text)) else VALUE.sub(rf'\1"{HIDDEN}"', raw)


def secrets_in(thing: Any) -> list[Any]:
    """The values that stand beside the name of a secret setting."""
    if isinstance(thing, list):
        return [found for one in thing for found in secrets_in(one)]
    if not isinstance(thing, dict):
        return []
    names = VALUES if is_secret(_setting(thing)) else ()
    mine = [thing[name] for name in names if thing.get(name) not in (None, "", HIDDEN)]
    return mine + [found for one in thing.values() for found in secrets_in(one)]


def _setting(thing: dict[str, Any]) -> str:
    """What the setting is called that this is about: in OCPP 2 it is a variable."""
    variable = thing.get("variable")
    name = variable.get("name", "") if isinstance(variable, dict) else ""
    return f"{thing.get('key', '')} {name}"


def pretty(raw: str) -> str:
    """Readable, masked; as it came where it is no JSON."""
    frame = parsed(masked(raw))
    if frame is None:
        return masked(raw)
    return json.dumps(frame, indent=2, ensure_ascii=False)


def covered(thing: Any) -> Any:
    """A charger's answer, kept apart from its frame, with every secret value covered."""
    if isinstance(thing, list):
        return [covered(one) for one in thing]
    if not isinstance(thing, dict):
        return thing
    shown = {name: covered(value) for name, value in thing.items()}
    if is_secret(str(thing.get("key", ""))) and thing.get("value"):
        shown["value"] = HIDDEN
    return shown
