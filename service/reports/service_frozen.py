"""Facts as they are frozen: texts that the database keeps and paper can hold, and their hash."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

LONGEST = 4000


def frozen(facts: Any) -> Any:
    """The same with every text made fit to keep: no NUL, no half of a letter, no megabyte."""
    if isinstance(facts, dict):
        return {name: frozen(value) for name, value in facts.items()}
    if isinstance(facts, list | tuple):
        return [frozen(value) for value in facts]
    return _text(facts) if isinstance(facts, str) else facts


def _text(said: str) -> str:
    short = said if len(said) <= LONGEST else said[: LONGEST - 1] + "…"
    return "".join(sign for sign in short if sign != "\x00" and not "\ud800" <= sign <= "\udfff")


def fingerprint(facts: dict[str, Any]) -> str:
    """SHA-256 of the facts, however their keys are ordered."""
    told = json.dumps(facts, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return sha256(told.encode()).hexdigest()
