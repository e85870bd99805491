"""A task names the checklist that the tablet asks; what older ones say in words stays."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from service.core.db import db
from service.plans.models import MaintenancePlan, MaintenanceTask
from service.plans.usual import add_usual_tasks
from service.stations.models import StationModel
from tests.api.conftest import Caller, program  # noqa: F401  a fixture
from tests.checklists.written import published
from tests.plans.conftest import TASK as FACTS
from tests.plans.conftest import noon
from tests.plans.test_pages import TASK


@pytest.fixture
def plan(model: StationModel) -> MaintenancePlan:
    plan = MaintenancePlan.create(model, "Service", "test", noon("2026-01-01"))
    plan.add_task("test", noon("2026-01-01"), **FACTS, checklist="Enligt pärmen")
    db.session.commit()
    return plan


def saved(client: FlaskClient, task: MaintenanceTask, **more: Any) -> MaintenanceTask:
    path = f"/plans/{task.plan_id}/tasks/{task.id}"
    assert client.post(path, data=TASK | more).status_code == 303
    db.session.refresh(task)
    return task


def test_a_checklist_is_chosen_and_an_old_note_can_stay(
    as_admin: FlaskClient, plan: MaintenancePlan
) -> None:
    published("ac")
    (task,) = plan.tasks
    page = as_admin.get(f"/plans/{plan.id}/tasks/{task.id}/edit").text
    assert "Enligt pärmen (a note, no checklist)" in page
    assert ">Inspection</option>" in page

    assert saved(as_admin, task, checklist="Enligt pärmen").checklist == "Enligt pärmen"
    assert saved(as_admin, task, checklist="ac").checklist == "ac"
    assert saved(as_admin, task, checklist="").checklist is None


def test_a_form_cannot_name_a_checklist_that_is_not_there(
    as_admin: FlaskClient, plan: MaintenancePlan
) -> None:
    path = f"/plans/{plan.id}/tasks/{plan.tasks[0].id}"

    assert as_admin.post(path, data=TASK | {"checklist": "nowhere"}).status_code == 422


def test_the_api_takes_the_key_of_a_checklist_in_use(
    program: Caller,  # noqa: F811
    plan: MaintenancePlan,
) -> None:
    version, house = published("ac"), program()
    path = f"/tasks/{plan.tasks[0].id}"

    told = house.patch(path, {"checklist": "nowhere"}, status=422)
    assert told["errors"]["checklist"]
    assert house.patch(path, {"checklist": "Enligt pärmen", "minutes": 20})["minutes"] == 20
    assert house.patch(path, {"checklist": "ac"})["checklist"] == "ac"
    version.template.retire("test", "Slut", noon("2026-01-02"))
    db.session.commit()
    assert house.patch(path, {"checklist": "ac", "minutes": 25})["checklist"] == "ac"
    house.patch(path, {"checklist": None})
    house.patch(path, {"checklist": "ac"}, status=422)


def test_an_rcd_test_looks_at_what_it_measures_unless_somebody_says_otherwise(
    as_admin: FlaskClient, plan: MaintenancePlan
) -> None:
    add_usual_tasks(plan, "test", noon("2026-01-01"))
    db.session.commit()
    looking = [task.kind.value for task in plan.tasks if task.trend]
    assert looking == ["rcd_test"]

    (task,) = [task for task in plan.tasks if task.trend]
    assert saved(as_admin, task).trend is False
    assert saved(as_admin, task, trend="y").trend is True


def test_a_new_version_of_a_plan_keeps_what_its_tasks_look_at(plan: MaintenancePlan) -> None:
    plan.tasks[0].edit("test", noon("2026-01-01"), trend=True)
    plan.publish("test", noon("2026-01-01"))

    assert plan.new_version("test", noon("2026-01-02")).tasks[0].trend is True


def test_the_api_says_whether_a_task_looks_at_what_it_measures(
    program: Caller,  # noqa: F811
    plan: MaintenancePlan,
) -> None:
    told = program().patch(f"/tasks/{plan.tasks[0].id}", {"triggers": {"trend": True}})

    assert told["triggers"]["trend"] is True
