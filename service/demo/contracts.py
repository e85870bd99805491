"""What the demo's customers have bought: a contract in each state that a visitor asks of."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from service.contracts.costs import ContractCost
from service.contracts.models import ServiceContract
from service.contracts.packages import ServicePackage, SlaPolicy
from service.contracts.periods import add_months
from service.contracts.words import CostKind, Family, Parts, PricePer, Renewal, WorkKind
from service.core.dates import HOME

if TYPE_CHECKING:
    from service.demo.plant import World

INDEX = "Priset följer SCB:s arbetskostnadsindex (AKI) för tjänstemän, en gång om året."
OFFERED: tuple[dict[str, Any], ...] = (
    {
        "name": "Driftsättning",
        "family": Family.COMMISSIONING,
        "included": [WorkKind.VISUAL_INSPECTION, WorkKind.RCD_TEST, WorkKind.FIRMWARE],
        "visits_per_year": 1,
        "price_ore": 349_000,
        "price_per": PricePer.ONCE,
        "period_months": 3,
        "notice_months": 0,
        "renewal": Renewal.ENDS,
    },
    {
        "name": "Uppkoppling",
        "family": Family.COMMUNICATION,
        "included": [WorkKind.FIRMWARE],
        "remote_monitoring": True,
        "help_desk_hours": "Vardagar 8–17",
        "visits_per_year": 0,
        "price_ore": 5_900,
        "price_per": PricePer.MONTH,
        "index_clause": INDEX,
        "index_cap_percent": 4,
        "notice_months": 1,
    },
    {
        "name": "Service Bas",
        "family": Family.SERVICE,
        "included": [WorkKind.VISUAL_INSPECTION, WorkKind.RCD_EXERCISE, WorkKind.CLEANING],
        "parts": Parts.NONE,
        "visits_per_year": 1,
        "price_ore": 149_000,
        "price_per": PricePer.YEAR,
        "index_clause": INDEX,
        "index_cap_percent": 4,
        "extra_prices": {
            WorkKind.AIR_FILTER: 64_000,
            WorkKind.RCD_TEST: 89_000,
            WorkKind.CABLE_CONNECTOR: 120_000,
        },
    },
    {
        "name": "Service Trygg",
        "family": Family.SERVICE,
        "included": [kind for kind in WorkKind if kind is not WorkKind.OTHER],
        "remote_monitoring": True,
        "help_desk_hours": "Dygnet runt",
        "parts": Parts.WEAR,
        "visits_per_year": None,
        "price_ore": 29_900,
        "price_per": PricePer.MONTH,
        "index_clause": INDEX,
        "index_cap_percent": 4,
        "extra_prices": {WorkKind.OTHER: 95_000},
    },
)


def sell(world: World, at: datetime) -> None:
    """Packages with their service level, and contracts that began within the last two years."""
    packages = _offer(world, at - timedelta(days=700))
    today = at.astimezone(HOME).date()
    month = today.replace(day=1)
    _renewing(world, packages, month, at)
    _ending(world, packages, today, at)
    _waiting(world, packages, today, at)
    _draft(world, packages, month, at)


def _offer(world: World, at: datetime) -> dict[str, ServicePackage]:
    by = world.people["Maria Lindqvist"]
    hours = {"P1": (2, 8), "P2": (4, 24), "P3": (24, 72), "P4": (72, None)}
    targets = {
        priority: {"response": soon * 60, "repair": late * 60 if late else None}
        for priority, (soon, late) in hours.items()
    }
    gold = SlaPolicy.create(by, at, name="Guld", hours="Dygnet runt", targets=targets)
    packages = {}
    for facts in OFFERED:
        sla_policy = gold if facts["name"] == "Service Trygg" else None
        included = [kind.value for kind in facts["included"]]
        values = facts | {"included": included, "sla_policy": sla_policy}
        packages[facts["name"]] = ServicePackage.create(by, at, **values)
    return packages


def _signed(
    world: World, package: ServicePackage, customer: str, name: str, start: date, at: datetime
) -> ServiceContract:
    """With every station of the customer's."""
    by, owner = world.people["Maria Lindqvist"], world.customers[customer]
    contract = ServiceContract.draft(package, owner, name, start, by, at)
    contract.cover(_stations(world, customer), start, by, at)
    contract.sign(by, at)
    return contract


def _stations(world: World, customer: str) -> list[Any]:
    owner = world.customers[customer]
    return [it for it in world.stations.values() if it.site and it.site.customer is owner]


def _renewing(world: World, packages: dict[str, ServicePackage], month: date, at: datetime) -> None:
    """The large one: it renews itself, its price has risen once, and it has cost something."""
    by, name = world.people["Maria Lindqvist"], "Parkera i Väst AB"
    start = add_months(month, -7)
    online = _signed(world, packages["Uppkoppling"], name, "Uppkoppling, tre p-hus", start, at)
    online.adjust_price(6_100, add_months(start, 4), by, at, "AKI, 3,4 %.")
    care = _signed(world, packages["Service Trygg"], name, "Service, tre p-hus", start, at)
    gone = [row for row in care.covers if row.station is world.at("malmo", 3)]
    care.uncover(gone, at.date() - timedelta(days=20), by, "Påkörd, står inte kvar.", at)
    for back, kind, ore, note in (
        (150, CostKind.VISIT, 1_480_000, "Halvårsservice, P-hus Lindholmen och Centralen."),
        (148, CostKind.PARTS, 412_500, "Filtermattor och två kontaktdon."),
        (60, CostKind.VISIT, 690_000, "Utryckning, P-hus Dockan."),
        (12, CostKind.OTHER, 45_000, "Trängselskatt och parkering."),
    ):
        ContractCost.enter(care, at.date() - timedelta(days=back), kind, ore, note, by, at)


def _ending(world: World, packages: dict[str, ServicePackage], today: date, at: datetime) -> None:
    """Notice was given: it ends within weeks."""
    start = add_months(today + timedelta(days=24), -12)
    contract = _signed(
        world, packages["Service Bas"], "Krogen vid Vägen AB", "Vägkrogarna", start, at
    )
    by = world.people["Maria Lindqvist"]
    contract.choose_renewal(Renewal.ENDS, by, at, "Uppsagt av kunden per brev.")


def _waiting(world: World, packages: dict[str, ServicePackage], today: date, at: datetime) -> None:
    """Its period is over, and nobody has decided."""
    start = add_months(today - timedelta(days=5), -12)
    contract = _signed(
        world, packages["Service Bas"], "BRF Sjöutsikten", "Garaget Eriksberg", start, at
    )
    by = world.people["Maria Lindqvist"]
    contract.choose_renewal(Renewal.ASK, by, at, "Styrelsen vill besluta varje år.")


def _draft(world: World, packages: dict[str, ServicePackage], month: date, at: datetime) -> None:
    by, owner = world.people["Maria Lindqvist"], world.customers["Sälgviks kommun"]
    start = add_months(month, 1)
    contract = ServiceContract.draft(
        packages["Service Trygg"], owner, "Kommunens torg", start, by, at, price_ore=27_900
    )
    first = world.sites["umea"]
    contract.cover([it for it in first.stations if not it.is_retired], start, by, at)
