"""What one person can do: given and taken away on that person's page."""

from __future__ import annotations

from flask import g, url_for
from flask_babel import gettext as _

from service.core import language, register
from service.core.clock import now
from service.core.register import Answer
from service.people.blueprint import bp
from service.people.models import NotVisibleError, Person
from service.people.skills import PersonSkill
from service.people.skills_forms import GiveSkillForm


@bp.get("/people/<int:person_id>/skills/new")
def skill_form(person_id: int) -> Answer:
    return _ask(g.person.may_see(Person, person_id), GiveSkillForm())


@bp.post("/people/<int:person_id>/skills")
def give_skill(person_id: int) -> Answer:
    person, form = g.person.may_see(Person, person_id), GiveSkillForm()
    if not form.validate():
        return _ask(person, form)
    own = PersonSkill.give(person, by=g.person, at=now(), **form.facts)
    name = own.skill.title(language.current())
    return register.done(
        _("%(person)s has the skill %(skill)s.", person=person.name, skill=name), _page(person)
    )


@bp.post("/people/<int:person_id>/skills/<int:own_id>/removal")
def take_skill(person_id: int, own_id: int) -> Answer:
    person = g.person.may_see(Person, person_id)
    own = g.person.may_see(PersonSkill, own_id)
    if own.person_id != person.id:
        raise NotVisibleError(PersonSkill.__name__, own_id)
    own.take_away(g.person, now())
    return register.done(_("The skill is taken away."), _page(person))


def _ask(person: Person, form: GiveSkillForm) -> Answer:
    action = url_for("people.give_skill", person_id=person.id)
    return register.ask(form, f"{_('Give a skill')} · {person.name}", _page(person), action)


def _page(person: Person) -> str:
    return url_for("people.show", person_id=person.id)
