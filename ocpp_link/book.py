"""What the link writes down of its connections and asks about stations: in threads, batched."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ParamSpec, TypeVar

import structlog
from flask import Flask
from sqlalchemy import ColumnElement, Select, and_, bindparam, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from ocpp_link import leases
from ocpp_link.batches import Batches
from ocpp_link.leases import Holder
from service.core.db import db, unit_of_work
from service.core.live import announce_many
from service.intake import identity_conflict, message_flood
from service.monitoring.link_models import Connection, Contact, Node
from service.monitoring.rivals import Rival
from service.stations.models import Station
from service.stations.pending import PendingCharger

P = ParamSpec("P")
T = TypeVar("T")
log = structlog.get_logger()

# A node that has not been seen for so long is dead; it is judged only by one that has been awake.
DEAD_AFTER, AWAKE = timedelta(seconds=60), timedelta(seconds=15)
LEFT_OPEN = text(
    "UPDATE connection SET closed_at = :at, close_reason = 'its link died'"
    " WHERE closed_at IS NULL AND (node = :node OR (:awake AND node NOT IN"
    " (SELECT name FROM node WHERE kind = 'link' AND seen_at > :dead))) RETURNING id"
)
GONE = text(
    "UPDATE contact SET connection_id = NULL WHERE connection_id = ANY(:ids) RETURNING station_id"
)


@dataclass(frozen=True, slots=True)
class Known:
    """What the door must know about a station."""

    station_id: int
    key_hash: str | None
    security_profile: int
    # The other node that it is connected to, as far as is known.
    holder: Holder | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    station_id: int
    address: str
    subprotocol: str
    secure: bool
    at: datetime
    # The generation that another node gave up for it.
    over: int | None = None


@dataclass(frozen=True, slots=True)
class Closing:
    station_id: int
    connection_id: int
    at: datetime
    reason: str


class Book:
    def __init__(self, app: Flask, threads: Executor, node: str) -> None:
        self._app, self._threads, self.node = app, threads, node
        self._known = Batches[str, Known | None](threads, self._inside(self._find))
        self._openings = Batches[Opening, int | None](threads, self._inside(self._open))
        self._closings = Batches[Closing, None](threads, self._inside(_close))
        self._unwritten: list[Closing] = []
        self._last_beat: datetime | None = None

    async def known(self, identity: str) -> Known | None:
        """The station of that identity, unless it is retired. Raises when nobody can tell."""
        return await self._known.ask(identity.casefold())

    async def opened(self, opening: Opening) -> int | None:
        """Keep a new connection. Returns its generation; None where another node was quicker."""
        return await self._openings.ask(opening)

    async def closed(self, closing: Closing) -> None:
        """Keep that it is over; tried again with the next beat where that fails."""
        try:
            await self._closings.ask(closing)
        except Exception:
            log.exception("close not kept", station_id=closing.station_id)
            self._unwritten.append(closing)

    async def tried(self, identity: str, address: str, at: datetime) -> None:
        """A charger that nobody knows knocked."""
        await self._aside(PendingCharger.tried, identity, address, at)

    async def conflict(self, station_id: int, addresses: tuple[str, str], at: datetime) -> None:
        """Two live holders of one identity."""
        await self._aside(identity_conflict, station_id, addresses, at)

    async def takes_over(self, station_id: int, address: str, at: datetime) -> bool:
        """Whether a person said that this one may have the place of the one that lives."""
        return await self._run(Rival.takes_over, station_id, address, at)

    async def flood(self, station_id: int, address: str, at: datetime) -> None:
        """A charger went on sending although it was slowed."""
        await self._aside(message_flood, station_id, address, at)

    async def has_expired(self, node: str, at: datetime) -> bool:
        """Whether that node holds nothing any more."""
        return await self._run(leases.has_expired, node, at)

    async def notify(self, channel: str, words: str) -> None:
        await self._run(_notify, channel, words)

    async def start(self, at: datetime) -> None:
        """Close what a dead run of this node left open."""
        await self._run(_start, self.node, at)

    async def beat(self, held: Mapping[int, int], at: datetime) -> list[int]:
        """This node lives. Returns the stations whose connection here no longer holds."""
        unwritten, self._unwritten = self._unwritten, []
        for closing in unwritten:
            await self.closed(closing)
        awake = self._last_beat is not None and timedelta(0) <= at - self._last_beat < AWAKE
        lost = await self._run(_beat, self.node, dict(held), at, awake)
        self._last_beat = at
        return lost

    async def stop(self) -> None:
        """This node is gone, on purpose."""
        await self._aside(Node.leave, self.node)

    async def _aside(self, work: Callable[P, None], *args: P.args, **named: P.kwargs) -> None:
        """Nobody waits for it: a failure is logged."""
        try:
            await self._run(work, *args, **named)
        except Exception:
            log.exception("not written down", what=getattr(work, "__name__", "it"))

    async def _run(self, work: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
        loop = asyncio.get_running_loop()
        inside = self._inside(work)
        return await loop.run_in_executor(self._threads, lambda: inside(*args, **named))

    def _inside(self, work: Callable[P, T]) -> Callable[P, T]:
        """One app context, one transaction."""

        def run(*args: P.args, **named: P.kwargs) -> T:
            with self._app.app_context(), unit_of_work():
                return work(*args, **named)

        return run

    def _open(self, openings: Sequence[Opening]) -> list[int | None]:
        """The generation of each, and None for whom another node holds by now."""
        overs = {one.station_id: one.over for one in openings}
        fenced = leases.fenced(self.node, overs, openings[0].at)
        let_in = [one for one in openings if one.station_id not in fenced]
        generations = iter(_open(self.node, let_in) if let_in else [])
        return [None if one.station_id in fenced else next(generations) for one in openings]

    def _find(self, identities: Sequence[str]) -> list[Known | None]:
        return _known(self.node, identities)


def _notify(channel: str, words: str) -> None:
    db.session.execute(select(func.pg_notify(channel, words)))


def _known(node: str, identities: Sequence[str]) -> list[Known | None]:
    query = (
        select(
            Station.identity_key,
            Station.id,
            Station.key_hash,
            Station.security_profile,
            Connection.node,
            Connection.id,
        )
        .outerjoin(Contact, Contact.station_id == Station.id)
        .outerjoin(Connection, _counts_elsewhere(node))
        .where(Station.identity_key.in_(set(identities)), Station.retired_at.is_(None))
    )
    found = {
        key: Known(one, key_hash, profile, Holder(other, by) if by else None)
        for key, one, key_hash, profile, other, by in db.session.execute(query)
    }
    return [found.get(identity) for identity in identities]


def _counts_elsewhere(node: str) -> ColumnElement[bool]:
    return and_(
        Connection.id == Contact.connection_id,
        Connection.closed_at.is_(None),
        Connection.node != node,
    )


def _open(node: str, openings: Sequence[Opening]) -> list[int]:
    new = insert(Connection).returning(Connection.id, sort_by_parameter_order=True)
    rows = [
        {
            "station_id": one.station_id,
            "node": node,
            "address": one.address,
            "subprotocol": one.subprotocol,
            "secure": one.secure,
            "opened_at": one.at,
        }
        for one in openings
    ]
    ids = list(db.session.scalars(new, rows))
    contact = insert(Contact)
    latest = {
        "connection_id": contact.excluded.connection_id,
        "last_seen_at": contact.excluded.last_seen_at,
    }
    contacts = [
        {"station_id": one.station_id, "connection_id": generation, "last_seen_at": one.at}
        for one, generation in zip(openings, ids, strict=True)
    ]
    # Rows are locked in the same order by everybody.
    contacts.sort(key=lambda row: (row["station_id"], row["connection_id"]))
    upsert = contact.on_conflict_do_update(index_elements=["station_id"], set_=latest)
    db.session.execute(upsert, contacts)
    announce_many("station", {one.station_id for one in openings}, openings[0].at)
    return ids


def _close(closings: Sequence[Closing]) -> list[None]:
    ordered = sorted(closings, key=lambda one: (one.station_id, one.connection_id))
    facts = [
        {"gen": one.connection_id, "ended": one.at, "why": one.reason, "station": one.station_id}
        for one in ordered
    ]
    over = update(Connection).where(Connection.id == bindparam("gen"))
    db.session.connection().execute(
        over.values(closed_at=bindparam("ended"), close_reason=bindparam("why")), facts
    )
    # A later connection of the station stays: only the same generation is cleared.
    mine = update(Contact).where(
        Contact.station_id == bindparam("station"), Contact.connection_id == bindparam("gen")
    )
    db.session.connection().execute(mine.values(connection_id=None), facts)
    announce_many("station", {one.station_id for one in closings}, closings[0].at)
    return [None] * len(closings)


def _start(node: str, at: datetime) -> None:
    _clear(node, at, awake=False)
    Node.leave(node)
    Node.beat(node, "link", at)


def _beat(node: str, held: dict[int, int], at: datetime, awake: bool) -> list[int]:
    Node.beat(node, "link", at)
    if awake:
        _clear("", at, awake=True)
    if not held:
        return []
    theirs = select(Contact.station_id, Contact.connection_id).where(Contact.station_id.in_(held))
    elsewhere = [one for one, now in db.session.execute(theirs) if now != held[one]]
    return [*elsewhere, *db.session.scalars(_outdated(held))]


def _outdated(held: dict[int, int]) -> Select[int]:
    """Stations that got another key, profile or identity, or left the fleet, since they came in."""
    return (
        select(Station.id)
        .join(Connection, Connection.station_id == Station.id)
        .where(Connection.id.in_(held.values()), Station.admits_since > Connection.opened_at)
    )


def _clear(node: str, at: datetime, awake: bool) -> None:
    facts = {"node": node, "at": at, "awake": awake, "dead": at - DEAD_AFTER}
    if ids := list(db.session.scalars(LEFT_OPEN, facts)):
        announce_many("station", db.session.scalars(GONE, {"ids": ids}), at)
