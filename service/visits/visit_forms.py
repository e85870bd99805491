"""What a person may type about a service visit."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from service.core.db import db
from service.core.forms import LocalDateTimeField
from service.people.models import Person
from service.stations.forms import RegisterForm
from service.visits.forms import NOBODY, house
from service.visits.service_visits import ServiceVisit

STARTS = time(8)


class VisitForm(RegisterForm):
    """Who goes there, and when."""

    unknown = ("notes",)
    units = {"minutes": "min"}
    hints = {
        "technician_id": _l("Without one, the visit is tentative."),
        "starts_at": _l("On the clock of the site."),
        "notes": _l("For the technician and colleagues. The customer does not see it."),
    }

    technician_id = SelectField(_l("Technician"), [InputRequired()], coerce=int)
    starts_at = LocalDateTimeField(_l("Starts"), [InputRequired(_l("When does it start?"))])
    minutes = IntegerField(_l("Minutes"), [InputRequired(), NumberRange(1, 10_080)])
    notes = TextAreaField(_l("Notes"), [Length(max=4000)])

    def __init__(self, zone: str, row: ServiceVisit | None = None, **values: Any) -> None:
        super().__init__(row, **values)
        # Typed and shown on the site's clock: read again, now that it is known.
        self.starts_at.zone = ZoneInfo(zone)
        shown = row.starts_at if row else values.get("starts_at")
        self.starts_at.process(request.form if self.is_submitted() else None, shown)
        current = row.technician if row else None
        self.technician_id.choices = [(NOBODY, _("nobody yet")), *house(current)]
        if row and not self.is_submitted():
            self.technician_id.data = row.technician_id or NOBODY

    @property
    def technician(self) -> Person | None:
        key = self.technician_id.data
        return None if key == NOBODY else db.session.get(Person, key)


class PlanVisitForm(VisitForm):
    lines = SelectMultipleField(coerce=int, validate_choice=False)


class LinesForm(RegisterForm):
    lines = SelectMultipleField(coerce=int, validate_choice=False)


class AnswerForm(RegisterForm):
    answer = StringField(
        _l("Answer"), [DataRequired(_l("Say what becomes of it.")), Length(max=500)]
    )


def next_morning(at: datetime, zone: str) -> datetime:
    """Eight o'clock on the site's next day."""
    there = at.astimezone(ZoneInfo(zone)) + timedelta(days=1)
    return datetime.combine(there.date(), STARTS, ZoneInfo(zone))
