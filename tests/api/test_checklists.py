"""Checklists, runs, measured values, instruments and limits, as a program sees them."""

from __future__ import annotations

from typing import Any

from service.checklists.models import ChecklistTemplate
from service.checklists.words import RunState
from service.core.db import db
from service.people.models import Customer, Role
from service.stations.models import Station
from tests.api.conftest import Caller
from tests.browser.world import first
from tests.checklists.written import document, limit, measure, published

NEW: dict[str, Any] = {"title_sv": "Egen lista", "title_en": "Own list"}


def test_a_checklist_is_created_published_and_followed_by_another_version(
    program: Caller,
) -> None:
    house = program()
    limit()
    db.session.commit()
    made = house.post("/checklist-templates", NEW | {"document": document()})
    assert made["key"] == "own-list"
    draft = house.get(f"/checklist-versions/{made['draft_version_id']}")
    assert draft["document"] == document()

    out = house.post(f"/checklist-versions/{draft['id']}/publication", status=200)
    assert (out["state"], out["document"]["sections"][1]["items"][1]["max"]) == ("published", 300)
    house.call("PATCH", f"/checklist-versions/{draft['id']}", 409, json={"notes": "x"})
    second = house.post(f"/checklist-versions/{draft['id']}/versions")
    assert (second["number"], second["state"]) == (2, "draft")
    house.post(f"/checklist-templates/{made['id']}/versions", status=409)
    listed = house.get(f"/checklist-templates/{made['id']}/versions")
    assert [one["number"] for one in listed["items"]] == [2, 1]


def test_a_key_is_given_once(program: Caller) -> None:
    house = program()
    house.post("/checklist-templates", NEW | {"key": "own"})

    told = house.post("/checklist-templates", NEW | {"key": "own"}, status=409)
    assert "key" in told["errors"]
    assert "key" in house.post("/checklist-templates", NEW | {"key": "Å b"}, status=422)["errors"]


def test_a_document_is_refused_by_path(program: Caller) -> None:
    broken = document()
    del broken["sections"][0]["items"][0]["label"]

    told = program().post("/checklist-templates", NEW | {"document": broken}, status=422)
    assert "document.sections[0].items[0].label" in told["errors"]
    assert ChecklistTemplate.with_key("own-list") is None


def test_a_default_is_for_one_kind_of_station(program: Caller) -> None:
    told = program().post("/checklist-templates", NEW | {"is_default": True}, status=422)

    assert "current" in told["errors"]


def test_measured_values_come_as_series(program: Caller, station: Station) -> None:
    version = published()
    measure(station, version, "2024-03-01", 180, 200)
    measure(station, version, "2025-03-01", 230)
    run = measure(station, version, "2026-03-01", 260)
    measure(station, version, "2026-03-01", None, place="rcd:2")

    told = program().get(f"/stations/{station.id}/measurements", item="rcd.t1x")
    one, two = told["items"]
    assert (one["item"], one["place"], one["unit"]) == ("rcd.t1x", "rcd:1", "ms")
    assert [value["number"] for value in one["values"]] == [200, 230, 260]
    assert (one["limit"]["max"], one["limit"]["source"]) == (300, "IEC 61008")
    assert one["values"][-1]["run"] == str(run.uuid)
    assert one["trend"]["crosses_on"].startswith("2027-")
    assert (two["values"][0]["over"], two["values"][0]["verdict"]) == (True, "fail")
    assert two["trend"] is None


def test_measured_values_are_narrowed_and_paged(program: Caller, station: Station) -> None:
    version, house = published(), program()
    for place in ("rcd:1", "rcd:2", "rcd:10"):
        for day in ("2024-03-01", "2025-03-01"):
            measure(station, version, day, 100, place=place)
    path = f"/stations/{station.id}/measurements"

    page = house.get(path, per_page=2)
    assert [one["place"] for one in page["items"]] == ["rcd:1", "rcd:2"]
    rest = house.get(path, per_page=2, cursor=page["next"])
    assert ([one["place"] for one in rest["items"]], rest["next"]) == (["rcd:10"], None)
    only: dict[str, Any] = {"from": "2025-03-01", "to": "2025-03-01"}
    late = house.get(path, place="rcd:2", **only)
    assert [len(one["values"]) for one in late["items"]] == [1]
    assert house.get(path, item="el")["items"] == []
    assert house.get(path, item="rcd%")["items"] == []


def test_a_run_is_shown_with_all_answers_and_which_of_them_count(
    program: Caller, station: Station
) -> None:
    run = measure(station, published(), "2026-03-01", 310, 280)
    house = program()

    assert [one["id"] for one in house.get("/checklist-runs", station_id=station.id)["items"]] == [
        run.id
    ]
    assert house.get("/checklist-runs", state="open")["items"] == []
    told = house.get(f"/checklist-runs/{run.id}")
    assert [(one["number"], one["counts"]) for one in told["answers"]] == [
        (310, False),
        (280, True),
    ]


def test_a_customer_sees_what_was_submitted_at_its_own_stations(
    program: Caller, station: Station, customer: Customer
) -> None:
    version = published()
    measure(station, version, "2026-03-01", 100)
    hidden = measure(station, version, "2026-03-02", 200, state=RunState.OPEN)
    mine = program(Role.CUSTOMER, customer)

    told = mine.get(f"/stations/{station.id}/measurements")
    assert [value["number"] for value in told["items"][0]["values"]] == [100]
    assert mine.get("/checklist-runs")["total"] == 1
    mine.get(f"/checklist-runs/{hidden.id}", status=404)


def test_an_instrument_is_registered_once_and_carried_by_somebody_of_the_house(
    program: Caller, customer: Customer
) -> None:
    house = program()
    facts = {"kind": "rcd_tester", "make": "Metrel", "model": "MI 3155", "serial": "1"}
    made = house.post("/instruments", facts | {"calibrated_until": "2026-12-01"})

    assert made["calibrated_until"] == "2026-12-01"
    assert "serial" in house.post("/instruments", facts, status=409)["errors"]
    assert [
        one["id"] for one in house.get("/instruments", calibrated_before="2027-01-01")["items"]
    ] == [made["id"]]
    house.post(f"/instruments/{made['id']}/retirement", {"reason": "Broken"}, status=200)
    house.patch(f"/instruments/{made['id']}", {"serial": "2"}, status=409)


def test_a_limit_changes_with_a_reason_and_published_versions_keep_their_copy(
    program: Caller,
) -> None:
    version, house = published(), program()
    row = house.get("/limits", key="rcd.t1x")["items"][0]

    house.patch(f"/limits/{row['id']}", {"max": 250}, status=422)
    changed = house.patch(f"/limits/{row['id']}", {"max": 250, "reason": "Utgåva 5"})
    assert changed["max"] == 250
    told = house.get(f"/checklist-versions/{version.id}")["document"]
    assert told["sections"][1]["items"][1]["max"] == 300
    wrong = house.patch(f"/limits/{row['id']}", {"min": 400, "reason": "x"}, status=422)
    assert "max" in wrong["errors"]
    assert first(ChecklistTemplate)
