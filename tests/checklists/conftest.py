"""A station, the shipped lists, and a run of one of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import Engine

from service.checklists import runs
from service.checklists.models import Answer, ChecklistRun, ChecklistTemplate, ChecklistVersion
from service.core.db import db
from service.people.models import Person, Role
from service.stations.models import Station
from tests.conftest import NOON, bear_lists

TEXT = {"sv": "Prov", "en": "Test"}


def item(key: str, **facts: Any) -> dict[str, Any]:
    return {"key": key, "type": "verdict", "label": {"sv": key, "en": key}, **facts}


def document_of(*items: dict[str, Any]) -> dict[str, Any]:
    section = {"key": "s", "title": TEXT, "per": "station", "items": list(items)}
    return {"schema": 1, "sections": [section]}


def later(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def answer(
    run: ChecklistRun,
    where: str,
    given: Any,
    minutes: float = 1,
    op: UUID | None = None,
    by: Person | None = None,
) -> Answer:
    """As the tablet gives it, so many minutes after noon; it comes a minute later."""
    key, _, place = where.partition("|")
    given = given if isinstance(given, dict) else {"value": given}
    at, received = later(minutes), later(minutes + 1)
    taken = runs.take(run, op or uuid4(), key, place, given, by, at, received)
    db.session.commit()
    return taken


@pytest.fixture
def lists(app: Flask, owner: Engine) -> None:
    bear_lists(owner)


@pytest.fixture
def technician(app: Flask) -> Person:
    person = Person(name="Tove", email="tove@x.se", role=Role.TECHNICIAN, created_at=NOON)
    db.session.add(person)
    db.session.commit()
    return person


@pytest.fixture
def template(app: Flask) -> ChecklistTemplate:
    template = ChecklistTemplate.create("test", NOON, key="t", title_sv="Prov", title_en="Test")
    db.session.commit()
    return template


@pytest.fixture
def draft(template: ChecklistTemplate) -> ChecklistVersion:
    version = template.write(document_of(item("lock", safety=True), item("door")), "test", NOON)
    db.session.commit()
    return version


@pytest.fixture
def run(lists: None, station: Station, technician: Person) -> ChecklistRun:
    """An instrument test of both RCDs at Hamnen 3."""
    version = runs.version_for(station, ["rcd_test"])
    assert version
    skills = ["electrician"]
    started = runs.start(station, version, ["rcd_test"], technician, NOON, authorisations=skills)
    db.session.commit()
    return started


def complete(run: ChecklistRun, **instead: Any) -> None:
    """Everything that the RCD test asks for, and all of it good."""
    places = {"station": ["station"], "evse": ["evse:1", "evse:2"], "rcd": ["rcd:1", "rcd:2"]}
    values: dict[str, tuple[str, Any]] = {
        "prep.session": ("station", True),
        "prep.inop": ("station", True),
        "prep.lockout": ("station", "ok"),
        "vis.mount": ("station", "ok"),
        "vis.encl": ("station", "ok"),
        "vis.label": ("station", "ok"),
        "vis.socket": ("evse", "ok"),
        "vis.cable": ("evse", "na"),
        "el.rpe": ("evse", "0,18"),
        "rcd.type": ("evse", "a"),
        "rcd.t1x": ("rcd", 28.4),
        "rcd.t5x": ("rcd", 12),
        "fn.charge": ("evse", 10.8),
        "end.restore": ("evse", True),
    }
    for key, (per, value) in values.items():
        for place in places[per]:
            answer(run, f"{key}|{place}", value)
