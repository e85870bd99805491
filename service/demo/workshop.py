"""What the demo's technicians can do and measure with, and what stands on their shelves."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from service.checklists.models import Instrument
from service.checklists.words import InstrumentKind
from service.demo import fleet
from service.parts.models import Kit, Part
from service.people.models import Person
from service.people.skills import PersonSkill, Skill

BY = "demo"


def furnish(people: dict[str, Person], at: datetime) -> None:
    """The catalogue is loaded: its skills and parts are there."""
    for row in fleet.skills():
        if skill := Skill.with_code(row["skill"]):
            until = _until(row["valid_for_days"], at)
            certificate = row["certificate"] or None
            PersonSkill.give(people[row["name"]], skill, BY, at, until, certificate)
    for row in fleet.instruments():
        _measure_with(row, people, at)
    for row in fleet.parts():
        if part := Part.with_number(row["number"]):
            part.edit(BY, at, price_ore=int(row["price_ore"]))
    for row in fleet.kits():
        _pack(row, at)


def _measure_with(row: dict[str, str], people: dict[str, Person], at: datetime) -> None:
    names = {name: row[name] for name in ("make", "model", "serial")}
    Instrument.create(
        BY,
        at,
        kind=InstrumentKind(row["kind"]),
        calibrated_until=_until(row["calibrated_for_days"], at),
        person=people.get(row["name"]),
        **names,
    )


def _pack(row: dict[str, str], at: datetime) -> None:
    kit = Kit.create(BY, at, code=row["code"], name=row["name"])
    for line in row["lines"].split():
        number, _, quantity = line.partition(":")
        if part := Part.with_number(number):
            kit.put_in(part, Decimal(quantity), BY, at)


def _until(days: str, at: datetime) -> date | None:
    return (at + timedelta(days=int(days))).date() if days else None
