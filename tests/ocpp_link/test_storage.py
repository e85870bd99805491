"""A database that is away gives CALLERROR, never an untrue answer; nothing else is harmed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import create_engine, select

from app import create_app
from service.core import migrate
from service.core.config import Settings
from service.core.db import db
from service.core.postgres import APP, OWNER, Postgres
from service.monitoring.link_models import Frame
from service.stations.models import Station
from service.tickets.models import Ticket
from tests.charger import CallError, Charger
from tests.conftest import NOON
from tests.ocpp_link.test_journey import a_link


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Postgres]:
    """A PostgreSQL that this test may stop."""
    with Postgres(tmp_path / "database", fsync="off") as server:
        yield server


@pytest.fixture
def app(server: Postgres, tmp_path: Path) -> Iterator[Flask]:
    settings = Settings(
        instance=tmp_path,
        database_url=server.url(APP),
        database_owner_url=server.url(OWNER),
        secret_key="a secret for tests only",
    )
    app = create_app(settings, TESTING=True)
    migrate.upgrade(app)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


async def refused(charger: Charger) -> str:
    with pytest.raises(CallError) as answer:
        await charger.status(1, "Faulted", "GroundFailure")
    return answer.value.code


def test_while_the_database_is_away_nothing_is_said_to_be_kept(
    app: Flask, server: Postgres
) -> None:
    station = Station.create("Hamnen 3", "CP1", "test", NOON)
    key = station.give_key("test", NOON)
    db.session.commit()

    async def story() -> list[Any]:
        async with a_link(app) as url, Charger(url, "CP1", key) as charger:
            await charger.boot()
            await asyncio.to_thread(server.stop)
            while_away = await refused(charger)
            await asyncio.to_thread(server.start)
            return [while_away, await charger.status(1, "Faulted", "GroundFailure")]

    assert asyncio.run(story()) == ["InternalError", {}]
    assert db.session.scalars(select(Ticket.fault)).all() == ["ground_failure"]


def test_a_full_disk_is_answered_with_an_error_and_harms_no_other(
    app: Flask, server: Postgres
) -> None:
    """The server says what it says when its disk is full (class 53)."""
    station = Station.create("Hamnen 3", "CP1", "test", NOON)
    key = station.give_key("test", NOON)
    db.session.commit()
    owner = create_engine(server.url(OWNER), isolation_level="AUTOCOMMIT")

    async def story() -> str:
        async with a_link(app) as url, Charger(url, "CP1", key) as charger:
            await charger.boot()
            await asyncio.to_thread(fill, owner)
            code = await refused(charger)
            await asyncio.to_thread(make_room, owner)
            await charger.status(1, "Faulted", "GroundFailure")
            return code

    assert asyncio.run(story()) == "InternalError"
    kept = select(Frame).where(Frame.action == "StatusNotification", Frame.direction == "in")
    assert len(db.session.scalars(kept).all()) == 1
    owner.dispose()


def fill(owner: Any) -> None:
    with owner.connect() as connection:
        connection.exec_driver_sql(
            "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            " RAISE EXCEPTION 'could not extend file: No space left on device'"
            " USING ERRCODE = 'disk_full'; END $$"
        )
        connection.exec_driver_sql(
            "CREATE TRIGGER full_disk BEFORE INSERT ON frame"
            " FOR EACH ROW EXECUTE FUNCTION full_disk()"
        )


def make_room(owner: Any) -> None:
    with owner.connect() as connection:
        connection.exec_driver_sql("DROP TRIGGER full_disk ON frame")
