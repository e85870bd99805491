"""The limits and the checklists that the product is born with; then the rows are edited.

`catalogue.json` is written by hand, and shorter than the document that a version holds:
`work` says for which kinds of work an item is asked (none: always; empty: in a full check alone),
`if` names conditions, and what is `stopped` waits for the measurements that make it safe to
energise, and is locked by every safety item before it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Date, cast, func, select
from sqlalchemy.dialects.postgresql import insert

from service.checklists import document
from service.checklists.limits import NUMBERS
from service.checklists.shapes import ITEM
from service.stations.catalogue import lines, table

HERE = Path(__file__).parent
Written = dict[str, Any]
NOTES = "Husets första version."


def limits() -> list[Written]:
    """As `Limit` takes them."""
    return [
        {**line, **{name: float(n) if (n := line[name]) else None for name in NUMBERS}}
        for line in lines(HERE / "catalogue_limits.csv")
    ]


def templates() -> list[Written]:
    """As `ChecklistTemplate` takes them, each with the document of its first version."""
    book = Book(json.loads((HERE / "catalogue.json").read_text()))
    return [book.template(one) for one in book.written["templates"]]


def load(connection: Connection) -> None:
    """Add what is not there; what is there stays as it is."""
    at = connection.scalar(select(func.now()))
    limit, template = table("checklist_limit", connection), table("checklist_template", connection)
    rows = [{**row, "created_at": at} for row in limits()]
    today = {"valid_from": cast(func.now(), Date)}
    for row in rows:
        connection.execute(insert(limit).values(**row, **today).on_conflict_do_nothing())
    for row in templates():
        content = row.pop("document")
        add = insert(template).values(**row, created_at=at).on_conflict_do_nothing()
        if key := connection.scalar(add.returning(template.c.id)):
            _publish(connection, key, content, at)


def _publish(connection: Connection, template: int, content: Written, at: Any) -> None:
    version = table("checklist_version", connection)
    facts = {"template_id": template, "number": 1, "state": "published", "notes": NOTES}
    days = {"created_at": at, "published_at": at}
    connection.execute(insert(version).values(document=content, **facts, **days))


class Book:
    """What is written, and how it is read."""

    def __init__(self, written: Written) -> None:
        self.written = written
        self._sections: dict[str, Written] = {one["key"]: one for one in written["sections"]}
        self._limits = {
            row["key"]: {name: row[name] for name in (*NUMBERS, "unit", "source")}
            for row in limits()
        }

    def template(self, written: Written) -> Written:
        asked: list[Written] = []
        sections = [self._section(self._sections[key], asked) for key in written["sections"]]
        whole = document.with_limits({"schema": 1, "sections": sections}, self._limits)
        sv, en = written["title"]
        facts = {name: written[name] for name in ("key", "current", "is_default")}
        return {**facts, "title_sv": sv, "title_en": en, "document": whole}

    def _section(self, written: Written, asked: list[Written]) -> Written:
        section = {
            "key": written["key"],
            "title": _texts(written["title"]),
            "per": written["per"],
            "show_if": self._shown(written),
            "items": [],
        }
        for one in written["items"]:
            asked.append(self._item(one, asked))
            section["items"].append(asked[-1])
        return section

    def _item(self, written: Written, asked: list[Written]) -> Written:
        item = {**dict.fromkeys(ITEM), "required": False, "safety": False, **written}
        for name in ("label", "help", "over"):
            item[name] = _texts(written[name]) if name in written else None
        item["choices"] = [_choice(*one) for one in written.get("choices", [])]
        item["show_if"] = self._shown(written)
        item["required_if"] = self._condition(written.get("required_if"))
        if written.get("stopped"):
            item |= self._stopped(written, asked)
        return {name: item[name] for name in ITEM}

    def _stopped(self, written: Written, asked: list[Written]) -> Written:
        """After what makes it safe to energise, and never while a safety item before it failed."""
        keys = [one["key"] for one in asked]
        first = [key for key in self.written["energised_after"] if key in keys]
        after = [*first, *written.get("after", [])]
        safety = [one["key"] for one in asked if one["safety"]]
        return {"after": list(dict.fromkeys(after)), "depends_on": safety}

    def _shown(self, written: Written) -> Mapping[str, Any] | None:
        conditions = [self._of_work(written.get("work")), self._condition(written.get("if"))]
        both = [one for one in conditions if one]
        return {"all": both} if len(both) > 1 else next(iter(both), None)

    def _of_work(self, work: list[str] | None) -> Mapping[str, Any] | None:
        """A full check asks everything: commissioning, or where nothing narrower is known."""
        if work is None:
            return None
        narrower = {"not": {"fact": "work", "has": self.written["narrower"]}}
        return {"any": [{"fact": "work", "has": [*work, "commissioning"]}, narrower]}

    def _condition(self, written: Any) -> Mapping[str, Any] | None:
        named: Mapping[str, Any] | None = (
            self.written["conditions"][written] if isinstance(written, str) else written
        )
        return named


def _texts(pair: list[str]) -> dict[str, str]:
    return dict(zip(("sv", "en"), pair, strict=True))


def _choice(key: str, sv: str, en: str, verdict: str = "ok") -> Written:
    return {"key": key, "label": _texts([sv, en]), "verdict": verdict}
