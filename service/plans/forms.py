"""What a person may type about plans, tasks and dates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from babel.dates import get_month_names
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select
from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from service.checklists.models import ChecklistTemplate
from service.contracts import labels as work
from service.contracts.words import WorkKind
from service.core import language
from service.core.db import db
from service.core.forms import WebForm
from service.core.register import key_of
from service.parts.models import Kit
from service.people.skills import Skill
from service.plans import checking, labels
from service.plans.models import MaintenancePlan, MaintenanceTask
from service.plans.words import Anchor, CatchUp, Event
from service.stations.forms import RegisterForm
from service.stations.register import StationModel

SHORT, LONG = Length(max=120), Length(max=2000)
MONTHS, DAYS = "months", "days"
DAYS_OFF = [InputRequired(), NumberRange(0, checking.MOST_DAYS)]
COUNT = [Optional(), NumberRange(1, 2**31)]


def _text(value: Any) -> str | None:
    return str(value) if value not in (None, "", "None") else None


def _checklists(row: MaintenanceTask | None) -> list[tuple[str, str]]:
    """Those in use; and what a task says in words of its own, as a note."""
    spoken = language.current()
    found = {one.key: one.title(spoken) for one in db.session.scalars(ChecklistTemplate.in_use())}
    mine = row.checklist if row else None
    if mine and mine not in found:
        return [(mine, _("%(words)s (a note, no checklist)", words=mine)), *found.items()]
    return list(found.items())


def _rows(query: Select[Any], none: str, title: Any) -> list[tuple[Any, str]]:
    return [("", none), *((row.id, title(row)) for row in db.session.scalars(query))]


def _month_names() -> list[tuple[int | str, str]]:
    return [("", _("all year")), *get_month_names("wide", locale=language.current()).items()]


class PlanForm(RegisterForm):
    unknown = ("notes",)
    hints = {
        "model_id": _l("A model that is not here is entered under Models first."),
        "name": _l("Such as: Service, or Warranty service."),
    }

    model_id = SelectField(_l("Model"), [InputRequired()], coerce=key_of)
    name = StringField(_l("Name"), [DataRequired(), SHORT])
    usual = BooleanField(_l("Start with the usual tasks; change them as the manual says"))
    notes = TextAreaField(_l("Notes"), [LONG])

    def __init__(self, row: MaintenancePlan | None = None, **values: Any) -> None:
        super().__init__(row, **values)
        self.model_id.choices = _rows(StationModel.in_use(), _("choose"), lambda model: model.title)
        if row:
            del self.model_id, self.usual

    def validate_name(self, field: Any) -> None:
        if self.row is not None or not self.model_id.data:
            return
        if MaintenancePlan.has_draft(self.model_id.data, field.data):
            raise ValidationError(_("This model has a draft of this name already."))


class TaskForm(RegisterForm):
    """Everything of a task. Only the first part must be filled in."""

    unknown = ("legal_basis", "checklist")
    units = {
        "minutes": "min",
        "legal_max_months": _l("months"),
        "early_days": _l("days"),
        "late_days": _l("days"),
        "kwh": "kWh",
        "hours": "h",
        "dusty_percent": "%",
        "coastal_percent": "%",
        "event_within_days": _l("days"),
        "event_times": _l("times"),
        "event_days": _l("days"),
    }
    hints = {
        "minutes": _l("At the station, without the journey."),
        "anchor": _l("What the next date is counted from."),
        "early_days": _l("Done this many days before its date, it still counts for it."),
        "late_days": _l("After this many days it is overdue."),
        "legal_max_months": _l("The longest time that may pass between two times, by law."),
        "legal_basis": _l("The rule that asks for it, such as ELSÄK-FS 2022:3."),
        "kwh": _l("Delivered since it was last done."),
        "plug_cycles": _l("Plugged in since it was last done."),
        "hours": _l("Charging since it was last done."),
        "dusty_percent": _l("Of the interval, where the site is dusty: 50 halves it."),
        "coastal_percent": _l("Of the interval, where the site is by the sea."),
        "supersedes": _l("Tasks that are done along with this one when they fall in its window."),
        "season_from": _l("Outside the season, the window is narrowed to it where they meet."),
        "events": _l("Reported by the charger, or by somebody on the station's page."),
        "trend": _l("Values that rise or fall to their limit make the next test due earlier."),
        "checklist": _l("What the tablet asks when this is done."),
        "catch_up": _l("What stands there after weeks in which nothing ran."),
    }

    title_sv = StringField(_l("Name in Swedish"), [DataRequired(), SHORT])
    title_en = StringField(_l("Name in English"), [DataRequired(), SHORT])
    kind = SelectField(_l("Kind of work"), coerce=WorkKind)
    minutes = IntegerField(_l("Time"), [InputRequired(), NumberRange(1, 10_000)], default=15)
    every = IntegerField(
        _l("Interval"), [InputRequired(), NumberRange(1, checking.MOST_DAYS)], default=12
    )
    unit = SelectField(_l("Months or days"), default=MONTHS)
    anchor = RadioField(_l("Counted"), coerce=Anchor, default=Anchor.CAPPED)
    early_days = IntegerField(
        _l("May be done early by"),
        [InputRequired(), NumberRange(0, checking.MOST_DAYS)],
        default=30,
    )
    late_days = IntegerField(
        _l("May be done late by"), [InputRequired(), NumberRange(0, checking.MOST_DAYS)], default=30
    )
    legal_max_months = IntegerField(
        _l("At most, by law"), [Optional(), NumberRange(1, checking.MOST_MONTHS)]
    )
    legal_basis = StringField(_l("Legal basis"), [Length(max=300)])
    skill_id = SelectField(_l("Skill"), [Optional()], coerce=key_of)
    authorisation_id = SelectField(_l("Authorisation"), [Optional()], coerce=key_of)
    kit_id = SelectField(_l("Kit of parts"), [Optional()], coerce=key_of)
    checklist = SelectField(_l("Checklist"), [Optional()], coerce=_text)
    supersedes = SelectMultipleField(_l("Does along the way"), [Optional()])
    season_from = SelectField(_l("Season from"), [Optional()], coerce=key_of)
    season_to = SelectField(_l("Season to"), [Optional()], coerce=key_of)
    dusty_percent = IntegerField(
        _l("In a dusty place"), [InputRequired(), NumberRange(1, 100)], default=100
    )
    coastal_percent = IntegerField(
        _l("By the sea"), [InputRequired(), NumberRange(1, 100)], default=100
    )
    kwh = IntegerField(_l("Or after energy"), COUNT)
    sessions = IntegerField(_l("Or after charges"), COUNT)
    plug_cycles = IntegerField(_l("Or after plug cycles"), COUNT)
    hours = IntegerField(_l("Or after hours"), COUNT)
    events = SelectMultipleField(_l("Brought forward by"), [Optional()])
    trend = BooleanField(_l("Brought forward by its measured values"))
    event_within_days = IntegerField(_l("Then due within"), DAYS_OFF, default=7)
    event_times = IntegerField(
        _l("Reported by the charger at least"), [InputRequired(), NumberRange(1, 1000)], default=3
    )
    event_days = IntegerField(
        _l("Counted over"), [InputRequired(), NumberRange(1, 366)], default=30
    )
    catch_up = RadioField(_l("What was missed"), coerce=CatchUp, default=CatchUp.EACH)

    def __init__(
        self, plan: MaintenancePlan, row: MaintenanceTask | None = None, **values: Any
    ) -> None:
        self.plan = plan
        if row:
            values |= {"every": row.months or row.days, "unit": DAYS if row.days else MONTHS}
        super().__init__(row, **values)
        self._choose()

    def _choose(self) -> None:
        spoken = language.current()
        self.kind.choices = list(work.WORK_KIND.items())
        self.unit.choices = [(MONTHS, _("months")), (DAYS, _("days"))]
        self.anchor.choices = list(labels.ANCHOR.items())
        self.catch_up.choices = list(labels.CATCH_UP.items())
        skills = Skill.in_use()
        self.skill_id.choices = _rows(
            skills.where(~Skill.is_authorisation), _("none"), lambda it: it.title(spoken)
        )
        self.authorisation_id.choices = _rows(
            skills.where(Skill.is_authorisation), _("none"), lambda it: it.title(spoken)
        )
        self.kit_id.choices = _rows(Kit.in_use(), _("none"), lambda it: it.name)
        self.checklist.choices = [("", _("none")), *_checklists(self.row)]
        self.season_from.choices = self.season_to.choices = _month_names()
        self.events.choices = list(labels.EVENT.items())
        self.supersedes.choices = [(task.key, task.title(spoken)) for task in self._others]

    @property
    def _others(self) -> Sequence[MaintenanceTask]:
        return [task for task in self.plan.tasks if task is not self.row]

    @property
    def facts(self) -> dict[str, Any]:
        facts = super().facts
        every, unit = facts.pop("every"), facts.pop("unit")
        return facts | {"months": None, "days": None, unit: every}

    def validate(self, extra_validators: Any = None) -> bool:
        """Also what only the whole task can say."""
        if not super().validate(extra_validators):
            return False
        wrong = checking.problems(self.facts, {task.key for task in self._others})
        for name, words in wrong.items():
            self.refuse({"months": "every"}.get(name, name), str(words))
        return not wrong


class EventForm(WebForm):
    """Something happened to a station that cannot wait for its dates."""

    event = SelectField(_l("What happened"), coerce=Event)
    reason = StringField(_l("In your words"), [DataRequired(), Length(max=500)])

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.event.choices = list(labels.EVENT.items())


class GiveForm(WebForm):
    """Which stations get a plan, and what their dates are counted from."""

    stations = SelectMultipleField(_l("Stations"), [DataRequired()], coerce=int)
    counted_from = DateField(_l("Counted from"), [Optional()])


class DoneForm(WebForm):
    done_on = DateField(_l("Done on"), [DataRequired()])
    though_early = BooleanField(_l("It counts although it came early"))


class ReasonForm(WebForm):
    reason = StringField(_l("Reason"), [DataRequired(), Length(max=500)])


class TightenForm(RegisterForm):
    """Where, what, how often at least, and who says so."""

    hints = {"why": _l("The contract, the paragraph of the law, or what else asks for it.")}

    kind = SelectField(_l("Kind of work"), [Optional()])
    every = IntegerField(
        _l("At least every"), [InputRequired(), NumberRange(1, checking.MOST_DAYS)], default=6
    )
    unit = SelectField(_l("Months or days"), default=MONTHS)
    why = StringField(_l("Why"), [DataRequired(), Length(max=300)])

    def __init__(self, **values: Any) -> None:
        super().__init__(None, **values)
        self.kind.choices = [("", _("every kind of work")), *work.WORK_KIND.items()]
        self.unit.choices = [(MONTHS, _("months")), (DAYS, _("days"))]

    @property
    def span(self) -> dict[str, int]:
        return {str(self.unit.data): self.every.data or 0}
