"""The day's package: all that a technician needs without coverage, in few statements."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from service.core.db import db
from service.core.fields import written
from service.people.models import Person
from service.people.skills import authorisations_of
from service.people.tablets import Tablet
from service.tablets import package_reading as read
from service.tablets import package_runs, package_shapes
from service.tablets.models import TabletVisit
from service.visits.service_visits import ServiceVisit

AHEAD, BACK = 14, 7
# If it would be larger than a tablet takes in a garage's doorway: fewer days.
MOST_BYTES = 5 * 1024 * 1024
FEWER_DAYS = (AHEAD, 7, 3, 1)
GOOD_FOR = timedelta(days=3)
# So long a tablet is told that a visit is no more its person's.
TOLD_FOR = timedelta(days=60)


@dataclass(frozen=True)
class Package:
    rev: str
    content: bytes


def build(tablet: Tablet, at: datetime) -> Package:
    """The visits of the tablet's person from a week ago on, and all that belongs to them."""
    for days in FEWER_DAYS:
        package = _build(tablet, at, days)
        if len(package.content) <= MOST_BYTES:
            break
    return package


def _build(tablet: Tablet, at: datetime, days: int) -> Package:
    person = tablet.person
    visits = read.visits_of(person, at - timedelta(days=BACK), at + timedelta(days=days))
    facts = {"person": _told(person, at), "visits": [], **_of_visits(visits, tablet, at)}
    facts["parts"] = [package_shapes.part(one) for one in read.parts()]
    facts["instruments"] = [package_shapes.instrument(one) for one in read.instruments(person)]
    facts["colleagues"] = [{"id": one.id, "name": one.name} for one in read.colleagues(person)]
    facts["gone"] = _gone(tablet, [one.id for one in visits], at)
    rev = hashlib.sha256(orjson.dumps(facts, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]
    times = {"rev": rev, "at": written(at), "good_until": written(at + GOOD_FOR)}
    return Package(rev, orjson.dumps(times | facts))


def _told(person: Person, at: datetime) -> dict[str, Any]:
    return {
        "id": person.id,
        "name": person.name,
        "language": person.language,
        "authorisations": authorisations_of(person, at),
    }


def _of_visits(visits: list[ServiceVisit], tablet: Tablet, at: datetime) -> dict[str, Any]:
    person = tablet.person
    stations = {one.id: one for visit in visits for one in visit.stations}
    components = read.components(stations)
    allowed = authorisations_of(person, at)
    package_runs.make_missing(visits, components, allowed, person, at)
    runs = [one.run for visit in visits for one in visit.runs]
    answers = package_runs.given_of([one.id for one in runs], tablet)
    versions = {one.version_id: one.version for one in runs}
    return {
        "visits": [_visit(one, answers, at) for one in visits],
        "stations": {
            str(key): shape | {"components": _components(components.get(key, []))}
            for key, shape in read.stations(stations).items()
        },
        "versions": {str(key): package_shapes.version(one) for key, one in versions.items()},
    }


def _visit(visit: ServiceVisit, answers: dict[int, Any], at: datetime) -> dict[str, Any]:
    runs = [package_shapes.run(one.run, answers.get(one.run_id, {})) for one in visit.runs]
    lines = [one for one in visit.lines if one.released_at is None or not visit.is_open]
    return package_shapes.visit(visit, lines, runs, at)


def _components(rows: Iterable[Any]) -> list[dict[str, Any]]:
    return [package_shapes.component(one) for one in rows]


def _gone(tablet: Tablet, now_there: list[int], at: datetime) -> list[int]:
    """Visits that this tablet was given once, and that are not its person's any more.

    Told again each time: an answer may be lost.
    """
    if now_there:
        rows = [{"tablet_id": tablet.id, "visit_id": key, "given_at": at} for key in now_there]
        fresh = insert(TabletVisit).values(rows)
        keys = ["tablet_id", "visit_id"]
        again = fresh.on_conflict_do_update(index_elements=keys, set_={"given_at": at})
        db.session.execute(again)
    given = select(TabletVisit.visit_id).where(
        TabletVisit.tablet_id == tablet.id,
        TabletVisit.given_at > at - TOLD_FOR,
        TabletVisit.visit_id.not_in(now_there),
    )
    return sorted(db.session.scalars(given))
