"""The list of contracts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import g
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from service.contracts import labels, periods
from service.contracts.blueprint import bp
from service.contracts.models import ContractStation, ServiceContract
from service.contracts.words import State
from service.core.clock import now
from service.core.dates import HOME
from service.core.db import db
from service.core.lists import Column, Filter, Listing
from service.core.money import in_kronor
from service.core.swedish import alphabetical
from service.people.models import Customer

Contracts = Select[Any]
EXPIRING = (("90", _l("within 90 days")), ("decision", _l("waits for a decision")))


def today() -> date:
    """Contracts begin and end with the Swedish day."""
    return now().astimezone(HOME).date()


@bp.get("/contracts")
def index() -> ResponseReturnValue:
    on = today()
    return _listing(on).answer("contracts/index.html", labels=labels, on=on)


def _listing(on: date) -> Listing:
    kind = ServiceContract
    covered = or_(ContractStation.until.is_(None), ContractStation.until >= on)
    stations = select(func.count()).where(ContractStation.contract_id == kind.id, covered)
    query = kind.visible_to(g.person).join(kind.customer)
    options = (contains_eager(kind.customer), joinedload(kind.package), selectinload(kind.prices))
    return Listing(
        name="contracts",
        query=query.options(*options).add_columns(stations.scalar_subquery().label("stations")),
        columns=(
            Column("state", _l("State"), None, lambda row: str(labels.STATE[_of(row).state])),
            Column("number", _l("Number"), kind.number, lambda row: _of(row).number),
            Column("name", _l("Name"), alphabetical(kind.name), lambda row: _of(row).name),
            Column("customer", _l("Customer"), alphabetical(Customer.name), _customer),
            Column("package", _l("Package"), None, _package, on_page=False),
            Column("stations", _l("Stations"), None, number=True),
            Column("price", _l("Price"), None, _price(on), number=True),
            Column("starts_on", _l("First day"), kind.starts_on, _start, on_page=False),
            Column("ends_on", _l("Last day"), kind.ends_on, lambda row: _of(row).ends_on),
            Column("renewal", _l("At the end"), None, _renewal, on_page=False),
        ),
        search=(kind.number, kind.name, Customer.name),
        filters=tuple(_filters(on)),
        sort="ends_on",
        search_hint=_l("Search number, name, customer …"),
    )


def _filters(on: date) -> list[Filter]:
    state = Filter("state", _l("State"), list(labels.STATE.items()), _in_state)
    ends = Filter("ends", _l("Ends"), EXPIRING, lambda query, how: _ending(query, how, on))
    return [state, ends, *([_of_customers()] if g.person.sees_all else [])]


def _of_customers() -> Filter:
    """Those that have a contract."""
    having = select(ServiceContract.customer_id).distinct()
    them = select(Customer.id, Customer.name).where(Customer.id.in_(having))
    found = db.session.execute(them.order_by(alphabetical(Customer.name)))
    choices = [(str(key), name) for key, name in found]
    return Filter("customer", _l("Customer"), choices, _for_customer)


def _in_state(query: Contracts, state: str) -> Contracts:
    return query.where(ServiceContract.state == State(state))


def _for_customer(query: Contracts, key: str) -> Contracts:
    return query.where(ServiceContract.customer_id == int(key))


def _ending(query: Contracts, how: str, on: date) -> Contracts:
    active = query.where(ServiceContract.state == State.ACTIVE)
    if how == "decision":
        return active.where(ServiceContract.ends_on < on)
    return active.where(ServiceContract.ends_on.between(on, on + periods.EARLY))


def _of(row: Any) -> ServiceContract:
    contract: ServiceContract = row.ServiceContract
    return contract


def _customer(row: Any) -> str:
    return _of(row).customer.name


def _package(row: Any) -> str:
    return _of(row).package_name


def _start(row: Any) -> date:
    return _of(row).starts_on


def _renewal(row: Any) -> str:
    return str(labels.RENEWAL[_of(row).renewal])


def _price(on: date) -> Callable[[Any], Any]:
    return lambda row: in_kronor(_of(row).price_ore(on))
