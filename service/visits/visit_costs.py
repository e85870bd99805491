"""What a visit costs the contracts whose work was done on it: hours, and parts by their price.

Costs stay as they were entered. What becomes known later is entered as the difference.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from sqlalchemy import func, select

from service.contracts.costs import ContractCost
from service.contracts.models import ServiceContract
from service.contracts.words import CostKind
from service.core.db import db
from service.core.settings import setting
from service.people.models import Person
from service.plans.places import Days
from service.visits.lines import WorkOrderLine
from service.visits.service_visits import ServiceVisit

# A contract, and what kind of cost.
Account = tuple[int, CostKind]


def enter(visit: ServiceVisit, by: Person, at: datetime, now: datetime) -> None:
    """Hours are shared by the number of lines; a part is its station's contract's."""
    before, costs = _entered(visit), _costs(visit)
    # What no longer is a contract's is taken back from it.
    for account in dict.fromkeys([*before, *costs]):
        if more := costs[account] - before[account]:
            _enter(visit, account, more, by, at, now)


def enter_late(visit: ServiceVisit, by: Person, at: datetime, now: datetime) -> None:
    """Hours and parts that are told when the visit has ended already."""
    if not visit.is_open:
        db.session.flush()
        enter(visit, by, at, now)


def _costs(visit: ServiceVisit) -> Counter[Account]:
    done = [line for line in visit.order_lines if line.is_done]
    lines = [line for line in done if line.contract_id]
    hourly_ore = round(float(setting("hour_costs_kronor")) * 100)
    hours_ore = visit.minutes_worked * hourly_ore // 60
    costs: Counter[Account] = Counter()
    for key, count in Counter(line.contract_id or 0 for line in lines).items():
        costs[key, CostKind.VISIT] = hours_ore * count // len(done)
    return costs + _parts(visit, lines)


def _parts(visit: ServiceVisit, lines: list[WorkOrderLine]) -> Counter[Account]:
    of_station = {line.station_id: line.contract_id for line in lines}
    costs: Counter[Account] = Counter()
    for one in visit.parts:
        key = of_station.get(one.station_id)
        if key and one.part and one.part.price_ore:
            costs[key, CostKind.PARTS] += round(one.part.price_ore * one.quantity)
    return costs


def _source(visit: ServiceVisit) -> str:
    return f"visit {visit.id}"


def _entered(visit: ServiceVisit) -> Counter[Account]:
    mine = (
        select(ContractCost.contract_id, ContractCost.kind, func.sum(ContractCost.ore))
        .where(ContractCost.source == _source(visit))
        .group_by(ContractCost.contract_id, ContractCost.kind)
    )
    return Counter({(key, kind): int(ore) for key, kind, ore in db.session.execute(mine)})


def _enter(
    visit: ServiceVisit, account: Account, ore: int, by: Person, at: datetime, now: datetime
) -> None:
    contract = db.session.get_one(ServiceContract, account[0])
    spent_on = Days(at)[visit.site.time_zone]
    numbers = ", ".join(sorted({line.order.number for line in visit.order_lines}))
    told = f"{visit.number}: {numbers}"
    source = _source(visit)
    ContractCost.enter(contract, spent_on, account[1], ore, told, by, now, source=source)
