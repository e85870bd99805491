"""What a person may type about customers, sites, models and stations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select
from sqlalchemy.orm import joinedload
from wtforms import (
    DateField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import DataRequired, Email, InputRequired, Length, NumberRange, Optional

from service.core.db import db
from service.core.forms import DecimalField, WebForm
from service.people.models import Customer
from service.stations import labels
from service.stations.identity import is_identity
from service.stations.register import Site, StationModel
from service.stations.words import Access, Authorization, Current

SHORT, LONG = Length(max=120), Length(max=2000)


def _key(value: Any) -> int | None:
    """The key of a row that was chosen, None for no choice. ValueError for what is none."""
    return int(value) if value not in (None, "", "None") else None


def _rows(query: Select[Any], current: Any) -> list[Any]:
    """What can be chosen: all in use, and the one that the row has, though it be retired."""
    rows = list(db.session.scalars(query))
    return rows if current is None or current in rows else [current, *rows]


def _words(words: Mapping[Any, Any]) -> list[tuple[Any, Any]]:
    return list(words.items())


class RegisterForm(WebForm):
    """`units` and `hints` stand beside the fields; `facts` is what a verb takes.

    Where nothing is typed into one of `unknown`, its column is NULL.
    """

    units: dict[str, Any] = {}
    hints: dict[str, Any] = {}
    unknown: tuple[str, ...] = ()

    def __init__(self, row: Any = None, **values: Any) -> None:
        self.row = row
        super().__init__(obj=row, **values)

    @property
    def facts(self) -> dict[str, Any]:
        facts = {name: value for name, value in self.data.items() if name != "csrf_token"}
        return facts | {name: facts[name] or None for name in self.unknown}

    def refuse(self, name: str, words: str) -> None:
        """What only the verb could know stands beside the field like everything else."""
        self[name].errors = [*self[name].errors, words]

    def is_another(self, found: Any) -> bool:
        return found is not None and (self.row is None or found.id != self.row.id)


class CustomerForm(RegisterForm):
    unknown = ("organisation_number", "email", "phone", "notes")

    name = StringField(_l("Name"), [DataRequired(), SHORT])
    organisation_number = StringField(_l("Organisation number"), [Length(max=20)])
    email = StringField(_l("E-mail"), [Optional(), Email(), SHORT])
    phone = StringField(_l("Telephone"), [Length(max=40)])
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
        "access_notes": _l("What a technician must know to get in: gate, key, parking, contact."),
    }

    customer_id = SelectField(_l("Customer"), [InputRequired()], coerce=_key)
    name = StringField(_l("Name"), [DataRequired(), SHORT])
    address = StringField(_l("Address"), [Length(max=200)])
    postal_code = StringField(_l("Postal code"), [Length(max=12)])
    city = StringField(_l("City"), [SHORT])
    latitude = DecimalField(_l("Latitude"), [Optional(), NumberRange(-90, 90)])
    longitude = DecimalField(_l("Longitude"), [Optional(), NumberRange(-180, 180)])
    time_zone = SelectField(_l("Time zone"), [InputRequired()], default="Europe/Stockholm")
    access_notes = TextAreaField(_l("Access notes"), [LONG])

    def __init__(self, row: Site | None = None, **values: Any) -> None:
        super().__init__(row, **values)
        customers = _rows(Customer.in_use(), row.customer if row else None)
        self.customer_id.choices = [("", _("choose"))] + [(it.id, it.name) for it in customers]
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
    units = {"power_kw": "kW"}
    hints = {"power_kw": _l("Of the whole station, all its connectors together.")}

    maker = StringField(_l("Maker"), [DataRequired(), SHORT])
    name = StringField(_l("Name"), [DataRequired(), SHORT])
    article_number = StringField(_l("Article number"), [SHORT])
    current = SelectField(_l("Current"), [InputRequired()], coerce=Current)
    power_kw = DecimalField(_l("Power"), [Optional(), NumberRange(0, 10_000)])
    connectors = IntegerField(_l("Connectors"), [InputRequired(), NumberRange(1, 62)], default=1)
    notes = TextAreaField(_l("Notes"), [LONG])

    def __init__(self, row: StationModel | None = None, **values: Any) -> None:
        super().__init__(row, **values)
        self.current.choices = _words(labels.CURRENT)

    def validate_name(self, field: Any) -> None:
        maker, article = self.maker.data or "", self.article_number.data or ""
        if self.is_another(StationModel.named(maker, field.data, article)):
            raise ValidationError(_("There is a model of this maker, name and article already."))


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
    site_id = SelectField(_l("Site"), [Optional()], coerce=_key)
    model_id = SelectField(_l("Model"), [Optional()], coerce=_key)
    serial_number = StringField(_l("Serial number"), [SHORT])
    firmware_version = StringField(_l("Firmware"), [SHORT])
    access = SelectField(_l("Access"), coerce=Access, default=Access.INTERNAL)
    authorization = SelectField(
        _l("Who may charge"), coerce=Authorization, default=Authorization.KNOWN_TAGS
    )
    commissioned_on = DateField(_l("Commissioned on"), [Optional()])

    def __init__(self, row: Any = None, **values: Any) -> None:
        super().__init__(row, **values)
        sites = Site.in_use().options(joinedload(Site.customer))
        self.site_id.choices = [("", _("none yet"))] + [
            (it.id, f"{it.name} · {it.customer.name}")
            for it in _rows(sites, row.site if row else None)
        ]
        self.model_id.choices = [("", _("not known yet"))] + [
            (it.id, it.title) for it in _rows(StationModel.in_use(), row.model if row else None)
        ]
        self.access.choices = _words(labels.ACCESS)
        self.authorization.choices = _words(labels.AUTHORIZATION)

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


class RetireForm(WebForm):
    reason = StringField(_l("Reason"), [DataRequired(), Length(max=500)])


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
