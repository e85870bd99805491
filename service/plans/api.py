"""Plans, their tasks and who has them, in the JSON API."""

from __future__ import annotations

from typing import Any

from flask import g
from marshmallow import ValidationError, fields, validates_schema

from service.core import clock, problems
from service.core.api import Resource
from service.core.db import db
from service.core.fields import (
    Body,
    CivilDay,
    Flag,
    Instant,
    Shown,
    Text,
    Whole,
    WholeText,
    Why,
    Words,
    choice,
)
from service.core.paging import Listed, containing, page, page_of
from service.core.problems import ProblemError, refuse_retired, wrong_field
from service.people.api import referred, seen
from service.plans import assignments, models, publishing
from service.plans.models import MaintenancePlan
from service.plans.occurrences import PlanAssignment
from service.plans.tasks_api import TaskShape, tasks
from service.plans.usual import add_usual_tasks
from service.plans.words import PlanState
from service.stations.models import Station
from service.stations.register import StationModel

__all__ = ["assigned", "plans", "tasks"]

plans = Resource("plans", "What each model needs, in versions: draft, published, retired.")
assigned = Resource("assignments", "Which station is cared for by which plan.")

MOST_STATIONS = 5_000


def _wrong_state(wrong: type[models.PlanError], words: str) -> None:
    problems.means(wrong, lambda _: ProblemError(409, words, "wrong-state"))


_wrong_state(models.NotADraftError, "A published version never changes: make a new one.")
_wrong_state(models.DraftExistsError, "There is a draft of this plan already.")
_wrong_state(models.EmptyPlanError, "A plan without tasks plans nothing.")
_wrong_state(assignments.NotPublishedError, "The plan is not published.")
problems.means(
    assignments.RetiredStationError,
    lambda wrong: ProblemError(409, f"{wrong} is retired.", "retired"),
)
problems.means(
    assignments.WrongModelError,
    lambda wrong: wrong_field("station_ids", f"{wrong} is of another model than the plan."),
)


class PlanChange(Body):
    name = Words(120)
    notes = Text(allow_none=True)


class NewPlan(PlanChange):
    model_id = Whole(required=True)
    name = Words(120, required=True)
    usual_tasks = Flag(
        load_default=False,
        metadata={"description": "Start with the trade's usual tasks, as the page does."},
    )


class PlanShape(Shown):
    inside = ("notes",)
    id = fields.Integer()
    model_id = fields.Integer()
    name = fields.String()
    version = fields.Integer()
    state = choice(PlanState)
    notes = fields.String(allow_none=True)
    created_at = Instant()
    published_at = Instant(allow_none=True)
    retired_at = Instant(allow_none=True)


class PlanDetailShape(PlanShape):
    tasks = fields.List(fields.Nested(TaskShape))


class PlanQuery(Listed):
    model_id = WholeText()
    state = choice(PlanState)
    q = Text(200, metadata={"description": "Part of the name."})


@plans.get("/plans", page_of(PlanShape), PlanQuery)
def list_plans(asked: dict[str, Any]) -> dict[str, Any]:
    """List plans, every version of each."""
    found = MaintenancePlan.visible_to(g.person)
    for name in ("model_id", "state"):
        if name in asked:
            found = found.where(getattr(MaintenancePlan, name) == asked[name])
    if words := asked.get("q"):
        found = found.where(containing(words, MaintenancePlan.name))
    return page(MaintenancePlan, found, asked)


@plans.get("/plans/<int:plan_id>", PlanDetailShape)
def show_plan(plan_id: int) -> MaintenancePlan:
    """Get one version of a plan with its tasks."""
    return seen(MaintenancePlan, plan_id)


@plans.post("/plans", PlanDetailShape, NewPlan)
def create_plan(asked: dict[str, Any]) -> MaintenancePlan:
    """Create the draft of a plan for a model."""
    model = referred(StationModel, asked["model_id"], "model_id")
    refuse_retired(model)
    plan = MaintenancePlan.create(model, asked["name"], g.person, clock.now())
    plan.notes = asked.get("notes")
    if asked["usual_tasks"]:
        add_usual_tasks(plan, g.person, clock.now())
    db.session.commit()
    return plan


@plans.patch("/plans/<int:plan_id>", PlanDetailShape, PlanChange)
def change_plan(asked: dict[str, Any], plan_id: int) -> MaintenancePlan:
    """Change a draft."""
    plan = seen(MaintenancePlan, plan_id)
    plan.edit(g.person, clock.now(), **asked)
    db.session.commit()
    return plan


@plans.post("/plans/<int:plan_id>/publication", PlanDetailShape, status=200)
def publish_plan(plan_id: int) -> MaintenancePlan:
    """Publish a draft: the version before it is retired, its stations keep it until moved."""
    plan = seen(MaintenancePlan, plan_id)
    plan.publish(g.person, clock.now())
    db.session.commit()
    return plan


@plans.post("/plans/<int:plan_id>/versions", PlanDetailShape)
def new_version(plan_id: int) -> MaintenancePlan:
    """Draft the next version, with the same tasks."""
    draft = seen(MaintenancePlan, plan_id).new_version(g.person, clock.now())
    db.session.commit()
    return draft


@plans.post("/plans/<int:plan_id>/retirement", PlanDetailShape, Why, status=200)
def retire_plan(asked: dict[str, Any], plan_id: int) -> MaintenancePlan:
    """Give a plan to no more stations; those that have it keep it."""
    plan = seen(MaintenancePlan, plan_id)
    refuse_retired(plan)
    plan.retire(g.person, clock.now(), asked["reason"])
    db.session.commit()
    return plan


class DifferenceShape(Shown):
    """What moving a station to this version would change."""

    station_id = fields.Integer(attribute="station.id")
    station = fields.String(attribute="station.name")
    task = fields.String(attribute="key")
    before = fields.List(fields.Date())
    after = fields.List(fields.Date())


class DifferencesShape(Shown):
    items = fields.List(fields.Nested(DifferenceShape))


@plans.get("/plans/<int:plan_id>/differences", DifferencesShape)
def list_differences(plan_id: int) -> dict[str, Any]:
    """What this version would change at the stations that have another one. Changes nothing."""
    plan = seen(MaintenancePlan, plan_id)
    return {"items": list(publishing.differences(plan, clock.now()))}


class NewAssignments(Body):
    plan_id = Whole(required=True)
    station_ids = fields.List(Whole(), required=True)
    counted_from = CivilDay(
        allow_none=True,
        load_default=None,
        metadata={"description": "Instead of the day of commissioning."},
    )

    @validates_schema
    def _some(self, data: dict[str, Any], **_: Any) -> None:
        if not 1 <= len(data["station_ids"]) <= MOST_STATIONS:
            raise ValidationError(f"Give 1 to {MOST_STATIONS} stations.", "station_ids")


class PlanAssignmentShape(Shown):
    id = fields.Integer()
    station_id = fields.Integer()
    plan_id = fields.Integer()
    since = fields.Date()
    counted_from = fields.Date(allow_none=True)
    created_at = Instant()
    ended_at = Instant(allow_none=True)


class PlanAssignmentsShape(Shown):
    items = fields.List(fields.Nested(PlanAssignmentShape))


class AssignmentQuery(Listed):
    station_id = WholeText()
    plan_id = WholeText()


@assigned.get("/assignments", page_of(PlanAssignmentShape), AssignmentQuery)
def list_assignments(asked: dict[str, Any]) -> dict[str, Any]:
    """List which station has which plan, the ended ones too."""
    found = PlanAssignment.visible_to(g.person)
    for name in ("station_id", "plan_id"):
        if name in asked:
            found = found.where(getattr(PlanAssignment, name) == asked[name])
    return page(PlanAssignment, found, asked)


@assigned.post("/assignments", PlanAssignmentsShape, NewAssignments)
def assign(asked: dict[str, Any]) -> dict[str, Any]:
    """Give stations a published plan. Their dates are there with the answer."""
    plan, now = referred(MaintenancePlan, asked["plan_id"], "plan_id"), clock.now()
    given = [referred(Station, key, "station_ids") for key in dict.fromkeys(asked["station_ids"])]
    made = assignments.assign(plan, given, g.person, now, asked["counted_from"])
    assignments.plan_now(given, f"{plan.title}", now)
    db.session.commit()
    return {"items": made}


@assigned.post("/assignments/<int:assignment_id>/end", PlanAssignmentShape, Why, status=200)
def end_assignment(asked: dict[str, Any], assignment_id: int) -> PlanAssignment:
    """Take the plan away; open dates become void, what was done stays."""
    one = seen(PlanAssignment, assignment_id)
    if one.ended_at:
        raise ProblemError(409, "It has ended already.", "wrong-state")
    assignments.unassign(one, asked["reason"], g.person, clock.now())
    db.session.commit()
    return one
