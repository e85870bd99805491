"""The pages of plans and service, as a new administrator meets them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import insert, select

from service.core.clock import now
from service.core.db import db
from service.people import skills
from service.people.skills import Skill
from service.plans.models import MaintenancePlan
from service.plans.occurrences import Occurrence, PlanAssignment
from service.plans.words import PlanState
from service.stations.models import Station, StationModel
from tests.plans.conftest import MakePlan, MakeStation, dates, day, give, noon, occurrence

TASK = {
    "title_sv": "Byt filter",
    "title_en": "Change the filter",
    "kind": "air_filter",
    "minutes": "20",
    "every": "6",
    "unit": "months",
    "anchor": "capped",
    "early_days": "14",
    "late_days": "14",
    "dusty_percent": "100",
    "coastal_percent": "100",
    "event_within_days": "7",
    "event_times": "3",
    "event_days": "30",
    "catch_up": "each",
}


@pytest.fixture
def seeded(as_admin: FlaskClient) -> FlaskClient:
    rows = [row | {"created_at": noon("2026-01-01")} for row in skills.rows()]
    db.session.execute(insert(Skill), rows)
    db.session.commit()
    return as_admin


def post(client: FlaskClient, path: str, **data: Any) -> Any:
    return client.post(path, data=data)


def give_recently(plan: MaintenancePlan, make_station: MakeStation) -> Station:
    """Commissioned 100 days ago, so that its yearly date is far away."""
    station = make_station(str(now().date() - timedelta(100)))
    give(plan, station, str(now().date()))
    return station


def plan_now() -> MaintenancePlan:
    db.session.expire_all()
    return db.session.scalars(select(MaintenancePlan).order_by(MaintenancePlan.id.desc())).first()  # type: ignore[return-value]


def test_a_plan_for_a_model_that_nobody_has_entered_in_five_posts(
    seeded: FlaskClient, station: Station
) -> None:
    """Model, plan with the usual tasks, publish, give: the station has its dates."""
    post(seeded, "/models", maker="Ny", name="Laddare 1", current="dc", connectors="2")
    model = db.session.scalars(select(StationModel).where(StationModel.maker == "Ny")).one()
    station.model, station.commissioned_on = model, day("2026-01-31")
    db.session.commit()

    post(seeded, "/plans", model_id=model.id, name="Service", usual="y")
    plan = plan_now()
    assert len(plan.tasks) == 7
    assert plan.tasks[2].skill is not None
    page = seeded.get(f"/plans/{plan.id}").text
    assert "draft" in page
    assert "Change the air filter" in page

    assert post(seeded, f"/plans/{plan.id}/publication").status_code == 303
    assert plan_now().state is PlanState.PUBLISHED
    assert "1 station of this model has no plan." in seeded.get(f"/plans/{plan.id}").text
    answer = post(seeded, f"/plans/{plan.id}/stations", stations=[station.id])
    assert answer.status_code == 303
    rows = db.session.scalars(select(Occurrence).where(Occurrence.station_id == station.id)).all()
    assert {row.task.key for row in rows} == {task.key for task in plan_now().tasks}
    assert "counted from" in seeded.get(f"/stations/{station.id}/service").text


def test_the_history_of_a_plan_names_its_tasks(as_admin: FlaskClient, make_plan: MakePlan) -> None:
    plan = make_plan({"key": "visual", "title_sv": "Besiktning", "title_en": "A good look"})
    page = as_admin.get(f"/plans/{plan.id}/history", headers={"Accept-Language": "en"}).text

    assert "A good look" in page
    assert "Besiktning" not in page


def test_each_page_leads_to_the_next_step_of_a_plan(
    as_admin: FlaskClient, make_plan: MakePlan, make_station: MakeStation, model: StationModel
) -> None:
    panel = f"/stations/{make_station('2026-01-31').id}/service"
    for page in (f"/models/{model.id}", panel):
        assert f"/plans/new?model={model.id}" in as_admin.get(page).text, page
    assert "entered under Models first" in as_admin.get("/plans/new").text

    plan = make_plan()

    assert f"/plans/{plan.id}/stations" in as_admin.get(panel).text
    assert "/plans/new" not in as_admin.get(panel).text


def test_a_task_is_added_changed_and_removed(seeded: FlaskClient, model: StationModel) -> None:
    post(seeded, "/plans", model_id=model.id, name="Service")
    plan = plan_now()
    assert plan.tasks == []

    post(seeded, f"/plans/{plan.id}/tasks", **TASK)
    task = plan_now().tasks[0]
    assert (task.months, task.days, task.minutes) == (6, None, 20)
    form = seeded.get(f"/plans/{plan.id}/tasks/{task.id}/edit").text
    assert 'value="6"' in form
    post(seeded, f"/plans/{plan.id}/tasks/{task.id}", **TASK | {"every": "90", "unit": "days"})
    assert (plan_now().tasks[0].months, plan_now().tasks[0].days) == (None, 90)
    post(seeded, f"/plans/{plan.id}/tasks/{task.id}/removal")
    assert plan_now().tasks == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"every": "0"}, "Number must be between"),
        ({"every": ""}, "This field is required."),
        ({"every": "1", "early_days": "40"}, "counts work twice"),
        ({"legal_max_months": "3"}, "The law asks for more than the interval"),
        ({"season_from": "4"}, "or neither"),
        ({"title_sv": ""}, "This field is required."),
        ({"kind": "magic"}, "Invalid Choice"),
    ],
)
def test_a_task_that_cannot_be_done_keeps_what_was_typed(
    seeded: FlaskClient, model: StationModel, change: dict[str, str], words: str
) -> None:
    post(seeded, "/plans", model_id=model.id, name="Service")
    answer = post(seeded, f"/plans/{plan_now().id}/tasks", **TASK | change)

    assert answer.status_code == 422
    assert words in answer.text
    assert "Change the filter" in answer.text
    assert plan_now().tasks == []


def test_the_dates_are_shown_before_anything_is_saved(
    seeded: FlaskClient, model: StationModel
) -> None:
    post(seeded, "/plans", model_id=model.id, name="Service")
    path = f"/plans/{plan_now().id}/tasks/preview"

    assert post(seeded, path, **TASK).text.count("<li>") == 4
    assert post(seeded, path, **TASK | {"every": "12", "title_sv": ""}).text.count("<li>") == 2
    assert "No dates yet" in post(seeded, path, **TASK | {"every": "0"}).text
    assert plan_now().tasks == []


def test_publishing_asks_which_stations_follow(
    as_admin: FlaskClient, make_plan: MakePlan, make_station: MakeStation
) -> None:
    plan = make_plan({"months": 12})
    moved, kept = make_station("2025-12-20", "Hamnen 1"), make_station("2025-12-20", "Hamnen 2")
    for station in (moved, kept):
        give(plan, station, "2025-12-21")
    post(as_admin, f"/plans/{plan.id}/versions")
    draft = plan_now()
    draft.tasks[0].edit("test", now(), months=11)
    db.session.commit()

    page = as_admin.get(f"/plans/{draft.id}/publication").text
    assert "20 Nov 2026" in page or "20 Dec 2026" in page
    assert page.count('type="checkbox"') == 2
    post(as_admin, f"/plans/{draft.id}/publication", stations=[moved.id])

    now_on = {
        one.station_id: one.plan.version
        for one in db.session.scalars(
            select(PlanAssignment).where(PlanAssignment.ended_at.is_(None))
        )
    }
    assert now_on == {moved.id: 2, kept.id: 1}


def test_an_empty_draft_is_not_published(as_admin: FlaskClient, model: StationModel) -> None:
    post(as_admin, "/plans", model_id=model.id, name="Service")
    answer = as_admin.post(f"/plans/{plan_now().id}/publication", follow_redirects=True)

    assert "a plan without tasks plans nothing" in answer.text
    assert plan_now().state is PlanState.DRAFT


def test_a_published_task_is_not_edited(as_admin: FlaskClient, make_plan: MakePlan) -> None:
    plan = make_plan({})
    path = f"/plans/{plan.id}/tasks/{plan.tasks[0].id}"

    for answer in (
        as_admin.get(f"{path}/edit", follow_redirects=True),
        as_admin.post(path, data=TASK, follow_redirects=True),
        as_admin.post(f"{path}/removal", follow_redirects=True),
    ):
        assert "a published plan never changes" in answer.text
    assert plan_now().tasks[0].title_en == "Visual inspection"


def test_a_plan_of_a_model_that_nobody_has_read_of_says_so(
    as_admin: FlaskClient, model: StationModel, make_plan: MakePlan
) -> None:
    pages = ("/plans", f"/plans/{make_plan({}).id}")
    assert all("check the manufacturer" in as_admin.get(page).text for page in pages)

    model.verified_at = noon("2026-01-01")
    db.session.commit()
    assert not any("check the manufacturer" in as_admin.get(page).text for page in pages)


def test_work_is_completed_skipped_and_taken_back(
    as_admin: FlaskClient, make_plan: MakePlan, make_station: MakeStation
) -> None:
    station = make_station("2025-03-10")
    give(make_plan({}), station, "2026-03-08")
    path = f"/service/{occurrence(station, '2026-03-10').id}"

    early = post(as_admin, f"{path}/completion", done_on="2026-01-01")
    assert early.status_code == 422
    assert "counts all the same" in early.text
    assert 'name="though_early"' in early.text
    assert 'name="though_early"' not in as_admin.get(path).text
    future = post(as_admin, f"{path}/completion", done_on="2099-01-01")
    assert "has not come yet" in future.text
    post(as_admin, f"{path}/completion", done_on="2026-03-08")
    assert dates(station)[0] == ("2026-03-10", "done")
    post(as_admin, f"{path}/reopening", reason="Fel station")
    db.session.expire_all()
    assert dates(station)[0][1] in ("due", "overdue")
    assert post(as_admin, f"{path}/skip", reason="").status_code == 303
    db.session.expire_all()
    assert dates(station)[0][1] != "skipped"
    post(as_admin, f"{path}/skip", reason="Ombyggnad")
    db.session.expire_all()
    assert dates(station)[0] == ("2026-03-10", "skipped")
    assert "Ombyggnad" in as_admin.get(path).text


def test_the_list_shows_what_is_to_do_and_finds_the_rest(
    as_admin: FlaskClient, make_plan: MakePlan, make_station: MakeStation
) -> None:
    station = make_station("2025-03-10")
    give(make_plan({}), station, "2026-03-08")

    assert "Hamnen 1" in as_admin.get("/service").text
    assert "Hamnen 1" not in as_admin.get("/service?state=done").text
    assert "Hamnen 1" not in as_admin.get("/service?kind=rcd_test").text
    listed = as_admin.get("/service?format=csv").text
    assert "counted from" in listed


def test_a_site_asks_for_more_and_stops_asking(
    as_admin: FlaskClient, make_plan: MakePlan, make_station: MakeStation
) -> None:
    station = give_recently(make_plan({}), make_station)
    path = f"/plans/tightenings/new?site={station.site_id}"
    span = {"every": "3", "unit": "months", "kind": ""}

    assert post(as_admin, path, **span, why="").status_code == 422
    assert post(as_admin, path, **span, why="Avtal 12 §4").status_code == 303
    db.session.expire_all()
    assert "void" in {state for _on, state in dates(station)}
    listed = as_admin.get("/plans/tightenings").text
    assert "Avtal 12 §4" in listed
    assert "Hamnen" in listed
    assert "Avtal 12 §4" in as_admin.get(f"/stations/{station.id}/service").text
    post(as_admin, "/plans/tightenings/1/end", reason="Avtalet är slut")
    assert "Avtal 12 §4" not in as_admin.get("/plans/tightenings").text
    assert as_admin.get("/plans/tightenings/new?site=x").status_code == 404


def test_what_happened_is_reported_on_the_page_of_the_station(
    as_admin: FlaskClient, make_plan: MakePlan, make_station: MakeStation
) -> None:
    station = give_recently(make_plan({"events": ["collision"]}), make_station)
    path = f"/stations/{station.id}/events/new"

    assert post(as_admin, path, event="collision", reason="").status_code == 422
    assert post(as_admin, path, event="meteor", reason="Stor").status_code == 422
    post(as_admin, path, event="collision", reason="En lastbil")
    db.session.expire_all()
    shown = as_admin.get(f"/service/{occurrence(station, dates(station)[0][0]).id}").text
    assert "Hit by a vehicle: En lastbil" in shown
