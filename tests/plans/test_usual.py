"""The tasks that a plan starts with: the trade's, as far as the model has what they are of."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from service.contracts.words import WorkKind
from service.core.db import db
from service.people.skills import Skill
from service.plans.models import MaintenancePlan
from service.plans.usual import add_usual_tasks
from service.plans.words import Anchor
from service.stations.models import StationModel
from service.stations.words import Capability, Current
from tests.plans.conftest import noon

AT = noon("2026-03-02")
# What every model has: what is done, how often in months.
EVERYWHERE = {
    WorkKind.VISUAL_INSPECTION: 6,
    WorkKind.RCD_EXERCISE: 6,
    WorkKind.RCD_TEST: 12,
    WorkKind.CABLE_CONNECTOR: 12,
    WorkKind.CLEANING: 12,
    WorkKind.FIRMWARE: 12,
}


def draft(model: StationModel, current: Current, *has: Capability) -> MaintenancePlan:
    model.edit("test", AT, current=current, capabilities=list(has))
    plan = MaintenancePlan.create(model, "Service", "test", AT)
    db.session.commit()
    return plan


def begun(model: StationModel, current: Current, *has: Capability) -> dict[WorkKind, int | None]:
    plan = draft(model, current, *has)
    add_usual_tasks(plan, "test", AT)
    return {task.kind: task.months for task in plan.tasks}


@pytest.mark.parametrize("current", list(Current))
def test_every_model_starts_with_what_the_trade_does(model: StationModel, current: Current) -> None:
    told = begun(model, current)

    assert told | EVERYWHERE == told


@pytest.mark.parametrize(
    ("current", "has", "filtered"),
    [
        (Current.DC, (), True),
        (Current.DC, (Capability.LIQUID_COOLING,), False),
        (Current.DC, (Capability.LIQUID_COOLING, Capability.AIR_FILTER), True),
        (Current.AC, (), False),
        (Current.AC, (Capability.AIR_FILTER,), True),
    ],
)
def test_a_filter_is_changed_where_there_is_one(
    model: StationModel, current: Current, has: tuple[Capability, ...], filtered: bool
) -> None:
    told = begun(model, current, *has)

    assert told.get(WorkKind.AIR_FILTER) == (12 if filtered else None)


def test_the_button_and_the_instrument_are_two_tasks(model: StationModel) -> None:
    """Whoever measures has moved the mechanism; whoever presses has measured nothing."""
    plan = draft(model, Current.AC)
    add_usual_tasks(plan, "test", AT)
    tasks = {task.kind: task for task in plan.tasks}
    button, instrument = tasks[WorkKind.RCD_EXERCISE], tasks[WorkKind.RCD_TEST]

    assert (instrument.supersedes, button.supersedes) == ([button.key], [])
    assert (instrument.anchor, instrument.legal_max_months) == (Anchor.CAPPED, 14)
    assert instrument.skill == Skill.with_code("rcd_instrument")


def test_a_usual_task_that_is_left_out_is_added_with_one_button(
    as_admin: FlaskClient, model: StationModel
) -> None:
    plan = draft(model, Current.AC)
    add_usual_tasks(plan, "test", AT)
    db.session.commit()
    address = f"/plans/{plan.id}"
    assert "Usual tasks that it does not have" in as_admin.get(address).text

    as_admin.post(f"{address}/tasks/usual", data={"kind": "air_filter"})
    db.session.expire_all()

    assert plan.tasks[-1].kind is WorkKind.AIR_FILTER
    assert "Usual tasks that it does not have" not in as_admin.get(address).text


@pytest.mark.parametrize("kind", ["cleaning", "other", "magic", ""])
def test_what_the_plan_has_or_nobody_knows_is_not_added(
    as_admin: FlaskClient, model: StationModel, kind: str
) -> None:
    plan = draft(model, Current.AC)
    add_usual_tasks(plan, "test", AT)
    db.session.commit()

    as_admin.post(f"/plans/{plan.id}/tasks/usual", data={"kind": kind})
    db.session.expire_all()

    assert len(plan.tasks) == len(EVERYWHERE)


def test_a_published_plan_gets_no_usual_task(as_admin: FlaskClient, model: StationModel) -> None:
    plan = draft(model, Current.AC)
    add_usual_tasks(plan, "test", AT)
    plan.publish("test", AT)
    db.session.commit()
    assert "Usual tasks that it does not have" not in as_admin.get(f"/plans/{plan.id}").text

    as_admin.post(f"/plans/{plan.id}/tasks/usual", data={"kind": "air_filter"})
    db.session.expire_all()

    assert len(plan.tasks) == len(EVERYWHERE)
