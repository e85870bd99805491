"""Coming in for the first time: the first administrator, and whoever was invited."""

from __future__ import annotations

from typing import Any, cast

from flask import abort, redirect, render_template
from flask.typing import ResponseReturnValue
from flask_security import hash_password, login_user

from service.core.clock import now
from service.core.db import db
from service.core.history import record
from service.people.blueprint import bp
from service.people.forms import FirstForm, NewPasswordForm
from service.people.links import OneTimeLink, Purpose
from service.people.models import Person, Role


@bp.route("/first/<token>", methods=["GET", "POST"])
def first(token: str) -> ResponseReturnValue:
    link, form = OneTimeLink.with_token(token, Purpose.FIRST, now()), FirstForm()
    if link is None:
        return render_template("people/link_used.html"), 404
    if not form.validate():
        return _form("people/first.html", form)
    at = now()
    if not link.use(at):
        abort(409)
    person = Person(
        name=form.name.data, email=form.email.data, role=Role.ADMINISTRATOR, created_at=at
    )
    person.join(person.name or "", at)
    return _enter(person, form)


@bp.route("/invitation/<token>", methods=["GET", "POST"])
def invitation(token: str) -> ResponseReturnValue:
    link, form = OneTimeLink.with_token(token, Purpose.INVITATION, now()), NewPasswordForm()
    if link is None or link.person is None:
        return render_template("people/link_used.html"), 404
    if not form.validate():
        return _form("people/invitation.html", form, invited=link.person)
    at, person = now(), link.person
    if not link.use(at):
        abort(409)
    record("accept_invitation", person, person, at)
    return _enter(person, form)


def _form(template: str, form: NewPasswordForm, **values: object) -> ResponseReturnValue:
    return render_template(template, form=form, **values), 422 if form.errors else 200


def _enter(person: Person, form: NewPasswordForm) -> ResponseReturnValue:
    person.password = hash_password(form.password.data or "")
    db.session.flush()
    login_user(cast("Any", person), authn_via=["password"])
    db.session.commit()
    return redirect("/")
