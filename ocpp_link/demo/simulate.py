"""Plays the demo's chargers until it is told to stop."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from random import Random

import structlog
import websockets

from ocpp_link.demo import script
from ocpp_link.demo.charger import Charger
from service.core.config import Settings
from service.demo import fleet
from service.demo.credentials import Credentials

log = structlog.get_logger()

# The same dice in every demo: what happens, happens again.
SEED = 1886
# All chargers are up within so many seconds after the start.
START_WITHIN_S = 8.0
# A charger that nobody has registered: it shows up among the pending.
STRANGER = "WB-SN-00417733"


async def simulate(settings: Settings, stop: asyncio.Event) -> None:
    """Connect the whole demo fleet and play the script. `plant` has to have run before."""
    url = loopback_url(settings)
    keys = Credentials.read(settings.instance).keys
    stage: script.Stage = {}
    for card in fleet.stations():
        charger = Charger(card, keys[card.identity], url, Random(f"{SEED}:{card.identity}"))  # noqa: S311
        stage.setdefault(card.site, []).append(charger)
    log.info("demo fleet starts", stations=len(keys), sites=len(stage))
    tasks = [asyncio.create_task(_said(deed)) for deed in _deeds(stage, url)]
    await stop.wait()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    log.info("demo fleet has stopped")


def loopback_url(settings: Settings) -> str:
    everywhere = {"0.0.0.0", "::", "localhost"}  # noqa: S104
    host = "127.0.0.1" if settings.bind in everywhere else settings.bind
    name = f"[{host}]" if ":" in host else host
    return f"ws://{name}:{settings.ocpp_port}/ocpp"


def _deeds(stage: script.Stage, url: str) -> list[Coroutine[None, None, None]]:
    script.set_clocks(stage)
    deeds = [script.play(stage), script.trouble(stage, Random(SEED)), _stranger(url)]  # noqa: S311
    for charger in (one for site in stage.values() for one in site):
        deeds.append(_start(charger))
        tags = script.tags_for(charger)
        deeds += [script.traffic(charger, outlet, tags) for outlet in charger.connectors]
    return deeds


async def _start(charger: Charger) -> None:
    await asyncio.sleep(charger.dice.uniform(0, START_WITHIN_S))
    await charger.live()


async def _stranger(url: str) -> None:
    while True:
        with suppress(OSError, TimeoutError, websockets.WebSocketException):
            async with websockets.connect(
                f"{url}/{STRANGER}",
                subprotocols=[websockets.Subprotocol("ocpp1.6")],
                compression=None,
                proxy=None,
            ) as socket:
                await socket.wait_closed()
        await asyncio.sleep(90)


async def _said(deed: Coroutine[None, None, None]) -> None:
    """A deed that goes wrong is said, and takes no other with it."""
    try:
        await deed
    except Exception:
        log.exception("demo: something went wrong")
