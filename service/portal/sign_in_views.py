"""A customer's sign-in without a password: by a link that is mailed, and works once."""

from __future__ import annotations

from typing import Any, cast

from flask import abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_security import login_user
from wtforms import StringField, ValidationError
from wtforms.validators import DataRequired, Length

from service.core.clock import now
from service.core.db import db
from service.core.forms import WebForm
from service.core.outbox import WEB, Mail
from service.people.links import OneTimeLink, Purpose
from service.people.mail import normalised
from service.people.models import Person, Role
from service.portal.blueprint import bp


class LinkForm(WebForm):
    email = StringField(
        _l("E-mail"),
        [DataRequired(_l("Write your e-mail address.")), Length(max=254)],
        render_kw={"type": "email", "autocomplete": "email"},
    )

    def validate_email(self, field: Any) -> None:
        if normalised(field.data) is None:
            raise ValidationError(_("This is not an e-mail address."))


@bp.route("/sign-in", methods=["GET", "POST"])
def ask() -> ResponseReturnValue:
    """The answer is the same whoever asks: it tells nobody who is a customer here."""
    form = LinkForm()
    if not form.validate():
        return render_template("portal/ask.html", form=form), 422 if form.errors else 200
    _mail_link(Person.with_email(form.email.data or ""))
    db.session.commit()
    return render_template("portal/asked.html", address=form.email.data)


@bp.get("/sign-in/<token>")
def knock(token: str) -> ResponseReturnValue:
    """Opens nothing yet: a program that reads mails before people do follows every link."""
    link = OneTimeLink.with_token(token, Purpose.SIGN_IN, now())
    if link is None:
        return render_template("portal/link_used.html"), 404
    return render_template("portal/enter.html", token=token)


@bp.post("/sign-in/<token>")
def enter(token: str) -> ResponseReturnValue:
    at = now()
    link = OneTimeLink.with_token(token, Purpose.SIGN_IN, at)
    if link is None or not _may_use(link.person):
        return render_template("portal/link_used.html"), 404
    if not link.use(at):
        abort(409)
    login_user(cast("Any", link.person), authn_via=["email"])
    db.session.commit()
    return redirect(url_for("portal.index"), 303)


def _mail_link(person: Person | None) -> None:
    if person is None or not _is_customers(person):
        return
    at, language = now(), person.language or (person.customer.language if person.customer else "sv")
    with force_locale(language):
        if person.has_second_factor:
            _queue(person, _use_second_step(person))
        elif token := OneTimeLink.to_sign_in(person, at):
            _queue(person, _with_link(person, token))


def _is_customers(person: Person) -> bool:
    return person.role is Role.CUSTOMER and person.active and not person.is_service


def _may_use(person: Person | None) -> bool:
    """Since it was mailed, somebody may have set up a second step: a mailbox is none."""
    return person is not None and _is_customers(person) and not person.has_second_factor


def _queue(person: Person, body: str) -> None:
    subject = _("Sign in to Laddvakt")
    Mail.queue(person.email or "", subject, body, now(), about=f"sign-in person {person.id}")


def _with_link(person: Person, token: str) -> str:
    return str(
        _(
            "Hello %(name)s,\n\n"
            "open this link to see your charging stations. It works once, for 15 minutes:\n\n"
            "%(link)s\n\n"
            "If you did not ask for it, do nothing.\n",
            name=person.name,
            link=f"{WEB}/portal/sign-in/{token}",
        )
    )


def _use_second_step(person: Person) -> str:
    return str(
        _(
            "Hello %(name)s,\n\n"
            "you sign in with a second step, which a link by mail would go round. "
            "Sign in here:\n\n"
            "%(link)s\n\n"
            "If you did not ask for it, do nothing.\n",
            name=person.name,
            link=f"{WEB}/sign-in?next=/portal",
        )
    )
