"""An operation as it came: read, written down for good, and cleaned of what no text can hold."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

from service.core.files import is_sha

Said = dict[str, Any]
# Where a body names files.
NAMES_FILES = ("sha", "png", "photos")


# A body has a handful of levels. What has thousands was made to exhaust whoever walks through it.
DEEPEST = 60


class UnreadableError(Exception):
    """Not a JSON object that can be kept."""


def read(content: bytes) -> Said:
    """Raises UnreadableError."""
    try:
        said = json.loads(content, parse_constant=_refuse, parse_float=_finite)
    except (ValueError, RecursionError) as wrong:
        raise UnreadableError from wrong
    if not isinstance(said, dict) or _is_too_deep(said):
        raise UnreadableError
    return said


def _is_too_deep(said: Any) -> bool:
    level = [said]
    for _ in range(DEEPEST):
        level = [inner for one in level for inner in _inside(one)]
    return bool(level)


def _inside(one: Any) -> Iterable[Any]:
    if isinstance(one, dict):
        return one.values()
    return one if isinstance(one, list) else ()


def _refuse(name: str) -> None:
    raise ValueError(name)


def _finite(text: str) -> float:
    """1e400 is no number that can be kept."""
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def written(said: Said) -> str:
    """The same for the same operation, however its keys were ordered; any text can be kept so."""
    return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def fingerprint(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def cleaned(value: Any) -> Any:
    """Without what the database cannot hold: NUL, and half of a letter."""
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "replace").decode()
    if isinstance(value, Mapping):
        return {cleaned(name): cleaned(one) for name, one in value.items()}
    return [cleaned(one) for one in value] if isinstance(value, list) else value


def uuid_of(said: Said) -> UUID | None:
    """Its id, as `fact_of` reads it."""
    key = cleaned(said.get("id"))
    try:
        return UUID(key) if isinstance(key, str) else None
    except ValueError:
        return None


def files_of(body: Any) -> Iterator[str]:
    """The hashes that a body names, wherever they stand in it."""
    if isinstance(body, Mapping):
        for name, one in body.items():
            if name in NAMES_FILES:
                yield from (sha for sha in (one if isinstance(one, list) else [one]) if is_sha(sha))
            else:
                yield from files_of(one)
    elif isinstance(body, list):
        for one in body:
            yield from files_of(one)
