"""What somebody can do, and until when they may."""

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError

from service.core.db import db
from service.core.history import History
from service.people.models import Person, Role
from service.people.skills import PersonSkill, Skill, holding, rows
from tests.conftest import NOON, person

DAY = date(2026, 3, 2)


@pytest.fixture
def skill(app: Flask) -> Skill:
    names = {"name_sv": "Elektriker", "name_en": "Electrician"}
    return Skill.create("test", NOON, code="electrician", is_authorisation=True, **names)


@pytest.fixture
def technician(app: Flask) -> Person:
    return person(Role.TECHNICIAN)


def test_each_first_skill_has_a_code_of_its_own_and_both_names() -> None:
    assert len({row["code"] for row in rows()}) == len(rows())
    assert all(row["name_sv"] and row["name_en"] for row in rows())


def test_a_skill_is_called_by_the_language_of_the_page(skill: Skill) -> None:
    assert (skill.title("sv"), skill.title("en")) == ("Elektriker", "Electrician")


def test_a_skill_holds_through_its_last_day(skill: Skill, technician: Person) -> None:
    own = PersonSkill.give(technician, skill, "test", NOON, valid_until=DAY)

    assert own.holds_on(DAY)
    assert not own.holds_on(DAY + timedelta(days=1))
    assert db.session.scalars(holding(skill, DAY)).all() == [technician]
    assert db.session.scalars(holding(skill, DAY + timedelta(days=1))).all() == []


def test_a_skill_without_a_date_holds_for_good(skill: Skill, technician: Person) -> None:
    assert PersonSkill.give(technician, skill, "test", NOON).holds_on(date(2099, 1, 1))


def test_whoever_has_a_skill_already_gets_the_new_certificate(
    skill: Skill, technician: Person
) -> None:
    PersonSkill.give(technician, skill, "test", NOON, date(2026, 1, 1), "EL-1")
    PersonSkill.give(technician, skill, "test", NOON, date(2029, 1, 1), "EL-2")

    own = PersonSkill.of(technician)
    assert [(one.valid_until, one.certificate) for one in own] == [(date(2029, 1, 1), "EL-2")]


def test_who_gave_and_who_took_a_skill_is_told_of_the_person(
    skill: Skill, technician: Person, admin: Person
) -> None:
    PersonSkill.give(technician, skill, admin, NOON).take_away(admin, NOON)
    db.session.commit()

    deeds = db.session.scalars(History.of(technician)).all()
    assert [(deed.verb, deed.details["skill"]) for deed in deeds] == [
        ("take_skill", "electrician"),
        ("give_skill", "electrician"),
    ]
    assert PersonSkill.of(technician) == []


def test_whoever_is_disabled_is_sent_nowhere(skill: Skill, technician: Person) -> None:
    PersonSkill.give(technician, skill, "test", NOON)
    technician.active = False

    assert db.session.scalars(holding(skill, DAY)).all() == []


@pytest.mark.parametrize("minutes", [-1, 7 * 24 * 60 + 1])
def test_a_week_has_so_many_minutes(technician: Person, minutes: int) -> None:
    technician.weekly_minutes = minutes
    with pytest.raises(IntegrityError, match="ck_person_weekly_minutes"):
        db.session.flush()
