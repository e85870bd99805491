"""The test charger itself: what it promises is what other tests stand on."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve

from tests.charger import CallError, Charger

Scene = Callable[[Charger, ServerConnection], Awaitable[None]]


def play(scene: Scene) -> None:
    """A charger and the bare server that it is connected to."""

    async def on_stage() -> None:
        met: asyncio.Queue[ServerConnection] = asyncio.Queue()
        left = asyncio.Event()

        async def host(socket: ServerConnection) -> None:
            met.put_nowait(socket)
            await left.wait()

        async with serve(host, "127.0.0.1", 0, subprotocols=["ocpp1.6"]) as server:  # type: ignore[list-item]
            port = server.sockets[0].getsockname()[1]
            async with Charger(f"ws://127.0.0.1:{port}/ocpp", "CP1", "a key") as charger:
                await scene(charger, await met.get())
            left.set()

    asyncio.run(on_stage())


def test_a_call_gets_its_own_answer() -> None:
    async def scene(charger: Charger, server: ServerConnection) -> None:
        heartbeat = asyncio.create_task(charger.heartbeat())
        frame: list[Any] = json.loads(await server.recv())
        await server.send(json.dumps([3, frame[1], {"currentTime": "2026-03-02T12:00:00Z"}]))
        assert await heartbeat == {"currentTime": "2026-03-02T12:00:00Z"}

    play(scene)


def test_a_callerror_is_raised() -> None:
    async def scene(charger: Charger, server: ServerConnection) -> None:
        status = asyncio.create_task(charger.status(1, "Faulted", "GroundFailure"))
        frame: list[Any] = json.loads(await server.recv())
        await server.send(json.dumps([4, frame[1], "InternalError", "no room", {}]))
        with pytest.raises(CallError, match="no room"):
            await status

    play(scene)


def test_it_answers_by_its_table_and_remembers_the_question() -> None:
    async def scene(charger: Charger, server: ServerConnection) -> None:
        charger.answers["Reset"] = lambda asked: {"status": asked["type"]}
        await server.send('[2, "a", "Reset", {"type": "Soft"}]')
        assert json.loads(await server.recv()) == [3, "a", {"status": "Soft"}]
        assert await charger.asked("Reset") == {"type": "Soft"}
        await server.send('[2, "b", "ClearCache", {}]')
        assert json.loads(await server.recv()) == [4, "b", "NotImplemented", "ClearCache", {}]

    play(scene)


def test_an_answer_to_nothing_is_a_stray() -> None:
    async def scene(charger: Charger, server: ServerConnection) -> None:
        await charger.send("nonsense")
        assert await server.recv() == "nonsense"
        await server.send('[4, "-1", "FormationViolation", "", {}]')
        assert (await charger.stray())[1] == "-1"

    play(scene)


def test_half_dead_it_answers_no_ping_until_it_wakes_up() -> None:
    async def scene(charger: Charger, server: ServerConnection) -> None:
        charger.play_dead()
        pong = await server.ping()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(pong), 0.1)
        charger.wake_up()
        await asyncio.wait_for(pong, 5)

    play(scene)


def test_it_vanishes_without_a_word() -> None:
    async def scene(charger: Charger, server: ServerConnection) -> None:
        waiting = asyncio.create_task(charger.heartbeat())
        await server.recv()
        await charger.vanish()
        with pytest.raises(ConnectionResetError):
            await waiting
        await asyncio.wait_for(server.wait_closed(), 5)
        assert server.close_code == 1006

    play(scene)


def test_it_shows_its_key() -> None:
    async def scene(charger: Charger, server: ServerConnection) -> None:
        assert server.request is not None
        assert server.request.headers["Authorization"] == "Basic Q1AxOmEga2V5"

    play(scene)
