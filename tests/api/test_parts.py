"""Parts, kits and skills over the API."""

from __future__ import annotations

from typing import Any

import pytest

from service.core.db import db
from service.people.models import Customer, Role
from service.people.skills import PersonSkill, Skill
from service.stations.models import StationModel
from tests.api.conftest import Caller, Program, fields
from tests.conftest import NOON, person

PART: dict[str, Any] = {"number": "HYC-MAT", "name": "Filtermatta", "price_ore": 124_000}
KIT: dict[str, Any] = {"code": "HYC", "name": "Årsservice"}
SKILL: dict[str, Any] = {"code": "welding", "name_sv": "Svetsning", "name_en": "Welding"}
# Address: what is sent, the field that nobody else may have, a change.
REGISTERS = {
    "/parts": (PART, "number", {"name": "Matta"}),
    "/kits": (KIT, "code", {"name": "Service"}),
    "/skills": (SKILL, "code", {"name_en": "Weld"}),
}


@pytest.mark.parametrize("path", REGISTERS)
def test_what_is_created_can_be_read_changed_and_retired(admin: Program, path: str) -> None:
    body, _, change = REGISTERS[path]
    made = admin.post(path, body)
    one = f"{path}/{made['id']}"

    assert admin.get(one) == made
    assert admin.patch(one, change) == made | change
    assert admin.post(f"{one}/retirement", {"reason": "Slut"}, status=200)["retired_at"]
    admin.post(f"{one}/retirement", {"reason": "Slut"}, status=409)
    admin.patch(one, change, status=409)


@pytest.mark.parametrize("path", REGISTERS)
def test_a_name_of_its_own_is_taken_once(admin: Program, path: str) -> None:
    body, name, change = REGISTERS[path]
    admin.post(path, body)
    other = admin.post(path, body | {name: "other"})

    assert fields(admin.post(path, body, status=409)) == {name}
    assert fields(admin.patch(f"{path}/{other['id']}", {name: body[name]}, status=409)) == {name}
    admin.patch(f"{path}/{other['id']}", {name: "other", **change})


@pytest.mark.parametrize("path", REGISTERS)
def test_lists_are_searched(admin: Program, path: str) -> None:
    body, name, _ = REGISTERS[path]
    admin.post(path, body)

    assert admin.get(path, q=body[name].upper())["total"] == 1
    assert admin.get(path, q="nowhere")["total"] == 0


@pytest.mark.parametrize(
    ("path", "field", "value"),
    [
        ("/parts", "unit", "barrel"),
        ("/parts", "price_ore", -1),
        ("/parts", "price_ore", 12.5),
        ("/parts", "vat_percent", 101),
        ("/parts", "number", ""),
        ("/kits", "code", " "),
        ("/kits", "lines", []),
        ("/skills", "code", "Arc Welding"),
        ("/skills", "is_authorisation", "yes"),
    ],
)
def test_a_wrong_field_is_named(admin: Program, path: str, field: str, value: object) -> None:
    assert fields(admin.post(path, REGISTERS[path][0] | {field: value}, status=422)) == {field}


def test_a_kit_is_packed_and_unpacked(admin: Program) -> None:
    part, kit = admin.post("/parts", PART), admin.post("/kits", KIT)
    lines = f"/kits/{kit['id']}/lines"

    admin.post(lines, {"part_id": part["id"], "quantity": 2}, status=200)
    packed = admin.post(lines, {"part_id": part["id"], "quantity": 0.5}, status=200)["lines"]

    assert [(line["part_id"], line["quantity"]) for line in packed] == [(part["id"], 0.5)]
    assert admin.get("/kits")["items"][0]["lines"] == packed
    assert admin.post(f"{lines}/{packed[0]['id']}/removal", status=200)["lines"] == []
    admin.post(f"{lines}/{packed[0]['id']}/removal", status=404)


def test_a_kit_takes_no_part_that_is_not_there_nor_less_than_not_at_all(admin: Program) -> None:
    part, kit = admin.post("/parts", PART), admin.post("/kits", KIT)
    lines = f"/kits/{kit['id']}/lines"

    assert fields(admin.post(lines, {"part_id": 99, "quantity": 1}, status=422)) == {"part_id"}
    zero = {"part_id": part["id"], "quantity": 0}
    assert fields(admin.post(lines, zero, status=422)) == {"quantity"}


def test_a_retired_part_is_packed_no_more(admin: Program) -> None:
    part, kit = admin.post("/parts", PART), admin.post("/kits", KIT)
    admin.post(f"/parts/{part['id']}/retirement", {"reason": "Slut"}, status=200)

    body = {"part_id": part["id"], "quantity": 1}
    assert admin.post(f"/kits/{kit['id']}/lines", body, status=409)["type"].endswith("#retired")


def test_what_wears_out_is_listed_by_its_model(admin: Program, model: StationModel) -> None:
    part, path = admin.post("/parts", PART), f"/models/{model.id}/wear-parts"

    worn = admin.post(path, {"part_id": part["id"], "months": 12}, status=200)
    assert admin.get(path)["items"] == [worn]

    other = StationModel.create("test", NOON, maker="X", name="1", current="ac")
    db.session.commit()
    admin.post(f"/models/{other.id}/wear-parts/{worn['id']}/removal", status=404)
    admin.post(f"{path}/{worn['id']}/removal", status=200)
    assert admin.get(path)["items"] == []


def test_who_has_a_skill_is_told_with_its_last_day(admin: Program) -> None:
    skill = Skill.create("test", NOON, **SKILL)
    technician = person(Role.TECHNICIAN)
    PersonSkill.give(technician, skill, "test", NOON, NOON.date(), "SV-1")
    db.session.commit()

    [holder] = admin.get(f"/skills/{skill.id}/people")["items"]

    assert holder["person_id"] == technician.id
    assert (holder["name"], holder["valid_until"]) == (technician.name, "2026-03-02")


def test_a_customer_sees_nothing_of_it(program: Caller, customer: Customer) -> None:
    theirs = program(Role.CUSTOMER, customer)
    for path in REGISTERS:
        theirs.get(path, 403)


def test_the_house_reads_and_administrators_alone_change(program: Caller) -> None:
    technician = program(Role.TECHNICIAN)
    for path, (body, _, _) in REGISTERS.items():
        assert technician.get(path)["items"] == []
        technician.post(path, body, status=403)
