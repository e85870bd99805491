"""Pages of the plans: what each model needs, drafted, looked at two years ahead, published."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from dateutil.relativedelta import relativedelta
from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import Select, func, select
from sqlalchemy.orm import contains_eager

from service.contracts import labels as work
from service.core import language
from service.core.clock import now
from service.core.db import db
from service.core.lists import Column, Filter, Listing
from service.core.swedish import alphabetical
from service.plans import labels, outlook, publishing, reasons
from service.plans.assignments import assign, plan_now
from service.plans.forms import GiveForm, PlanForm
from service.plans.models import EmptyPlanError, MaintenancePlan, PlanError
from service.plans.occurrences import PlanAssignment
from service.plans.places import Days
from service.plans.usual import add_usual_tasks, left_out
from service.plans.words import PlanState
from service.stations import pages
from service.stations.models import Station
from service.stations.pages import Answer
from service.stations.register import Site, StationModel

bp = Blueprint("plans", __name__, url_prefix="/plans")


@bp.context_processor
def _words() -> dict[str, Any]:
    return {"in_words": reasons.in_words, "season": reasons.season, "work": work.WORK_KIND}


@bp.get("")
def index() -> ResponseReturnValue:
    return _listing().answer("plans/index.html", labels=labels)


@bp.get("/new")
def create_form() -> Answer:
    form = PlanForm(name=_("Service"), usual=True, model_id=request.args.get("model", type=int))
    return pages.ask(form, _("New plan"), url_for("plans.index"))


@bp.post("")
def create() -> Answer:
    form = PlanForm()
    if not form.validate():
        return pages.ask(form, _("New plan"), url_for("plans.index"))
    model = db.session.get_one(StationModel, form.model_id.data)
    plan = MaintenancePlan.create(model, form.name.data or "", g.person, now())
    plan.notes = form.notes.data or None
    if form.usual.data:
        add_usual_tasks(plan, g.person, now())
    return pages.done(
        _("%(name)s is a draft now. Publish it to use it.", name=plan.title), at(plan)
    )


@bp.get("/<int:plan_id>")
def show(plan_id: int) -> str:
    plan = g.person.may_see(MaintenancePlan, plan_id)
    today = Days(now())[None]
    ahead = outlook.of_tasks(plan.tasks, today, today)
    return render_template(
        "plans/show.html",
        plan=plan,
        grid=_grid(plan, ahead),
        load=outlook.load_of(plan, now()),
        stations=_count_given(plan),
        without=_count_without(plan),
        left_out=left_out(plan),
        labels=labels,
    )


@bp.get("/<int:plan_id>/edit")
def edit_form(plan_id: int) -> Answer:
    plan = g.person.may_see(MaintenancePlan, plan_id)
    return pages.ask(PlanForm(plan), plan.title, at(plan))


@bp.post("/<int:plan_id>")
def edit(plan_id: int) -> Answer:
    plan = g.person.may_see(MaintenancePlan, plan_id)
    form = PlanForm(plan)
    if not form.validate():
        return pages.ask(form, plan.title, at(plan))
    return _try(plan, lambda: plan.edit(g.person, now(), **form.facts), _("Saved."))


@bp.get("/<int:plan_id>/publication")
def publish_form(plan_id: int) -> str:
    """What it would change, station by station, and a choice for each."""
    plan = g.person.may_see(MaintenancePlan, plan_id)
    moved = publishing.stations_of(plan)
    changes = defaultdict(list)
    for one in publishing.differences(plan, now(), language.current()):
        changes[one.station.id].append(one)
    return render_template("plans/publish.html", plan=plan, stations=moved, changes=changes)


@bp.post("/<int:plan_id>/publication")
def publish(plan_id: int) -> Answer:
    plan = g.person.may_see(MaintenancePlan, plan_id)
    chosen = {int(key) for key in request.form.getlist("stations") if key.isdecimal()}
    moved = [one for one in publishing.stations_of(plan) if one.id in chosen]

    def deed() -> None:
        plan.publish(g.person, now())
        publishing.move(plan, moved, g.person, now())

    return _try(plan, deed, _("%(name)s is published.", name=plan.title))


@bp.post("/<int:plan_id>/versions")
def new_version(plan_id: int) -> Answer:
    plan, made = g.person.may_see(MaintenancePlan, plan_id), list[MaintenancePlan]()
    answer = _try(plan, lambda: made.append(plan.new_version(g.person, now())), "")
    if made:
        return pages.done(_drafted(made[0]), at(made[0]))
    return answer


@bp.post("/<int:plan_id>/retirement")
def retire(plan_id: int) -> Answer:
    plan = g.person.may_see(MaintenancePlan, plan_id)
    return pages.with_reason(
        lambda why: plan.retire(g.person, now(), why),
        _("%(name)s is retired.", name=plan.title),
        at(plan),
    )


@bp.get("/<int:plan_id>/history")
def history(plan_id: int) -> str:
    return pages.history(g.person.may_see(MaintenancePlan, plan_id))


@bp.route("/<int:plan_id>/stations", methods=["GET", "POST"])
def give(plan_id: int) -> Answer:
    """Give it to stations of its model: all that have no plan are chosen to begin with."""
    plan = g.person.may_see(MaintenancePlan, plan_id)
    rows = _stations_of_model(plan)
    form = GiveForm(stations=[station.id for station, other in rows if other is None])
    form.stations.choices = [(station.id, station.name) for station, _other in rows]
    if not form.validate():
        page = render_template("plans/give.html", plan=plan, form=form, rows=rows)
        return (page, 422) if form.is_submitted() else page
    chosen = set(form.stations.data or ())
    given = [station for station, _other in rows if station.id in chosen]

    def deed() -> None:
        assign(plan, given, g.person, now(), form.counted_from.data)
        plan_now(given, plan.title, now())

    words = ngettext("%(num)d station has it now.", "%(num)d stations have it now.", len(given))
    return _try(plan, deed, words)


def _drafted(plan: MaintenancePlan) -> str:
    return str(_("%(name)s is a draft now. Publish it to use it.", name=plan.title))


def at(plan: MaintenancePlan) -> str:
    return url_for("plans.show", plan_id=plan.id)


def _try(plan: MaintenancePlan, deed: Any, words: str) -> Answer:
    try:
        deed()
    except PlanError as wrong:
        return pages.refuse(_why_not(wrong), at(plan))
    if not words:
        return ""
    return pages.done(words, at(plan))


def _why_not(wrong: PlanError) -> str:
    if isinstance(wrong, EmptyPlanError):
        return str(_("Nothing was changed: a plan without tasks plans nothing. Add one."))
    return str(_("Nothing was changed: the plan is not in a state for that. Look at it again."))


def _grid(plan: MaintenancePlan, ahead: Sequence[outlook.Ahead]) -> dict[str, Any]:
    """The dates of each task by month, for a station that is commissioned today."""
    cells = defaultdict(list)
    for one in ahead:
        cells[one.task.id, one.month].append(one)
    first = Days(now())[None].replace(day=1)
    months = [first + relativedelta(months=n) for n in range(outlook.MONTHS + 1)]
    return {"months": months, "cells": cells, "tasks": plan.tasks}


def _stations_of_model(plan: MaintenancePlan) -> list[tuple[Station, MaintenancePlan | None]]:
    """Those in use, with the plan that each has."""
    query = (
        select(Station, MaintenancePlan)
        .outerjoin(
            PlanAssignment,
            (PlanAssignment.station_id == Station.id) & PlanAssignment.ended_at.is_(None),
        )
        .outerjoin(MaintenancePlan, PlanAssignment.plan_id == MaintenancePlan.id)
        .outerjoin(Site, Station.site_id == Site.id)
        .options(contains_eager(Station.site))
        .where(Station.model_id == plan.model_id, Station.retired_at.is_(None))
        .order_by(Station.name, Station.id)
    )
    return [(row[0], row[1]) for row in db.session.execute(query)]


def _count_given(plan: MaintenancePlan) -> int:
    mine = (PlanAssignment.plan_id == plan.id, PlanAssignment.ended_at.is_(None))
    return db.session.scalar(select(func.count(PlanAssignment.id)).where(*mine)) or 0


def _count_without(plan: MaintenancePlan) -> int:
    return sum(1 for _station, other in _stations_of_model(plan) if other is None)


def _listing() -> Listing:
    given = (
        select(func.count(PlanAssignment.id))
        .where(PlanAssignment.plan_id == MaintenancePlan.id, PlanAssignment.ended_at.is_(None))
        .correlate(MaintenancePlan)
        .scalar_subquery()
        .label("stations")
    )
    query = MaintenancePlan.visible_to(g.person).join(MaintenancePlan.model)
    states = [(state.value, word) for state, word in labels.PLAN_STATE.items()]
    return Listing(
        name="plans",
        query=query.options(contains_eager(MaintenancePlan.model)).add_columns(given),
        columns=(
            Column("model", _l("Model"), _by_model(), lambda row: row[0].model.title),
            Column("name", _l("Plan"), MaintenancePlan.name, lambda row: row[0].name),
            Column("version", _l("Version"), None, lambda row: row[0].version, number=True),
            Column("state", _l("State"), None, lambda row: str(labels.PLAN_STATE[row[0].state])),
            Column("stations", _l("Stations"), given, number=True),
        ),
        search=(StationModel.maker, StationModel.name, MaintenancePlan.name),
        filters=(Filter("state", _l("State"), [("now", _l("in use")), *states], _in_state, "now"),),
        sort="model",
        search_hint=_l("Search maker, model, plan …"),
    )


def _by_model() -> tuple[Any, Any, Any]:
    return alphabetical(StationModel.maker), alphabetical(StationModel.name), MaintenancePlan.id


def _in_state(query: Select[Any], value: str) -> Select[Any]:
    if value == "now":
        return query.where(MaintenancePlan.state != PlanState.RETIRED)
    return query.where(MaintenancePlan.state == value)
