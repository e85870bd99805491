"""What a person may type about a service visit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from service.core import language
from service.core.db import db
from service.core.forms import LocalDateTimeField
from service.people.models import Person
from service.people.skills import Skill
from service.stations.forms import RegisterForm
from service.visits.forms import NOBODY, house
from service.visits.lines import WorkOrderLine
from service.visits.service_visits import ServiceVisit
from service.visits.visit_people import lacks
from service.visits.visit_states import PauseKind

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
    def start(self) -> datetime:
        return cast("datetime", self.starts_at.data)

    @property
    def technician(self) -> Person | None:
        key = self.technician_id.data
        return None if key == NOBODY else db.session.get(Person, key)


class PlanVisitForm(VisitForm):
    lines = SelectMultipleField(coerce=int, validate_choice=False)

    def warn(self, lines: Sequence[WorkOrderLine], on: date) -> None:
        """Whoever lacks something for these lines on that day says so beside the name."""
        people: list[tuple[int, Any]] = list(self.technician_id.choices or [])  # type: ignore[arg-type]
        missing = lacks([key for key, _name in people if key != NOBODY], lines, on)
        self.technician_id.choices = [(key, _with(name, missing.get(key))) for key, name in people]


def _with(name: Any, missing: Sequence[Skill] | None) -> Any:
    if not missing:
        return name
    skills = ", ".join(one.title(language.current()) for one in missing)
    return _("%(name)s (lacks %(skills)s)", name=name, skills=skills)


class LinesForm(RegisterForm):
    lines = SelectMultipleField(coerce=int, validate_choice=False)


class PauseForm(RegisterForm):
    """Somebody on the telephone says that it goes on later."""

    unknown = ("words",)

    kind = SelectField(_l("Reason"), [InputRequired()], coerce=PauseKind)
    words = StringField(_l("In words"), [Length(max=500)])

    def __init__(self, reasons: Mapping[PauseKind, Any]) -> None:
        super().__init__()
        self.kind.choices = list(reasons.items())


class AnswerForm(RegisterForm):
    answer = StringField(
        _l("Answer"), [DataRequired(_l("Say what becomes of it.")), Length(max=500)]
    )


def next_morning(at: datetime, zone: str) -> datetime:
    """Eight o'clock on the site's next day."""
    there = at.astimezone(ZoneInfo(zone)) + timedelta(days=1)
    return datetime.combine(there.date(), STARTS, ZoneInfo(zone))
