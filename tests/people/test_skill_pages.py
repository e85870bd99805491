"""The pages of skills, and what a person's page says of them."""

from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from service.core.clock import now
from service.core.dates import today
from service.core.db import db
from service.people.models import Person, Role
from service.people.skills import PersonSkill, Skill
from tests.conftest import NOON, person

SKILL = {"code": "welding", "name_sv": "Svetsning", "name_en": "Welding", "is_authorisation": "y"}


@pytest.fixture
def skill(app: Flask) -> Skill:
    names = {"name_sv": "Elektriker", "name_en": "Electrician"}
    skill = Skill.create("test", NOON, code="electrician", is_authorisation=True, **names)
    db.session.commit()
    return skill


@pytest.fixture
def technician(app: Flask) -> Person:
    return person(Role.TECHNICIAN, "Tove Tekniker")


def test_a_skill_is_made_changed_and_retired(as_admin: FlaskClient) -> None:
    as_admin.post("/skills", data=SKILL)
    skill = db.session.scalars(select(Skill)).one()
    assert (skill.code, skill.is_authorisation) == ("welding", True)

    as_admin.post(f"/skills/{skill.id}", data=SKILL | {"name_en": "Arc welding"})
    assert "Arc welding" in as_admin.get("/skills").text

    as_admin.post(f"/skills/{skill.id}/retirement", data={"reason": "Behövs inte"})
    assert skill.retired_at
    assert f'href="/skills/{skill.id}"' not in as_admin.get("/skills").text
    assert "Behövs inte" in as_admin.get(f"/skills/{skill.id}/history").text


@pytest.mark.parametrize("code", ["", "Arc Welding", "electrician"])
def test_a_code_that_cannot_be_is_refused(as_admin: FlaskClient, skill: Skill, code: str) -> None:
    assert as_admin.post("/skills", data=SKILL | {"code": code}).status_code == 422
    assert db.session.scalars(select(Skill)).all() == [skill]


def test_a_skill_is_given_with_its_certificate_and_taken_away(
    as_admin: FlaskClient, skill: Skill, technician: Person
) -> None:
    path = f"/people/{technician.id}/skills"
    until = {"valid_until": "2099-05-01", "certificate": "AL 118"}
    as_admin.post(path, data={"skill_id": skill.id, **until})

    [own] = PersonSkill.of(technician)
    assert (own.valid_until, own.certificate) == (date(2099, 5, 1), "AL 118")
    for page in (f"/people/{technician.id}", f"/skills/{skill.id}"):
        assert "until 1 May 2099" in as_admin.get(page).text
        assert "AL 118" in as_admin.get(page).text

    as_admin.post(f"{path}/{own.id}/removal")
    assert PersonSkill.of(technician) == []


def test_a_skill_is_taken_from_its_own_person_alone(
    as_admin: FlaskClient, admin: Person, skill: Skill, technician: Person
) -> None:
    own = PersonSkill.give(technician, skill, "test", NOON)
    db.session.commit()

    path = f"/people/{admin.id}/skills/{own.id}/removal"
    assert as_admin.post(path).status_code == 404
    assert PersonSkill.of(technician) == [own]


@pytest.mark.parametrize(("days", "word"), [(-1, "ended"), (0, "ends soon"), (59, "ends soon")])
def test_what_ended_or_ends_soon_says_so(
    as_admin: FlaskClient, skill: Skill, technician: Person, days: int, word: str
) -> None:
    day = today(now()) + timedelta(days=days)
    PersonSkill.give(technician, skill, "test", NOON, valid_until=day)
    db.session.commit()

    assert word in as_admin.get(f"/people/{technician.id}").text


def test_no_skill_is_given_that_was_not_chosen(as_admin: FlaskClient, technician: Person) -> None:
    for chosen in ("", "99", "x"):
        answer = as_admin.post(f"/people/{technician.id}/skills", data={"skill_id": chosen})
        assert answer.status_code == 422, chosen
    assert PersonSkill.of(technician) == []


def test_the_hours_of_a_week_are_kept_in_minutes(as_admin: FlaskClient, technician: Person) -> None:
    typed = {"name": technician.name, "email": technician.email, "role": "technician"}
    typed |= {"active": "y", "customer": "", "language": "", "weekly_hours": "37,5"}
    as_admin.post(f"/people/{technician.id}", data=typed)

    assert technician.weekly_minutes == 2250
    assert 'value="37.5"' in as_admin.get(f"/people/{technician.id}").text
    too_many = as_admin.post(f"/people/{technician.id}", data=typed | {"weekly_hours": "169"})
    assert too_many.status_code == 422


def test_the_house_sees_who_has_a_skill_and_changes_nothing(
    as_technician: FlaskClient, skill: Skill, technician: Person
) -> None:
    PersonSkill.give(technician, skill, "test", NOON)
    db.session.commit()

    page = as_technician.get(f"/skills/{skill.id}").text
    assert "Tove Tekniker" in page
    assert f"/people/{technician.id}" not in page
    assert as_technician.post("/skills", data=SKILL).status_code == 403


def test_a_customer_sees_no_skills(as_customer: FlaskClient) -> None:
    assert as_customer.get("/skills").status_code == 403
