"""Frames, the fault catalogue and planned outages over the API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from service.core.db import db
from service.monitoring.link_models import Direction, Frame
from service.people.models import Role
from service.stations.models import Station
from tests.api.conftest import Caller, Program, fields
from tests.conftest import NOON

HOUR = timedelta(hours=1)


def keep(station: Station, raw: str, hours: int = 0, **facts: Any) -> None:
    facts = {"direction": Direction.IN, "action": "Heartbeat"} | facts
    db.session.add(Frame(station_id=station.id, raw=raw, received_at=NOON + hours * HOUR, **facts))
    db.session.commit()


def test_frames_are_shown_as_they_came_newest_first(admin: Program, station: Station) -> None:
    keep(station, '[2, "1" ,"Heartbeat",{}]')
    keep(station, "not json at all", action=None, findings=["is not JSON"], hours=1)

    items = admin.get("/frames", station_id=station.id)["items"]

    assert [one["raw"] for one in items] == ["not json at all", '[2, "1" ,"Heartbeat",{}]']
    assert items[0] == {
        "id": 2,
        "station_id": station.id,
        "direction": "in",
        "received_at": "2026-03-02T13:00:00Z",
        "action": None,
        "raw": "not json at all",
        "findings": ["is not JSON"],
        "latency_ms": None,
    }


def test_frames_are_found_by_each_filter(admin: Program, station: Station) -> None:
    keep(station, "[]", findings=["odd"])
    keep(
        station,
        "[3]",
        hours=2,
        direction=Direction.OUT,
        action="BootNotification",
    )

    filters: tuple[tuple[dict[str, Any], str], ...] = (
        ({"direction": "in"}, "[]"),
        ({"direction": "out"}, "[3]"),
        ({"action": "BootNotification"}, "[3]"),
        ({"has_findings": "true"}, "[]"),
        ({"has_findings": "false"}, "[3]"),
        ({"since": "2026-03-02T13:00:00Z"}, "[3]"),
        ({"until": "2026-03-02T14:00:00+01:00"}, "[]"),
    )
    for query, raw in filters:
        assert [one["raw"] for one in admin.get("/frames", **query)["items"]] == [raw], query
    assert admin.get("/frames", station_id=99)["items"] == []


@pytest.mark.parametrize(
    "since",
    [
        "yesterday",
        "2026-03-02",
        "2026-03-02T13:00:00",
        "2026-02-30T13:00:00Z",
        "0001-01-01T00:00:00+14:00",
    ],
)
def test_an_instant_needs_its_zone(admin: Program, since: str) -> None:
    assert fields(admin.get("/frames", 422, since=since)) == {"since"}


def test_a_chargers_key_is_never_shown(admin: Program, station: Station) -> None:
    setting = '{"key":"AuthorizationKey","value":"c0ffee"}'
    keep(station, f'[2,"7","ChangeConfiguration",{setting}]', action="ChangeConfiguration")

    raw = admin.get("/frames")["items"][0]["raw"]

    assert "AuthorizationKey" in raw
    assert "c0ffee" not in raw


def test_a_fault_of_the_catalogue_is_read_by_its_code(admin: Program) -> None:
    shown = admin.get("/fault-codes/ground_failure")

    assert shown["severity"] == "S1"
    assert {"debounce_s", "quiet_s", "opens_ticket", "auto_attempts"} <= set(shown)
    assert shown in admin.get("/fault-codes", per_page=500)["items"]


def test_a_fault_is_changed_and_says_so_in_the_history(admin: Program) -> None:
    change = {
        "severity": "S3",
        "debounce_s": 0,
        "quiet_s": 2,
        "opens_ticket": False,
        "auto_attempts": 2,
    }

    changed = admin.patch("/fault-codes/high_temperature", change)

    assert {name: changed[name] for name in change} == change
    assert admin.get("/fault-codes/high_temperature") == changed
    deed = admin.get("/history", subject="fault_code", subject_id=changed["id"])["items"][0]
    assert (deed["verb"], deed["details"]["severity"]) == ("edit", ["S2", "S3"])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("severity", "S9"),
        ("severity", None),
        ("debounce_s", -1),
        ("debounce_s", 1.5),
        ("debounce_s", "60"),
        ("debounce_s", 2**64),
        ("quiet_s", True),
        ("opens_ticket", "yes"),
        ("opens_ticket", 1),
        ("auto_attempts", 11),
        ("code", "other"),
    ],
)
def test_a_wrong_field_is_named(admin: Program, field: str, value: object) -> None:
    problem = admin.patch("/fault-codes/high_temperature", {field: value}, status=422)

    assert fields(problem) == {field}


def test_only_an_administrator_changes_the_catalogue(program: Caller) -> None:
    operations = program(Role.OPERATIONS)

    operations.get("/fault-codes")
    operations.patch("/fault-codes/other", {"debounce_s": 0}, status=403)


OUTAGE = {
    "since": "2026-03-02T12:00:00Z",
    "until": "2999-03-02T14:00:00Z",
    "reason": "New cables",
}


def test_an_outage_is_planned_and_ended(admin: Program, station: Station) -> None:
    made = admin.post("/planned-outages", OUTAGE | {"station_id": station.id})

    assert made["until"] == "2999-03-02T14:00:00Z"
    one = f"/planned-outages/{made['id']}"
    assert admin.get(one) == made
    assert admin.post(f"{one}/end", status=200)["until"] < made["until"]
    assert admin.post(f"{one}/end", status=409)["type"].endswith("#wrong-state")


def test_outages_are_found_by_place_and_time(admin: Program, station: Station) -> None:
    admin.post("/planned-outages", OUTAGE | {"site_id": station.site_id})

    for query, count in (
        ({"site_id": station.site_id}, 1),
        ({"station_id": station.id}, 0),
        ({"on": "2026-03-02T13:00:00Z"}, 1),
        ({"on": "2026-03-02T11:00:00Z"}, 0),
    ):
        assert admin.get("/planned-outages", **query)["total"] == count, query


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"site_id": 1}, "station_id"),
        ({"station_id": None}, "station_id"),
        ({"station_id": 99}, "station_id"),
        ({"until": "2026-03-02T12:00:00Z"}, "until"),
        ({"since": "soon"}, "since"),
        ({"reason": ""}, "reason"),
    ],
)
def test_an_outage_that_cannot_be_is_refused(
    admin: Program, station: Station, change: dict[str, object], field: str
) -> None:
    body = OUTAGE | {"station_id": station.id} | change

    assert fields(admin.post("/planned-outages", body, status=422)) == {field}
