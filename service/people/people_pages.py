"""The administrator's pages about people."""

from __future__ import annotations

from decimal import Decimal

from flask import flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select
from sqlalchemy.orm import joinedload

from service.core import language
from service.core.clock import now
from service.core.dates import today
from service.core.db import db
from service.core.history import History
from service.core.lists import Column, Filter, Listing
from service.people import links
from service.people.blueprint import bp
from service.people.forms import ROLES, EditPersonForm, PersonForm, ServiceForm
from service.people.models import LastAdministratorError, Person
from service.people.skills import PersonSkill
from service.people.web_sessions import WebSession, change_person

ACTIVE = (("yes", _l("may sign in")), ("no", _l("disabled")))
ROLE_WORDS = tuple((role.value, word) for role, word in ROLES.items())
KINDS = (("person", _l("person")), ("service", _l("service")))


@bp.get("/people")
def index() -> ResponseReturnValue:
    people = Listing(
        name="people",
        query=Person.visible_to(g.person).options(joinedload(Person.customer)),
        columns=(
            Column("name", _l("Name"), sort=Person.name),
            Column("email", _l("E-mail"), sort=Person.email),
            Column("role", _l("Role"), sort=Person.role, value=lambda one: str(ROLES[one.role])),
            Column("customer", _l("Customer"), value=_customer_name),
            Column("active", _l("May sign in"), value=lambda one: one.active),
        ),
        search=(Person.name, Person.email),
        filters=(
            Filter("role", _l("Role"), ROLE_WORDS, _role),
            Filter("active", _l("May sign in"), ACTIVE, _active),
            Filter("kind", _l("Kind"), KINDS, _kind, default="person"),
        ),
        sort="name",
    )
    return people.answer("people/index.html", words=ROLES)


@bp.get("/people/invitation")
def invite_form() -> ResponseReturnValue:
    return render_template("people/invite.html", form=PersonForm())


@bp.post("/people/invitation")
def invite() -> ResponseReturnValue:
    form = PersonForm()
    if not form.validate():
        return render_template("people/invite.html", form=form), 422

    person = Person(**form.facts, created_at=now())
    person.join(by=g.person, at=now())
    links.invite(person, by=g.person, at=now())
    db.session.commit()
    flash(_("The invitation to %(email)s is on its way.", email=person.email))
    return redirect(url_for("people.show", person_id=person.id))


@bp.post("/people/<int:person_id>/invitation")
def invite_again(person_id: int) -> ResponseReturnValue:
    person = g.person.may_see(Person, person_id)
    if person.password is None and person.email:
        links.invite(person, by=g.person, at=now())
        db.session.commit()
        flash(_("The invitation to %(email)s is on its way.", email=person.email))
    return redirect(url_for("people.show", person_id=person.id))


@bp.get("/people/<int:person_id>")
def show(person_id: int) -> ResponseReturnValue:
    person = g.person.may_see(Person, person_id)
    return _show(person, _form(person))


@bp.post("/people/<int:person_id>")
def change(person_id: int) -> ResponseReturnValue:
    person = g.person.may_see(Person, person_id)
    form = _form(person)
    if not form.validate():
        return _show(person, form), 422
    try:
        change_person(person, form.facts, by=g.person, at=now())
    except LastAdministratorError:
        db.session.rollback()
        flash(_("Nothing was changed: nobody else could administer Laddvakt."), "error")
        return _show(person, form), 409
    db.session.commit()
    flash(_("The changes are saved."))
    return redirect(url_for("people.show", person_id=person.id))


@bp.post("/people/<int:person_id>/sessions/<number>/end")
def end_session(person_id: int, number: str) -> ResponseReturnValue:
    person = g.person.may_see(Person, person_id)
    WebSession.numbered(person, number).end(by=g.person, at=now())
    db.session.commit()
    return redirect(url_for("people.show", person_id=person.id))


@bp.post("/people/<int:person_id>/sessions/end")
def end_sessions(person_id: int) -> ResponseReturnValue:
    person = g.person.may_see(Person, person_id)
    WebSession.end_all(person, by=g.person, at=now(), why="an administrator's click")
    db.session.commit()
    flash(_("%(name)s is signed out everywhere.", name=person.name))
    return redirect(url_for("people.show", person_id=person.id))


@bp.post("/people/<int:person_id>/second-factor/reset")
def reset_second_factor(person_id: int) -> ResponseReturnValue:
    person = g.person.may_see(Person, person_id)
    person.forget_second_factor(by=g.person, at=now())
    WebSession.end_all(person, by=g.person, at=now(), why="the second factor was reset")
    db.session.commit()
    flash(_("%(name)s signs in with the password alone now.", name=person.name))
    return redirect(url_for("people.show", person_id=person.id))


def _form(person: Person) -> EditPersonForm:
    kind = ServiceForm if person.is_service else EditPersonForm
    form = kind(
        data={
            "name": person.name,
            "email": person.email,
            "role": person.role.value,
            "customer": str(person.customer_id or ""),
            "language": person.language or "",
            "weekly_hours": _hours(person.weekly_minutes),
            "active": person.active,
        }
    )
    form.person = person
    return form


def _hours(minutes: int | None) -> Decimal | None:
    return (
        None if minutes is None else (Decimal(minutes) / 60).quantize(Decimal("0.01")).normalize()
    )


def _show(person: Person, form: EditPersonForm) -> str:
    return render_template(
        "people/show.html",
        someone=person,
        form=form,
        words=ROLES,
        skills=PersonSkill.of(person),
        today=today(now()),
        tongue=language.current(),
        sessions=db.session.scalars(WebSession.of(person, now())).all(),
        history=db.session.scalars(History.of(person).limit(30)).all(),
    )


def _customer_name(person: Person) -> str:
    return person.customer.name if person.customer else ""


def _role(query: Select[Person], value: str) -> Select[Person]:
    return query.where(Person.role == value)


def _active(query: Select[Person], value: str) -> Select[Person]:
    return query.where(Person.active.is_(value == "yes"))


def _kind(query: Select[Person], value: str) -> Select[Person]:
    return query.where(Person.is_service.is_(value == "service"))
