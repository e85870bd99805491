"""Charges and tags over the API."""

from __future__ import annotations

import pytest

from service.core.db import db
from service.people.models import Customer, Role
from service.sessions.models import ChargingSession
from service.stations.models import Station
from tests.api.conftest import Caller, Program, fields
from tests.conftest import NOON


@pytest.fixture
def charge(station: Station) -> ChargingSession:
    charge = ChargingSession(
        station_id=station.id,
        transaction_id=4711,
        connector=1,
        id_tag="ABC",
        started_at=NOON,
        started_said="2026-03-02T12:00:00Z",
        meter_start_wh=1000,
        stopped_at=NOON,
        meter_stop_wh=8000,
        stop_reason="EVDisconnected",
    )
    db.session.add(charge)
    db.session.commit()
    return charge


def test_a_charge_says_who_and_how_much(admin: Program, charge: ChargingSession) -> None:
    shown = admin.get("/sessions", station_id=charge.station_id)["items"][0]

    assert shown == admin.get(f"/sessions/{charge.id}")
    assert (shown["transaction_id"], shown["id_tag"], shown["energy_wh"]) == (4711, "ABC", 7000)
    assert shown["stop_reason"] == "EVDisconnected"
    assert admin.get("/sessions", station_id=99)["items"] == []


def test_a_customer_sees_its_charges_without_whose_they_are(
    program: Caller, customer: Customer, charge: ChargingSession, stranger: Program
) -> None:
    shown = program(Role.CUSTOMER, customer).get("/sessions")["items"][0]

    assert shown["energy_wh"] == 7000
    assert "id_tag" not in shown
    assert stranger.get("/sessions")["items"] == []
    stranger.get(f"/sessions/{charge.id}", 404)


def test_a_tag_is_listed_blocked_and_let_in_again(admin: Program) -> None:
    made = admin.post("/tags", {"id_tag": "04A1", "label": "Vaktmästaren"})
    one = f"/tags/{made['id']}"

    assert admin.get("/tags", id_tag="04a1")["items"] == [made]
    assert admin.get("/tags", q="vakt")["total"] == 1
    assert admin.patch(one, {"blocked": True, "reason": "Lost"})["blocked_at"]
    assert admin.patch(one, {"blocked": False, "reason": "Found"})["blocked_at"] is None
    assert admin.patch(one, {"label": "Kim"})["label"] == "Kim"


def test_a_tag_is_on_the_list_once(admin: Program) -> None:
    admin.post("/tags", {"id_tag": "04A1"})

    assert fields(admin.post("/tags", {"id_tag": "04a1"}, status=409)) == {"id_tag"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"id_tag": "x" * 21}, "id_tag"),
        ({"id_tag": " "}, "id_tag"),
        ({"id_tag": None}, "id_tag"),
        ({"valid_from": "2026-01-01"}, "valid_from"),
        (
            {"valid_from": "2026-01-02T00:00:00Z", "valid_until": "2026-01-01T00:00:00Z"},
            "valid_until",
        ),
        ({"blocked": True}, "blocked"),
    ],
)
def test_a_wrong_field_is_named(admin: Program, change: dict[str, object], field: str) -> None:
    assert fields(admin.post("/tags", {"id_tag": "04A1"} | change, status=422)) == {field}


def test_a_change_holds_against_what_stands(admin: Program) -> None:
    made = admin.post("/tags", {"id_tag": "04A1", "valid_from": "2026-01-02T00:00:00Z"})
    one = f"/tags/{made['id']}"

    early = {"valid_until": "2026-01-01T00:00:00Z"}
    assert fields(admin.patch(one, early, status=422)) == {"valid_until"}
    assert fields(admin.patch(one, {"blocked": True}, status=422)) == {"reason"}
