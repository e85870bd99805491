"""Who can be sent: what a visit's lines ask of whoever goes there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

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
