"""The models that the product is born with, and what is known of each; then the rows are edited.

What nobody has read in a maker's own words has no date in `verified_on`: it is a default.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, MetaData, Table, func, insert, select
from sqlalchemy.dialects.postgresql import insert as insert_or

# A model without its article number: maker and name.
Name = tuple[str, str]
HERE = Path(__file__).parent


def lines(path: Path) -> Iterator[dict[str, str | None]]:
    """One dictionary per row; what is empty is None."""
    with path.open(newline="", encoding="utf-8") as file:
        for line in csv.DictReader(file):
            yield {name: text or None for name, text in line.items()}


def models() -> list[dict[str, Any]]:
    """As `StationModel` takes them."""
    return [_model(**line) for line in lines(HERE / "catalogue_models.csv")]


def evidence() -> list[dict[str, Any]]:
    """As `ModelEvidence` takes it, with maker and name of its model."""
    return [_evidence(**line) for line in lines(HERE / "catalogue_evidence.csv")]


def protection() -> list[dict[str, Any]]:
    """As `ProtectiveDevice` takes it, with maker and name of its model."""
    return [
        {**line, "rated_ma": number(line["rated_ma"])}
        for line in lines(HERE / "catalogue_protection.csv")
    ]


def load(connection: Connection) -> dict[Name, int]:
    """Add the models that are not there. Returns their keys: what is there stays as it is."""
    added = _add_models(connection)
    for name, rows in (("model_evidence", evidence()), ("protective_device", protection())):
        if mine := list(of_models(rows, added)):
            connection.execute(insert(table(name, connection)), mine)
    return added


def table(name: str, connection: Connection) -> Table:
    """A table as it stands now, whatever its model becomes."""
    return Table(name, MetaData(), autoload_with=connection)


def of_models(rows: list[dict[str, Any]], keys: dict[Name, int]) -> Iterator[dict[str, Any]]:
    """The rows of these models, with a key in place of maker and name."""
    for row in map(dict, rows):
        if key := keys.get((row.pop("maker"), row.pop("name"))):
            yield {**row, "model_id": key}


def number(text: str | None) -> int | None:
    return int(text) if text else None


def _add_models(connection: Connection) -> dict[Name, int]:
    model, at = table("station_model", connection), connection.scalar(select(func.now()))
    rows = [{**row, "created_at": at} for row in models()]
    new = (
        insert_or(model).on_conflict_do_nothing().returning(model.c.id, model.c.maker, model.c.name)
    )
    return {(row.maker, row.name): row.id for row in connection.execute(new.values(rows))}


def _model(verified_on: str | None, **line: Any) -> dict[str, Any]:
    return {
        **line,
        "article_number": "",
        "power_kw": Decimal(line["power_kw"]) if line["power_kw"] else None,
        "connectors": int(line["connectors"]),
        "visit_months": number(line["visit_months"]),
        "capabilities": (line["capabilities"] or "").split(),
        "verified_at": _day(verified_on),
    }


def _evidence(verified_on: str | None, **line: Any) -> dict[str, Any]:
    texts = {name: line[name] or "" for name in ("document", "page")}
    return {**line, **texts, "verified_at": _day(verified_on)}


def _day(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).replace(hour=12, tzinfo=UTC) if text else None
