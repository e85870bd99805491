"""Which station is cared for by which plan, and what tightens it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select, text

from service.contracts.cover import holding
from service.contracts.models import ContractStation, ServiceContract
from service.contracts.words import WorkKind
from service.core.db import db
from service.core.history import record
from service.people.models import Customer, Person
from service.plans import replanning
from service.plans.models import MaintenancePlan, PlanError
from service.plans.occurrences import PlanAssignment, Tightening
from service.plans.places import BASE, Days, Place, local_day, places
from service.plans.words import ANOTHER_MODEL, RULE, PlanState, Scope
from service.stations.models import Site, Station

Doer = Person | str
# Whom a tightening reaches; None is the law, everywhere.
Reach = Station | Site | Customer | ServiceContract | None


class NotPublishedError(PlanError):
    """A draft may still change: publish it first."""


class RetiredStationError(PlanError):
    """A retired station is cared for no more."""


class WrongModelError(PlanError):
    """The plan is for another model than the station's."""


def assign(
    plan: MaintenancePlan,
    stations: Sequence[Station],
    by: Doer,
    at: datetime,
    counted_from: date | None = None,
) -> list[PlanAssignment]:
    """Give these stations a plan, in place of the one that they have.

    Their dates are made by `replanning.catch_up` and `generation.begin`, or by `plan_now`.
    Raises NotPublishedError, RetiredStationError, WrongModelError.
    """
    if plan.state is not PlanState.PUBLISHED:
        raise NotPublishedError(plan.title)
    for station in stations:
        _refuse_unfit(plan, station)
    now = _current(stations)
    made = []
    for station in stations:
        before = now.get(station.id)
        if before and before.plan_id == plan.id and before.counted_from == counted_from:
            continue
        made.append(_assign(plan, station, before, counted_from, by, at))
    db.session.flush()
    return made


def _refuse_unfit(plan: MaintenancePlan, station: Station) -> None:
    if station.is_retired:
        raise RetiredStationError(station.name)
    if station.model_id != plan.model_id:
        raise WrongModelError(station.name)


def _current(stations: Sequence[Station]) -> dict[int, PlanAssignment]:
    query = select(PlanAssignment).where(
        PlanAssignment.station_id.in_([station.id for station in stations]),
        PlanAssignment.ended_at.is_(None),
    )
    return {one.station_id: one for one in db.session.scalars(query)}


def _assign(
    plan: MaintenancePlan,
    station: Station,
    before: PlanAssignment | None,
    counted_from: date | None,
    by: Doer,
    at: datetime,
) -> PlanAssignment:
    since = local_day(station, at)
    if before:
        # Another version is no reason to forget what the station missed under the last one.
        before.ended_at, since = at, before.since
        counted_from = counted_from or before.counted_from
        db.session.flush()
    one = PlanAssignment(
        station=station, plan=plan, since=since, counted_from=counted_from, created_at=at
    )
    db.session.add(one)
    record("assign_plan", station, by, at, plan=[before.plan.title if before else None, plan.title])
    return one


def unassign(one: PlanAssignment, why: str, by: Doer, at: datetime) -> None:
    """No plan any more. Its open dates become void; what was done stays."""
    one.ended_at = at
    record("end_plan", one.station, by, at, why)
    db.session.execute(
        text(
            "UPDATE occurrence SET state = 'void', reason = :why, closed_at = :at, runs_on = false,"
            " superseded_by_id = NULL"
            " WHERE station_id = :station AND done_on IS NULL"
            " AND state IN ('forecast', 'due', 'overdue', 'superseded')"
        ),
        {"why": why, "at": at, "station": one.station_id},
    )


def end_of_another_model(at: datetime) -> None:
    """A plan is for one model: a station that became another one waits for a plan of that."""
    strangers = (
        select(PlanAssignment)
        .join(PlanAssignment.plan)
        .join(PlanAssignment.station)
        .where(
            PlanAssignment.ended_at.is_(None),
            Station.model_id.is_distinct_from(MaintenancePlan.model_id),
        )
    )
    for one in db.session.scalars(strangers).all():
        unassign(one, ANOTHER_MODEL, RULE, at)


def plan_now(stations: Sequence[Station], why: str, at: datetime) -> None:
    """Dates for a few stations at once, without waiting for the clock."""
    db.session.flush()
    replanning.replan(places_of(stations), why, at)


def places_of(stations: Sequence[Station]) -> list[Place]:
    mine = PlanAssignment.station_id.in_([station.id for station in stations])
    return [place for place in places(mine) if place.base is not None]


def tighten(
    scope: Reach,
    kind: WorkKind | None,
    why: str,
    by: Doer,
    at: datetime,
    months: int | None = None,
    days: int | None = None,
) -> Tightening:
    """Ask for more than the plan does. Without a scope: everywhere, by law."""
    one = Tightening(
        scope=_scope(scope),
        station_id=scope.id if isinstance(scope, Station) else None,
        site_id=scope.id if isinstance(scope, Site) else None,
        customer_id=scope.id if isinstance(scope, Customer) else None,
        contract_id=scope.id if isinstance(scope, ServiceContract) else None,
        kind=kind,
        months=months,
        days=days,
        why=why,
        created_at=at,
    )
    db.session.add(one)
    record("tighten", one, by, at, why)
    one.reached = _covered(one, at)
    _plan_again(one, why, at)
    return one


def loosen(one: Tightening, why: str, by: Doer, at: datetime) -> None:
    """It is asked for no more."""
    one.ended_at = at
    record("loosen", one, by, at, why)
    _plan_again(one, why, at)


def follow_contracts(at: datetime) -> None:
    """Contracts begin, end, and take stations in: whoever comes under one, or leaves it, is planned
    anew."""
    standing = select(Tightening).where(
        Tightening.scope == Scope.CONTRACT, Tightening.ended_at.is_(None)
    )
    for one in db.session.scalars(standing).all():
        before, covered = set(one.reached), _covered(one, at)
        if moved := before ^ set(covered):
            one.reached = covered
            db.session.flush()
            mine = places(PlanAssignment.station_id.in_(moved), BASE.is_not(None))
            replanning.replan(mine, one.why, at)


def _covered(one: Tightening, at: datetime) -> list[int]:
    """The stations of its contract on that day."""
    if one.contract_id is None:
        return []
    stations = select(ContractStation.station_id).join(ContractStation.contract)
    mine = stations.where(ServiceContract.id == one.contract_id, holding(Days(at)[None]))
    return sorted(set(db.session.scalars(mine)))


def _scope(scope: Reach) -> Scope:
    words: dict[type, Scope] = {
        Station: Scope.STATION,
        Site: Scope.SITE,
        Customer: Scope.CUSTOMER,
        ServiceContract: Scope.CONTRACT,
    }
    return words[type(scope)] if scope else Scope.LAW


def _plan_again(one: Tightening, why: str, at: datetime) -> None:
    """All whom it reaches."""
    db.session.flush()
    wanted = {
        Scope.STATION: Station.id == one.station_id,
        Scope.SITE: Station.site_id == one.site_id,
        Scope.CUSTOMER: Site.customer_id == one.customer_id,
        Scope.CONTRACT: Station.id.in_(one.reached),
        Scope.LAW: Station.id.is_not(None),
    }[one.scope]
    begun = PlanAssignment.begun_at.is_not(None)
    replanning.replan([place for place in places(wanted, begun) if place.base], why, at)
