"""The main job, over a real socket: fault → ticket → remote restart → proof → resolved."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

import pytest
from flask import Flask
from sqlalchemy import select

from ocpp_link.inbox import Inbox
from ocpp_link.sender import Sender
from ocpp_link.server import linked
from service.core.clock import now
from service.core.config import Settings
from service.core.db import db, unit_of_work
from service.monitoring.link_models import Frame
from service.monitoring.models import FaultCode
from service.people.models import Person
from service.remote import jobs as remote_jobs
from service.remote.actions import ActionState, Effect, Kind
from service.remote.models import RemoteAction
from service.stations.models import Station
from service.tickets import jobs
from service.tickets.models import Ticket
from service.tickets.states import Resolution, State
from tests.charger import PATIENCE_S, Charger

T = TypeVar("T")
C = TypeVar("C", bound=Charger)
Tell = Callable[[C], Awaitable[Any]]


@asynccontextmanager
async def a_link(app: Flask) -> AsyncIterator[str]:
    """A whole link on a port of its own; yields the address for chargers."""
    settings: Settings = replace(app.config["SETTINGS"], ocpp_port=0)
    inbox, stop = Inbox(app, settings.heartbeat_seconds), asyncio.Event()
    async with linked(settings, app, inbox) as link:
        sending = asyncio.create_task(Sender(app, link.registry.live).run(stop))
        try:
            yield f"ws://127.0.0.1:{link.port}/ocpp"
        finally:
            stop.set()
            await sending
    inbox.close()


def in_database(app: Flask, work: Callable[[], T]) -> Awaitable[T]:
    def inside() -> T:
        with app.app_context(), unit_of_work():
            return work()

    return asyncio.to_thread(inside)


async def until(app: Flask, question: Callable[[], Any]) -> Any:
    """Ask the database until it says yes; fails after a while."""
    async with asyncio.timeout(PATIENCE_S):
        while not (answer := await in_database(app, question)):
            await asyncio.sleep(0.02)
    return answer


def ready(station: Station) -> str:
    """The station's key; its internal errors are told at once."""
    key = station.give_key("test", now())
    for code in db.session.scalars(select(FaultCode)):
        code.debounce_s = 0
    db.session.commit()
    return key


def ask(station_id: int, by: Person, kind: Kind, **fields: Any) -> int:
    ticket = db.session.scalars(select(Ticket)).first()
    station = db.session.get_one(Station, station_id)
    action = RemoteAction.ask(station, kind, fields, "Provar", by, now(), ticket)
    return action.id


def test_who_comes_back_without_a_start_is_asked_once_how_it_is(
    app: Flask, station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = ready(station)
    monkeypatch.setattr("ocpp_link.connection.BOOTS_WITHIN_S", 0)
    monkeypatch.setattr("ocpp_link.sender.STATES_EVERY_S", 0.01)

    async def story() -> None:
        async with a_link(app) as url, Charger(url, "CP1", key) as charger:
            charger.answers["TriggerMessage"] = {"status": "Accepted"}
            assert await charger.asked("TriggerMessage") == {
                "requestedMessage": "StatusNotification"
            }
            await charger.status(1, "Faulted", "InternalError")
            await until(app, lambda: db.session.scalar(select(Ticket.id)))
            await until(app, answered)
            assert charger.times_asked("TriggerMessage") == 0

    def answered() -> Any:
        answer = select(Frame.id).where(Frame.action == "TriggerMessage", Frame.direction == "in")
        return db.session.scalar(answer)

    asyncio.run(story())


def restart(
    app: Flask, station: Station, operator: Person, new: type[C], breaks: Tell[C], heals: Tell[C]
) -> tuple[dict[str, Any], RemoteAction, Ticket]:
    """It breaks, is restarted from its ticket and comes back well: what it was asked, the action
    and the ticket an hour later."""
    key, station_id = ready(station), station.id

    async def story() -> dict[str, Any]:
        async with a_link(app) as url:
            async with new(url, "CP1", key) as charger:
                charger.answers["Reset"] = {"status": "Accepted"}
                await charger.boot()
                await breaks(charger)
                await in_database(app, lambda: ask(station_id, operator, Kind.RESET, type="soft"))
                asked = await charger.asked("Reset")
                await until(app, lambda: db.session.scalar(select(RemoteAction.answered_at)))
            async with new(url, "CP1", key) as charger:
                await charger.boot()
                await heals(charger)
        return asked

    asked = asyncio.run(story())
    jobs.resolve_what_is_proven(now() + timedelta(hours=1))
    db.session.commit()
    action, ticket = (
        db.session.scalars(select(RemoteAction)).one(),
        db.session.scalars(select(Ticket)).one(),
    )
    assert (action.state, action.effect) == (ActionState.ANSWERED, Effect.PROVEN)
    assert (ticket.state, ticket.resolution) == (State.RESOLVED, Resolution.REMOTE)
    return asked, action, ticket


def test_a_restart_from_the_ticket_heals_and_is_proven(
    app: Flask, station: Station, operator: Person
) -> None:
    asked, action, ticket = restart(
        app,
        station,
        operator,
        Charger,
        breaks=lambda charger: charger.status(1, "Faulted", "InternalError"),
        heals=lambda charger: charger.status(1, "Available", "NoError"),
    )

    assert asked == {"type": "Soft"}
    assert action.before is not None
    assert action.before["1"]["status"] == "Faulted"
    assert action.after is not None
    assert action.after["1"]["status"] == "Available"
    kinds = [entry.kind for entry in ticket.timeline]
    assert kinds == ["charger", "opened", "action", "answer", "recovered", "outcome", "resolved"]


def test_accepted_is_not_a_repair(app: Flask, station: Station, operator: Person) -> None:
    key, station_id = ready(station), station.id

    async def story() -> None:
        async with a_link(app) as url:
            async with Charger(url, "CP1", key) as charger:
                charger.answers["Reset"] = {"status": "Accepted"}
                await charger.boot()
                await charger.status(1, "Faulted", "InternalError")
                await in_database(app, lambda: ask(station_id, operator, Kind.RESET, type="hard"))
                await charger.asked("Reset")
                await until(app, lambda: db.session.scalar(select(RemoteAction.answered_at)))
            async with Charger(url, "CP1", key) as charger:
                await charger.boot()
                await charger.status(1, "Faulted", "InternalError")

    asyncio.run(story())
    remote_jobs.judge_what_is_over(now() + timedelta(minutes=10))
    db.session.commit()

    assert db.session.scalars(select(RemoteAction.effect)).one() is Effect.NONE
    assert db.session.scalars(select(Ticket)).one().is_open


def test_one_action_at_a_time_in_the_order_asked(
    app: Flask, station: Station, operator: Person
) -> None:
    key, station_id = ready(station), station.id

    async def story() -> None:
        async with a_link(app) as url, Charger(url, "CP1", key) as charger:
            charger.answers["ClearCache"] = {"status": "Accepted"}
            charger.answers["UnlockConnector"] = {"status": "NotSupported"}
            await in_database(app, lambda: ask(station_id, operator, Kind.CLEAR_CACHE))
            await in_database(app, lambda: ask(station_id, operator, Kind.UNLOCK, connector=1))
            await charger.boot()
            await charger.asked("ClearCache")
            await charger.asked("UnlockConnector")
            done = select(RemoteAction).where(RemoteAction.state == ActionState.REFUSED)
            await until(app, lambda: db.session.scalars(done).first())

    asyncio.run(story())
    actions = db.session.scalars(select(RemoteAction).order_by(RemoteAction.id)).all()
    assert [one.state for one in actions] == [ActionState.ANSWERED, ActionState.REFUSED]
    assert actions[1].effect is Effect.NONE
    assert actions[0].answered_at
    assert actions[1].sent_at
    assert actions[0].answered_at <= actions[1].sent_at


def test_a_charger_that_drops_the_line_leaves_no_answer(
    app: Flask, station: Station, operator: Person
) -> None:
    key, station_id = ready(station), station.id

    async def story() -> None:
        async with a_link(app) as url:
            async with Charger(url, "CP1", key) as charger:
                charger.answers["Reset"] = None
                await charger.boot()
                await in_database(app, lambda: ask(station_id, operator, Kind.RESET, type="soft"))
                await charger.asked("Reset")
            gone = select(RemoteAction).where(RemoteAction.state == ActionState.NO_ANSWER)
            await until(app, lambda: db.session.scalars(gone).first())
            async with Charger(url, "CP1", key) as charger:
                await charger.boot()

    asyncio.run(story())
    assert db.session.scalars(select(RemoteAction.effect)).one() is Effect.PROVEN


def test_what_waits_while_the_link_is_away_is_sent_once(
    app: Flask, station: Station, operator: Person
) -> None:
    key, station_id = ready(station), station.id
    ask(station_id, operator, Kind.CLEAR_CACHE)
    db.session.commit()

    async def story() -> None:
        for _ in range(2):
            async with a_link(app) as url, Charger(url, "CP1", key) as charger:
                charger.answers["ClearCache"] = {"status": "Accepted"}
                await charger.boot()
                await until(app, lambda: db.session.scalar(select(RemoteAction.answered_at)))

    asyncio.run(story())
    calls = select(Frame).where(Frame.action == "ClearCache", Frame.direction == "out")
    assert len(db.session.scalars(calls).all()) == 1


def test_every_frame_is_kept_both_ways(app: Flask, station: Station) -> None:
    key = ready(station)

    async def story() -> None:
        async with a_link(app) as url, Charger(url, "CP1", key) as charger:
            await charger.boot()
            await charger.status(1, "Faulted", "Error")

    asyncio.run(story())
    frames = db.session.scalars(select(Frame).order_by(Frame.id)).all()
    assert [(one.direction.value, one.action) for one in frames] == [
        ("in", "BootNotification"),
        ("out", "BootNotification"),
        ("in", "StatusNotification"),
        ("out", "StatusNotification"),
    ]
    assert any("errorCode" in found for found in frames[2].findings)
    assert db.session.scalars(select(Ticket.detail)).all() == ["Error"]


def test_a_frame_that_breaks_its_processing_takes_no_neighbour_with_it(
    app: Flask, station: Station
) -> None:
    """The catalogue loses the row that a fault needs: that frame fails, the others do not."""
    key = ready(station)
    db.session.execute(FaultCode.__table__.delete())  # type: ignore[attr-defined]
    db.session.commit()

    async def story() -> tuple[Any, ...]:
        async with a_link(app) as url, Charger(url, "CP1", key) as charger:
            return await asyncio.gather(
                charger.call("Heartbeat", {}),
                charger.status(1, "Faulted", "GroundFailure"),
                charger.call("Heartbeat", {}),
                return_exceptions=True,
            )

    first, fault, last = asyncio.run(story())
    assert "currentTime" in first
    assert "InternalError" in str(fault)
    assert "currentTime" in last
    marked = select(Frame.raw).where(Frame.findings.contains(["processing failed"]))
    assert "GroundFailure" in db.session.scalars(marked).one()
