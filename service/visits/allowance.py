"""How many of a contract's visits of the year are used: the next one is an extra.

A visit is a coming to one site on one day on which work was done that the contract includes,
whatever number of stations and orders that was. They count in the order of their days, in the year
that begins on the contract's first day and on the same day of each year after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from service.contracts import periods
from service.contracts.models import ServiceContract
from service.contracts.terms import Covering
from service.core.db import db
from service.stations.models import Site
from service.visits.charges import Charge
from service.visits.lines import WorkOrderLine
from service.visits.models import WorkOrder
from service.visits.states import LineState

COUNTED = (Charge.INCLUDED, Charge.BEYOND_VISITS)


@dataclass(frozen=True, order=True)
class Coming:
    done_on: date
    site_id: int
    site: str = ""


@dataclass(frozen=True)
class Allowance:
    """Of one running year of a contract. `included` None: as many as are needed."""

    since: date
    until: date
    included: int | None
    comings: Sequence[Coming]

    @property
    def used(self) -> int:
        return len(self.comings)

    @property
    def beyond(self) -> int:
        return 0 if self.included is None else max(0, self.used - self.included)

    def is_beyond(self, done_on: date, site_id: int) -> bool:
        """Whether a visit there on that day is one too many. Others of that day and site are it."""
        if self.included is None:
            return False
        here = (done_on, site_id)
        before = [one for one in self.comings if (one.done_on, one.site_id) < here]
        return len(before) >= self.included


def running(contract: ServiceContract, today: date) -> Allowance:
    """Of the year that runs, or of the last one where nothing is agreed for today."""
    return of_contract(contract, min(today, contract.ends_on))


def of_contract(contract: ServiceContract, on: date) -> Allowance:
    since, until = periods.running_year(contract.starts_on, on)
    included = contract.agreed.visits_per_year
    return Allowance(since, until, included, _comings(contract.id, since, until))


class Allowances:
    """Those of the contracts that some lines are priced by, each asked for once."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, date], Allowance] = {}

    def is_beyond(self, paying: Covering, on: date, site_id: int) -> bool:
        if paying.terms.visits_per_year is None:
            return False
        key = (paying.contract_id, on)
        if key not in self._known:
            self._known[key] = of_contract(_locked(paying.contract_id), on)
        return self._known[key].is_beyond(on, site_id)


def _locked(contract_id: int) -> ServiceContract:
    """Of two that are told at once, only one is the last that is included."""
    mine = select(ServiceContract).where(ServiceContract.id == contract_id)
    alone = mine.with_for_update(key_share=True, of=ServiceContract)
    return db.session.scalars(alone).one()


def _comings(contract_id: int, since: date, until: date) -> list[Coming]:
    done = (
        select(WorkOrderLine.done_on, WorkOrder.site_id, Site.name)
        .join(WorkOrder, WorkOrder.id == WorkOrderLine.work_order_id)
        .join(Site, Site.id == WorkOrder.site_id)
        .where(
            WorkOrderLine.contract_id == contract_id,
            WorkOrderLine.charge.in_(COUNTED),
            WorkOrderLine.state == LineState.DONE,
            WorkOrderLine.done_on.between(since, until),
        )
        .distinct()
        .order_by(WorkOrderLine.done_on, WorkOrder.site_id)
    )
    rows = db.session.execute(done)
    return [Coming(done_on, site_id, name) for done_on, site_id, name in rows if done_on]
