"""What work costs beside the contract, and what it is a part of. Pure: covers and lists go in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from service.contracts.terms import Cover, Covering
from service.contracts.words import WorkKind

USUAL_VAT_PERCENT = 25


class Charge(StrEnum):
    """How a line is paid."""

    # By a contract.
    INCLUDED = "included"
    # A contract includes it, and its visits of the year are used: at a price like the next one.
    BEYOND_VISITS = "beyond_visits"
    # Beside a contract, at the price agreed in it; without a price where none was agreed.
    EXTRA = "extra"
    # At the list's price, where there is one.
    NO_CONTRACT = "no_contract"
    # At what somebody wrote on the line.
    AGREED = "agreed"


@dataclass(frozen=True)
class Price:
    """Öre without VAT."""

    ore: int
    vat_percent: int


@dataclass(frozen=True)
class Quote:
    charge: Charge
    contract_id: int | None = None
    price: Price | None = None


def beyond(
    cover: Cover, kind: WorkKind, paying: Covering, listed: Mapping[WorkKind, Price]
) -> Quote:
    """What a contract includes, on a visit more than it includes: its price as an extra.

    That is what was agreed for the kind, in whichever contract it is lowest; else the list's.
    """
    agreed = [one for one in cover.contracts if kind in one.terms.extra_prices]
    best = min(agreed, key=lambda one: one.terms.extra_prices[kind], default=None)
    price = _price(best, kind) if best else listed.get(kind)
    return Quote(Charge.BEYOND_VISITS, paying.contract_id, price)


def quote(cover: Cover, kind: WorkKind, listed: Mapping[WorkKind, Price]) -> Quote:
    """How work of that kind is paid at a station with this cover."""
    if paying := cover.including(kind):
        return Quote(Charge.INCLUDED, paying.contract_id)
    if not cover.contracts:
        return Quote(Charge.NO_CONTRACT, price=listed.get(kind))
    agreed = [one for one in cover.contracts if kind in one.terms.extra_prices]
    if not agreed:
        return Quote(Charge.EXTRA, cover.contracts[0].contract_id)
    best = min(agreed, key=lambda one: one.terms.extra_prices[kind])
    return Quote(Charge.EXTRA, best.contract_id, _price(best, kind))


def _price(one: Covering, kind: WorkKind) -> Price:
    return Price(one.terms.extra_prices[kind], one.terms.vat_percent)
