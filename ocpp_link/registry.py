"""Who is connected here, and what happens when the same identity knocks twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog
from websockets.protocol import State

from ocpp_link import dialects
from ocpp_link.arrived import Inbox
from ocpp_link.book import Book, Closing, Known, Opening
from ocpp_link.connection import Connection
from ocpp_link.neighbours import Knock, Neighbours
from ocpp_link.wire import PING_AFTER_S, Wire
from service.core.clock import now

log = structlog.get_logger()

# So long has the old connection to say that it lives, while the new one waits.
ANSWERS_WITHIN_S = 5.0
# One that never answered a ping has this long to say anything at all.
MUTE_S = 2 * PING_AFTER_S
# A conflict is written down so often, however fast the two of them knock.
CONFLICT_EVERY_S = 60.0
SUPERSEDED, RESTARTS = "superseded", "the server restarts"
GOING_AWAY = 1001


@dataclass(frozen=True, slots=True)
class Admission:
    """Who the door let in, and how."""

    station_id: int
    identity: str
    address: str
    subprotocol: str
    secure: bool
    # The generation that another node gave up for it.
    over: int | None = None


@dataclass(slots=True)
class Turn:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    users: int = 0


class Registry:
    def __init__(
        self,
        book: Book,
        inbox: Inbox,
        neighbours: Neighbours,
        silence_s: float = 300.0,
        answers_within_s: float = ANSWERS_WITHIN_S,
    ) -> None:
        self._book, self._inbox, self._neighbours = book, inbox, neighbours
        self._silence_s, self._answers_within_s = silence_s, answers_within_s
        self._here: dict[int, Connection] = {}
        self._doors: dict[int, Turn] = {}
        self._conflicts: dict[int, float] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_stopping = False

    def get(self, station_id: int) -> Connection | None:
        return self._here.get(station_id)

    def live(self) -> Mapping[int, Connection]:
        """By station, as it is now."""
        return self._here

    def held(self) -> dict[int, int]:
        """The generation that each station has here."""
        return {one.station_id: one.connection_id for one in self._here.values()}

    async def may_enter(self, known: Known, address: str) -> bool:
        """Whether the identity is free: nobody has it, who had it is gone, or a person said so."""
        station_id, profile = known.station_id, known.security_profile
        async with self._door(station_id):
            if old := self._here.get(station_id):
                return await self._yields(old, address, profile)
            if holder := known.holder:
                knock = Knock(station_id, holder.generation, address, profile)
                return await self._neighbours.yields(holder, knock)
            return True

    async def yields(self, knock: Knock) -> bool:
        """Another node asks for a station that it believes to be here."""
        async with self._door(knock.station_id):
            old = self._here.get(knock.station_id)
            if old is None:
                return True
            is_meant = old.connection_id == knock.generation
            return is_meant and await self._yields(old, knock.address, knock.profile)

    async def _yields(self, old: Connection, address: str, profile: int) -> bool:
        """Whether the one that is here is gone, or has to go; then it does."""
        if await old.wire.lives(self._answers_within_s):
            if not await self._book.takes_over(old.station_id, address, now()):
                self._say_conflict(old, address)
                return False
        elif _may_live(old.wire, profile):
            log.info("not heard, and not given up yet", station_id=old.station_id, new=address)
            return False
        log.info("superseded", station_id=old.station_id, connection_id=old.connection_id)
        self._give_up(old)
        return True

    async def enter(self, wire: Wire, admission: Admission) -> Connection | None:
        """A new generation. None where another one came first; raises where it cannot be kept."""
        station_id, at = admission.station_id, now()
        async with self._door(station_id):
            if self._is_taken(station_id):
                return None
            generation = await self._book.opened(_opening(admission, at))
            if generation is None:
                return None
            dialect = dialects.of(admission.subprotocol)
            connection = Connection(
                station_id, generation, wire, self._inbox, admission.address, dialect
            )
            self._here[station_id] = connection
        # Whether it answers a ping: what its silence means when another one knocks.
        wire.poke()
        if self._is_stopping:
            self._in_background(connection, GOING_AWAY, RESTARTS)
        log.info("connected", station_id=station_id, connection_id=generation)
        return connection

    async def leave(self, connection: Connection) -> None:
        """Its socket is closed. A later connection of the same station is not touched."""
        connection.lose()
        self._forget(connection)
        reason = _reason(connection.wire)
        station_id, generation = connection.station_id, connection.connection_id
        log.info("disconnected", station_id=station_id, connection_id=generation, why=reason)
        await self._book.closed(Closing(station_id, generation, now(), reason))
        if connection.has_flooded:
            log.warning("message flood", station_id=station_id, address=connection.address)
            await self._book.flood(station_id, connection.address, now())

    def keep_alive(self) -> None:
        """Ping who is quiet; give up who does not answer."""
        at = asyncio.get_running_loop().time()
        for connection in list(self._here.values()):
            if connection.wire.is_dead(at, self._silence_s):
                self._give_up(connection, 1011, "no answer to a ping")
            elif connection.wire.needs_poke(at):
                connection.wire.poke()

    def lost(self, station_ids: list[int]) -> None:
        """These are connected elsewhere now."""
        for station_id in station_ids:
            if connection := self._here.get(station_id):
                self._give_up(connection)

    async def close_all(self, within_s: float = 5.0) -> None:
        """A planned stop: say goodbye to each, and do not wait for who does not answer."""
        self._is_stopping = True
        for connection in list(self._here.values()):
            self._in_background(connection, GOING_AWAY, RESTARTS)
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=within_s)
        for connection in list(self._here.values()):
            connection.wire.give_up()

    def _give_up(self, connection: Connection, code: int = GOING_AWAY, why: str = "") -> None:
        """Forget it at once; its socket closes when it can."""
        connection.lose()
        self._forget(connection)
        self._in_background(connection, code, why or SUPERSEDED)

    def _is_taken(self, station_id: int) -> bool:
        """Another newcomer may have been quicker; one whose socket has gone does not count."""
        other = self._here.get(station_id)
        if other and other.wire.state is not State.OPEN:
            self._give_up(other)
        return station_id in self._here

    def _forget(self, connection: Connection) -> None:
        if self._here.get(connection.station_id) is connection:
            del self._here[connection.station_id]

    def _in_background(self, connection: Connection, code: int, why: str) -> None:
        self._spawn(connection.close(code, why))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _say_conflict(self, old: Connection, address: str) -> None:
        log.warning("two of one identity", station_id=old.station_id, old=old.address, new=address)
        at = asyncio.get_running_loop().time()
        last = self._conflicts.get(old.station_id)
        if last is None or at - last >= CONFLICT_EVERY_S:
            self._conflicts[old.station_id] = at
            self._spawn(self._book.conflict(old.station_id, (old.address, address), now()))

    @asynccontextmanager
    async def _door(self, station_id: int) -> AsyncIterator[None]:
        """One newcomer of a station at a time."""
        turn = self._doors.setdefault(station_id, Turn())
        turn.users += 1
        try:
            async with turn.lock:
                yield
        finally:
            turn.users -= 1
            if not turn.users:
                del self._doors[station_id]


def _opening(admission: Admission, at: datetime) -> Opening:
    return Opening(
        admission.station_id,
        admission.address,
        admission.subprotocol,
        admission.secure,
        at,
        admission.over,
    )


def _may_live(wire: Wire, profile: int) -> bool:
    """Some chargers never answer a ping. Where the key may have been read on its way, silence alone
    puts none of them out: not before it has been mute for two pings' time."""
    is_open = wire.state is State.OPEN and not wire.has_ponged
    return is_open and profile < 2 and wire.loop.time() - wire.heard_at < MUTE_S


def _reason(wire: Wire) -> str:
    code = wire.close_code
    return f"{code} {wire.close_reason or ''}".strip() if code else "lost"
