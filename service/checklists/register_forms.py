"""What may be typed about instruments and limits."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from wtforms import DateField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from service.checklists import labels
from service.checklists.limits import NUMBERS, Limit
from service.checklists.models import Instrument
from service.checklists.words import InstrumentKind
from service.core.db import db
from service.core.forms import DecimalField
from service.core.register import RegisterForm, choices_of, key_of
from service.people.models import Person
from service.people.roles import Role
from service.stations import labels as of_stations
from service.stations.words import EvidenceKind

SHORT = Length(max=120)


class InstrumentForm(RegisterForm):
    hints = {
        "calibrated_until": _l("The last day of its certificate."),
        "person_id": _l("Who carries it is reminded before the certificate ends."),
    }

    kind = SelectField(_l("Kind"), coerce=InstrumentKind)
    make = StringField(_l("Maker"), [DataRequired(), SHORT])
    model = StringField(_l("Model"), [DataRequired(), SHORT])
    serial = StringField(_l("Serial number"), [DataRequired(), SHORT])
    calibrated_until = DateField(_l("Calibrated until"), [Optional()])
    person_id = SelectField(_l("Carried by"), [Optional()], coerce=key_of)

    def __init__(self, row: Instrument | None = None, **values: Any) -> None:
        super().__init__(row, **values)
        self.kind.choices = choices_of(labels.INSTRUMENT)
        self.person_id.choices = [("", _("nobody: it lies in the store")), *_people()]

    def validate_serial(self, field: Any) -> None:
        same = (Instrument.make == self.make.data, Instrument.model == self.model.data)
        found = db.session.scalars(select(Instrument).where(*same, Instrument.serial == field.data))
        if self.is_another(found.one_or_none()):
            raise ValidationError(_("There is an instrument with this number already."))


def _people() -> list[tuple[int, str]]:
    """The house's own people who sign in."""
    them = select(Person).where(Person.role != Role.CUSTOMER, Person.active, ~Person.is_service)
    return [(one.id, one.name) for one in db.session.scalars(them.order_by(Person.name))]


class LimitForm(RegisterForm):
    """Other numbers, with the reason: they count from the next publication on."""

    hints = {
        "warn_max": _l("Good, but near its limit."),
        "plausible_max": _l("Nobody believes it without being asked again."),
        "source": _l("The standard, the manual, the page."),
        "reason": _l("Why it changes: it stands in the history."),
    }
    unknown = ("note",)

    min = DecimalField(_l("Minimum"), [Optional()])
    max = DecimalField(_l("Maximum"), [Optional()])
    warn_min = DecimalField(_l("Warning below"), [Optional()])
    warn_max = DecimalField(_l("Warning above"), [Optional()])
    plausible_min = DecimalField(_l("Asked again below"), [Optional()])
    plausible_max = DecimalField(_l("Asked again above"), [Optional()])
    source = StringField(_l("Source of the limit"), [DataRequired(), Length(max=300)])
    evidence = SelectField(_l("Evidence"), coerce=EvidenceKind)
    valid_from = DateField(_l("Valid from"), [InputRequired()])
    note = TextAreaField(_l("Note"), [Length(max=1000)])
    reason = StringField(_l("Reason"), [DataRequired(), Length(max=500)])

    def __init__(self, row: Limit, **values: Any) -> None:
        numbers = {name: _decimal(getattr(row, name)) for name in NUMBERS}
        others = {name: getattr(row, name) for name in ("source", "evidence", "note")}
        super().__init__(None, **numbers | others | values)
        self.row = row
        self.units = dict.fromkeys(NUMBERS, row.unit)
        self.evidence.choices = choices_of(of_stations.EVIDENCE)

    @property
    def facts(self) -> dict[str, Any]:
        facts = super().facts
        facts.pop("reason")
        for name in NUMBERS:
            facts[name] = None if facts[name] is None else float(facts[name])
        return facts

    def validate(self, extra_validators: Any = None) -> bool:
        is_right = super().validate(extra_validators)
        for low, high in (
            ("min", "max"),
            ("warn_min", "warn_max"),
            ("plausible_min", "plausible_max"),
        ):
            a, b = self[low].data, self[high].data
            if a is not None and b is not None and a > b:
                self.refuse(high, str(_("It is less than the number below it.")))
                is_right = False
        if is_right and all(self[name].data is None for name in ("min", "max")):
            self.refuse("max", str(_("Give a minimum or a maximum: a limit without one is none.")))
            return False
        return is_right


def _decimal(number: float | None) -> Decimal | None:
    return None if number is None else Decimal(f"{number:.10g}")
