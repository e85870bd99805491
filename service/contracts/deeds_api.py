"""What is done to a signed contract, in the JSON API: its price, its periods, and its end."""

from __future__ import annotations

from typing import Any

from flask import g

from service.contracts.api import contracts
from service.contracts.api_shapes import WholeContractShape
from service.contracts.models import ServiceContract
from service.contracts.refusals import IndexCapError
from service.contracts.words import Renewal
from service.core import clock, problems
from service.core.db import db
from service.core.fields import Body, CivilDay, Whole, Why, Words, choice
from service.core.money import MOST_ORE
from service.core.problems import wrong_field
from service.people.api import seen

__all__ = ["contracts"]

problems.means(
    IndexCapError,
    lambda wrong: wrong_field("price_ore", f"The index clause allows a rise of {wrong} at once."),
)


class NewPrice(Body):
    price_ore = Whole(
        0, MOST_ORE, required=True, metadata={"description": "For each station, without VAT."}
    )
    since = CivilDay(required=True)
    reason = Words(500, required=True)


class RenewalChange(Body):
    renewal = choice(Renewal, required=True)
    reason = Words(500, required=True)


@contracts.post("/contracts/<int:contract_id>/prices", WholeContractShape, NewPrice)
def adjust_price(asked: dict[str, Any], contract_id: int) -> ServiceContract:
    """Give a signed contract another price from a day on, as far as its index clause allows."""
    contract = seen(ServiceContract, contract_id)
    contract.adjust_price(
        asked["price_ore"], asked["since"], g.person, clock.now(), asked["reason"]
    )
    return _kept(contract)


@contracts.post("/contracts/<int:contract_id>/period", WholeContractShape, Why, status=200)
def renew_contract(asked: dict[str, Any], contract_id: int) -> ServiceContract:
    """Renew a contract by one more period."""
    contract = seen(ServiceContract, contract_id)
    contract.renew(g.person, clock.now(), asked["reason"])
    return _kept(contract)


@contracts.post(
    "/contracts/<int:contract_id>/renewal", WholeContractShape, RenewalChange, status=200
)
def choose_renewal(asked: dict[str, Any], contract_id: int) -> ServiceContract:
    """Say what happens at the end of the period: notice is given, or taken back."""
    contract = seen(ServiceContract, contract_id)
    contract.choose_renewal(asked["renewal"], g.person, clock.now(), asked["reason"])
    return _kept(contract)


def _kept(contract: ServiceContract) -> ServiceContract:
    db.session.commit()
    return contract
