"""Instruments and limits in the JSON API."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from marshmallow import fields
from sqlalchemy import select

from service.checklists.limits import NUMBERS
from service.checklists.models import Instrument, Limit
from service.checklists.words import InstrumentKind
from service.core.collection import Collection, Twin
from service.core.db import db
from service.core.fields import (
    Body,
    Day,
    Instant,
    Key,
    Number,
    Shown,
    Text,
    WholeText,
    Why,
    Words,
    choice,
)
from service.core.paging import Listed, by, search
from service.core.problems import wrong_field
from service.people.models import Person
from service.stations.words import EvidenceKind

MOST = 1e12


class InstrumentShape(Shown):
    id = fields.Integer()
    kind = choice(InstrumentKind)
    make = fields.String()
    model = fields.String()
    serial = fields.String()
    calibrated_until = fields.Date(allow_none=True)
    person_id = fields.Integer(allow_none=True)
    created_at = Instant()
    retired_at = Instant(allow_none=True)


class InstrumentFacts(Body):
    kind = choice(InstrumentKind)
    make = Words(120)
    model = Words(120)
    serial = Words(120)
    calibrated_until = Day(allow_none=True, metadata={"description": "Its last day."})
    person = Key(Person, data_key="person_id", allow_none=True)


class NewInstrument(InstrumentFacts):
    kind = choice(InstrumentKind, required=True)
    make = Words(120, required=True)
    model = Words(120, required=True)
    serial = Words(120, required=True)


class InstrumentQuery(Listed):
    q = search(
        "Part of maker, model or serial number.",
        Instrument.make,
        Instrument.model,
        Instrument.serial,
    )
    person_id = by(Instrument.person_id, WholeText())
    calibrated_before = by(
        lambda day: Instrument.calibrated_until < day,
        Day(metadata={"description": "Whose certificate ends before this day."}),
    )


def _twin(make: str, model: str, serial: str) -> Instrument | None:
    same = (Instrument.make == make, Instrument.model == model, Instrument.serial == serial)
    return db.session.scalars(select(Instrument).where(*same)).one_or_none()


instruments = Collection(
    "instruments",
    "What is measured with, who carries it, and until when it is calibrated.",
    Instrument,
    InstrumentShape,
    "instrument",
    twin=Twin(("make", "model", "serial"), _twin, "There is one with this number.", "serial"),
)
instruments.lists(InstrumentQuery)
instruments.shows()


@instruments.creation(NewInstrument)
def create_instrument(by: Person, at: datetime, **asked: Any) -> Instrument:
    """Create an instrument."""
    _refuse_stranger(asked.get("person"))
    return Instrument.create(by, at, **asked)


@instruments.change(InstrumentFacts)
def change_instrument(one: Instrument, by: Person, at: datetime, **asked: Any) -> None:
    """Change an instrument, or give it to somebody else."""
    _refuse_stranger(asked.get("person"))
    one.edit(by, at, **asked)


@instruments.verb("retirement", Why)
def retire_instrument(one: Instrument, by: Person, at: datetime, reason: str) -> None:
    """Retire an instrument. What was measured with it stays."""
    one.retire(by, reason, at)


def _refuse_stranger(somebody: Person | None) -> None:
    if somebody is not None and not (somebody.active and somebody.sees_all):
        raise wrong_field("person_id", "Nobody who can carry an instrument.")


class LimitShape(Shown):
    id = fields.Integer()
    key = fields.String()
    unit = fields.String()
    min = fields.Float(allow_none=True)
    max = fields.Float(allow_none=True)
    warn_min = fields.Float(allow_none=True)
    warn_max = fields.Float(allow_none=True)
    plausible_min = fields.Float(allow_none=True)
    plausible_max = fields.Float(allow_none=True)
    source = fields.String()
    evidence = choice(EvidenceKind)
    note = fields.String(allow_none=True)
    valid_from = fields.Date()


class LimitFacts(Body):
    min = Number(-MOST, MOST, allow_none=True)
    max = Number(-MOST, MOST, allow_none=True)
    warn_min = Number(-MOST, MOST, allow_none=True)
    warn_max = Number(-MOST, MOST, allow_none=True)
    plausible_min = Number(-MOST, MOST, allow_none=True)
    plausible_max = Number(-MOST, MOST, allow_none=True)
    source = Words(300)
    evidence = choice(EvidenceKind)
    note = Text(1000, allow_none=True)
    valid_from = Day()
    reason = Words(500, required=True)


class LimitQuery(Listed):
    q = search("Part of the key or the source.", Limit.key, Limit.source)
    key = by(Limit.key, Text(120))


limits = Collection(
    "limits",
    "Between which numbers a measurement is good, and who says so.",
    Limit,
    LimitShape,
    "limit",
)
limits.lists(LimitQuery)
limits.shows()


@limits.change(LimitFacts)
def change_limit(limit: Limit, by: Person, at: datetime, reason: str, **asked: Any) -> None:
    """Change a limit. It counts from the next publication of a checklist on."""
    numbers = {name: getattr(limit, name) for name in NUMBERS} | _floats(asked)
    _refuse_crossed(numbers)
    limit.edit(by, at, reason, **asked | _floats(asked))


def _floats(asked: dict[str, Any]) -> dict[str, float | None]:
    told = {name: asked[name] for name in NUMBERS if name in asked}
    return {name: None if value is None else float(value) for name, value in told.items()}


def _refuse_crossed(numbers: dict[str, float | None]) -> None:
    for low, high in (("min", "max"), ("warn_min", "warn_max"), ("plausible_min", "plausible_max")):
        a, b = numbers[low], numbers[high]
        if a is not None and b is not None and a > b:
            raise wrong_field(high, f"It is less than {low}.")
    if numbers["min"] is None and numbers["max"] is None:
        raise wrong_field("max", "Give a minimum or a maximum: a limit without one is none.")
