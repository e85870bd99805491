"""Pages of the skills, and who has each."""

from __future__ import annotations

from flask import Blueprint, g, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from service.core import language, register
from service.core.clock import now
from service.core.dates import today
from service.core.lists import Column, Listing
from service.core.register import Answer
from service.core.swedish import alphabetical
from service.people import labels
from service.people.models import Person
from service.people.skills import PersonSkill, Skill
from service.people.skills_forms import SkillForm

bp = Blueprint("skills", __name__, url_prefix="/skills")


@bp.get("")
def index() -> ResponseReturnValue:
    return _listing().answer("people/skills.html", tongue=language.current())


@bp.get("/<int:skill_id>")
def show(skill_id: int) -> str:
    skill = g.person.may_see(Skill, skill_id)
    return render_template(
        "people/skill.html",
        skill=skill,
        tongue=language.current(),
        held=PersonSkill.held(skill),
        today=today(now()),
    )


@bp.get("/new")
def create_form() -> Answer:
    return register.ask(SkillForm(), _("New skill"), url_for("skills.index"))


@bp.post("")
def create() -> Answer:
    form = SkillForm()
    if not form.validate():
        return register.ask(form, _("New skill"), url_for("skills.index"))
    skill = Skill.create(g.person, now(), **form.facts)
    return register.done(_("%(name)s is a skill now.", name=_title(skill)), _page(skill))


@bp.get("/<int:skill_id>/edit")
def edit_form(skill_id: int) -> Answer:
    skill = g.person.may_see(Skill, skill_id)
    return register.ask(SkillForm(skill), _title(skill), _page(skill))


@bp.post("/<int:skill_id>")
def edit(skill_id: int) -> Answer:
    skill = g.person.may_see(Skill, skill_id)
    form = SkillForm(skill)
    if not form.validate():
        return register.ask(form, _title(skill), _page(skill))
    skill.edit(g.person, now(), **form.facts)
    return register.done(_("Saved."), _page(skill))


@bp.post("/<int:skill_id>/retirement")
def retire(skill_id: int) -> Answer:
    skill = g.person.may_see(Skill, skill_id)
    return register.with_reason(
        lambda why: skill.retire(g.person, why, now()),
        _("%(name)s is retired.", name=_title(skill)),
        _page(skill),
    )


@bp.get("/<int:skill_id>/history")
def history(skill_id: int) -> str:
    return register.history(g.person.may_see(Skill, skill_id), labels)


def _title(skill: Skill) -> str:
    return skill.title(language.current())


def _page(skill: Skill) -> str:
    return url_for("skills.show", skill_id=skill.id)


def _listing() -> Listing:
    is_swedish = language.current() == "sv"
    name = Skill.name_sv if is_swedish else Skill.name_en
    held = select(func.count()).join(PersonSkill.person)
    people = held.where(PersonSkill.skill_id == Skill.id, Person.active).scalar_subquery()
    return Listing(
        name="skills",
        query=Skill.visible_to(g.person).add_columns(people.label("people")),
        columns=(
            Column("name", _l("Name"), alphabetical(name), lambda row: _title(row.Skill)),
            Column("code", _l("Code"), Skill.code, lambda row: row.Skill.code),
            Column(
                "is_authorisation",
                _l("Authorisation"),
                Skill.is_authorisation,
                lambda row: row.Skill.is_authorisation,
            ),
            Column("people", _l("People"), people, number=True),
        ),
        search=(Skill.code, Skill.name_sv, Skill.name_en),
        filters=(register.in_use_filter(Skill),),
        sort="name",
        search_hint=_l("Search name, code …"),
    )
