"""What was agreed: copied from a package when a contract is signed, and the same ever after."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from service.contracts.words import Family, Parts, PricePer, WorkKind


@dataclass(frozen=True)
class Sla:
    """How soon somebody comes, and how soon it works again: minutes by priority."""

    name: str
    hours: str
    targets: Mapping[str, Mapping[str, int | None]]


@dataclass(frozen=True)
class Terms:
    """What a contract includes, and what the rest costs. Money is öre without VAT."""

    package: str
    family: Family
    included: tuple[WorkKind, ...] = ()
    remote_monitoring: bool = False
    help_desk_hours: str = ""
    sla: Sla | None = None
    parts: Parts = Parts.NONE
    # None: as many as are needed.
    visits_per_year: int | None = 0
    price_per: PricePer = PricePer.MONTH
    vat_percent: int = 25
    index_clause: str = ""
    # The most that the price may rise at once.
    index_cap_percent: int | None = None
    extra_prices: Mapping[WorkKind, int] = field(default_factory=dict)

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Terms:
        """As `written` wrote them."""
        sla = kept["sla"]
        words = {
            "family": Family(kept["family"]),
            "included": tuple(WorkKind(kind) for kind in kept["included"]),
            "sla": Sla(**sla) if sla else None,
            "parts": Parts(kept["parts"]),
            "price_per": PricePer(kept["price_per"]),
            "extra_prices": {WorkKind(kind): ore for kind, ore in kept["extra_prices"].items()},
        }
        return cls(**{**kept, **words})

    def written(self) -> dict[str, Any]:
        """As JSON can carry them."""
        return asdict(self) | {"included": list(self.included)}

    def includes(self, kind: WorkKind) -> bool:
        return kind in self.included


def extra_price(terms: Terms, kind: WorkKind) -> int | None:
    """What that work costs beside the contract. None: it is included, or no price was agreed."""
    return None if terms.includes(kind) else terms.extra_prices.get(kind)


@dataclass(frozen=True)
class Covering:
    """A contract that holds for a station on a day."""

    contract_id: int
    number: str
    name: str
    terms: Terms


@dataclass(frozen=True)
class Cover:
    """All contracts that hold for one station on a day: at most one of each family."""

    contracts: tuple[Covering, ...] = ()

    def includes(self, kind: WorkKind) -> bool:
        return any(one.terms.includes(kind) for one in self.contracts)

    def including(self, kind: WorkKind) -> Covering | None:
        """The contract that pays for that work."""
        return next((one for one in self.contracts if one.terms.includes(kind)), None)

    def extra_price(self, kind: WorkKind) -> int | None:
        """The lowest price agreed for that work. None: it is included, or there is no price."""
        if self.includes(kind):
            return None
        return min(_agreed(self.contracts, kind), default=None)


def _agreed(contracts: Iterable[Covering], kind: WorkKind) -> list[int]:
    prices = (extra_price(one.terms, kind) for one in contracts)
    return [price for price in prices if price is not None]
