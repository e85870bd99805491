"""A visit's checklists, what they found, measured values and a tablet's queue, for a program."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from service.people.models import Customer, Person, Role
from service.stations.models import Station
from tests.api.conftest import Caller, Program
from tests.conftest import person
from tests.tablets.conftest import Hand, hand_of, lists, planned
from tests.tablets.test_visits import items

__all__ = ["lists"]

AMPLE = {"value": "38,5", "number": 38.5, "note": "", "photos": []}


@pytest.fixture
def tove(app: Flask) -> Person:
    return person(Role.TECHNICIAN, "Tove Tekniker")


@pytest.fixture
def hand(app: Flask, tove: Person) -> Hand:
    return hand_of(app, tove)


@pytest.fixture
def done(lists: None, hand: Hand, station: Station) -> dict[str, Any]:
    """A visit with a measured value and something that failed; all of it came from a tablet."""
    visit = planned(hand.person, station)
    told = hand.call("GET", "package").json
    run = told["visits"][0]["runs"][0]
    run["document"] = told["versions"][str(run["version_id"])]["document"]
    hand.do("check_in", visit_id=visit.id)
    verdict, where = items(run, type="verdict")[0]
    fail = {"value": "fail", "note": "Broken", "photos": []}
    said = {"visit_id": visit.id, "run": run["uuid"]}
    hand.do("answer", **said, item="rcd.t1x", place="rcd:1", answer=AMPLE)
    hand.do("answer", **said, item=verdict, place=where, answer=fail)
    return {"visit": visit.id, "run": run["uuid"], "station": station.id, "said": said}


def submitted(hand: Hand, done: dict[str, Any]) -> dict[str, Any]:
    hand.do("submit", **done["said"])
    return done


def test_runs_are_found_by_their_visit(admin: Program, hand: Hand, done: dict[str, Any]) -> None:
    found = admin.get("/checklist-runs", visit_id=done["visit"])
    assert [one["uuid"] for one in found["items"]] == [done["run"]]
    assert admin.get("/checklist-runs", visit_id=done["visit"] + 1)["total"] == 0


def test_a_visit_tells_its_runs(admin: Program, done: dict[str, Any]) -> None:
    told = admin.get(f"/service-visits/{done['visit']}")

    (run,) = told["runs"]
    assert (run["uuid"], run["state"], run["station_id"]) == (done["run"], "open", done["station"])
    assert told["run_ids"] == [run["id"]]


def test_a_customer_is_told_of_a_run_once_it_is_submitted(
    program: Caller, hand: Hand, done: dict[str, Any], customer: Customer
) -> None:
    theirs = program(Role.CUSTOMER, customer)
    assert theirs.get(f"/service-visits/{done['visit']}")["runs"] == []
    assert theirs.get("/checklist-runs", visit_id=done["visit"])["total"] == 0

    submitted(hand, done)
    assert len(theirs.get(f"/service-visits/{done['visit']}")["runs"]) == 1
    assert theirs.get("/checklist-runs", visit_id=done["visit"])["total"] == 1


def test_findings_are_open_until_something_takes_care_of_them(
    admin: Program, hand: Hand, done: dict[str, Any]
) -> None:
    submitted(hand, done)
    by_visit = {"visit_id": done["visit"]}
    (found,) = admin.get("/findings", open="true", verdict="fail", **by_visit)["items"]
    assert (found["station_id"], found["verdict"]) == (done["station"], "fail")
    assert admin.get(f"/findings/{found['id']}") == found
    assert admin.get("/findings", run_id=found["run_id"], station_id=done["station"])["total"] == 1

    hand.do("finish", visit_id=done["visit"], lines=[])
    assert admin.get("/findings", open="true", **by_visit)["total"] == 0
    (taken,) = admin.get("/findings", open="false", **by_visit)["items"]
    assert taken["ticket_id"]


def test_findings_are_no_strangers(
    stranger: Program, hand: Hand, done: dict[str, Any], admin: Program
) -> None:
    submitted(hand, done)
    (found,) = admin.get("/findings")["items"]

    assert stranger.get("/findings")["total"] == 0
    stranger.get(f"/findings/{found['id']}", 404)


def test_measured_values_are_a_series_with_unit_and_limit(
    admin: Program, hand: Hand, done: dict[str, Any]
) -> None:
    submitted(hand, done)
    told = admin.get(f"/stations/{done['station']}/measurements", item="rcd.t1x")

    (series,) = told["items"]
    assert (series["item"], series["place"], series["unit"]) == ("rcd.t1x", "rcd:1", "ms")
    assert series["limit"]["max"] == 300
    assert series["limit"]["source"]
    (value,) = series["values"]
    assert (value["number"], value["verdict"], value["over"]) == (38.5, "ok", False)
    assert value["run"] == done["run"]


def test_what_a_tablet_handed_over_is_told_with_the_tablet(
    admin: Program, hand: Hand, done: dict[str, Any]
) -> None:
    told = admin.get(f"/tablets/{hand.tablet_id}/operations")
    assert [one["kind"] for one in told["items"]] == ["answer", "answer", "check_in"]
    only = admin.get(f"/tablets/{hand.tablet_id}/operations", kind="check_in")
    assert [one["visit_id"] for one in only["items"]] == [done["visit"]]
    admin.get(f"/tablets/{hand.tablet_id + 1}/operations", 404)


def test_a_customer_reads_no_tablet_s_queue(stranger: Program, hand: Hand) -> None:
    stranger.get(f"/tablets/{hand.tablet_id}/operations", 403)
