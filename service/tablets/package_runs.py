"""The checklists of a visit: made when its package is first fetched, and then they stay."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on

from service.checklists import runs
from service.checklists.models import Answer
from service.core.db import db
from service.people.models import Person
from service.people.tablets import Tablet
from service.stations.components import Component
from service.stations.models import Station
from service.visits.lines import WorkOrderLine
from service.visits.service_visits import ServiceVisit
from service.visits.visit_rows import VisitRun

CORRECTIVE = "corrective"


def make_missing(
    visits: Iterable[ServiceVisit],
    components: Mapping[int, list[Component]],
    authorisations: list[str],
    by: Person,
    at: datetime,
) -> None:
    """A run for each station of each visit, and each list that its work asks for."""
    for visit in visits:
        if visit.is_open and {one.id for one in visit.stations} - _served(visit):
            _lock(visit)
            _make(visit, components, authorisations, by, at)


def _served(visit: ServiceVisit) -> set[int]:
    return {one.run.station_id for one in visit.runs}


def _lock(visit: ServiceVisit) -> None:
    """Two tablets of one person fetch at once: one of them makes the runs."""
    mine = select(ServiceVisit.id).where(ServiceVisit.id == visit.id)
    db.session.execute(mine.with_for_update())
    db.session.refresh(visit, ["runs"])


def _make(
    visit: ServiceVisit,
    components: Mapping[int, list[Component]],
    authorisations: list[str],
    by: Person,
    at: datetime,
) -> None:
    served = _served(visit)
    for station in visit.stations:
        if station.id in served:
            continue
        lines = [one for one in visit.order_lines if one.station_id == station.id]
        for key in _keys(lines):
            parts = components.get(station.id, [])
            _begin(visit, station, key, _work(lines), parts, authorisations, by, at)


def _begin(
    visit: ServiceVisit,
    station: Station,
    key: str | None,
    work: list[str],
    parts: list[Component],
    authorisations: list[str],
    by: Person,
    at: datetime,
) -> None:
    version = runs.version_for(station, work, key)
    known = {(one.run.station_id, one.run.version_id) for one in visit.runs}
    if version is None or (station.id, version.id) in known:
        return
    run = runs.start(
        station,
        version,
        work,
        by,
        at,
        authorisations=authorisations,
        components=parts,
        # What is asked once a visit stands in its first list.
        with_visit=not visit.runs,
    )
    db.session.flush()
    visit.runs.append(VisitRun(run_id=run.id, run=run))
    db.session.flush()


def _keys(lines: list[WorkOrderLine]) -> list[str | None]:
    named = [line.task.checklist if line.task else None for line in lines]
    return list(dict.fromkeys(key or None for key in named)) or [None]


def _work(lines: list[WorkOrderLine]) -> list[str]:
    kinds = [line.work_kind.value for line in lines if line.work_kind]
    return kinds + [CORRECTIVE for line in lines if line.ticket_id is not None][:1]


def given_of(run_ids: list[int], tablet: Tablet) -> dict[int, dict[str, dict[str, Any]]]:
    """The answers that count, of all these runs at once, by "item|place"."""
    newest = (
        select(Answer)
        .where(Answer.run_id.in_(run_ids))
        .ext(distinct_on(Answer.run_id, Answer.item, Answer.place))
        .order_by(*Answer.newest_first())
    )
    found: dict[int, dict[str, dict[str, Any]]] = {}
    for one in db.session.scalars(newest) if run_ids else []:
        found.setdefault(one.run_id, {})[one.where] = _told(one, tablet)
    return found


def _told(one: Answer, tablet: Tablet) -> dict[str, Any]:
    """Of its own a tablet is told the number that it gave it: which of two came later."""
    return one.given | ({"seq": one.seq} if one.tablet_id == tablet.id else {})
