"""A visit's lists as they hold are read in as many statements, however many there are."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from service.checklists import amending, document, runs
from service.checklists.models import ChecklistVersion
from service.core.clock import now
from service.core.db import db
from service.people.models import Person, Role
from service.stations.models import Station
from service.visits import finishing
from service.visits.service_visits import ServiceVisit
from service.visits.visit_rows import VisitRun
from tests.checklists.test_series import heard
from tests.conftest import person
from tests.tablets.conftest import lists, planned, tove, visit

__all__ = ["lists", "tove", "visit"]
CORRECTED = 3


def handed_in(visit: ServiceVisit, station: Station, by: Person, count: int) -> None:
    """So many lists, each with a remark, and each corrected three times."""
    version = db.session.scalars(select(ChecklistVersion).order_by(ChecklistVersion.id)).first()
    assert version is not None
    at = now() - timedelta(hours=1)
    for _number in range(count):
        run = runs.start(station, version, [], by, at)
        db.session.flush()
        visit.runs.append(VisitRun(run_id=run.id, run=run))
        _answered(run, by, at)
        for why in range(CORRECTED):
            run = amending.amend(run, f"{why}", by, at)
            runs.submit(run, by, at, unable=True)
    db.session.commit()


def _answered(run: Any, by: Person, at: Any) -> None:
    for _path, section, item in document.items(run.version.document):
        if item["type"] == "verdict" and section["per"] == "station":
            given = {"value": "remark", "note": "Skev"}
            op = run.uuid
            runs.take(run, op, item["key"], "station", given, by, at, at)
            break
    runs.submit(run, by, at, unable=True)


def statements(count: int, visit: ServiceVisit, station: Station, by: Person) -> dict[str, int]:
    handed_in(visit, station, by, count)
    key, counted = visit.id, {}
    for name, read in (
        ("held", lambda it: [one.findings for one in it.held_runs]),
        ("settled", lambda it: finishing.settle_lists(it, by, now())),
        ("settled again", lambda it: finishing.settle_lists(it, by, now())),
    ):
        db.session.commit()
        db.session.expunge_all()
        one = db.session.get_one(ServiceVisit, key)
        with heard() as said:
            read(one)
        counted[name] = len([it for it in said if not it.startswith("INSERT")])
    return counted


@pytest.fixture
def counted(app: Flask, visit: ServiceVisit, station: Station, tove: Person) -> Any:
    disa = person(Role.DISPATCHER, "Disa Dispatch")
    few = statements(1, visit, station, disa)
    other = planned(tove, station)
    return few, statements(5, other, station, disa)


def test_five_lists_take_as_many_statements_as_one(counted: Any) -> None:
    few, many = counted

    assert many["held"] == few["held"]
    assert many["settled again"] == few["settled again"]
