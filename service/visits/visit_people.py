"""Who can be sent: what a visit's lines ask of whoever goes there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from service.core.db import db
from service.people.models import Person
from service.people.skills import PersonSkill, Skill
from service.plans.places import Days
from service.visits.lines import WorkOrderLine
from service.visits.needs import needs_of
from service.visits.service_visits import ServiceVisit


def missing_skills(visit: ServiceVisit) -> list[Skill]:
    """What its technician lacks on its day; nothing while nobody has it."""
    if visit.technician is None:
        return []
    on = Days(visit.starts_at)[visit.site.time_zone]
    return lacking(visit.technician, visit.order_lines, on)


def lacking(technician: Person, lines: Sequence[WorkOrderLine], on: date) -> list[Skill]:
    return needs_of(lines).missing(PersonSkill.of(technician), on)


def lacks(keys: Sequence[int], lines: Sequence[WorkOrderLine], on: date) -> dict[int, list[Skill]]:
    """What each of these people lacks on that day. Who lacks nothing is left out."""
    needs = needs_of(lines)
    wanted = [skill.id for skill in needs.skills]
    held = select(PersonSkill).where(
        PersonSkill.person_id.in_(keys), PersonSkill.skill_id.in_(wanted)
    )
    own: dict[int, list[PersonSkill]] = {key: [] for key in keys}
    for one in db.session.scalars(held):
        own[one.person_id].append(one)
    found = {key: needs.missing(skills, on) for key, skills in own.items()}
    return {key: skills for key, skills in found.items() if skills}
