"""Parts and kits in the JSON API."""

from __future__ import annotations

from typing import Any

from flask import g
from marshmallow import fields
from sqlalchemy.orm import selectinload

from service.core import clock, problems
from service.core.api import Resource
from service.core.db import db
from service.core.fields import Body, Instant, Number, Shown, Text, Whole, Why, Words, choice
from service.core.paging import Listed, containing, page, page_of
from service.core.problems import ProblemError, already_exists, refuse_retired
from service.parts.models import Kit, KitLine, Part, RetiredPartError
from service.parts.words import Unit
from service.people.api import referred, seen
from service.people.models import NotVisibleError

parts = Resource("parts", "What is ordered, carried and used up.")
kits = Resource("kits", "What is packed for one kind of work.")

problems.means(
    RetiredPartError,
    lambda _: ProblemError(409, "A retired part goes into no kit any more.", "retired"),
)


class PartChange(Body):
    number = Words(60)
    name = Words(120)
    maker = Text(120)
    unit = choice(Unit)
    price_ore = Whole(allow_none=True)
    vat_percent = Whole(0, 100)
    notes = Text(allow_none=True)


class NewPart(PartChange):
    number = Words(60, required=True)
    name = Words(120, required=True)


class PartShape(Shown):
    id = fields.Integer()
    number = fields.String()
    name = fields.String()
    maker = fields.String()
    unit = choice(Unit)
    price_ore = fields.Integer(
        allow_none=True, metadata={"description": "Öre for one of its unit, without VAT."}
    )
    vat_percent = fields.Integer()
    notes = fields.String(allow_none=True)
    created_at = Instant()
    retired_at = Instant(allow_none=True)


class PartQuery(Listed):
    q = Text(200, metadata={"description": "Part of the number, name or maker."})


@parts.get("/parts", page_of(PartShape), PartQuery)
def list_parts(asked: dict[str, Any]) -> dict[str, Any]:
    """List parts."""
    found = Part.visible_to(g.person)
    if words := asked.get("q"):
        found = found.where(containing(words, Part.number, Part.name, Part.maker))
    return page(Part, found, asked)


@parts.get("/parts/<int:part_id>", PartShape)
def show_part(part_id: int) -> Part:
    """Get one part."""
    return seen(Part, part_id)


@parts.post("/parts", PartShape, NewPart)
def create_part(asked: dict[str, Any]) -> Part:
    """Create a part."""
    _refuse_part_twin(asked["number"])
    part = Part.create(g.person, clock.now(), **asked)
    db.session.commit()
    return part


@parts.patch("/parts/<int:part_id>", PartShape, PartChange)
def change_part(asked: dict[str, Any], part_id: int) -> Part:
    """Change a part."""
    part = seen(Part, part_id)
    refuse_retired(part)
    _refuse_part_twin(asked.get("number", part.number), part)
    part.edit(g.person, clock.now(), **asked)
    db.session.commit()
    return part


@parts.post("/parts/<int:part_id>/retirement", PartShape, Why, status=200)
def retire_part(asked: dict[str, Any], part_id: int) -> Part:
    """Offer a part no more; where it stands, it stays."""
    part = seen(Part, part_id)
    refuse_retired(part)
    part.retire(g.person, asked["reason"], clock.now())
    db.session.commit()
    return part


class KitChange(Body):
    code = Words(40)
    name = Words(120)


class NewKit(KitChange):
    code = Words(40, required=True)
    name = Words(120, required=True)


class LineShape(Shown):
    id = fields.Integer()
    part_id = fields.Integer()
    quantity = fields.Float(metadata={"description": "In the part's unit."})


class KitShape(Shown):
    id = fields.Integer()
    code = fields.String()
    name = fields.String()
    lines = fields.List(fields.Nested(LineShape))
    created_at = Instant()
    retired_at = Instant(allow_none=True)


class KitQuery(Listed):
    q = Text(200, metadata={"description": "Part of the code or the name."})


class NewLine(Body):
    part_id = Whole(required=True)
    quantity = Number(0.001, 1_000_000, required=True)


@kits.get("/kits", page_of(KitShape), KitQuery)
def list_kits(asked: dict[str, Any]) -> dict[str, Any]:
    """List kits, with what is in them."""
    found = Kit.visible_to(g.person)
    if words := asked.get("q"):
        found = found.where(containing(words, Kit.code, Kit.name))
    return page(Kit, found, asked, with_=(selectinload(Kit.lines),))


@kits.get("/kits/<int:kit_id>", KitShape)
def show_kit(kit_id: int) -> Kit:
    """Get one kit."""
    return seen(Kit, kit_id)


@kits.post("/kits", KitShape, NewKit)
def create_kit(asked: dict[str, Any]) -> Kit:
    """Create a kit; its parts are packed afterwards."""
    _refuse_kit_twin(asked["code"])
    kit = Kit.create(g.person, clock.now(), **asked)
    db.session.commit()
    return kit


@kits.patch("/kits/<int:kit_id>", KitShape, KitChange)
def change_kit(asked: dict[str, Any], kit_id: int) -> Kit:
    """Change a kit's code or name."""
    kit = seen(Kit, kit_id)
    refuse_retired(kit)
    _refuse_kit_twin(asked.get("code", kit.code), kit)
    kit.edit(g.person, clock.now(), **asked)
    db.session.commit()
    return kit


@kits.post("/kits/<int:kit_id>/lines", KitShape, NewLine, status=200)
def put_in(asked: dict[str, Any], kit_id: int) -> Kit:
    """Pack so much of a part; what was packed of it before, no more."""
    kit = seen(Kit, kit_id)
    refuse_retired(kit)
    part = referred(Part, asked["part_id"], "part_id")
    kit.put_in(part, asked["quantity"], g.person, clock.now())
    db.session.commit()
    return kit


@kits.post("/kits/<int:kit_id>/lines/<int:line_id>/removal", KitShape, status=200)
def take_out(kit_id: int, line_id: int) -> Kit:
    """Take a part out of a kit."""
    kit = seen(Kit, kit_id)
    refuse_retired(kit)
    line = next((one for one in kit.lines if one.id == line_id), None)
    if line is None:
        raise NotVisibleError(KitLine.__name__, line_id)
    kit.take_out(line, g.person, clock.now())
    db.session.commit()
    return kit


@kits.post("/kits/<int:kit_id>/retirement", KitShape, Why, status=200)
def retire_kit(asked: dict[str, Any], kit_id: int) -> Kit:
    """Offer a kit no more; where it stands, it stays."""
    kit = seen(Kit, kit_id)
    refuse_retired(kit)
    kit.retire(g.person, asked["reason"], clock.now())
    db.session.commit()
    return kit


def _refuse_part_twin(number: str, me: Part | None = None) -> None:
    twin = Part.with_number(number)
    if twin and twin is not me:
        raise already_exists("There is a part of that number.", "number")


def _refuse_kit_twin(code: str, me: Kit | None = None) -> None:
    twin = Kit.with_code(code)
    if twin and twin is not me:
        raise already_exists("There is a kit of that code.", "code")
