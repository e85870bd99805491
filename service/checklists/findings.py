"""What a run found, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from service.checklists import document
from service.checklists.models import Answer, ChecklistRun, Finding
from service.checklists.words import Verdict

# A finding is written in the house's language; a report says it in its reader's, by `words_of`.
HOUSE = "sv"
FOUND = (Verdict.REMARK, Verdict.FAIL)


def found_by(
    run: ChecklistRun, said: Mapping[str, Any], answers: Mapping[str, Answer], at: datetime
) -> Iterator[Finding]:
    """One finding for each remark and each fail that counts."""
    items = {item["key"]: item for _path, _section, item in document.items(run.version.document)}
    for one in said["items"]:
        if one["verdict"] in FOUND:
            item, answer = items[one["item"]], answers[f"{one['item']}|{one['place']}"]
            yield Finding(
                station_id=run.station_id,
                item=one["item"],
                place=one["place"],
                verdict=Verdict(one["verdict"]),
                safety=item.get("safety") is True,
                text=words_of(item, answer, HOUSE),
                made_at=at,
            )


def words_of(item: Mapping[str, Any], answer: Answer, language: str) -> str:
    """What it is called, what was measured or chosen, and what somebody wrote about it."""
    label = item["label"][language]
    value = value_of(item, answer, language)
    known = f"{label}: {value}" if value else label
    return f"{known}. {answer.note.strip()}" if answer.note.strip() else known


def value_of(item: Mapping[str, Any], answer: Answer, language: str) -> str:
    """A measurement with its unit, a choice by its name; empty where the verdict says it all."""
    if answer.over and item.get("over"):
        return str(item["over"][language])
    if answer.number is not None:
        return f"{number_of(item, answer.number, language)} {item.get('unit') or ''}".strip()
    for choice in item.get("choices") or []:
        if choice["key"] == answer.value:
            return str(choice["label"][language])
    return answer.value if item["type"] == "text" and isinstance(answer.value, str) else ""


def number_of(item: Mapping[str, Any], number: float, language: str) -> str:
    """With as many decimals as the item has, and no fewer than were measured."""
    digits = item.get("decimals") or 0
    rounded = round(number, digits) == number
    text = f"{number:.{digits}f}" if rounded else f"{number:.6f}".rstrip("0").rstrip(".")
    return text.replace(".", ",") if language == "sv" else text
