"""Lists of the JSON API: a page at a time, by key, so that new rows shift nothing."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from functools import cache
from typing import Any, Protocol, TypeVar

from marshmallow import Schema, ValidationError, fields
from sqlalchemy import ColumnElement, Select, func, or_, select, true

from service.core.db import db
from service.core.fields import LARGEST, Body, Text, WholeText

COUNTED = 10_000
MOST = 500


class Keyed(Protocol):
    id: Any


Row = TypeVar("Row", bound=Keyed)
Field = TypeVar("Field", bound=fields.Field[Any])


class Cursor(fields.String):
    """Where the last page ended. Opaque: only what `next` gave comes back."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> Any:
        try:
            words = urlsafe_b64decode(value.encode("ascii")).decode("ascii")
        except ValueError:
            words = ""
        found = re.fullmatch(r"id:([0-9]{1,19})", words)
        if not found or int(found[1]) > LARGEST:
            raise ValidationError("Not a cursor: give `next` of the last answer, as it was.")
        return int(found[1])


def cursor(key: int) -> str:
    return urlsafe_b64encode(f"id:{key}".encode()).decode()


class Listed(Body):
    """What every list can be asked for."""

    per_page = WholeText(1, MOST, load_default=50)
    cursor = Cursor(load_default=None)


def by(how: Any, field: Field) -> Field:
    """A field of a list's query that narrows it: `how` is the column that has its value.

    Or it makes the condition out of the value.
    """
    field.narrows = how if callable(how) else lambda value: how == value  # type: ignore[attr-defined]
    return field


def search(about: str, *columns: Any, most: int = 200) -> Text:
    """Words that one of the columns has in it."""
    field = Text(most, metadata={"description": about})
    return by(lambda words: containing(words, *columns) if words else true(), field)


def narrowed(rows: Select[Row], query: type[Schema], asked: dict[str, Any]) -> Select[Row]:
    """The rows that a list was asked for, by those fields of its query that narrow it."""
    for name, field in query._declared_fields.items():
        if name in asked and (condition := getattr(field, "narrows", None)):
            rows = rows.where(condition(asked[name]))
    return rows


@cache
def page_of(item: type[Schema]) -> type[Schema]:
    """How a list of these is answered: one name in the document, however many addresses have it."""
    name = f"{item.__name__}Page"
    shape: dict[str, fields.Field[Any]] = {
        "items": fields.List(fields.Nested(item), required=True),
        "total": fields.Integer(
            required=True, metadata={"description": f"Counting stops at {COUNTED}."}
        ),
        "next": fields.String(
            required=True,
            allow_none=True,
            metadata={"description": "The cursor of the next page; null on the last."},
        ),
    }
    return Schema.from_dict(shape, name=name)


def page(
    kind: type[Row],
    rows: Select[Row],
    asked: dict[str, Any],
    newest_first: bool = False,
    with_: Iterable[Any] = (),
) -> dict[str, Any]:
    """One page of the rows. `with_` loads at once what the answer shows of each.

    Three statements, and one for each of `with_`, however many rows there are.
    """
    key, end, size = kind.id, asked["cursor"], asked["per_page"]
    part = rows.order_by(None).order_by(key.desc() if newest_first else key.asc())
    if end is not None:
        part = part.where(key < end if newest_first else key > end)
    found = list(db.session.scalars(part.limit(size + 1).options(*with_)).unique())
    more = len(found) > size
    return {
        "items": found[:size],
        "total": _count(kind, rows),
        "next": cursor(found[size - 1].id) if more else None,
    }


def _count(kind: type[Row], rows: Select[Row]) -> int:
    some = rows.order_by(None).with_only_columns(kind.id).limit(COUNTED).subquery()
    return db.session.scalar(select(func.count()).select_from(some)) or 0


def containing(words: str, *columns: Any) -> ColumnElement[bool]:
    """One of the columns has these words in it, whatever the letters' case."""
    return or_(*(column.icontains(words, autoescape=True) for column in columns))
