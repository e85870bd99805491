"""The demo's last weeks: faults that came and went, charges, and what people did about it.

Played through the real intake and the real rules, at the times that it tells of.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from sqlalchemy import select

from service import intake
from service.core.db import db
from service.demo import fleet
from service.monitoring.words import StatusReported, Word
from service.people.models import Person
from service.sessions.words import SessionStarted, SessionStopped, StartAnswer
from service.stations.models import Station
from service.tickets import jobs
from service.tickets.models import Ticket
from service.tickets.states import OPEN, Priority, Resolution

if TYPE_CHECKING:
    from service.demo.plant import World

HEARTBEAT_S = 300
# Ordinary charges go back so many days.
CHARGED_FOR_DAYS = 1
SEED = 1843


def play(world: World, at: datetime) -> None:
    _take(_all_well(world), world.since)
    for row in sorted(fleet.past(), key=_days_ago, reverse=True):
        _episode(world, row, at)
    _charges(world, at)
    _by_hand(world, at)
    jobs.close_resolved(at)


def _days_ago(row: dict[str, str]) -> tuple[int, int]:
    return int(row["days_ago"]), -int(row["hour"])


def _take(words: Sequence[Word], at: datetime) -> list[object]:
    return intake.take_in(words, at, HEARTBEAT_S)


def _all_well(world: World) -> list[Word]:
    return [
        _status(station, connector.number, "Available", {}, world.since)
        for station in world.stations.values()
        for connector in station.connectors
    ]


def _status(
    station: Station, connector: int, status: str, row: dict[str, str], at: datetime
) -> Word:
    return StatusReported(
        station_id=station.id,
        connection_id=0,
        at=at,
        connector=connector,
        status=status,
        error_code=row.get("error_code", "NoError"),
        vendor_error_code=row.get("vendor_error_code", ""),
        info=row.get("info", ""),
        said_at=at.isoformat(),
    )


def _episode(world: World, row: dict[str, str], at: datetime) -> None:
    """A fault comes, becomes a ticket, goes, and is resolved by whoever or whatever did it."""
    day = at - timedelta(days=int(row["days_ago"]))
    came = day.replace(hour=int(row["hour"]), minute=12, second=0, microsecond=0)
    went = came + timedelta(minutes=int(row["minutes"]))
    station, connector = world.at(row["site"], int(row["index"])), int(row["connector"])
    _take([_status(station, connector, "Faulted", row, came)], came)
    jobs.open_ripe_alarms(came + timedelta(minutes=5))
    if row["who"]:
        _work(_open_at(station), world.people[row["who"]], came + timedelta(minutes=9))
    _take([_status(station, connector, "Available", {}, went)], went)
    later = went + timedelta(minutes=20)
    if row["who"]:
        _resolve(_open_at(station), row, world.people[row["who"]], later)
    # A charge that works is the proof that the rules wait for.
    _charge([Visit(station, connector, "04A1B2C3D4E5F6", later, timedelta(minutes=50))])
    jobs.resolve_what_is_proven(later + timedelta(hours=2))
    jobs.close_resolved(min(later + timedelta(hours=25), at))


def _open_at(station: Station) -> list[Ticket]:
    mine = select(Ticket).where(Ticket.station_id == station.id, Ticket.state.in_(OPEN))
    return list(db.session.scalars(mine))


def _work(tickets: list[Ticket], by: Person, at: datetime) -> None:
    for ticket in tickets:
        ticket.start(by, at)


def _resolve(tickets: list[Ticket], row: dict[str, str], by: Person, at: datetime) -> None:
    for ticket in tickets:
        check = "Provad med instrument, utan anmärkning." if ticket.is_danger else None
        ticket.resolve(Resolution(row["how"]), row["words"], by, at, check=check)


def _charges(world: World, at: datetime) -> None:
    """About a charge a day and connector, lately."""
    dice = Random(SEED)  # noqa: S311
    tags = [row["id_tag"] for row in fleet.tags() if not row["blocked"]]
    for day in range(CHARGED_FOR_DAYS, 0, -1):
        visits = [
            Visit(
                station,
                connector.number,
                dice.choice(tags),
                at - timedelta(days=day) + timedelta(minutes=dice.randrange(0, 600)),
                timedelta(minutes=dice.randrange(20, 240)),
            )
            for station in world.stations.values()
            for connector in station.connectors[1:]
        ]
        _charge(visits)


@dataclass(frozen=True, slots=True)
class Visit:
    """A car that came, charged and went."""

    station: Station
    connector: int
    tag: str
    start: datetime
    lasting: timedelta

    @property
    def meter_wh(self) -> int:
        return int(self.start.timestamp()) % 1_000_000

    @property
    def energy_wh(self) -> int:
        model = self.station.model
        kw = float(model.power_kw or 0) / model.connectors if model else 0.0
        return round(min(kw, 60) * 600 * (self.lasting / timedelta(hours=1)))

    def started(self) -> SessionStarted:
        return SessionStarted(
            station_id=self.station.id,
            connection_id=0,
            at=self.start,
            connector=self.connector,
            id_tag=self.tag,
            meter_wh=self.meter_wh,
            said_at=self.start.isoformat(),
        )

    def stopped(self, transaction_id: int) -> SessionStopped:
        stop = self.start + self.lasting
        return SessionStopped(
            station_id=self.station.id,
            connection_id=0,
            at=stop,
            transaction_id=transaction_id,
            id_tag=self.tag,
            meter_wh=self.meter_wh + self.energy_wh,
            said_at=stop.isoformat(),
            reason="EVDisconnected",
        )


def _charge(visits: Sequence[Visit]) -> None:
    starts = [visit.started() for visit in visits]
    answers = _take(starts, max(word.at for word in starts))
    stops = [
        visit.stopped(answer.transaction_id)
        for visit, answer in zip(visits, answers, strict=True)
        if isinstance(answer, StartAnswer)
    ]
    _take(stops, max(word.at for word in stops))


def _by_hand(world: World, at: datetime) -> None:
    """What no charger can say of itself."""
    operator, technician = world.people["Johan Ek"], world.people["Ali Rahimi"]
    glass = Ticket.open_by_hand(
        world.at("lindholmen", 2),
        "Displayglaset är krossat. Laddar, men vassa kanter.",
        Priority.P3,
        operator,
        at - timedelta(hours=30),
    )
    glass.assign(technician, operator, at - timedelta(hours=29))
    glass.note("Kund ringde igen. Tejpat tills vidare.", operator, at - timedelta(hours=6))
    Ticket.open_by_hand(
        world.at("are", 0),
        "Snöplogen har kört på stolpen. Den lutar.",
        Priority.P2,
        operator,
        at - timedelta(hours=3),
    )
