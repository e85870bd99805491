"""How much a message may hold, and what its values may be, before anybody looks at them."""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite
from typing import Any

# A message of the largest size that is all values: a charger may tell 250 events at once.
DEPTH, NODES = 16, 8_000
LEAST, MOST = -(2**63), 2**63 - 1


def tidy(value: Any, findings: list[str], refuse: Callable[[str], Exception]) -> Any:
    """The same value, with what cannot be kept replaced and said in `findings`.

    NUL and half characters become U+FFFD; a number that is not finite or has more than 64 bits
    becomes None. Raises what `refuse` makes where there is too much or it is too deep.
    """
    root = [value]
    waiting: list[tuple[Any, int]] = [(root, 0)]
    nodes = 0
    while waiting:
        place, depth = waiting.pop()
        if depth > DEPTH:
            raise refuse("it is nested too deeply")
        for key, one in _children(place):
            nodes += 1
            if nodes > NODES:
                raise refuse("it holds too many values")
            if isinstance(one, dict | list):
                waiting.append((one, depth + 1))
            else:
                place[key] = _kept(one, findings)
    return root[0]


def _children(place: Any) -> list[tuple[Any, Any]]:
    if isinstance(place, list):
        return list(enumerate(place))
    for key in [key for key in place if readable(key) != key]:
        place[readable(key)] = place.pop(key)
    return list(place.items())


def _kept(one: Any, findings: list[str]) -> Any:
    if isinstance(one, str):
        clean = readable(one)
        if clean != one:
            _say("characters that cannot be kept", findings)
        return clean
    if isinstance(one, float) and (not isfinite(one) or abs(one) >= 2**63):
        _say("a number out of range", findings)
        return None
    if isinstance(one, int) and not LEAST <= one <= MOST:
        _say("a number out of range", findings)
        return None
    return one


def readable(text: str) -> str:
    """Without NUL and half characters."""
    if "\x00" not in text and (text.isascii() or not _is_half(text)):
        return text
    return "".join("\ufffd" if c == "\x00" or "\ud800" <= c <= "\udfff" else c for c in text)


def _is_half(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _say(what: str, findings: list[str]) -> None:
    if what not in findings:
        findings.append(what)
