"""What people may type about themselves and about each other."""

from __future__ import annotations

from typing import Any, cast

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from wtforms import (
    BooleanField,
    Field,
    PasswordField,
    SelectField,
    StringField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import DataRequired, Length, NumberRange, Optional

from service.core.db import db
from service.core.forms import DecimalField, WebForm
from service.people.mail import normalised
from service.people.models import Customer, Person, Role

LANGUAGES = (
    SelectChoice("", _l("as the browser asks")),
    SelectChoice("sv", "Svenska"),
    SelectChoice("en", "English"),
)
ROLES = {
    Role.TECHNICIAN: _l("technician"),
    Role.DISPATCHER: _l("dispatcher"),
    Role.OPERATIONS: _l("operations desk"),
    Role.CUSTOMER: _l("customer"),
    Role.ADMINISTRATOR: _l("administrator"),
}


def customers() -> list[SelectChoice]:
    here = select(Customer).where(Customer.retired_at.is_(None)).order_by(Customer.name)
    names = [SelectChoice(str(one.id), one.name) for one in db.session.scalars(here)]
    return [SelectChoice("", ""), *names]


def roles() -> list[SelectChoice]:
    return [SelectChoice(role.value, word) for role, word in ROLES.items()]


class NewPasswordForm(WebForm):
    password = PasswordField(
        _l("Password"),
        [DataRequired(_l("Choose a password.")), Length(max=128)],
        render_kw={"autocomplete": "new-password"},
    )

    def validate_password(self, field: Field) -> None:
        """By the same rule as when it is changed later."""
        rule = current_app.extensions["security"].password_util
        wrong, field.data = rule.validate(field.data, True)
        if wrong:
            raise ValidationError(str(wrong[0]))


class EmailForm(WebForm):
    name = StringField(_l("Name"), [DataRequired(_l("Write a name.")), Length(max=100)])
    email = StringField(
        _l("E-mail"),
        [DataRequired(_l("Write an e-mail address."))],
        render_kw={"type": "email", "autocomplete": "email"},
    )
    # Whose form it is: their own address is not somebody else's.
    person: Person | None = None

    def validate_email(self, field: Field) -> None:
        address = normalised(field.data)
        if address is None:
            raise ValidationError(_("This is not an e-mail address."))
        field.data = address
        other = Person.with_email(address)
        if other and other is not self.person:
            raise ValidationError(_("Somebody here has this address already."))


class FirstForm(EmailForm, NewPasswordForm):
    pass


class PersonForm(EmailForm):
    role = SelectField(_l("Role"), choices=roles)
    customer = SelectField(_l("Customer"), choices=customers, default="")
    language = SelectField(_l("Language"), [Optional()], choices=LANGUAGES, default="")

    def validate_customer(self, field: Field) -> None:
        is_customer = self.role.data == Role.CUSTOMER.value
        if is_customer and not field.data:
            raise ValidationError(_("Say which customer this person belongs to."))
        if not is_customer and field.data:
            raise ValidationError(_("Only a person of a customer belongs to a customer."))

    @property
    def facts(self) -> dict[str, Any]:
        """The columns that the form speaks of."""
        return {
            "name": self.name.data,
            "email": self.email.data if self.email else None,
            "role": Role(cast("str", self.role.data)),
            "customer_id": int(self.customer.data) if self.customer.data else None,
            "language": self.language.data or None,
        }


class EditPersonForm(PersonForm):
    weekly_hours = DecimalField(_l("Works in a week"), [Optional(), NumberRange(0, 168)])
    active = BooleanField(_l("May sign in"))

    @property
    def facts(self) -> dict[str, Any]:
        hours = self.weekly_hours.data
        minutes = None if hours is None else round(hours * 60)
        return {**super().facts, "active": self.active.data, "weekly_minutes": minutes}


class ServiceForm(EditPersonForm):
    """A service signs in by token: it has no address to write to."""

    email = None  # type: ignore[assignment]

    @property
    def facts(self) -> dict[str, Any]:
        mine = ("name", "role", "customer_id", "active")
        return {name: value for name, value in super().facts.items() if name in mine}


class ProfileForm(WebForm):
    name = StringField(_l("Name"), [DataRequired(_l("Write a name.")), Length(max=100)])
    language = SelectField(_l("Language"), [Optional()], choices=LANGUAGES, default="")


class TokenForm(WebForm):
    name = StringField(_l("Name"), [DataRequired(_l("Write a name.")), Length(max=100)])
    role = SelectField(_l("Role"), choices=roles)
    customer = SelectField(_l("Customer"), choices=customers, default="")

    validate_customer = PersonForm.validate_customer
