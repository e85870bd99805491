"""What was measured at some stations over two years, by the verbs that a tablet's work takes.

At one of them an RCD grows slower from test to test, so that its trend shows, and its next test is
brought forward.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from sqlalchemy import select

from service.checklists import runs
from service.checklists.models import ChecklistRun, Instrument
from service.contracts.words import WorkKind
from service.core.db import db
from service.people.models import Person
from service.stations.models import Station

if TYPE_CHECKING:
    from service.demo.plant import World

# So many days ago each was, and how long the RCD of the first station took, in milliseconds.
TESTED = ((730, 142.0), (548, 168.0), (365, 197.0), (183, 224.0), (20, 252.0))
WELL = {"value": "ok", "note": "", "photos": [], "confirmed": True}
# By the item's key: the first value, and by how much each test differs from the one before.
MEASURED = {"rcd.t5x": (24.0, 0.4), "el.riso_pri": (420.0, -6.0), "el.rpe": (0.12, 0.005)}
PLACES = (("malmo", 0), ("sundsvall", 0))


def measure(world: World, technician: Person, at: datetime) -> None:
    db.session.flush()
    tool = db.session.scalars(select(Instrument).order_by(Instrument.id).limit(1)).first()
    for place, index in PLACES:
        station = world.at(place, index)
        # It was made of a table's texts: now it is as the database has it.
        db.session.refresh(station)
        db.session.refresh(world.sites[place])
        # The others stay as they were.
        drifts = (place, index) == PLACES[0]
        for number, (days, ms) in enumerate(TESTED):
            then = at - timedelta(days=days)
            took = ms if drifts else round(TESTED[0][1] / 3)
            _test(station, number, took, technician, tool, then)


def _test(
    station: Station,
    number: int,
    ms: float,
    by: Person,
    tool: Instrument | None,
    at: datetime,
) -> None:
    work = [WorkKind.RCD_TEST.value]
    version = runs.version_for(station, work)
    if version is None:
        return
    run = runs.start(station, version, work, by, at)
    db.session.flush()
    for key, place in _asked(run):
        value = ms if key == "rcd.t1x" else _later(key, number)
        given = {"number": value, "value": str(value), "confirmed": True}
        _answer(run, key, place, given | {"instrument_id": tool.id if tool else None}, by, at)
    _answer(run, "vis.mount", "station", WELL, by, at)
    runs.submit(run, by, at + timedelta(minutes=40), unable=True)


def _asked(run: ChecklistRun) -> list[tuple[str, str]]:
    """What is measured in this list, at each place that the station has."""
    return [
        (item["key"], place)
        for section in run.version.document["sections"]
        for item in section["items"]
        if item["key"] in ("rcd.t1x", *MEASURED)
        for place in run.places
        if place.partition(":")[0] == section["per"]
    ]


def _later(key: str, number: int) -> float:
    first, step = MEASURED[key]
    return round(first + number * step, 3)


def _answer(
    run: ChecklistRun, item: str, place: str, given: Mapping[str, Any], by: Person, at: datetime
) -> None:
    op: UUID = uuid5(run.uuid, f"{item}|{place}")
    runs.take(run, op, item, place, given, by, at + timedelta(minutes=10), at)
