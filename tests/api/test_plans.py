"""Plans, tasks, assignments and dates over the API, as an ERP would use them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from service.core.clock import now
from service.core.dates import HOME
from service.core.db import db
from service.people.models import Customer, Role
from service.stations.models import Station, StationModel
from tests.api.conftest import Caller, Program

TASK: dict[str, Any] = {
    "kind": "rcd_test",
    "title_sv": "Prova jordfelsbrytare",
    "title_en": "Test the RCD",
    "minutes": 20,
    "interval": {"years": 1},
    "anchor": "capped",
    "legal_max": {"months": 14},
    "legal_basis": "ELSÄK-FS 2022:3",
    "tolerance": {"early_days": 30, "late_days": 60},
    "season": {"from": 4, "to": 10},
    "usage": {"kwh": 50000},
    "environment": {"dusty_percent": 50},
}


@pytest.fixture
def draft(admin: Program, model: StationModel) -> dict[str, Any]:
    plan: dict[str, Any] = admin.post("/plans", {"model_id": model.id, "name": "Service"})
    return plan


@pytest.fixture
def plan(admin: Program, draft: dict[str, Any]) -> dict[str, Any]:
    admin.post(f"/plans/{draft['id']}/tasks", TASK | {"season": None})
    published: dict[str, Any] = admin.post(f"/plans/{draft['id']}/publication", None, 200)
    return published


@pytest.fixture
def old(station: Station) -> Station:
    """Commissioned a year ago, all but ten days."""
    station.commissioned_on = now().astimezone(HOME).date() - timedelta(355)
    db.session.commit()
    return station


@pytest.fixture
def due(admin: Program, plan: dict[str, Any], old: Station) -> dict[str, Any]:
    admin.post("/assignments", {"plan_id": plan["id"], "station_ids": [old.id]})
    one: dict[str, Any] = admin.get("/occurrences", station_id=old.id)["items"][0]
    return one


def test_a_task_says_back_what_was_said(admin: Program, draft: dict[str, Any]) -> None:
    task = admin.post(f"/plans/{draft['id']}/tasks", TASK)

    assert task == admin.get(f"/tasks/{task['id']}")
    assert {name: task[name] for name in ("kind", "minutes", "anchor", "season", "legal_max")} == {
        "kind": "rcd_test",
        "minutes": 20,
        "anchor": "capped",
        "season": {"from": 4, "to": 10},
        "legal_max": {"months": 14},
    }
    assert (task["interval"], task["key"]) == ({"months": 12}, "test-the-rcd")
    assert task["environment"] == {"dusty_percent": 50, "coastal_percent": 100}
    assert admin.get(f"/plans/{draft['id']}")["tasks"] == [task]
    assert admin.get("/tasks", plan_id=draft["id"])["items"] == [task]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"interval": {"months": 0}}, "interval"),
        ({"interval": {"months": 1}}, "tolerance"),
        ({"interval": {"years": 2}}, "legal_max"),
        ({"tolerance": {"early_days": 365}}, "tolerance"),
        ({"supersedes": ["test-the-rcd"]}, "supersedes"),
        ({"season": {"from": 4}}, "season"),
        ({"season": {"from": 0, "to": 13}}, "season"),
        ({"kit_id": 99}, "kit_id"),
        ({"skill_id": 99}, "skill_id"),
        ({"minutes": 0}, "minutes"),
        ({"kind": "magic"}, "kind"),
        ({"title_sv": " "}, "title_sv"),
        ({"environment": {"dusty_percent": 101}}, "environment"),
    ],
)
def test_a_task_that_cannot_be_done_says_which_field(
    admin: Program, draft: dict[str, Any], change: dict[str, Any], field: str
) -> None:
    wrong = admin.post(f"/plans/{draft['id']}/tasks", TASK | change, 422)
    assert list(wrong["errors"]) == [field]

    task = admin.post(f"/plans/{draft['id']}/tasks", TASK)
    assert list(admin.patch(f"/tasks/{task['id']}", change, 422)["errors"]) == [field]


def test_a_draft_changes_and_a_published_version_does_not(
    admin: Program, plan: dict[str, Any]
) -> None:
    task = plan["tasks"][0]
    assert admin.patch(f"/tasks/{task['id']}", {"minutes": 25}, 409)["type"].endswith("wrong-state")
    admin.post(f"/tasks/{task['id']}/removal", None, 409)

    draft = admin.post(f"/plans/{plan['id']}/versions")
    assert (draft["version"], draft["state"]) == (2, "draft")
    admin.post(f"/plans/{plan['id']}/versions", None, 409)
    copy = draft["tasks"][0]
    assert copy["series_id"] == task["series_id"] != copy["id"]
    admin.patch(f"/tasks/{copy['id']}", {"minutes": 25, "season": None})
    admin.patch(f"/plans/{draft['id']}", {"notes": "Longer"})
    admin.post(f"/plans/{draft['id']}/publication", None, 200)
    assert admin.get(f"/plans/{plan['id']}")["state"] == "retired"
    assert [one["version"] for one in admin.get("/plans", state="published")["items"]] == [2]


def test_an_empty_draft_is_not_published_nor_given(
    admin: Program, draft: dict[str, Any], old: Station
) -> None:
    admin.post(f"/plans/{draft['id']}/publication", None, 409)
    given = {"plan_id": draft["id"], "station_ids": [old.id]}
    admin.post("/assignments", given, 409)


def test_stations_of_another_model_are_named(
    admin: Program, plan: dict[str, Any], old: Station
) -> None:
    other = admin.post("/models", {"maker": "ABB", "name": "Terra", "current": "dc"})
    admin.patch(f"/stations/{old.id}", {"model_id": other["id"]})

    wrong = admin.post("/assignments", {"plan_id": plan["id"], "station_ids": [old.id]}, 422)
    assert old.name in wrong["errors"]["station_ids"][0]
    admin.post("/assignments", {"plan_id": plan["id"], "station_ids": []}, 422)
    admin.post("/assignments", {"plan_id": plan["id"], "station_ids": [99]}, 422)


def test_a_plan_starts_with_the_usual_tasks_where_that_is_asked_for(
    admin: Program, model: StationModel
) -> None:
    body = {"model_id": model.id, "name": "Service"}

    made = admin.post("/plans", body | {"usual_tasks": True})

    assert [task["kind"] for task in made["tasks"]][:3] == [
        *("visual_inspection", "rcd_exercise", "rcd_test"),
    ]
    assert admin.post("/plans", body | {"name": "Empty"})["tasks"] == []


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_dates_are_counted_from_a_day_of_the_calendar(
    admin: Program, plan: dict[str, Any], old: Station, day: str
) -> None:
    body = {"plan_id": plan["id"], "station_ids": [old.id], "counted_from": day}

    assert set(admin.post("/assignments", body, 422)["errors"]) == {"counted_from"}


def test_a_station_has_its_dates_with_the_answer(
    admin: Program, due: dict[str, Any], old: Station
) -> None:
    assert (due["state"], due["station_id"]) == ("due", old.id)
    assert due["because"] == f"Every 1 year, counted from {old.commissioned_on} (no. 1)."
    assert due == admin.get(f"/occurrences/{due['id']}")
    on = due["nominal_date"]
    for query, found in (
        ({"from": on, "to": on}, [due]),
        ({"to": str(date.fromisoformat(on) - timedelta(1))}, []),
        ({"from": str(date.fromisoformat(on) + timedelta(1))}, []),
        ({"state": "overdue"}, []),
    ):
        listed = admin.get("/occurrences", station_id=old.id, **query)
        assert listed["items"] == found, query


def test_a_completion_gives_the_next_date(
    admin: Program, due: dict[str, Any], old: Station
) -> None:
    today = now().astimezone(HOME).date()
    done = admin.post(f"/occurrences/{due['id']}/completion", {"done_on": str(today)}, 200)

    assert (done["state"], done["done_on"]) == ("done", str(today))
    following = admin.get("/occurrences", station_id=old.id, state="forecast")["items"]
    assert [one["nominal_date"] for one in following] == [_next_year(today)]
    assert f"1 year after the completion on {today}" in following[0]["because"]

    again = admin.post(f"/occurrences/{due['id']}/completion", {"done_on": str(today)}, 409)
    assert (again["type"], again["state"]) == ("/api/v1/#wrong-state", "done")
    reopened = admin.post(f"/occurrences/{due['id']}/reopening", {"reason": "Not done"}, 200)
    assert (reopened["state"], reopened["done_on"]) == ("due", None)


def _next_year(day: date) -> str:
    last = day.replace(day=28) if (day.month, day.day) == (2, 29) else day
    return str(last.replace(year=day.year + 1))


def test_a_completion_in_the_future_or_too_early_is_refused(
    admin: Program, due: dict[str, Any], old: Station
) -> None:
    tomorrow = str(now().astimezone(HOME).date() + timedelta(2))
    path = f"/occurrences/{due['id']}/completion"
    assert "done_on" in admin.post(path, {"done_on": tomorrow}, 422)["errors"]
    assert "done_on" in admin.post(path, {"done_on": "2000-01-01"}, 422)["errors"]
    assert "done_on" in admin.post(path, {"done_on": "2026-13-01"}, 422)["errors"]
    early = str(now().astimezone(HOME).date() - timedelta(60))
    refused = admin.post(path, {"done_on": early}, 409)
    assert (refused["type"], refused["opens_on"]) == ("/api/v1/#too-early", due["earliest"])
    assert admin.post(path, {"done_on": early, "though_early": True}, 200)["state"] == "done"


def test_a_skip_needs_its_reason_and_somebody(admin: Program, due: dict[str, Any]) -> None:
    path = f"/occurrences/{due['id']}/skip"
    admin.post(path, {}, 422)
    admin.post(path, {"reason": "  "}, 422)
    skipped = admin.post(path, {"reason": "Rebuilt in May"}, 200)

    assert (skipped["state"], skipped["reason"]) == ("skipped", "Rebuilt in May")
    assert skipped["closed_by_id"] is not None
    admin.post(path, {"reason": "Again"}, 409)


def test_an_assignment_ends_with_a_reason(
    admin: Program, due: dict[str, Any], old: Station
) -> None:
    one = admin.get("/assignments", station_id=old.id)["items"][0]
    ended = admin.post(f"/assignments/{one['id']}/end", {"reason": "Sold"}, 200)

    assert ended["ended_at"]
    admin.post(f"/assignments/{one['id']}/end", {"reason": "Sold"}, 409)
    assert admin.get(f"/occurrences/{due['id']}")["state"] == "void"


def test_differences_are_named_by_station(
    admin: Program, plan: dict[str, Any], due: dict[str, Any], old: Station
) -> None:
    draft = admin.post(f"/plans/{plan['id']}/versions")
    admin.post(f"/tasks/{draft['tasks'][0]['id']}/removal", None, 200)
    more = TASK | {"title_en": "Clean", "kind": "cleaning", "season": None}
    admin.post(f"/plans/{draft['id']}/tasks", more)

    found = admin.get(f"/plans/{draft['id']}/differences")["items"]
    assert [(one["task"], len(one["before"]), len(one["after"])) for one in found] == [
        ("clean", 0, 1),
        ("test-the-rcd", 1, 0),
    ]
    assert found[0]["station"] == old.name


def test_a_customer_sees_the_dates_of_their_own_stations_alone(
    program: Caller, customer: Customer, stranger: Program, due: dict[str, Any]
) -> None:
    mine = program(Role.CUSTOMER, customer)

    assert [one["id"] for one in mine.get("/occurrences")["items"]] == [due["id"]]
    assert stranger.get("/occurrences")["items"] == []
    assert stranger.get("/assignments")["items"] == []
    stranger.get(f"/occurrences/{due['id']}", 404)
    mine.post(f"/occurrences/{due['id']}/completion", {"done_on": "2026-01-01"}, 403)


def test_the_law_asks_for_more_everywhere_until_it_does_not(
    admin: Program, due: dict[str, Any], old: Station
) -> None:
    law = {"kind": "rcd_test", "interval": {"months": 3}, "why": "ELSÄK-FS"}
    made = admin.post("/tightenings", law)

    assert (made["scope"], made["interval"]) == ("law", {"months": 3})
    asked = admin.get("/occurrences", station_id=old.id)["items"]
    assert "More often than the plan: ELSÄK-FS." in asked[-1]["because"]
    assert admin.post(f"/tightenings/{made['id']}/end", {"reason": "New law"}, 200)["ended_at"]
    admin.post(f"/tightenings/{made['id']}/end", {"reason": "Again"}, 409)
    admin.post("/tightenings", law | {"site_id": 1, "station_id": 1}, 422)
    admin.post("/tightenings", law | {"site_id": 99}, 422)
    admin.post("/tightenings", law | {"contract_id": 99}, 422)
    assert [one["id"] for one in admin.get("/tightenings")["items"]] == [made["id"]]


def test_an_event_answers_with_the_dates_that_it_brings_forward(
    admin: Program, draft: dict[str, Any], old: Station
) -> None:
    triggers = {"events": ["flood"], "within_days": 1, "times": 2, "days": 10, "trend": False}
    task = admin.post(f"/plans/{draft['id']}/tasks", TASK | {"season": None, "triggers": triggers})
    assert task["triggers"] == triggers
    admin.post(f"/plans/{draft['id']}/publication", None, 200)
    admin.post("/assignments", {"plan_id": draft["id"], "station_ids": [old.id]})
    path = f"/stations/{old.id}/events"

    moved = admin.post(path, {"event": "flood", "words": "A metre of water"})["items"]
    tomorrow = str(now().astimezone(HOME).date() + timedelta(1))
    assert [(one["state"], one["latest"]) for one in moved] == [("due", tomorrow)]
    assert "A metre of water" in moved[0]["because"]
    assert admin.post(path, {"event": "lightning", "words": "Flash"})["items"] == []
    admin.post(path, {"event": "meteor", "words": "Flash"}, 422)
    admin.post("/stations/99/events", {"event": "flood", "words": "Water"}, 404)
