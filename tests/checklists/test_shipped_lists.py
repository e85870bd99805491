"""The lists that the product is born with: valid, complete, and safe in their order."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from service.checklists import catalogue, document
from service.checklists.limits import NUMBERS
from service.checklists.models import ChecklistTemplate, Limit
from service.checklists.rules import evaluate
from service.checklists.words import VersionState
from service.contracts.words import WorkKind
from service.core.db import db
from service.stations.words import Current

LISTS = {one["key"]: one for one in catalogue.templates()}
LIMITS = {
    one["key"]: {name: one[name] for name in (*NUMBERS, "unit", "source")}
    for one in catalogue.limits()
}
# The model checklists, row by row.
AC = [
    "prep.inop",
    "prep.lockout",
    "vis.mount",
    "vis.encl",
    "vis.socket",
    "vis.cable",
    "vis.label",
    "mech.lock",
    "el.torque",
    "el.spd",
    "el.rpe",
    "el.riso_pri",
    "el.riso_sec",
    "rcd.type",
    "rcd.button",
    "rcd.t1x",
    "rcd.t5x",
    "rcd.half",
    "rcd.iramp",
    "rdcdd.t6",
    "el.ut",
    "el.zs",
    "el.u",
    "cp.a",
    "cp.b",
    "cp.c",
    "cp.d",
    "cp.e",
    "pe.break",
    "cp.duty",
    "fn.charge",
    "fn.rfid",
    "fn.comm",
    "fn.fw",
    "fn.lb",
    "cln.out",
    "cln.in",
    "thermo",
    "end.restore",
    "end.parts",
    "end.note",
    "end.sign",
]
DC = [
    "dc.filter",
    "dc.fan",
    "dc.cool.level",
    "dc.cool.leak",
    "dc.cool.conc",
    "dc.heat",
    "dc.estop",
    "dc.door",
    "dc.cable",
    "dc.imd",
    "dc.imd_r",
    "dc.precharge",
    "dc.resid",
    "dc.contactor",
    "dc.cycles",
    "dc.module",
    "dc.acin",
    "dc.rcd_ac",
    "dc.meter",
    "dc.pay",
    "dc.charge",
    "dc.batt",
    "dc.site",
]
COMMISSIONING = [
    "com.cpid",
    "com.serial",
    "com.article",
    "com.sim",
    "com.url",
    "com.profile",
    "com.config",
    "com.tariff",
    "com.rfid",
    "com.remote",
    "com.wrong_tag",
    "com.offline",
    "com.price",
    "com.location",
    "com.evse_id",
    "com.coordinates",
    "com.public",
    "com.publish",
    "com.sign",
]
SAFETY = [
    "prep.lockout",
    "vis.encl",
    "vis.socket",
    "vis.cable",
    "el.rpe",
    "el.riso_pri",
    "el.riso_sec",
    "rcd.button",
    "rcd.t1x",
    "rcd.t5x",
    "rdcdd.t6",
    "el.ut",
    "cp.a",
    "cp.b",
    "cp.c",
    "cp.d",
    "cp.e",
    "pe.break",
    "end.restore",
]
SAFETY_DC = [
    "dc.cool.leak",
    "dc.estop",
    "dc.door",
    "dc.cable",
    "dc.imd",
    "dc.resid",
    "dc.contactor",
]
PLACES = ["station", "evse:1", "rcd:1"]
ENERGISED = ["el.ut", "el.u", "cp.a", "cp.c", "cp.e", "pe.break", "fn.charge", "end.restore"]


def items(key: str) -> dict[str, dict[str, Any]]:
    return {one["key"]: one for _path, _section, one in document.items(LISTS[key]["document"])}


def shown(
    key: str, work: list[str], answers: dict[str, Any] | None = None, **facts: Any
) -> dict[str, dict[str, Any]]:
    facts = {"current": LISTS[key]["current"] or "ac", "work": work, **facts}
    facts.setdefault("authorisations", ["electrician"])
    found = evaluate(LISTS[key]["document"], facts, PLACES, answers or {})
    return {one["item"]: one for one in found["items"] if one["shown"]}


@pytest.mark.parametrize("key", LISTS)
def test_a_shipped_list_may_be_published(key: str) -> None:
    assert document.errors_of(LISTS[key]["document"], LIMITS) == {}


@pytest.mark.parametrize(
    ("key", "expected"),
    [("ac", AC), ("dc", AC + DC), ("commissioning", AC + DC + COMMISSIONING)],
)
def test_nothing_of_the_model_checklist_is_left_out(key: str, expected: list[str]) -> None:
    assert set(expected) - items(key).keys() == set()


@pytest.mark.parametrize(("key", "expected"), [("ac", SAFETY), ("dc", SAFETY + SAFETY_DC)])
def test_what_concerns_safety_stops(key: str, expected: list[str]) -> None:
    assert {one for one in expected if not items(key)[one]["safety"]} == set()


@pytest.mark.parametrize("key", LISTS)
def test_every_limit_comes_with_its_numbers_and_its_source(key: str) -> None:
    limited = [one for one in items(key).values() if one["limit"]]

    assert len(limited) > 10
    for one in limited:
        assert one["source"]
        assert {name: one[name] for name in NUMBERS} == {
            name: LIMITS[one["limit"]][name] for name in NUMBERS
        }


def test_every_trip_time_knows_that_it_did_not_trip() -> None:
    assert all(items("ac")[key]["over"] for key in ("rcd.t1x", "rcd.t5x", "rdcdd.t6", "rcd.iramp"))


def test_a_full_check_asks_for_everything() -> None:
    everything = set(AC) - {"end.parts", "end.note", "end.sign", "rdcdd.t6"}

    assert everything - shown("ac", []).keys() == set()
    assert everything - shown("commissioning", ["commissioning", "cleaning"]).keys() == set()


@pytest.mark.parametrize(
    ("work", "asked", "spared"),
    [
        (["rcd_test"], ["rcd.t1x", "rcd.t5x", "el.rpe"], ["rcd.button", "cln.out", "el.riso_pri"]),
        (["rcd_exercise"], ["rcd.button"], ["rcd.t1x", "el.rpe", "cp.a"]),
        (["cleaning"], ["cln.out", "cln.in"], ["rcd.button", "rcd.t1x", "fn.fw"]),
        (["firmware"], ["fn.fw", "fn.comm", "fn.charge"], ["rcd.t1x", "cln.in"]),
        (["cable_connector"], ["vis.cable", "mech.lock", "fn.charge"], ["rcd.t1x", "cln.in"]),
        (["visual_inspection"], ["el.spd", "fn.rfid"], ["rcd.t1x", "rcd.button", "cp.a"]),
        (["corrective"], ["el.rpe", "cp.c", "fn.charge"], ["rcd.t1x", "cln.in"]),
        (["rcd_exercise", "cleaning"], ["rcd.button", "cln.in"], ["rcd.t1x"]),
    ],
)
def test_a_narrow_job_asks_for_what_it_is_about(
    work: list[str], asked: list[str], spared: list[str]
) -> None:
    found = shown("ac", work)

    assert set(asked) - found.keys() == set()
    assert set(spared) & found.keys() == set()


@pytest.mark.parametrize("work", [one.value for one in WorkKind])
@pytest.mark.parametrize("key", LISTS)
def test_whatever_the_job_it_is_seen_to_be_safe(key: str, work: str) -> None:
    always = {"prep.inop", "prep.lockout", "vis.mount", "vis.encl", "end.restore"}

    assert always - shown(key, [work]).keys() == set()


def test_filters_belong_to_a_dc_charger() -> None:
    assert "dc.filter" in shown("dc", ["air_filter"])
    assert "dc.filter" not in shown("dc", ["rcd_test"])
    assert "dc.filter" not in shown("commissioning", ["commissioning"])
    assert "dc.filter" in shown("commissioning", ["commissioning"], current="dc")


def test_a_dc_charger_with_an_ac_outlet_is_tested_as_one() -> None:
    mixed = {"current": "dc", "capabilities": ["ac_outlet"]}
    type2 = {"outlet.kind|evse:1": {"value": "type2"}}
    ccs = {"outlet.kind|evse:1": {"value": "ccs"}}

    assert {"rcd.t1x", "cp.a"} <= shown("dc", [], type2, **mixed).keys()
    assert "dc.cable" not in shown("dc", [], type2, **mixed)
    assert not {"rcd.t1x", "cp.a"} & shown("dc", [], ccs, **mixed).keys()
    assert "dc.cable" in shown("dc", [], ccs, **mixed)
    assert "outlet.kind" not in shown("dc", [], current="dc")


def test_only_a_fixed_cable_is_asked_about_where_it_is_known() -> None:
    assert "vis.socket" not in shown("ac", [], fixed_cable=True)
    assert "vis.cable" not in shown("ac", [], fixed_cable=False)
    assert {"vis.socket", "vis.cable"} <= shown("ac", []).keys()


def test_6_ma_is_tested_where_the_rcd_has_it() -> None:
    with_it = {"rcd.type|evse:1": {"value": "a_rdcdd"}}

    assert "rdcdd.t6" in shown("ac", ["rcd_test"], with_it)
    assert "rdcdd.t6" not in shown("ac", ["rcd_test"], {"rcd.type|evse:1": {"value": "b"}})


def test_nothing_inside_is_touched_before_it_is_proved_dead() -> None:
    found = shown("ac", [])

    for key in ("el.torque", "cln.in", "el.rpe", "el.riso_pri"):
        assert "prep.lockout" in found[key]["locked"]


def test_pe_and_insulation_come_before_anything_energised() -> None:
    dead = {"prep.lockout|station": {"value": "ok"}}
    found = shown("ac", [], dead)

    for key in ("rcd.t1x", *ENERGISED):
        assert {"el.rpe", "el.riso_pri"} <= set(found[key]["locked"])


GOOD = {
    "prep.lockout|station": {"value": "ok"},
    "el.rpe|evse:1": {"number": 0.2},
    "el.riso_pri|evse:1": {"number": 200},
    "rcd.button|rcd:1": {"value": "ok"},
    "rcd.t1x|rcd:1": {"number": 25},
}


def test_with_all_that_measured_the_rest_is_free() -> None:
    found = shown("ac", [], GOOD)

    assert all(found[key]["locked"] == [] for key in ENERGISED)


@pytest.mark.parametrize(
    ("failed", "answer"),
    [
        ("prep.lockout|station", {"value": "fail"}),
        ("vis.encl|station", {"value": "fail"}),
        ("el.rpe|evse:1", {"number": 1.2}),
        ("el.riso_pri|evse:1", {"number": 0.4}),
        ("el.riso_sec|evse:1", {"number": 0.4}),
        ("rcd.button|rcd:1", {"value": "fail"}),
        ("rcd.t1x|rcd:1", {"over": True}),
        ("rcd.t1x|rcd:1", {"number": 301}),
        ("rcd.t5x|rcd:1", {"number": 41}),
    ],
)
def test_a_failed_safety_item_stops_everything_energised(
    failed: str, answer: dict[str, Any]
) -> None:
    found = shown("ac", [], {**GOOD, failed: answer})

    for key in ENERGISED:
        assert failed.partition("|")[0] in found[key]["locked"]


def test_a_warning_stops_nothing() -> None:
    found = shown("ac", [], {**GOOD, "rcd.t1x|rcd:1": {"number": 260}})

    assert found["rcd.t1x"]["verdict"] == "warn"
    assert found["el.ut"]["locked"] == []


def test_zero_and_impossible_times_are_asked_again() -> None:
    zero = shown("ac", [], {"rcd.t1x|rcd:1": {"number": 0.0}})
    slower = shown("ac", [], {"rcd.t1x|rcd:1": {"number": 12}, "rcd.t5x|rcd:1": {"number": 30}})

    assert zero["rcd.t1x"]["ask_again"] == "implausible"
    assert slower["rcd.t1x"]["ask_again"] == slower["rcd.t5x"]["ask_again"] == "impossible"


def test_the_lists_are_there_published_once(app: Flask) -> None:
    for _ in range(2):
        catalogue.load(db.session.connection())
    ac, dc = map(ChecklistTemplate.default_for, Current)

    assert ac
    assert dc
    assert (ac.key, dc.key) == ("ac", "dc")
    assert [one.number for one in ac.versions] == [1]
    assert ac.published
    assert ac.published.state is VersionState.PUBLISHED
    assert ac.published.document == LISTS["ac"]["document"]
    assert Limit.by_key()["rcd.t1x"].max == 300
