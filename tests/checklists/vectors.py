"""What the rules have to say, in Python and in a browser: one file for both."""

import json
from pathlib import Path
from typing import Any

VECTORS: dict[str, Any] = json.loads((Path(__file__).parent / "vectors.json").read_text())
NUMBERS: list[dict[str, Any]] = VECTORS["numbers"]
VERDICTS: list[dict[str, Any]] = VECTORS["verdicts"]
DOCUMENTS: dict[str, Any] = VECTORS["documents"]
CASES: list[dict[str, Any]] = VECTORS["cases"]


def named(case: dict[str, Any]) -> str:
    return str(case.get("name", case.get("text")))


def told(expected: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    """Of what was found, what the vector speaks of."""
    items = {f"{one['item']}|{one['place']}": one for one in found["items"]}
    return {
        name: {where: {word: items[where][word] for word in words} for where, words in said.items()}
        if name == "items"
        else found[name]
        for name, said in expected.items()
    }
