"""From a fault on the wire until its ticket can be read in the JSON API."""

from __future__ import annotations

import asyncio
import http.client
import json
import multiprocessing
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import uvloop

from bench import load, machine
from bench.wire import Wire, dial

# A fault of danger has no debounce: its ticket opens with the frame's own commit.
DANGER = "GroundFailure"
# How often the API is asked, and how long at most.
PAUSE_S, PATIENCE_S = 0.005, 20.0


class Desk:
    """A person's view: the API over one connection that stays open."""

    def __init__(self, port: int, token: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self._headers = {"Authorization": f"Bearer {token}"}

    def get(self, path: str) -> dict[str, object]:
        self._connection.request("GET", path, headers=self._headers)
        answer = self._connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{path} answered {answer.status}: {body[:200]!r}")
        return dict(json.loads(body))

    def open_tickets(self, query: str) -> list[dict[str, object]]:
        items = self.get(f"/api/v1/tickets?state=open&{query}")["items"]
        assert isinstance(items, list)
        return items


async def one_by_one(
    url: str, desk: Desk, identities: Sequence[str], ids: Sequence[int], key: str
) -> list[float]:
    """One fault at a time, each at another station. Milliseconds until it is readable."""
    took = []
    for identity, station_id in zip(identities, ids, strict=True):
        wire = await _at_work(url, identity, key)
        began = time.perf_counter()
        wire.send(load.status(9, "Faulted", DANGER))
        await asyncio.to_thread(_until_seen, desk, station_id)
        took.append((time.perf_counter() - began) * 1000)
        wire.close()
        await asyncio.sleep(0.02)
    return took


async def all_at_once(
    url: str, desk: Desk, identities: Sequence[str], key: str
) -> tuple[list[float], float]:
    """All stations fault together. Milliseconds for each ticket, and until the last answer."""
    heard: list[float] = []
    waiting = asyncio.Event()

    def hear(body: bytes) -> None:
        heard.append(time.perf_counter())
        if len(heard) == 2 * len(identities):
            waiting.set()

    wires = await asyncio.gather(*(dial(url, identity, key, hear) for identity in identities))
    for wire in wires:
        wire.send(load.status(1, "Available", "NoError"))
    while len(heard) < len(wires):
        await asyncio.sleep(0.01)
    before = {one["id"] for one in desk.open_tickets("per_page=500")}
    began = time.perf_counter()
    for wire in wires:
        wire.send(load.status(2, "Faulted", DANGER))
    watching = asyncio.create_task(
        asyncio.to_thread(_until_all_seen, desk, before, len(wires), began)
    )
    await asyncio.wait_for(waiting.wait(), PATIENCE_S)
    answered_ms = (max(heard) - began) * 1000
    took = await watching
    await load.hang_up(wires)
    return took, answered_ms


@contextmanager
def traffic(url: str, identities: Sequence[str], key: str, rate: float) -> Iterator[None]:
    """Chargers in a process of their own that report at this pace until the block ends."""
    spawn = multiprocessing.get_context("spawn")
    running = spawn.Process(target=_traffic, args=(url, list(identities), key, rate), daemon=True)
    running.start()
    try:
        time.sleep(4)
        yield
    finally:
        running.terminate()
        running.join()


def _traffic(url: str, identities: list[str], key: str, rate: float) -> None:
    machine.raise_limits()
    machine.pin(os.getpid(), machine.LOAD_CPU)
    uvloop.run(load.paced(url, identities, key, rate, 120))


async def _at_work(url: str, identity: str, key: str) -> Wire:
    """A charger that has said that it is well."""
    answered = asyncio.Event()
    wire = await dial(url, identity, key, lambda body: answered.set())
    wire.send(load.status(1, "Available", "NoError"))
    await asyncio.wait_for(answered.wait(), PATIENCE_S)
    return wire


def _until_seen(desk: Desk, station_id: int) -> None:
    end = time.perf_counter() + PATIENCE_S
    while not desk.open_tickets(f"station_id={station_id}&per_page=1"):
        if time.perf_counter() > end:
            raise SystemExit(f"no ticket for station {station_id} within {PATIENCE_S} s")
        time.sleep(PAUSE_S)


def _until_all_seen(desk: Desk, before: set[object], count: int, began: float) -> list[float]:
    seen: dict[object, float] = {}
    while len(seen) < count:
        now_open = {one["id"] for one in desk.open_tickets("per_page=500")} - before
        now = time.perf_counter()
        if now - began > PATIENCE_S:
            raise SystemExit(f"{len(seen)} of {count} tickets within {PATIENCE_S} s")
        for one in now_open - set(seen):
            seen[one] = (now - began) * 1000
        time.sleep(PAUSE_S)
    return list(seen.values())
