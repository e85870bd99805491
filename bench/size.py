"""How much is measured, and how long."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    chargers: int = 1000
    storm: int = 5000
    rounds: int = 3
    seconds: float = 4.0
    singles: int = 60
    burst: int = 300
    # The desk: stations, tickets, and how often each page is asked for.
    stations: int = 100_000
    tickets: int = 1_000_000
    asked: int = 40
    imported: int = 10_000
    # Stations with a plan of six tasks, and the jobs of a scheduler that is compared.
    planned: int = 100_000
    jobs: int = 500


QUICK = Size(
    chargers=300, storm=1000, rounds=1, seconds=2.0, singles=15, burst=100,
    stations=10_000, tickets=100_000, asked=10, imported=1_000,
    planned=10_000, jobs=200,
)  # fmt: skip
