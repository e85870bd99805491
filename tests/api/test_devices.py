"""Tablets, components, swapped devices and label codes over the API."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from service.core.clock import now
from service.core.db import db
from service.people.models import Role
from service.people.tablets import Said, Tablet
from service.stations.models import Station
from tests.api.conftest import Caller, Program, fields
from tests.conftest import NOON, person

RCD: dict[str, Any] = {
    "kind": "rcd",
    "maker": "Doepke",
    "type": "DFS 4",
    "serial": "D-1",
    "evse": 1,
}


@pytest.fixture
def tablet(app: Flask) -> Tablet:
    one, _ = Tablet.enrol(person(Role.TECHNICIAN), "Lenovo 3", now())
    one.touch(Said(waiting=4, oldest_waiting_at=NOON), now())
    db.session.commit()
    return one


def test_each_tablet_s_queue_is_told(admin: Program, tablet: Tablet) -> None:
    told = admin.get(f"/tablets/{tablet.id}")

    assert (told["waiting"], told["oldest_waiting_at"]) == (4, "2026-03-02T12:00:00Z")
    assert (told["state"], told["person_id"]) == ("in_force", tablet.person_id)
    assert "hash" not in told
    assert admin.get("/tablets")["items"] == [told]


@pytest.mark.parametrize(("waiting", "total"), [("true", 1), ("false", 0)])
def test_tablets_on_which_something_waits_are_found(
    admin: Program, tablet: Tablet, waiting: str, total: int
) -> None:
    assert admin.get("/tablets", waiting=waiting)["total"] == total


def test_a_tablet_is_revoked_with_a_reason(admin: Program, tablet: Tablet) -> None:
    admin.post(f"/tablets/{tablet.id}/revocation", {}, status=422)
    told = admin.post(f"/tablets/{tablet.id}/revocation", {"reason": "Lost"}, status=200)

    assert (told["state"], told["revoked_why"]) == ("revoked", "Lost")


def test_a_customer_s_program_sees_no_tablet(stranger: Program, tablet: Tablet) -> None:
    stranger.get("/tablets", status=403)


def test_a_component_is_installed_changed_replaced_and_removed(
    admin: Program, station: Station
) -> None:
    made = admin.post(
        "/components", {**RCD, "station_id": station.id, "installed_on": "2026-03-02"}
    )
    assert made.items() >= RCD.items()
    admin.patch(f"/components/{made['id']}", {"rating": "40 A"})
    new = admin.post(f"/components/{made['id']}/replacement", {"serial": "D-2", "reason": "Trög"})
    assert (new["replaces_id"], new["kind"], new["evse"]) == (made["id"], "rcd", 1)
    gone = admin.post(
        f"/components/{new['id']}/removal", {"reason": "Ur bruk", "removed_on": "2099-01-01"}, 200
    )

    assert (gone["removed_on"], gone["removed_why"]) == ("2099-01-01", "Ur bruk")
    assert admin.get("/components", station_id=station.id, installed="true")["total"] == 0
    assert admin.get("/components", station_id=station.id, installed="false")["total"] == 2
    again = admin.post(f"/components/{new['id']}/removal", {"reason": "x"}, status=409)
    assert again["type"].endswith("wrong-state")


@pytest.mark.parametrize(
    ("field", "value"), [("kind", "soul"), ("evse", 0), ("evse", "1"), ("station_id", 99)]
)
def test_a_component_that_cannot_be_is_a_problem_beside_its_field(
    admin: Program, station: Station, field: str, value: Any
) -> None:
    body = {**RCD, "station_id": station.id, field: value}

    assert fields(admin.post("/components", body, status=422)) == {field}


def test_a_stranger_sees_and_changes_no_component(
    admin: Program, stranger: Program, station: Station
) -> None:
    made = admin.post("/components", {**RCD, "station_id": station.id})

    assert stranger.get("/components")["total"] == 0
    stranger.get(f"/components/{made['id']}", status=404)
    stranger.patch(f"/components/{made['id']}", {"serial": "X"}, status=403)
    stranger.get(f"/stations/{station.id}/serials", status=404)


def test_another_device_stands_there_and_the_one_before_is_told(
    admin: Program, station: Station
) -> None:
    path = f"/stations/{station.id}"
    body = {"old_serial": "OLD", "new_serial": "NEW", "reason": "Vattenskada"}
    assert admin.post(f"{path}/swap", body, status=200)["serial_number"] == "NEW"

    assert admin.get(f"{path}/serials")["items"][0]["serial_number"] == "OLD"
    assert fields(admin.post(f"{path}/swap", body, status=422)) == {"new_serial"}


def test_a_station_is_found_by_its_label(program: Caller, station: Station) -> None:
    desk = program(Role.OPERATIONS)
    for typed in (station.code, station.label.lower()):
        assert [it["code"] for it in desk.get("/stations", code=typed)["items"]] == [station.code]
    assert desk.get("/stations", code="2222-2222")["total"] == 0
    assert desk.get("/stations", q=station.code.lower()[:5])["total"] == 1
