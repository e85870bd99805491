"""What a correction leaves as it is, and a person decides: outlets out of service, early dates."""

from __future__ import annotations

from sqlalchemy import select

from service.checklists import runs
from service.checklists.models import ChecklistRun
from service.checklists.words import Verdict
from service.core.db import db
from service.plans import trends
from service.plans.occurrences import TO_DO, Occurrence
from service.visits.service_visits import ServiceVisit
from service.visits.stopping import connector_of, is_put_back
from service.visits.visit_rows import VisitStop

Where = tuple[str, str]


def still_out(visit: ServiceVisit) -> list[VisitStop]:
    """Stops of what a correction found well. Nobody has asked for the outlet's service since."""
    if not visit.stops:
        return []
    mended = {one.id: _mended(chain) for chain in visit.chains for one in chain}
    last = {(one.run.station_id, one.item, one.place): one for one in visit.stops}
    return [
        one
        for one in last.values()
        if one.remote_action_id and (one.item, one.place) in mended.get(one.run_id, ())
        if not is_put_back(one, one.run, connector_of(one.place))
    ]


def brought_forward(visit: ServiceVisit) -> list[Occurrence]:
    """Open dates that a value brought forward which was corrected since."""
    corrected = [chain for chain in visit.chains if len(chain) > 1]
    stations = {chain[0].station_id for chain in corrected}
    mine = (
        select(Occurrence)
        .where(Occurrence.station_id.in_(stations), TO_DO)
        .where(Occurrence.reason.startswith(f"{trends.TREND}: "))
    )
    waiting = db.session.scalars(mine.order_by(Occurrence.latest_on)).all() if stations else []
    values = {key for chain in corrected for key in _changed(chain)} if waiting else set()
    return [one for one in waiting if any(_is_by(one, *key) for key in values)]


def _mended(chain: list[ChecklistRun]) -> set[Where]:
    """What failed in any of them, and does not fail in the last."""
    failed = [{it.where for it in one.findings if it.verdict is Verdict.FAIL} for one in chain]
    return set().union(*failed) - failed[-1]


def _changed(chain: list[ChecklistRun]) -> set[tuple[int, str, str]]:
    first, last = (runs.current_answers(one) for one in (chain[0], chain[-1]))
    station = chain[0].station_id
    both = [(one, first.get(where)) for where, one in last.items()]
    return {(station, one.item, one.place) for one, old in both if old and old.number != one.number}


def _is_by(one: Occurrence, station_id: int, item: str, place: str) -> bool:
    reason = one.reason or ""
    return one.station_id == station_id and reason.startswith(f"{trends.TREND}: {item} {place}:")
