"""What a program may send: each field takes one JSON type, and nothing that only looks like it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from flask import g
from marshmallow import RAISE, Schema, ValidationError, fields, post_dump
from marshmallow.validate import Length, OneOf, Range

from service.core.dates import FIRST_YEAR, LAST_YEAR, is_civil
from service.core.db import Visible, db

LARGEST = 2**63 - 1
RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)")


class Body(Schema):
    """What is sent. A field that nobody knows is an error: most often it is misspelt."""

    class Meta:
        unknown = RAISE


class Shown(Schema):
    """What is answered. Fields in `inside` are for the house's own people."""

    inside: tuple[str, ...] = ()

    @post_dump
    def keep_inside(self, shown: dict[str, Any], **_: Any) -> dict[str, Any]:
        if g.person.sees_all:
            return shown
        return {name: value for name, value in shown.items() if name not in self.inside}


class Text(fields.String):
    """A string that PostgreSQL can keep, without blanks around it."""

    def __init__(self, most: int = 2000, least: int = 0, **more: Any) -> None:
        super().__init__(validate=Length(min=least, max=most), **more)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> str:
        words = super()._deserialize(value, attr, data, **more)
        if words is None or "\x00" in words or any("\ud800" <= one <= "\udfff" for one in words):
            raise ValidationError("Not a text that can be kept: it has characters that are none.")
        return words.strip()


class Words(Text):
    """A string with something in it."""

    def __init__(self, most: int = 2000, **more: Any) -> None:
        super().__init__(most, least=1, **more)


class Why(Body):
    """What is done for good, or against somebody, is done with a reason."""

    reason = Words(500, required=True)


class Whole(fields.Integer):
    """A whole number that fits its column: 5, but neither "5" nor 5.0 nor true."""

    def __init__(self, least: int = 0, most: int = LARGEST, **more: Any) -> None:
        super().__init__(strict=True, validate=Range(least, most), **more)

    def _validated(self, value: Any) -> int:
        if type(value) is not int:
            raise self.make_error("invalid", input=value)
        return value


class Key(Whole):
    """The id of a row that the caller may see. What was asked holds the row itself.

    Its name is the row's, `data_key` what programs send: `site = Key(Site, data_key="site_id")`.
    `in_use`: not one that is retired.
    """

    def __init__(self, kind: type[Visible], in_use: bool = False, **more: Any) -> None:
        super().__init__(**more)
        self.kind, self.in_use = kind, in_use

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> Any:
        key = super()._deserialize(value, attr, data, **more)
        mine = self.kind.visible_to(g.person).where(self.kind.id == key)
        row: Any = db.session.scalars(mine).unique().one_or_none() if 0 < key <= LARGEST else None
        if row is None:
            raise ValidationError("There is none with this id.")
        if self.in_use and row.retired_at is not None:
            raise ValidationError("It is retired.")
        return row

    def _validate(self, value: Any) -> None:
        """A row that is there has an id that can be."""


class WholeText(fields.Integer):
    """A whole number in an address."""

    def __init__(self, least: int = 0, most: int = LARGEST, **more: Any) -> None:
        super().__init__(validate=Range(least, most), **more)

    def _validated(self, value: Any) -> int:
        if not re.fullmatch(r"-?[0-9]{1,19}", str(value)):
            raise self.make_error("invalid", input=value)
        return int(value)


class Number(fields.Float):
    """A number with decimals, kept exactly as it was written."""

    def __init__(self, least: float, most: float, **more: Any) -> None:
        super().__init__(validate=Range(least, most), **more)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> Any:
        if type(value) not in (int, float) or abs(value) > LARGEST:
            raise self.make_error("invalid", input=value)
        super()._deserialize(value, attr, data, **more)
        return Decimal(str(value))


class Flag(fields.Boolean):
    """true or false."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> bool:
        if type(value) is not bool:
            raise self.make_error("invalid", input=value)
        return value


class FlagText(fields.Boolean):
    """true or false in an address."""

    truthy = {"true"}
    falsy = {"false"}


class Instant(fields.AwareDateTime):
    """RFC 3339 with a zone; answered in UTC with Z."""

    def _serialize(self, value: datetime | None, *_: Any, **__: Any) -> Any:
        return None if value is None else written(value)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> datetime:
        if not isinstance(value, str) or not RFC3339.fullmatch(value):
            raise ValidationError("Not an instant of RFC 3339, such as 2026-03-02T12:00:00Z.")
        try:
            return datetime.fromisoformat(value.upper()).astimezone(UTC)
        except (ValueError, OverflowError):
            raise ValidationError("There is no such instant.") from None


def written(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


class Day(fields.Date):
    """YYYY-MM-DD."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> Any:
        if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            raise ValidationError("Not a date, such as 2026-03-02.")
        return super()._deserialize(value, attr, data, **more)


class CivilDay(Day):
    """A date of the calendar that people plan in: of what is kept, or counted from."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> Any:
        day = super()._deserialize(value, attr, data, **more)
        if not is_civil(day):
            raise ValidationError(f"Give a date from {FIRST_YEAR} to {LAST_YEAR}.")
        return day


def choice(kind: type[StrEnum], **more: Any) -> fields.Enum[StrEnum]:
    return fields.Enum(kind, by_value=fields.String, **more)


def one_of(*values: Any) -> OneOf:
    return OneOf(values)
