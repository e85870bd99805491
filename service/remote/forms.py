"""What a person fills in to ask something of a charger: one form per kind of action."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from service.core.db import db
from service.core.forms import WebForm
from service.remote import labels
from service.remote.actions import TYPES, FieldError, Kind, check_fields
from service.sessions.models import ChargingSession
from service.stations.models import Station

ALL = 0
TOO_LONG = _l("At most %(max)d characters.")


CHOICES = [SelectChoice(message, words) for message, words in labels.MESSAGE.items()]


class ActionForm(WebForm):
    """Every action asks for a reason, and goes out while a car charges only where it is forced."""

    # The fields that go to the charger, by name.
    names: tuple[str, ...] = ()
    reason = TextAreaField(
        _l("Reason"),
        [DataRequired(_l("Say why: it stands in the history.")), Length(max=500, message=TOO_LONG)],
        render_kw={"rows": 2},
    )
    force = BooleanField(_l("Do it although a car charges"))

    @property
    def fields(self) -> dict[str, Any]:
        return {name: self[name].data for name in self.names}

    def checked(self, kind: Kind) -> dict[str, Any] | None:
        """The action's fields. None where something is wrong: it is said beside the field."""
        if not self.validate():
            return None
        try:
            return check_fields(kind, self.fields)
        except FieldError as wrong:
            words = _(wrong.template, **wrong.facts)
            self[wrong.name].errors = [*self[wrong.name].errors, words]
            return None


class ResetForm(ActionForm):
    names = ("type",)
    type = SelectField(_l("Kind"), [InputRequired()])


class UnlockForm(ActionForm):
    names = ("connector",)
    connector = SelectField(_l("Connector"), [InputRequired()], coerce=int)


class AvailabilityForm(ActionForm):
    names = ("connector", "type")
    connector = SelectField(_l("Connector"), [InputRequired()], coerce=int)
    type = SelectField(_l("Kind"), [InputRequired()])


class MessageForm(ActionForm):
    names = ("message", "connector")
    message = SelectField(_l("Message"), [InputRequired()], choices=CHOICES)
    connector = SelectField(_l("Connector"), [InputRequired()], coerce=int)

    @property
    def fields(self) -> dict[str, Any]:
        return {"message": self.message.data, "connector": self.connector.data or None}


class ReadForm(ActionForm):
    names = ("keys",)
    keys = StringField(_l("Settings"), [Optional()])

    @property
    def fields(self) -> dict[str, Any]:
        words = (self.keys.data or "").replace(",", " ").split()
        return {"keys": words or None}


class ChangeForm(ActionForm):
    names = ("key", "value")
    key = StringField(_l("Setting"), [DataRequired(_l("Which setting?"))])
    value = StringField(_l("Value"))


class StartForm(ActionForm):
    names = ("connector", "id_tag")
    connector = SelectField(_l("Connector"), [InputRequired()], coerce=int)
    id_tag = StringField(_l("Tag"), [DataRequired(_l("Which tag?"))])


class StopForm(ActionForm):
    names = ("transaction_id",)
    transaction_id = SelectField(_l("Charge"), [InputRequired()], coerce=int)


class PlainForm(ActionForm):
    """Nothing to choose."""


FORMS: dict[Kind, type[ActionForm]] = {
    Kind.RESET: ResetForm,
    Kind.UNLOCK: UnlockForm,
    Kind.CHANGE_AVAILABILITY: AvailabilityForm,
    Kind.TRIGGER_MESSAGE: MessageForm,
    Kind.CLEAR_CACHE: PlainForm,
    Kind.GET_CONFIGURATION: ReadForm,
    Kind.CHANGE_CONFIGURATION: ChangeForm,
    Kind.REMOTE_START: StartForm,
    Kind.REMOTE_STOP: StopForm,
}


def form_for(kind: Kind, station: Station) -> ActionForm:
    """The form of a kind, with this station's connectors and running charges to choose from."""

    form = FORMS[kind](prefix=kind.value)
    if kind in TYPES:
        form["type"].choices = [(one, labels.WORD[one]) for one in TYPES[kind]]
    if "connector" in form:
        form["connector"].choices = _connectors(kind, station)
    if kind is Kind.REMOTE_STOP:
        form["transaction_id"].choices = _running(station)
    return form


def _connectors(kind: Kind, station: Station) -> list[tuple[int, Any]]:
    outlets = [one.number for one in station.connectors if one.number]
    named = [(number, _("connector %(number)s", number=number)) for number in outlets]
    if kind is Kind.CHANGE_AVAILABILITY:
        return [(ALL, _("the whole station")), *named]
    return [(ALL, _("all connectors")), *named] if kind is Kind.TRIGGER_MESSAGE else named


def _running(station: Station) -> list[tuple[int, Any]]:
    return [
        (
            one.transaction_id,
            _(
                "%(number)s, connector %(connector)s",
                number=one.transaction_id,
                connector=one.connector,
            ),
        )
        for one in running(station)
    ]


def running(station: Station) -> list[ChargingSession]:
    """The charges that have begun there and have not ended, newest first."""
    begun = select(ChargingSession).where(
        ChargingSession.station_id == station.id,
        ChargingSession.stopped_at.is_(None),
        ~ChargingSession.orphan,
    )
    return list(db.session.scalars(begun.order_by(ChargingSession.id.desc()).limit(20)))
