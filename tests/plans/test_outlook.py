"""Hours of work against the hours that people have, and the dates of two years."""

from __future__ import annotations

from datetime import date

import pytest
from dateutil.relativedelta import relativedelta

from service.core.db import db
from service.people.models import Person, Role
from service.people.skills import PersonSkill, Skill
from service.plans import outlook
from tests.conftest import person
from tests.plans.conftest import MakePlan, MakeStation, give, noon

TODAY = noon("2026-03-02")
# A week of 13 hours is 56 hours and 20 minutes of a month.
WEEK, MONTH = 13 * 60, 13 * 60 * 52 // 12


@pytest.fixture
def skill() -> Skill:
    named = {"name_sv": "Elinstallatör", "name_en": "Electrician"}
    return Skill.create("test", TODAY, code="electrician", **named)


def technician(name: str, skill: Skill, until: str | None = None) -> Person:
    one = person(Role.TECHNICIAN, name)
    one.weekly_minutes = WEEK
    PersonSkill.give(one, skill, "test", TODAY, date.fromisoformat(until) if until else None)
    db.session.commit()
    return one


def test_a_plan_takes_its_minutes_at_every_station_of_its_model(
    make_plan: MakePlan, make_station: MakeStation, skill: Skill
) -> None:
    for number in range(3):
        make_station("2025-06-10", f"Hamnen {number}")
    make_station(None, "Hamnen 4")
    plan = make_plan({"minutes": 30, "skill": skill}, {"title_en": "Clean", "minutes": 10})

    load = outlook.load_of(plan, TODAY)

    june, july = date(2026, 6, 1), date(2026, 7, 1)
    assert load.needed(june, skill) == 3 * 30
    assert load.needed(june, None) == 3 * 10
    assert load.needed(july, skill) == load.needed(july, None) == 0
    assert load.needed(date(2027, 6, 1), skill) == 3 * 30


def test_the_fleet_takes_what_its_own_dates_ask_for_and_what_is_overdue_this_month(
    make_plan: MakePlan, make_station: MakeStation, skill: Skill
) -> None:
    plan = make_plan({"minutes": 45, "skill": skill})
    give(plan, make_station("2025-06-10"), "2026-03-02")
    give(plan, make_station("2024-11-20", "Hamnen 2"), "2025-01-01")

    load = outlook.load_of_fleet(TODAY)

    assert load.needed(date(2026, 3, 1), skill) == 45
    assert load.needed(date(2026, 6, 1), skill) == 45
    assert load.needed(date(2026, 4, 1), skill) == 0


def test_hours_are_those_of_technicians_whose_skill_holds(
    make_plan: MakePlan, make_station: MakeStation, skill: Skill
) -> None:
    technician("Tove", skill)
    technician("Ove", skill, until="2026-03-01")
    for number in range(2):
        make_station("2025-06-10", f"Hamnen {number}")
    plan = make_plan({"minutes": MONTH // 2, "skill": skill})
    june = date(2026, 6, 1)

    load = outlook.load_of(plan, TODAY)
    assert (load.has(skill), load.has(None)) == (MONTH, 2 * MONTH)
    assert (load.needed(june, skill), load.is_too_much(june, skill)) == (MONTH, False)

    make_station("2025-06-10", "Hamnen 3")
    assert outlook.load_of(plan, TODAY).is_too_much(june, skill)


def test_what_is_shown_before_saving_leaves_out_what_a_bigger_service_does(
    make_plan: MakePlan,
) -> None:
    plan = make_plan(
        {"title_en": "Small", "months": 6}, {"title_en": "Big", "supersedes": ["small"]}
    )
    base = date(2026, 3, 2)

    shown = [(one.task.key, one.on) for one in outlook.of_tasks(plan.tasks, base, base)]

    assert shown == [
        ("small", base + relativedelta(months=6)),
        ("big", base + relativedelta(months=12)),
        ("small", base + relativedelta(months=18)),
        ("big", base + relativedelta(months=24)),
    ]
