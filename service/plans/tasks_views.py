"""Pages of a draft's tasks, each with the dates that would follow before it is saved."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

from flask import Blueprint, g, render_template, request, url_for
from flask_babel import gettext as _

from service.core.clock import now
from service.core.dates import HOME
from service.plans import outlook, reasons
from service.plans.forms import TaskForm
from service.plans.models import MaintenancePlan, MaintenanceTask
from service.plans.plans_views import at
from service.plans.usual import add_usual_task, left_out
from service.plans.words import PlanState
from service.stations import pages
from service.stations.pages import Answer

bp = Blueprint("tasks", __name__, url_prefix="/plans/<int:plan_id>/tasks")

# The groups of the form: what everybody fills in, and what is folded away.
FIRST = (
    "title_sv", "title_en", "kind", "minutes", "every", "unit", "anchor", "early_days", "late_days",
)  # fmt: skip
MORE = (
    "legal_max_months", "legal_basis", "skill_id", "authorisation_id", "kit_id", "checklist",
    "supersedes", "season_from", "season_to", "dusty_percent", "coastal_percent",
    "kwh", "sessions", "plug_cycles", "hours",
    "events", "trend", "event_within_days", "event_times", "event_days", "catch_up",
)  # fmt: skip


@bp.get("/new")
def create_form(plan_id: int) -> Answer:
    plan = g.person.may_see(MaintenancePlan, plan_id)
    return _published(plan) or _ask(TaskForm(plan), _("New task"))


@bp.post("")
def create(plan_id: int) -> Answer:
    plan = g.person.may_see(MaintenancePlan, plan_id)
    form = TaskForm(plan)
    if not form.validate():
        return _ask(form, _("New task"))
    return _do(plan, lambda: plan.add_task(g.person, now(), **form.facts), _("The task is added."))


@bp.post("/usual")
def add_usual(plan_id: int) -> Answer:
    """One of the trade's usual tasks that the plan does not have."""
    plan = g.person.may_see(MaintenancePlan, plan_id)
    kinds = [kind for kind, *_names in left_out(plan) if kind == request.form.get("kind")]
    if not kinds:
        return pages.refuse(_("Nothing was changed: the plan has this task already."), at(plan))
    deed = partial(add_usual_task, plan, kinds[0], g.person, now())
    return _do(plan, deed, _("The task is added."))


@bp.get("/<int:task_id>/edit")
def edit_form(plan_id: int, task_id: int) -> Answer:
    task = _task(plan_id, task_id)
    return _published(task.plan) or _ask(TaskForm(task.plan, task), task.title_sv)


@bp.post("/<int:task_id>")
def edit(plan_id: int, task_id: int) -> Answer:
    task = _task(plan_id, task_id)
    form = TaskForm(task.plan, task)
    if not form.validate():
        return _ask(form, task.title_sv)
    return _do(task.plan, lambda: task.edit(g.person, now(), **form.facts), _("Saved."))


@bp.post("/<int:task_id>/removal")
def remove(plan_id: int, task_id: int) -> Answer:
    task = _task(plan_id, task_id)
    deed = lambda: task.plan.remove_task(task, g.person, now())  # noqa: E731
    return _do(task.plan, deed, _("The task is removed."))


@bp.post("/preview")
def preview(plan_id: int) -> Answer:
    """The dates of the next two years as the form stands. Nothing is kept."""
    plan = g.person.may_see(MaintenancePlan, plan_id)
    row = request.args.get("task", type=int)
    form = TaskForm(plan, _task(plan_id, row) if row else None)
    form.title_sv.validators = form.title_en.validators = ()
    if not form.validate():
        wrong = {form[name].label.text: words[0] for name, words in form.errors.items() if name}
        return render_template("plans/_preview.html", wrong=wrong, dates=[])
    base = _sample()
    task = MaintenanceTask(position=1, key="", **form.facts)
    dates = outlook.of_tasks([task], base, base)
    written = [(one, reasons.because(one.rule, one.expected, reasons.on_page)) for one in dates]
    return render_template("plans/_preview.html", wrong={}, dates=written, base=base)


def _sample() -> date:
    """The day on which the station of the preview was commissioned: today."""
    return now().astimezone(HOME).date()


def _task(plan_id: int, task_id: int) -> MaintenanceTask:
    task: MaintenanceTask = g.person.may_see(MaintenanceTask, task_id)
    g.person.may_see(MaintenancePlan, plan_id)
    return task


def _ask(form: TaskForm, title: str) -> Answer:
    plan, row = form.plan, form.row
    values: dict[str, Any] = {"plan_id": plan.id} | ({"task_id": row.id} if row else {})
    page = render_template(
        "plans/task.html",
        form=form,
        title=title,
        plan=plan,
        first=[form[name] for name in FIRST],
        more=[form[name] for name in MORE],
        action=url_for("tasks.edit" if row else "tasks.create", **values),
        ask=url_for("tasks.preview", plan_id=plan.id, task=row.id if row else None),
        back=at(plan),
    )
    return (page, 422) if form.is_submitted() else page


def _do(plan: MaintenancePlan, deed: Any, words: str) -> Answer:
    if answer := _published(plan):
        return answer
    deed()
    return pages.done(words, at(plan))


def _published(plan: MaintenancePlan) -> Answer | None:
    """A draft alone is worked on."""
    if plan.state is PlanState.DRAFT:
        return None
    return pages.refuse(
        _("Nothing was changed: a published plan never changes. Make a new version."), at(plan)
    )
