"""What a person may type about customers, sites, models and stations."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import joinedload
from wtforms import (
    DateField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import DataRequired, Email, InputRequired, Length, NumberRange, Optional

from service.core.db import db
from service.core.forms import DecimalField, ManyField, WebForm
from service.core.register import RegisterForm, RetireForm, choices_of, key_of, rows_of
from service.people.models import Customer
from service.stations import labels
from service.stations.identity import is_identity
from service.stations.register import Site, StationModel
from service.stations.words import Access, Authorization, Current, Environment

__all__ = [
    "CustomerForm",
    "ModelForm",
    "ProfileForm",
    "RegisterForm",
    "RetireForm",
    "SiteForm",
    "StationForm",
]

SHORT, LONG = Length(max=120), Length(max=2000)


LANGUAGES = [SelectChoice("sv", _l("Swedish")), SelectChoice("en", _l("English"))]


class CustomerForm(RegisterForm):
    unknown = ("organisation_number", "email", "phone", "report_email", "notes")
    hints = {"report_email": _l("Empty: to the address above.")}

    name = StringField(_l("Name"), [DataRequired(), SHORT])
    organisation_number = StringField(_l("Organisation number"), [Length(max=20)])
    email = StringField(_l("E-mail"), [Optional(), Email(), SHORT])
    phone = StringField(_l("Telephone"), [Length(max=40)])
    language = SelectField(_l("Language of documents"), choices=LANGUAGES, default="sv")
    report_email = StringField(_l("Service reports by mail to"), [Optional(), Email(), SHORT])
    notes = TextAreaField(_l("Notes"), [LONG])

    def validate_name(self, field: Any) -> None:
        if self.is_another(Customer.named(field.data)):
            raise ValidationError(_("There is a customer of this name already."))


class SiteForm(RegisterForm):
    unknown = ("access_notes",)
    units = {"latitude": "°", "longitude": "°"}
    hints = {
        "latitude": _l("North of the equator, such as 57.7089. Give both, or neither."),
        "longitude": _l("East of Greenwich, such as 11.9746."),
        "environment": _l("Dust and salt in the air shorten the time between visits."),
        "access_notes": _l("What a technician must know to get in: gate, key, parking, contact."),
    }

    customer_id = SelectField(_l("Customer"), [InputRequired()], coerce=key_of)
    name = StringField(_l("Name"), [DataRequired(), SHORT])
    address = StringField(_l("Address"), [Length(max=200)])
    postal_code = StringField(_l("Postal code"), [Length(max=12)])
    city = StringField(_l("City"), [SHORT])
    latitude = DecimalField(_l("Latitude"), [Optional(), NumberRange(-90, 90)])
    longitude = DecimalField(_l("Longitude"), [Optional(), NumberRange(-180, 180)])
    time_zone = SelectField(_l("Time zone"), [InputRequired()], default="Europe/Stockholm")
    environment = SelectField(_l("Environment"), coerce=Environment, default=Environment.NORMAL)
    access_notes = TextAreaField(_l("Access notes"), [LONG])

    def __init__(self, row: Site | None = None, **values: Any) -> None:
        super().__init__(row, **values)
        customers = rows_of(Customer.in_use(), row.customer if row else None)
        self.customer_id.choices = [("", _("choose"))] + [(it.id, it.name) for it in customers]
        self.environment.choices = choices_of(labels.ENVIRONMENT)
        self.time_zone.choices = [(zone, zone) for zone in sorted(available_timezones())]

    @property
    def facts(self) -> dict[str, Any]:
        facts = super().facts
        facts["customer"] = db.session.get(Customer, facts.pop("customer_id"))
        return facts

    def validate_name(self, field: Any) -> None:
        customer_id = self.customer_id.data
        if customer_id and self.is_another(Site.named(field.data, customer_id)):
            raise ValidationError(_("This customer has a site of this name already."))

    def validate_longitude(self, field: Any) -> None:
        if (field.data is None) != (self.latitude.data is None):
            raise ValidationError(_("Latitude and longitude belong together: give both."))


class ModelForm(RegisterForm):
    unknown = ("notes",)
    units = {"power_kw": "kW", "visit_months": _l("months")}
    hints = {
        "power_kw": _l("Of the whole station, all its connectors together."),
        "visit_months": _l("In a normal environment, as the maker says it."),
    }

    maker = StringField(_l("Maker"), [DataRequired(), SHORT])
    name = StringField(_l("Name"), [DataRequired(), SHORT])
    article_number = StringField(_l("Article number"), [SHORT])
    current = SelectField(_l("Current"), [InputRequired()], coerce=Current)
    power_kw = DecimalField(_l("Power"), [Optional(), NumberRange(0, 10_000)])
    connectors = IntegerField(_l("Connectors"), [InputRequired(), NumberRange(1, 62)], default=1)
    visit_months = IntegerField(_l("A visit every"), [Optional(), NumberRange(1, 120)])
    capabilities = ManyField(_l("What it has and can do"))
    notes = TextAreaField(_l("Notes"), [LONG])

    def __init__(self, row: StationModel | None = None, **values: Any) -> None:
        super().__init__(row, **values)
        self.current.choices = choices_of(labels.CURRENT)
        self.capabilities.choices = choices_of(labels.CAPABILITY)

    def validate_name(self, field: Any) -> None:
        maker, article = self.maker.data or "", self.article_number.data or ""
        if self.is_another(StationModel.named(maker, field.data, article)):
            raise ValidationError(_("There is a model of this maker, name and article already."))


def _own_environment(value: Any) -> Environment | None:
    return Environment(value) if value not in (None, "", "None") else None


class StationForm(RegisterForm):
    unknown = ("serial_number", "firmware_version")
    hints = {
        "ocpp_identity": _l(
            "As it is typed into the charger: letters, digits and * - _ = : + | @ . "
            "Not the number on the label outside, if you can choose."
        ),
        "firmware_version": _l("The charger says it when it connects."),
    }

    name = StringField(_l("Name"), [DataRequired(), SHORT])
    ocpp_identity = StringField(_l("OCPP identity"), [DataRequired(), Length(max=48)])
    site_id = SelectField(_l("Site"), [Optional()], coerce=key_of)
    model_id = SelectField(_l("Model"), [Optional()], coerce=key_of)
    serial_number = StringField(_l("Serial number"), [SHORT])
    firmware_version = StringField(_l("Firmware"), [SHORT])
    access = SelectField(_l("Access"), coerce=Access, default=Access.INTERNAL)
    authorization = SelectField(
        _l("Who may charge"), coerce=Authorization, default=Authorization.KNOWN_TAGS
    )
    commissioned_on = DateField(_l("Commissioned on"), [Optional()])
    environment = SelectField(_l("Environment"), [Optional()], coerce=_own_environment)

    def __init__(self, row: Any = None, **values: Any) -> None:
        super().__init__(row, **values)
        sites = Site.in_use().options(joinedload(Site.customer))
        self.site_id.choices = [("", _("none yet"))] + [
            (it.id, f"{it.name} · {it.customer.name}")
            for it in rows_of(sites, row.site if row else None)
        ]
        self.model_id.choices = [("", _("not known yet"))] + [
            (it.id, it.full_title)
            for it in rows_of(StationModel.in_use(), row.model if row else None)
        ]
        self.environment.choices = [("", _("as its site")), *choices_of(labels.ENVIRONMENT)]
        self.access.choices = choices_of(labels.ACCESS)
        self.authorization.choices = choices_of(labels.AUTHORIZATION)

    @property
    def facts(self) -> dict[str, Any]:
        facts = super().facts
        site_id, model_id = facts.pop("site_id"), facts.pop("model_id")
        facts["site"] = db.session.get(Site, site_id) if site_id else None
        facts["model"] = db.session.get(StationModel, model_id) if model_id else None
        return facts

    def validate_ocpp_identity(self, field: Any) -> None:
        if not is_identity(field.data):
            raise ValidationError(
                _("1 to 48 letters (A–Z), digits and * - _ = : + | @ . and no blanks.")
            )


class TakeOverForm(WebForm):
    """`address` is the one that the person saw: another one is not meant."""

    address = StringField(_l("Address"), [DataRequired(), Length(max=100)])
    reason = StringField(
        _l("Reason"), [DataRequired(_l("Say why: it stands in the history.")), Length(max=500)]
    )


class ProfileForm(WebForm):
    security_profile = SelectField(_l("Security profile"), coerce=int)
    reason = StringField(_l("Reason"), [Length(max=500)])

    def __init__(self, profiles: list[int], **values: Any) -> None:
        super().__init__(**values)
        self.security_profile.choices = [(number, labels.PROFILE[number]) for number in profiles]

    def validate_reason(self, field: Any) -> None:
        if self.security_profile.data == 0 and not field.data:
            raise ValidationError(_("Say why this charger cannot have a key."))
