"""Lists and answers that nobody would think of, the same ones for the same seed."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

KEYS = [f"i{n}" for n in range(8)]
PLACES = ["visit", "station", "evse:1", "evse:2", "rcd:1", "rcd:2", "rcd:c9", "moon:1"]
TYPES = ["verdict", "number", "choice", "text", "photo", "signature", "part", "auto"]
VERDICTS = ["ok", "remark", "warn", "fail", "na"]
NUMBERS = [None, 0, 0.0, -1, 1, 5, 5.5, 40, 299.9, 300, 1e300, "5", True, float("inf")]
ODD: list[Any] = [None, "", "ok", "remark", "fail", "na", "warn", "a", "b", "5,5", "1 234", "<5"]
ODD += [5, 0, True, False, [], ["ok"], {}, {"name": "Åsa", "png": "aa"}, {"name": " "}, "é🦊"]


class Chance:
    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311

    def one(self, several: list[Any]) -> Any:
        return self._random.choice(several)

    def some(self, several: list[Any]) -> list[Any]:
        return [one for one in several if self._random.random() < 0.3]

    def perhaps(self, what: Callable[[], Any], chance: float = 0.3) -> Any:
        return what() if self._random.random() < chance else None

    def condition(self, depth: int = 2) -> dict[str, Any]:
        kinds: list[Callable[[], dict[str, Any]]] = [
            lambda: {"item": self.one(KEYS), "is": self.some(ODD)},
            lambda: {"item": self.one(KEYS), "verdict": self.some(VERDICTS)},
            lambda: {"item": self.one(KEYS), "less_than_item": self.one(KEYS)},
            lambda: {"item": self.one(KEYS), "below": self.one([0, 5, 300])},
            lambda: {"item": self.one(KEYS), "above": self.one([0, 5, 300])},
            lambda: {"fact": self.one(["current", "work"]), "is": self.some(ODD)},
            lambda: {"fact": self.one(["current", "work", "toString"]), "has": self.some(ODD)},
        ]
        if depth:
            kinds += [
                lambda: {"all": [self.condition(depth - 1), self.condition(depth - 1)]},
                lambda: {"any": [self.condition(depth - 1), self.condition(depth - 1)]},
                lambda: {"not": self.condition(depth - 1)},
            ]
        made: dict[str, Any] = self.one(kinds)()
        return made

    def item(self, key: str) -> dict[str, Any]:
        bands = ("min", "max", "warn_min", "warn_max", "plausible_min", "plausible_max")
        limits = {name: self.perhaps(lambda: self.one([0, 1, 5, 40, 300])) for name in bands}
        choices = [{"key": one, "verdict": self.one(VERDICTS[:2])} for one in self.some(["a", "b"])]
        conditions = ("show_if", "required_if", "ask_again_if")
        return {
            "key": key,
            "type": self.one(TYPES),
            "required": self.one([True, False]),
            "safety": self.one([True, False]),
            "over": self.perhaps(lambda: {"sv": "Över", "en": "Over"}),
            "choices": choices,
            "photo_if": self.perhaps(lambda: self.some(VERDICTS)),
            "note_if": self.perhaps(lambda: self.some(VERDICTS)),
            "after": self.perhaps(lambda: self.some(KEYS)),
            "depends_on": self.perhaps(lambda: self.some(KEYS)),
            "authorisation": self.perhaps(lambda: "electrician"),
            **{name: self.perhaps(self.condition) for name in conditions},
            **limits,
        }

    def document(self) -> dict[str, Any]:
        kinds = ["visit", "station", "evse", "rcd"]
        sections = [
            {"key": f"s{n}", "per": self.one(kinds), "show_if": self.perhaps(self.condition, 0.2)}
            for n in range(4)
        ]
        halves = zip(sections, (KEYS[n : n + 2] for n in range(0, 8, 2)), strict=True)
        return {"sections": [{**one, "items": list(map(self.item, two))} for one, two in halves]}

    def answer(self) -> Any:
        if self.perhaps(lambda: True, 0.1):
            return self.one(ODD)
        answer = {
            "value": self.one(ODD),
            "number": self.one(NUMBERS),
            "over": self.one([False, False, True, None]),
            "note": self.one(["", " ", "Å 🦊", None, 5]),
            "photos": self.one([[], ["aa"], None, "aa"]),
            "confirmed": self.one([True, False, None]),
            "authorised": self.one([True, False, None]),
        }
        return {name: value for name, value in answer.items() if self.perhaps(lambda: True, 0.8)}

    def case(self) -> dict[str, Any]:
        names = [f"{key}|{place}" for key in KEYS for place in PLACES]
        return {
            "document": self.document(),
            "facts": {
                "current": self.one(ODD),
                "work": self.some(ODD),
                "authorisations": self.one([["electrician"], [], None]),
                **self.one([{}, {}, {"holder": []}, {"holder": ["electrician"]}]),
            },
            "places": [*self.some(PLACES), "station"],
            "answers": {one: self.answer() for one in names if self.perhaps(lambda: True)},
        }
