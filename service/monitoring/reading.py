"""How a frame is shown to a person: readable, and without the secrets that it carries."""

from __future__ import annotations

import json
import re
from enum import StrEnum
from typing import Any

HIDDEN = "••••••"
# Settings of a charger whose values open a door. A part of the name is enough.
SECRET = ("authorizationkey", "password", "passphrase", "secret", "apikey", "psk")
VALUE = re.compile(r'("value"\s*:\s*)("(?:[^"\\]|\\.)*"?|[^,}\]]+)', re.IGNORECASE)


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
    mine = [thing.get("value")] if is_secret(str(thing.get("key", ""))) else []
    mine = [value for value in mine if value not in (None, "", HIDDEN)]
    return mine + [found for one in thing.values() for found in secrets_in(one)]


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
