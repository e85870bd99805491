"""Everything that the product is born with about skills, models and the parts that wear out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.postgresql import insert

from service.parts.words import Unit
from service.people import skills
from service.stations import catalogue as of_models
from service.stations.catalogue import Name, lines, number, table

HERE = Path(__file__).parent
# Nobody has read the makers' own numbers: these are the house's.
NOTE = "Husets eget nummer: tillverkarens artikelnummer är inte känt."


def wear_parts() -> list[dict[str, Any]]:
    """As `WearPart` takes them, with maker and name of the model, and what its part is called."""
    return [
        {**line, "months": number(line["months"])}
        for line in lines(HERE / "catalogue_wear_parts.csv")
    ]


def load(connection: Connection) -> None:
    """Add what is not there; what is there stays as it is."""
    at = connection.scalar(select(func.now()))
    _add(connection, "skill", [{**row, "created_at": at} for row in skills.rows()])
    models = of_models.load(connection)
    mine = [row for row in wear_parts() if (row["maker"], row["name"]) in models]
    if mine:
        _add(connection, "part", [_part(row, at) for row in mine])
        _add(connection, "wear_part", _wear_parts(connection, mine, models))


def _add(connection: Connection, name: str, rows: list[dict[str, Any]]) -> None:
    connection.execute(insert(table(name, connection)).on_conflict_do_nothing(), rows)


def _part(row: dict[str, Any], at: Any) -> dict[str, Any]:
    facts = {"vat_percent": 25, "notes": NOTE, "created_at": at}
    names = {"number": row["number"], "name": row["part"], "maker": row["maker"]}
    return {**names, "unit": Unit(row["unit"]).value, **facts}


def _wear_parts(
    connection: Connection, rows: list[dict[str, Any]], models: dict[Name, int]
) -> list[dict[str, Any]]:
    part = table("part", connection)
    keys = {row.number: row.id for row in connection.execute(select(part.c.id, part.c.number))}
    return [
        {
            "model_id": models[row["maker"], row["name"]],
            "part_id": keys[row["number"]],
            "months": row["months"],
            "note": row["note"],
        }
        for row in rows
    ]
