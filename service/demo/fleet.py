"""The demo fleet as it is written down in the tables beside this file. No database."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class ModelCard:
    """A model of the catalogue, and how a charger of it presents and behaves itself."""

    key: str
    maker: str
    name: str
    current: str
    power_kw: float
    connectors: int
    boot_vendor: str
    boot_model: str
    firmware: str
    prefix: str
    # How it takes remote actions, for the simulated chargers.
    manners: str


@dataclass(frozen=True, slots=True)
class StationCard:
    """One station of the demo: where it stands, what it is, and how it calls itself."""

    identity: str
    name: str
    site: str
    model: ModelCard
    serial: str
    access: str
    authorization: str
    commissioned_on: str

    @property
    def kw_per_connector(self) -> float:
        return self.model.power_kw / self.model.connectors


def customers() -> list[dict[str, str]]:
    return _rows("customers")


def sites() -> list[dict[str, str]]:
    return _rows("sites")


def people() -> list[dict[str, str]]:
    return _rows("people")


def skills() -> list[dict[str, str]]:
    return _rows("skills")


def instruments() -> list[dict[str, str]]:
    return _rows("instruments")


def parts() -> list[dict[str, str]]:
    return _rows("parts")


def kits() -> list[dict[str, str]]:
    return _rows("kits")


def past() -> list[dict[str, str]]:
    return _rows("past")


def tags() -> list[dict[str, str]]:
    return _rows("tags")


@cache
def models() -> dict[str, ModelCard]:
    return {row["key"]: _model(row) for row in _rows("models")}


@cache
def stations() -> tuple[StationCard, ...]:
    """All stations, always in the same order with the same identities."""
    names = {row["key"]: row["name"] for row in sites()}
    counted: dict[str, int] = {}
    cards: list[StationCard] = []
    for row in _rows("stations"):
        for _ in range(int(row["count"])):
            counted[row["site"]] = counted.get(row["site"], 0) + 1
            cards.append(_station(row, names[row["site"]], counted[row["site"]], len(cards)))
    return tuple(cards)


def at_site(site: str) -> list[StationCard]:
    return [card for card in stations() if card.site == site]


def _station(row: dict[str, str], site_name: str, number: int, index: int) -> StationCard:
    model = models()[row["model"]]
    # Numbers that look like a maker's: no two alike, and no pattern to guess from.
    serial = f"{model.prefix}{(index * 7919 + 104729) % 1_000_000:06d}"
    return StationCard(
        identity=serial,
        name=f"{site_name} {number}",
        site=row["site"],
        model=model,
        serial=serial,
        access=row["access"],
        authorization=row["authorization"],
        commissioned_on=row["commissioned_on"],
    )


def _model(row: dict[str, str]) -> ModelCard:
    numbers = {"power_kw": float(row["power_kw"]), "connectors": int(row["connectors"])}
    return ModelCard(**{**row, **numbers})  # type: ignore[arg-type]


def _rows(name: str) -> list[dict[str, str]]:
    with (HERE / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
