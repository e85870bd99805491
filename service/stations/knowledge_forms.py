"""What a person may type about where a model's facts stand, its protection and its documents."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    DateField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from service.core.register import RegisterForm, choices_of
from service.stations import labels
from service.stations.knowledge import is_web_address
from service.stations.words import DocumentKind, EvidenceKind, Per, Place, RcdType


class EvidenceForm(RegisterForm):
    hints = {
        "document": _l("Title and edition, or the address: enough to find it again."),
        "page": _l("Page or chapter."),
        "says": _l("In your own words, with its numbers."),
    }

    kind = SelectField(
        _l("Where it stands"), coerce=EvidenceKind, choices=choices_of(labels.EVIDENCE)
    )
    document = StringField(_l("Document"), [Length(max=300)])
    page = StringField(_l("Page"), [Length(max=60)])
    dated_on = DateField(_l("Dated on"), [Optional()])
    says = TextAreaField(_l("What it says"), [DataRequired(), Length(max=2000)])

    def validate_document(self, field: Any) -> None:
        if self.kind.data is not EvidenceKind.DEFAULT and not field.data:
            raise ValidationError(_("Say where it stands, so that others can read it there."))


class ProtectionForm(RegisterForm):
    unknown = ("note",)
    units = {"rated_ma": "mA"}
    hints = {"rated_ma": _l("The residual current at which it trips.")}

    rcd_type = SelectField(
        _l("Device"), [InputRequired()], coerce=RcdType, choices=choices_of(labels.RCD)
    )
    rated_ma = IntegerField(_l("Trips at"), [Optional(), NumberRange(1, 10_000)])
    place = SelectField(_l("Where it sits"), coerce=Place, choices=choices_of(labels.PLACE))
    per = SelectField(_l("One for"), coerce=Per, choices=choices_of(labels.PER))
    note = TextAreaField(_l("Note"), [Length(max=500)])


class DocumentForm(RegisterForm):
    title = StringField(_l("Title"), [DataRequired(), Length(max=200)])
    address = StringField(
        _l("Address"), [DataRequired(), Length(max=1000)], render_kw={"type": "url"}
    )
    kind = SelectField(_l("Kind"), coerce=DocumentKind, choices=choices_of(labels.DOCUMENT))

    def validate_address(self, field: Any) -> None:
        if not is_web_address(field.data or ""):
            raise ValidationError(_("Write the whole address: it begins with https://"))
