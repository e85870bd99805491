"""Answered means kept: the link is killed again and again while chargers talk to it.

KILLS=50 in the environment kills more often than the five of an ordinary run.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections import Counter
from contextlib import closing, suppress
from itertools import cycle
from pathlib import Path
from random import Random

import pytest
import websockets
from flask import Flask
from sqlalchemy import select

from service.core.config import Settings
from service.core.db import db
from service.monitoring.link_models import Direction, Frame
from service.stations.models import Station
from service.tickets.models import Ticket
from service.tickets.states import OPEN
from tests.charger import CallError, Charger
from tests.conftest import NOON

ROOT = Path(__file__).parents[2]
CHARGERS = 30
KILLS = int(os.environ.get("KILLS", "5"))
DICE = Random(9)  # noqa: S311
# Both are dangers: no debounce, and no recovery closes their tickets.
DANGERS = [(1, "GroundFailure"), (2, "PowerSwitchFailure"), (1, "OverCurrentFailure")]
LOST = (OSError, TimeoutError, websockets.WebSocketException)


class Reporter:
    """A charger that keeps an account of what it has been answered."""

    def __init__(self, charger: Charger, station_id: int) -> None:
        self.charger, self.station_id = charger, station_id
        self.answered: set[str] = set()
        # Connector and errorCode of each Faulted that was answered.
        self.faulted: set[tuple[int, str]] = set()
        self.errors: list[CallError] = []
        self._number = 0

    async def talk(self) -> None:
        """Report, for ever; connect again whenever the link is gone."""
        await self._connect()
        for connector, code in cycle(DANGERS):
            with suppress(*LOST):
                await self._report(connector, "Faulted", code)
                self.faulted.add((connector, code))
                await self._report(connector, "Available", "NoError")
                continue
            with suppress(*LOST):
                await self.charger.vanish()
            await self._connect()

    async def _report(self, connector: int, status: str, code: str) -> None:
        self._number += 1
        words = f"report {self._number}"
        try:
            await self.charger.status(connector, status, code, info=words)
        except CallError as error:
            self.errors.append(error)
            raise ConnectionResetError from error
        self.answered.add(words)

    async def _connect(self) -> None:
        while True:
            with suppress(*LOST):
                await self.charger.connect()
                return
            await asyncio.sleep(0.1)


class Victim:
    """The link as a process of its own, on a port that stays the same."""

    def __init__(self, settings: Settings) -> None:
        with closing(socket.socket()) as one:
            one.bind(("127.0.0.1", 0))
            self.port = one.getsockname()[1]
        self._environment = {
            **os.environ,
            "INSTANCE": str(settings.instance),
            "DATABASE_URL": settings.database_url.replace("+psycopg", ""),
            "SECRET_KEY": settings.secret_key,
            "OCPP_PORT": str(self.port),
        }
        self._process: asyncio.subprocess.Process

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "app.py",
            "link",
            cwd=ROOT,
            env=self._environment,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )

    async def listens(self) -> None:
        async with asyncio.timeout(60):
            while True:
                assert self._process.returncode is None, "the link did not start"
                with suppress(OSError):
                    _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                    writer.close()
                    return
                await asyncio.sleep(0.05)

    async def end(self, how: signal.Signals) -> None:
        self._process.send_signal(how)
        await self._process.wait()


@pytest.fixture
def reporters(app: Flask) -> list[Reporter]:
    """Chargers that are known, and not connected yet."""
    found = []
    for number in range(CHARGERS):
        station = Station.create(f"Kaj {number}", f"KAJ-{number}", "test", NOON)
        for connector in (1, 2):
            station.add_connector(connector, NOON)
        key = station.give_key("test", NOON)
        found.append(Reporter(Charger("ws://unknown", station.ocpp_identity, key), station.id))
    db.session.commit()
    return found


async def under_fire(settings: Settings, reporters: list[Reporter]) -> None:
    victim = Victim(settings)
    await victim.start()
    for reporter in reporters:
        reporter.charger.url = f"ws://127.0.0.1:{victim.port}/ocpp/{reporter.charger.identity}"
    talking = [asyncio.create_task(reporter.talk()) for reporter in reporters]
    for _ in range(KILLS):
        await victim.listens()
        await _until_somebody_is_answered(reporters)
        await asyncio.sleep(DICE.uniform(0.05, 0.8))
        await victim.end(signal.SIGKILL)
        await victim.start()
    await victim.listens()
    await _until_somebody_is_answered(reporters)
    for task in talking:
        task.cancel()
    await asyncio.gather(*talking, return_exceptions=True)
    for reporter in reporters:
        with suppress(*LOST):
            await reporter.charger.vanish()
    await victim.end(signal.SIGTERM)


async def _until_somebody_is_answered(reporters: list[Reporter]) -> None:
    before = sum(len(one.answered) for one in reporters)
    async with asyncio.timeout(60):
        while sum(len(one.answered) for one in reporters) < before + CHARGERS:
            await asyncio.sleep(0.02)


def test_every_answered_frame_is_kept_and_every_fault_has_one_ticket(
    settings: Settings, app: Flask, reporters: list[Reporter]
) -> None:
    asyncio.run(under_fire(settings, reporters))

    assert sum(len(one.answered) for one in reporters) > CHARGERS * (KILLS + 1)
    assert [one.errors for one in reporters] == [[]] * CHARGERS
    for reporter in reporters:
        assert reporter.answered <= kept(reporter.station_id)
        assert reporter.faulted <= set(open_tickets(reporter.station_id))
        assert set(open_tickets(reporter.station_id).values()) <= {1}


def kept(station_id: int) -> set[str]:
    """The `info` of every status that is kept."""
    came = select(Frame.raw).where(
        Frame.station_id == station_id,
        Frame.direction == Direction.IN,
        Frame.action == "StatusNotification",
    )
    return {raw.split('"info": "')[1].split('"')[0] for raw in db.session.scalars(came)}


def open_tickets(station_id: int) -> Counter[tuple[int, str]]:
    """How many open tickets stand for each connector and errorCode."""
    names = {
        "ground_failure": "GroundFailure",
        "power_switch_failure": "PowerSwitchFailure",
        "over_current_failure": "OverCurrentFailure",
    }
    mine = select(Ticket).where(Ticket.station_id == station_id, Ticket.state.in_(OPEN))
    return Counter((one.connector, names[one.fault]) for one in db.session.scalars(mine))
