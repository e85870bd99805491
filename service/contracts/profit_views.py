"""What a contract brings in and costs: for administrators, as a page and as a file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from flask import g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from service.contracts import labels, profit
from service.contracts.blueprint import bp
from service.contracts.costs import ContractCost
from service.contracts.deed_forms import CostForm
from service.contracts.list_views import today
from service.contracts.models import ContractStation, ServiceContract
from service.contracts.periods import DAY, add_months
from service.contracts.profit import Account, Cost, Days, Step
from service.contracts.show_views import page
from service.contracts.words import CostKind
from service.core.clock import now
from service.core.db import db
from service.core.download import Sheet
from service.core.money import in_kronor
from service.stations import pages
from service.stations.pages import Answer

LISTED = 50
# Longer than any contract; a slip of the fingers asks for no thousand years.
MOST_MONTHS = 240
FIRST_YEAR, LAST_YEAR = 1950, 2200


@bp.get("/contracts/<int:contract_id>/profit")
def show_profit(contract_id: int) -> ResponseReturnValue:
    contract = g.person.may_see(ServiceContract, contract_id)
    since, until = _asked(contract)
    lines = account_of(contract, since, until)
    whole, kind = profit.total(lines), request.args.get("format", "")
    if kind in {"csv", "xlsx"}:
        sheet = Sheet(f"{contract.number}-profit", _heads(), _rows(lines))
        return sheet.csv() if kind == "csv" else sheet.xlsx()
    newest = ContractCost.visible_to(g.person).where(ContractCost.contract_id == contract.id)
    costs = db.session.scalars(
        newest.order_by(ContractCost.spent_on.desc(), ContractCost.id.desc()).limit(LISTED)
    )
    return render_template(
        "contracts/profit.html",
        contract=contract,
        since=since,
        until=until,
        lines=lines,
        whole=whole,
        costs=list(costs),
        kinds=CostKind,
        labels=labels,
    )


@bp.route("/contracts/<int:contract_id>/costs", methods=["GET", "POST"])
def enter_cost(contract_id: int) -> Answer:
    contract = g.person.may_see(ServiceContract, contract_id)
    form, back = CostForm(spent_on=today()), f"{page(contract)}/profit"
    if not form.validate():
        title = _("A cost of %(number)s", number=contract.number)
        return pages.ask(form, title, back, action=request.path)
    facts = {name: it for name, it in form.facts.items() if name != "csrf_token"}
    ContractCost.enter(contract, by=g.person, at=now(), **facts)
    return pages.done(_("Saved."), back)


def account_of(contract: ServiceContract, since: date, until: date) -> list[Account]:
    """A line for each month of the time."""
    if contract.signed_at is None:
        return profit.account([Step(since, 0)], contract.agreed.price_per, (), (), [(since, until)])
    steps = [Step(one.since, one.price_ore) for one in contract.prices]
    months = profit.months_of(since, until)
    covered = _covered(contract)
    return profit.account(steps, contract.agreed.price_per, covered, _costs(contract), months)


def _covered(contract: ServiceContract) -> Iterator[Days]:
    mine = select(ContractStation.since, ContractStation.until)
    mine = mine.where(ContractStation.contract_id == contract.id)
    for since, until in db.session.execute(mine):
        first, last = max(since, contract.starts_on), min(until or date.max, contract.ends_on)
        if first <= last:
            yield first, last


def _costs(contract: ServiceContract) -> Iterator[Cost]:
    columns = (ContractCost.spent_on, ContractCost.kind, ContractCost.ore)
    mine = select(*columns).where(ContractCost.contract_id == contract.id)
    for spent_on, kind, ore in db.session.execute(mine):
        yield Cost(spent_on, kind, ore)


def _asked(contract: ServiceContract) -> Days:
    """The time that the address names; else the twelve months up to the end of this one."""
    end = add_months(today().replace(day=1), 1) - DAY
    since = _day("from") or add_months(end + DAY, -12)
    until = _day("to") or end
    if until < since:
        since, until = until, since
    return max(since, add_months(until, -MOST_MONTHS)), until


def _day(name: str) -> date | None:
    """Nothing where no calendar that people use has such a day."""
    try:
        day = date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year <= LAST_YEAR else None


def _heads() -> list[str]:
    kinds = [str(labels.COST[kind]) for kind in CostKind]
    more = [_("Income"), *kinds, _("Result"), _("Visits")]
    return [_("From"), _("To"), _("Station-months"), *more]


def _rows(lines: list[Account]) -> Iterator[list[Any]]:
    for line in [*lines, profit.total(lines)]:
        costs = [in_kronor(line.costs[kind]) for kind in CostKind]
        months = round(float(line.station_months), 4)
        money = [in_kronor(line.income), *costs, in_kronor(line.result)]
        yield [line.since, line.until, months, *money, line.visits]
