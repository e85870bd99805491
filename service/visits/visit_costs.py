"""What a visit costs the contracts whose work was done on it: hours, and parts by their price."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from service.contracts.costs import ContractCost
from service.contracts.models import ServiceContract
from service.contracts.words import CostKind
from service.core.db import db
from service.core.settings import setting
from service.people.models import Person
from service.plans.places import Days
from service.visits.service_visits import ServiceVisit


def enter(visit: ServiceVisit, by: Person, at: datetime, now: datetime) -> None:
    """Hours are shared by the number of lines; a part is its station's contract's."""
    lines = [line for line in visit.order_lines if line.is_done and line.contract_id]
    shares = Counter(line.contract_id for line in lines)
    hourly_ore = round(float(setting("hour_costs_kronor")) * 100)
    hours_ore = visit.minutes_worked * hourly_ore // 60
    for key, count in shares.items():
        _enter(visit, key, CostKind.VISIT, hours_ore * count // len(lines), by, at, now)
    of_station = {line.station_id: line.contract_id for line in lines}
    for key, ore in _parts(visit, of_station).items():
        _enter(visit, key, CostKind.PARTS, ore, by, at, now)


def _parts(visit: ServiceVisit, of_station: dict[int | None, int | None]) -> Counter[int | None]:
    costs: Counter[int | None] = Counter()
    for one in visit.parts:
        if one.part and one.part.price_ore and (key := of_station.get(one.station_id)):
            costs[key] += round(one.part.price_ore * one.quantity)
    return costs


def _enter(
    visit: ServiceVisit,
    key: int | None,
    kind: CostKind,
    ore: int,
    by: Person,
    at: datetime,
    now: datetime,
) -> None:
    if not ore:
        return
    contract = db.session.get_one(ServiceContract, key)
    spent_on = Days(at)[visit.site.time_zone]
    numbers = ", ".join(sorted({line.order.number for line in visit.order_lines}))
    told = f"{visit.number}: {numbers}"
    ContractCost.enter(contract, spent_on, kind, ore, told, by, now, source=f"visit {visit.id}")
