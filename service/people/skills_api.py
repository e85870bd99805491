"""Skills in the JSON API."""

from __future__ import annotations

from typing import Any

from flask import g
from marshmallow import fields
from marshmallow.validate import Regexp

from service.core import clock
from service.core.api import Resource
from service.core.db import db
from service.core.fields import Body, Day, Flag, Instant, Shown, Text, Why, Words
from service.core.paging import Listed, containing, page, page_of
from service.core.problems import already_exists, refuse_retired
from service.people.api import seen
from service.people.skills import PersonSkill, Skill

skills = Resource("skills", "What work can ask of whoever does it, and who has it until when.")


class SkillChange(Body):
    code = fields.String(validate=Regexp(r"[a-z0-9_]{1,60}\Z", error="a-z, digits and _ alone."))
    name_sv = Words(120)
    name_en = Words(120)
    is_authorisation = Flag()


class NewSkill(SkillChange):
    code = fields.String(
        required=True, validate=Regexp(r"[a-z0-9_]{1,60}\Z", error="a-z, digits and _ alone.")
    )
    name_sv = Words(120, required=True)
    name_en = Words(120, required=True)


class SkillShape(Shown):
    id = fields.Integer()
    code = fields.String()
    name_sv = fields.String()
    name_en = fields.String()
    is_authorisation = fields.Boolean()
    created_at = Instant()
    retired_at = Instant(allow_none=True)


class HolderShape(Shown):
    id = fields.Integer()
    person_id = fields.Integer()
    name = fields.String(attribute="person.name")
    valid_until = Day(allow_none=True)
    certificate = fields.String(allow_none=True)


class SkillQuery(Listed):
    q = Text(200, metadata={"description": "Part of the code or of a name."})


@skills.get("/skills", page_of(SkillShape), SkillQuery)
def list_skills(asked: dict[str, Any]) -> dict[str, Any]:
    """List skills."""
    found = Skill.visible_to(g.person)
    if words := asked.get("q"):
        found = found.where(containing(words, Skill.code, Skill.name_sv, Skill.name_en))
    return page(Skill, found, asked)


@skills.get("/skills/<int:skill_id>", SkillShape)
def show_skill(skill_id: int) -> Skill:
    """Get one skill."""
    return seen(Skill, skill_id)


@skills.get("/skills/<int:skill_id>/people", page_of(HolderShape), Listed)
def list_holders(asked: dict[str, Any], skill_id: int) -> dict[str, Any]:
    """List who has a skill, whether it still holds or not."""
    return page(PersonSkill, PersonSkill.holders(seen(Skill, skill_id)), asked)


@skills.post("/skills", SkillShape, NewSkill)
def create_skill(asked: dict[str, Any]) -> Skill:
    """Create a skill."""
    _refuse_twin(asked["code"])
    skill = Skill.create(g.person, clock.now(), **asked)
    db.session.commit()
    return skill


@skills.patch("/skills/<int:skill_id>", SkillShape, SkillChange)
def change_skill(asked: dict[str, Any], skill_id: int) -> Skill:
    """Change a skill."""
    skill = seen(Skill, skill_id)
    refuse_retired(skill)
    _refuse_twin(asked.get("code", skill.code), skill)
    skill.edit(g.person, clock.now(), **asked)
    db.session.commit()
    return skill


@skills.post("/skills/<int:skill_id>/retirement", SkillShape, Why, status=200)
def retire_skill(asked: dict[str, Any], skill_id: int) -> Skill:
    """Ask for a skill no more; whoever has it keeps it."""
    skill = seen(Skill, skill_id)
    refuse_retired(skill)
    skill.retire(g.person, asked["reason"], clock.now())
    db.session.commit()
    return skill


def _refuse_twin(code: str, me: Skill | None = None) -> None:
    twin = Skill.with_code(code)
    if twin and twin is not me:
        raise already_exists("There is a skill of that code.", "code")
