"""The tasks of a plan in the JSON API."""

from __future__ import annotations

from typing import Any

from flask import g
from marshmallow import Schema, ValidationError, fields, post_dump, validates_schema

from service.checklists.models import ChecklistTemplate
from service.contracts.words import WorkKind
from service.core import clock
from service.core.api import Resource
from service.core.db import db
from service.core.fields import Body, Flag, Shown, Text, Whole, WholeText, Words, choice, one_of
from service.core.paging import Listed, page, page_of
from service.core.problems import ProblemError, wrong_field
from service.parts.models import Kit
from service.people.api import referred, seen
from service.people.skills import Skill
from service.plans import checking
from service.plans.forecast_api import IntervalShape, ToleranceShape, interval_of
from service.plans.models import MaintenancePlan, MaintenanceTask
from service.plans.words import Anchor, CatchUp, Event

tasks = Resource("tasks", "What is done again and again at stations that have a plan.")

ROWS: dict[str, type[Kit | Skill]] = {"kit_id": Kit, "skill_id": Skill, "authorisation_id": Skill}
# What a task is where nothing is said.
USUAL: dict[str, Any] = {"anchor": Anchor.CAPPED, "early_days": 0, "late_days": 0}


class MonthsShape(Body):
    """In months or years: one of them."""

    months = Whole(1, checking.MOST_MONTHS)
    years = Whole(1, checking.MOST_MONTHS // 12)

    @validates_schema
    def _one_unit(self, data: dict[str, Any], **_: Any) -> None:
        if len(data) != 1:
            raise ValidationError("Give it in months or years: one of them.")


class OfRow(fields.Nested):
    """Some columns of the row as an object of their own; null where `unless` is."""

    def __init__(self, shape: type[Schema], unless: str = "", **more: Any) -> None:
        super().__init__(shape, **more)
        self.unless = unless

    def serialize(self, attr: str, obj: Any, accessor: Any = None, **more: Any) -> Any:
        if self.unless and getattr(obj, self.unless) is None:
            return None
        return self.schema.dump(obj)


class SpanShape(Schema):
    """In months or in days."""

    months = fields.Integer()
    days = fields.Integer()

    @post_dump
    def _said(self, shown: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {name: value for name, value in shown.items() if value}


class SeasonShown(Schema):
    first = fields.Integer(attribute="season_from", data_key="from")
    last = fields.Integer(attribute="season_to", data_key="to")


class SeasonShape(Body):
    first = Whole(1, 12, required=True, data_key="from")
    last = Whole(1, 12, required=True, data_key="to")


class UsageShape(Body):
    """Whichever comes first, counted since the work was last done."""

    kwh = Whole(1, allow_none=True)
    sessions = Whole(1, allow_none=True)
    plug_cycles = Whole(1, allow_none=True)
    hours = Whole(1, allow_none=True)


class EnvironmentShape(Body):
    """Percent of the interval."""

    dusty_percent = Whole(1, 100)
    coastal_percent = Whole(1, 100)


class TriggersShape(Body):
    """What brings a date forward. What a charger reports counts from `times` in `days`."""

    events = fields.List(fields.String(validate=one_of(*(event.value for event in Event))))
    within_days = Whole(0, checking.MOST_DAYS, attribute="event_within_days")
    times = Whole(1, 1000, attribute="event_times")
    days = Whole(1, 366, attribute="event_days")
    trend = Flag(metadata={"description": "Also measured values that move to their limit."})


class TaskChange(Body):
    kind = choice(WorkKind)
    title_sv = Words(120)
    title_en = Words(120)
    minutes = Whole(1, 10_000)
    interval = fields.Nested(IntervalShape)
    anchor = choice(Anchor)
    legal_max = fields.Nested(MonthsShape, allow_none=True)
    legal_basis = Text(300, allow_none=True)
    tolerance = fields.Nested(ToleranceShape)
    checklist = Text(
        120, allow_none=True, metadata={"description": "The key of a checklist in use."}
    )
    kit_id = Whole(allow_none=True)
    skill_id = Whole(allow_none=True)
    authorisation_id = Whole(allow_none=True)
    season = fields.Nested(SeasonShape, allow_none=True)
    supersedes = fields.List(Words(60))
    environment = fields.Nested(EnvironmentShape)
    usage = fields.Nested(UsageShape)
    triggers = fields.Nested(TriggersShape)
    catch_up = choice(CatchUp)


class NewTask(TaskChange):
    kind = choice(WorkKind, required=True)
    title_sv = Words(120, required=True)
    title_en = Words(120, required=True)
    minutes = Whole(1, 10_000, required=True)
    interval = fields.Nested(IntervalShape, required=True)


class TaskShape(Shown):
    id = fields.Integer()
    plan_id = fields.Integer()
    series_id = fields.Integer(metadata={"description": "The same in every version of the plan."})
    key = fields.String()
    kind = choice(WorkKind)
    title_sv = fields.String()
    title_en = fields.String()
    minutes = fields.Integer()
    interval = fields.Nested(SpanShape)
    anchor = choice(Anchor)
    legal_max = fields.Nested(SpanShape, allow_none=True)
    legal_basis = fields.String(allow_none=True)
    tolerance = OfRow(ToleranceShape)
    checklist = fields.String(allow_none=True)
    kit_id = fields.Integer(allow_none=True)
    skill_id = fields.Integer(allow_none=True)
    authorisation_id = fields.Integer(allow_none=True)
    season = OfRow(SeasonShown, unless="season_from", allow_none=True)
    supersedes = fields.List(fields.String())
    environment = OfRow(EnvironmentShape)
    usage = OfRow(UsageShape)
    triggers = OfRow(TriggersShape)
    catch_up = choice(CatchUp)


class TaskQuery(Listed):
    plan_id = WholeText()


@tasks.get("/tasks", page_of(TaskShape), TaskQuery)
def list_tasks(asked: dict[str, Any]) -> dict[str, Any]:
    """List tasks of plans."""
    found = MaintenanceTask.visible_to(g.person)
    if "plan_id" in asked:
        found = found.where(MaintenanceTask.plan_id == asked["plan_id"])
    return page(MaintenanceTask, found, asked)


@tasks.get("/tasks/<int:task_id>", TaskShape)
def show_task(task_id: int) -> MaintenanceTask:
    """Get one task."""
    return seen(MaintenanceTask, task_id)


@tasks.post("/plans/<int:plan_id>/tasks", TaskShape, NewTask)
def create_task(asked: dict[str, Any], plan_id: int) -> MaintenanceTask:
    """Add a task to a draft."""
    plan = seen(MaintenancePlan, plan_id)
    _refuse_unknown(asked.get("checklist"))
    facts = USUAL | _facts(asked)
    _refuse_nonsense(facts, plan)
    task = plan.add_task(g.person, clock.now(), **facts)
    db.session.commit()
    return task


@tasks.patch("/tasks/<int:task_id>", TaskShape, TaskChange)
def change_task(asked: dict[str, Any], task_id: int) -> MaintenanceTask:
    """Change a task of a draft."""
    task = seen(MaintenanceTask, task_id)
    if asked.get("checklist") != task.checklist:
        _refuse_unknown(asked.get("checklist"))
    facts = _facts(asked)
    now = {name: getattr(task, name) for name in task.__table__.columns.keys()}  # noqa: SIM118
    _refuse_nonsense(now | facts, task.plan)
    task.edit(g.person, clock.now(), **facts)
    db.session.commit()
    return task


@tasks.post("/tasks/<int:task_id>/removal", TaskShape, status=200)
def remove_task(task_id: int) -> MaintenanceTask:
    """Remove a task from a draft."""
    task = seen(MaintenanceTask, task_id)
    task.plan.remove_task(task, g.person, clock.now())
    db.session.commit()
    return task


def _refuse_unknown(key: str | None) -> None:
    """What older tasks say in words of their own stays; a new key has to be one."""
    template = ChecklistTemplate.with_key(key) if key else None
    if key and (template is None or template.retired_at):
        raise wrong_field("checklist", "There is no checklist in use with this key.")


def _refuse_nonsense(facts: dict[str, Any], plan: MaintenancePlan) -> None:
    wrong = checking.problems(facts, {task.key for task in plan.tasks})
    if wrong:
        told = {FIELDS.get(name, name): [str(words)] for name, words in wrong.items()}
        raise ProblemError(422, "Some fields cannot be used: see errors.", errors=told)


FIELDS = {
    "months": "interval",
    "early_days": "tolerance",
    "late_days": "tolerance",
    "legal_max_months": "legal_max",
    "season_from": "season",
}


def _facts(asked: dict[str, Any]) -> dict[str, Any]:
    """The columns that a body says something of."""
    facts = dict(asked)
    for name, kind in ROWS.items():
        if facts.get(name) is not None:
            referred(kind, facts[name], name)
    if "interval" in facts:
        interval = interval_of(facts.pop("interval"))
        facts |= {"months": interval.months or None, "days": interval.days or None}
    if "legal_max" in facts:
        legal = facts.pop("legal_max")
        facts["legal_max_months"] = interval_of(legal).months if legal else None
    if "season" in facts:
        season = facts.pop("season") or {}
        facts |= {"season_from": season.get("first"), "season_to": season.get("last")}
    for part in ("tolerance", "environment", "usage", "triggers"):
        facts |= facts.pop(part, {})
    return facts
