"""What an order takes along and asks of whoever does it, summed over its lines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from service.parts.models import Kit, KitLine, Part
from service.people.skills import PersonSkill, Skill
from service.visits.lines import WorkOrderLine
from service.visits.states import LineState


@dataclass(frozen=True)
class PartNeeded:
    part: Part
    # In the part's unit.
    quantity: Decimal


@dataclass(frozen=True)
class Needs:
    minutes: int
    # What must be packed, in the order of its names.
    parts: tuple[PartNeeded, ...]
    kits: tuple[tuple[Kit, int], ...]
    # Those that the law asks for stand first.
    skills: tuple[Skill, ...]

    def missing(self, own: Iterable[PersonSkill], on: date) -> list[Skill]:
        """What somebody with these skills lacks on that day."""
        held = {one.skill_id for one in own if one.holds_on(on)}
        return [skill for skill in self.skills if skill.id not in held]


def needs_of(lines: Iterable[WorkOrderLine]) -> Needs:
    """Of the lines that are not given up."""
    kept = [line for line in lines if line.state is not LineState.NOT_DONE]
    kits = _kits(kept)
    return Needs(
        minutes=sum(line.minutes or 0 for line in kept),
        parts=_parts(kits),
        kits=tuple(kits),
        skills=_skills(kept),
    )


def _kits(lines: Iterable[WorkOrderLine]) -> list[tuple[Kit, int]]:
    counted: dict[int, tuple[Kit, int]] = {}
    for line in lines:
        if line.task and (kit := line.task.kit):
            counted[kit.id] = (kit, counted.get(kit.id, (kit, 0))[1] + 1)
    return sorted(counted.values(), key=lambda one: one[0].code)


def _parts(kits: Iterable[tuple[Kit, int]]) -> tuple[PartNeeded, ...]:
    summed: dict[int, PartNeeded] = {}
    for kit, number in kits:
        for line in kit.lines:
            before = summed.get(line.part_id)
            so_far = before.quantity if before else Decimal(0)
            summed[line.part_id] = PartNeeded(line.part, so_far + _of(line, number))
    return tuple(sorted(summed.values(), key=lambda one: (one.part.name, one.part.number)))


def _of(line: KitLine, number: int) -> Decimal:
    return line.quantity * number


def _skills(lines: Iterable[WorkOrderLine]) -> tuple[Skill, ...]:
    tasks = [line.task for line in lines if line.task]
    asked = [skill for task in tasks for skill in (task.authorisation, task.skill) if skill]
    once = {skill.id: skill for skill in asked}
    return tuple(sorted(once.values(), key=lambda one: (not one.is_authorisation, one.code)))
