"""Which contract pays for the lines of an order on its day, and what the rest costs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from sqlalchemy import select

from service.contracts import periods
from service.contracts.cover import cover_of
from service.contracts.models import ServiceContract
from service.contracts.packages import PackageExtraPrice, ServicePackage
from service.contracts.terms import Cover
from service.contracts.words import WorkKind
from service.core.db import db
from service.core.history import record
from service.people.models import Person
from service.plans.places import Days
from service.visits.allowance import Allowances
from service.visits.charges import Charge, Price, Quote, beyond, quote
from service.visits.lines import WorkOrderLine
from service.visits.models import WorkOrder
from service.visits.states import LOCKED


def list_prices() -> dict[WorkKind, Price]:
    """What work costs without a contract: the packages' price, where they all say the same."""
    query = (
        select(PackageExtraPrice.kind, PackageExtraPrice.price_ore, ServicePackage.vat_percent)
        .join(ServicePackage, PackageExtraPrice.package_id == ServicePackage.id)
        .where(ServicePackage.retired_at.is_(None))
        .distinct()
    )
    found: dict[WorkKind, list[Price]] = defaultdict(list)
    for kind, ore, vat_percent in db.session.execute(query):
        found[kind].append(Price(ore, vat_percent))
    return {kind: prices[0] for kind, prices in found.items() if len(prices) == 1}


def price(orders: Iterable[WorkOrder], at: datetime) -> None:
    """Price every line as the contracts of its day say, but for those priced by hand.

    The day is the one on which it was done, else the order's, else today. A locked order keeps
    its prices.
    """
    # A line that is new has no key of its station yet.
    db.session.flush()
    days, by_day = Days(at), defaultdict[date, list[WorkOrderLine]](list)
    for order in orders:
        if not order.is_locked:
            today = days[order.site.time_zone]
            for line in _priced_by_rule(order):
                by_day[line.done_on or order.planned_on or today].append(line)
    listed, allowances = list_prices() if by_day else {}, Allowances()
    for day, lines in sorted(by_day.items()):
        covers = cover_of({line.station_id for line in lines if line.station_id}, day)
        for line in lines:
            if line.station_id and line.work_kind:
                cover = covers[line.station_id]
                line.price_as(_quote(cover, line, day, listed, allowances))


def _quote(
    cover: Cover,
    line: WorkOrderLine,
    day: date,
    listed: Mapping[WorkKind, Price],
    allowances: Allowances,
) -> Quote:
    """What is included is so for as many visits a year as the contract says."""
    kind, site_id = line.work_kind or WorkKind.OTHER, line.order.site_id
    paying = [one for one in cover.contracts if one.terms.includes(kind)]
    for one in paying:
        if not allowances.is_beyond(one, day, site_id):
            return Quote(Charge.INCLUDED, one.contract_id)
    return beyond(cover, kind, paying[0], listed) if paying else quote(cover, kind, listed)


def count_again(contract: ServiceContract | None, on: date | None, at: datetime) -> None:
    """A visit of that year came, or went: which of the others are included is another question."""
    if contract is None or on is None or contract.agreed.visits_per_year is None:
        return
    since, until = periods.running_year(contract.starts_on, on)
    counted = select(WorkOrderLine.work_order_id).where(
        WorkOrderLine.contract_id == contract.id, WorkOrderLine.done_on.between(since, until)
    )
    orders = select(WorkOrder).where(WorkOrder.id.in_(counted), WorkOrder.state.not_in(LOCKED))
    price(db.session.scalars(orders.order_by(WorkOrder.id)).all(), at)


def _priced_by_rule(order: WorkOrder) -> list[WorkOrderLine]:
    mine = (one for one in order.lines if one.work_kind and one.station_id)
    return [one for one in mine if one.charge is not Charge.AGREED]


def agree(line: WorkOrderLine, ore: int | None, vat: int, by: Person, at: datetime) -> None:
    """Somebody says what the line costs; None: what the contracts say. Raises EndedError."""
    line.order.refuse_if_locked()
    before = line.extra_price_ore
    if ore is None:
        line.charge = line.contract_id = line.extra_price_ore = None
        price([line.order], at)
    else:
        line.charge, line.contract_id = Charge.AGREED, None
        line.extra_price_ore, line.vat_percent = ore, vat
    changed = [before, line.extra_price_ore]
    record("price", line.order, by, at, line=line.told, price_ore=changed)
