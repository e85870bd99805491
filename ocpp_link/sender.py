"""Carries what was asked for to the chargers that are connected here, one at a time for each."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from typing import TypeVar

import psycopg
import structlog
from flask import Flask
from sqlalchemy import select, update

from ocpp_link.connection import Connection
from ocpp_link.dialect import CannotAskError, Errand
from ocpp_link.outcomes import Answered, Lost, Outcome, Refused, Unaskable
from service.core.clock import now
from service.core.config import Settings
from service.core.database import dsn
from service.core.db import db, unit_of_work
from service.monitoring.link_models import Contact
from service.monitoring.silence import ASKED_AFTER
from service.remote import intake as remote
from service.remote import outcomes
from service.remote.actions import DISTURBS, Kind
from service.remote.models import CHANNEL, RemoteAction, is_charging
from service.sessions.models import ChargingSession
from service.stations.models import Connector

ANSWERS_WITHIN_S = 30.0
# How long a notification that was missed may go unseen.
LOOKS_EVERY_S = 1.0
PROBES_EVERY_S = 5.0
# A fleet that comes back without having started is asked a few at a time.
STATES_EVERY_S, STATES_AT_ONCE = 1.0, 50
# An outlet's number, None for the whole station, and which plug of it.
Plug = tuple[int | None, int]
T = TypeVar("T")
log = structlog.get_logger()


class Sender:
    """`live` gives the connections of this process by station, as they are now."""

    def __init__(self, app: Flask, live: Callable[[], Mapping[int, Connection]]) -> None:
        self._app, self._live = app, live
        self._settings: Settings = app.config["SETTINGS"]
        self._threads = ThreadPoolExecutor(2, "sender")
        self._wake = asyncio.Event()
        self._carrying: set[asyncio.Task[None]] = set()

    async def run(self, stop: asyncio.Event) -> None:
        """Send until told to stop; what is under way then is let finish, briefly."""
        works = (self._listen, self._probe_silent, self._ask_states)
        helpers = [asyncio.create_task(work(stop)) for work in works]
        while not stop.is_set():
            await self._send_waiting()
            await _either(self._wake, LOOKS_EVERY_S, stop)
            self._wake.clear()
        for one in (*helpers, *self._carrying):
            one.cancel()
        await asyncio.gather(*helpers, *self._carrying, return_exceptions=True)
        self._threads.shutdown()

    async def _send_waiting(self) -> None:
        ready = {
            station_id: connection.connection_id
            for station_id, connection in self._live().items()
            if connection.is_settled
        }
        if not ready:
            return
        try:
            actions = await self._in_thread(lambda: _claim(ready))
        except Exception:
            log.exception("could not look for remote actions")
            return
        for action in actions:
            self._start(self._carry(action))

    def _start(self, work: object) -> None:
        task: asyncio.Task[None] = asyncio.create_task(work)  # type: ignore[arg-type]
        self._carrying.add(task)
        task.add_done_callback(self._carrying.discard)

    async def _carry(self, action: RemoteAction) -> None:
        """Send one action, once, and write down what came of it."""
        connection = self._live().get(action.station_id)
        if connection is None or connection.connection_id != action.connection_id:
            outcome: Outcome = Lost(was_sent=False)
        else:
            outcome = await self._ask(connection, action)
        await self._in_thread(lambda: _keep_outcome(action.id, outcome))
        self._wake.set()

    async def _ask(self, connection: Connection, action: RemoteAction) -> Outcome:
        """In the words of the version that the charger speaks on this connection."""
        errand = await self._in_thread(lambda: _errand(action))
        try:
            name, payload = connection.dialect.ask(action.kind, action.fields, errand)
        except CannotAskError as why:
            return Unaskable(str(why))
        log.info("remote action sent", action_id=action.id, action=name)
        outcome = await connection.call(f"action-{action.id}", name, payload, ANSWERS_WITHIN_S)
        if isinstance(outcome, Answered):
            agreed = connection.dialect.positive(action.kind, outcome.payload)
            told = connection.dialect.told(action.kind, outcome.payload)
            return replace(outcome, payload=told, agreed=agreed)
        return outcome

    async def _listen(self, stop: asyncio.Event) -> None:
        """NOTIFY only wakes: the row is the queue, and is looked for every second anyway."""
        address = dsn(self._settings.database_url)
        while not stop.is_set():
            try:
                async with await psycopg.AsyncConnection.connect(address, autocommit=True) as line:
                    await line.execute(f"LISTEN {CHANNEL}")
                    async for _ in line.notifies():
                        self._wake.set()
            except psycopg.Error as wrong:
                log.warning("not listening for remote actions", why=str(wrong))
                await _either(stop, 5.0)

    async def _probe_silent(self, stop: asyncio.Event) -> None:
        """Ask a connected charger that has long been silent whether it lives."""
        after = ASKED_AFTER * timedelta(seconds=self._settings.offline_after_seconds)
        while not stop.is_set():
            await _either(stop, min(PROBES_EVERY_S, after.total_seconds() / 8))
            live = self._live()
            try:
                silent = await self._in_thread(partial(_silent, list(live), after, now()))
            except Exception:
                log.exception("could not look for silent chargers")
                continue
            for station_id in silent:
                self._start(self._trigger(live[station_id], "probe", "Heartbeat"))

    async def _ask_states(self, stop: asyncio.Event) -> None:
        """Ask who came back without a start how its connectors are: once for each connection."""
        while not stop.is_set():
            await _either(stop, STATES_EVERY_S)
            silent = (one for one in list(self._live().values()) if one.must_be_asked())
            for connection in islice(silent, STATES_AT_ONCE):
                self._start(self._ask_state(connection))

    async def _ask_state(self, connection: Connection) -> None:
        """Of the whole station, or of each outlet where it tells no more than one at a time."""
        outlets: list[Plug] = [(None, 0)]
        if connection.dialect.ASKS_EACH:
            outlets = await self._in_thread(lambda: _plugs(connection.station_id))
        for outlet in outlets:
            await self._trigger(connection, "states", "StatusNotification", outlet)

    async def _trigger(
        self, connection: Connection, why: str, message: str, of: Plug = (None, 0)
    ) -> None:
        outlet, plug = of
        fields = {"message": message, "connector": outlet}
        name, payload = connection.dialect.ask(Kind.TRIGGER_MESSAGE, fields, Errand(plug=plug))
        place = "" if outlet is None else f"-{outlet}-{plug}"
        message_id = f"{why}-{connection.connection_id}-{now():%H%M%S}{place}"
        await connection.call(message_id, name, payload, ANSWERS_WITHIN_S)

    async def _in_thread(self, work: Callable[[], T]) -> T:
        def inside() -> T:
            with self._app.app_context(), unit_of_work():
                return work()

        return await asyncio.get_running_loop().run_in_executor(self._threads, inside)


def _claim(ready: dict[int, int]) -> list[RemoteAction]:
    """What is to be sent now. Kept as sent before it is: nothing goes out twice."""
    at = now()
    sending = []
    for action in RemoteAction.claim(ready, remote.states_of, at):
        if _would_disturb(action):
            action.refuse(outcomes.CAR_CHARGES, at)
        else:
            sending.append(action)
    return sending


def _errand(action: RemoteAction) -> Errand:
    named, plug = "", 0
    if action.kind is Kind.REMOTE_STOP:
        named = ChargingSession.named(action.station_id, action.fields["transaction_id"])
    elif action.kind is Kind.TRIGGER_MESSAGE and action.fields.get("connector"):
        plug = _plug_in_question(action.station_id, action.fields["connector"])
    return Errand(action.id % 2**31, named, plug)


def _plugs(station_id: int) -> list[Plug]:
    """Each plug that the charger has told of; else the first of each outlet."""
    query = select(Connector).where(Connector.station_id == station_id, Connector.number > 0)
    found = db.session.scalars(query.order_by(Connector.number)).all()
    return [(one.number, plug) for one in found for plug in one.known_plugs]


def _plug_in_question(station_id: int, number: int) -> int:
    query = select(Connector).where(Connector.station_id == station_id, Connector.number == number)
    outlet = db.session.scalars(query).one_or_none()
    return outlet.plug_in_question if outlet else 0


def _would_disturb(action: RemoteAction) -> bool:
    connector = action.fields.get("connector") or 0
    disturbs = action.kind in DISTURBS and not action.forced
    return disturbs and is_charging(action.station, connector)


def _keep_outcome(action_id: int, outcome: Outcome) -> None:
    at = now()
    match outcome:
        case Answered(payload, latency_ms, agreed):
            remote.answered(action_id, payload, agreed, latency_ms, at)
        case Refused(code, description, details, latency_ms):
            said = {"error": code, "description": description, "details": details}
            remote.answered(action_id, said, False, latency_ms, at)
        case Unaskable(why):
            remote.not_asked(action_id, why, at)
        case Lost(was_sent):
            remote.not_answered(action_id, _lost_words(was_sent), at)
        case _:
            remote.not_answered(action_id, outcomes.TOO_LATE, at)


def _lost_words(was_sent: bool) -> str:
    return outcomes.CONNECTION_ENDED if was_sent else outcomes.NEVER_ASKED


def _silent(stations: list[int], after: timedelta, at: datetime) -> list[int]:
    """The stations that have been silent so long, each asked once until it is heard again."""
    query = select(Contact.station_id).where(
        Contact.station_id.in_(stations),
        Contact.last_seen_at < at - after,
        Contact.probed_at.is_(None),
    )
    silent = list(db.session.scalars(query.limit(200)))
    if silent:
        asked = update(Contact).where(Contact.station_id.in_(silent)).values(probed_at=at)
        db.session.execute(asked)
    return silent


async def _either(event: asyncio.Event, timeout_s: float, *others: asyncio.Event) -> None:
    """Wait until one of the events is set, or the time is up."""
    waits = [asyncio.create_task(one.wait()) for one in (event, *others)]
    await asyncio.wait(waits, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
    for one in waits:
        one.cancel()
