"""What a person may type about a part of one station, and about a device that is swapped."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import DataRequired, Length, NumberRange, Optional

from service.core.register import RegisterForm, choices_of
from service.stations import labels
from service.stations.words import ComponentKind

SHORT, REASON = Length(max=120), Length(max=500)


class ComponentForm(RegisterForm):
    unknown = ("note",)
    hints = {
        "type": _l("Type or article number, as its plate says it."),
        "rating": _l("As its plate says it: 40 A, 30 mA, type B."),
        "evse": _l("The number of the connector that it serves. Empty: the whole station."),
        "installed_on": _l("Empty: today."),
    }

    kind = SelectField(_l("Kind"), coerce=ComponentKind)
    maker = StringField(_l("Maker"), [SHORT])
    type = StringField(_l("Type"), [SHORT])
    serial = StringField(_l("Serial number"), [SHORT])
    rating = StringField(_l("Rating"), [SHORT])
    evse = IntegerField(_l("Connector"), [Optional(), NumberRange(1, 62)])
    installed_on = DateField(_l("Installed on"), [Optional()])
    note = TextAreaField(_l("Note"), [Length(max=2000)])

    def __init__(self, row: Any = None, **values: Any) -> None:
        super().__init__(row, **values)
        self.kind.choices = choices_of(labels.COMPONENT)


class ReplacementForm(ComponentForm):
    hints = {
        **ComponentForm.hints,
        "why": _l("Stands with the one that comes out."),
        "installed_on": _l("The day when the one came out and the other went in. Empty: today."),
    }

    why = StringField(_l("Why it is replaced"), [DataRequired(), REASON])

    def __init__(self, **values: Any) -> None:
        super().__init__(None, **values)


class SwapForm(RegisterForm):
    hints = {
        "old_serial": _l("As its plate says it."),
        "with_components": _l("Otherwise they stay: moved over to the new device."),
        "reason": _l("Stands in the history."),
    }

    old_serial = StringField(_l("Serial number of the old device"), [SHORT])
    new_serial = StringField(_l("Serial number of the new device"), [DataRequired(), SHORT])
    with_components = BooleanField(_l("The components left with the old device"))
    reason = StringField(_l("Reason"), [DataRequired(), REASON])

    def validate_new_serial(self, field: Any) -> None:
        if field.data == self.old_serial.data:
            raise ValidationError(_("It is the serial number of the old device."))
