"""Which contract pays for the lines of an order on its day, and what the rest costs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from sqlalchemy import select

from service.contracts.cover import cover_of
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
    for day, lines in by_day.items():
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
    kind = line.work_kind or WorkKind.OTHER
    paying = cover.including(kind)
    if paying and allowances.is_beyond(paying, day, line.order.site_id):
        return beyond(cover, kind, paying, listed)
    return quote(cover, kind, listed)


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
