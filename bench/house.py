"""Laddvakt as it is really run, on a database of its own that is thrown away afterwards."""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, create_engine, text

from bench import machine
from service.core.postgres import APP, OWNER, Postgres
from service.stations import keys

# Each station has its whole and two connectors.
STATIONS = text(
    'INSERT INTO station (name, ocpp_identity, identity_key, access, "authorization",'
    " security_profile, key_hash, created_at)"
    " SELECT 'Bench ' || n, 'BENCH-' || n, 'bench-' || n, 'internal', 'known_tags', 1, :key,"
    " now() FROM generate_series(1, :count) n"
)
EVSES = text(
    "INSERT INTO evse (station_id, number)"
    " SELECT id, number FROM station, generate_series(1, 2) number"
)
CONNECTORS = text(
    "INSERT INTO connector (station_id, evse_id, number, confirmed, since)"
    " SELECT id, NULL, 0, true, now() FROM station"
    " UNION ALL SELECT station_id, id, number, true, now() FROM evse"
)


@dataclass(frozen=True, slots=True)
class House:
    environment: dict[str, str]
    # What every charger of the bench signs in with.
    key: str
    owner_url: str

    def identities(self, first: int, count: int) -> list[str]:
        return [f"BENCH-{number}" for number in range(first, first + count)]

    @asynccontextmanager
    async def link(self) -> AsyncIterator[tuple[str, int]]:
        """A link process of its own, on one processor. Gives its address and process."""
        port = _free_port()
        with machine.process(
            ["app.py", "link"],
            {**self.environment, "OCPP_PORT": str(port)},
            cpu=machine.SERVER_CPU,
        ) as running:
            async with machine.answering(port, running, "the link"):
                yield f"ws://127.0.0.1:{port}/ocpp", running.pid

    @asynccontextmanager
    async def web(self) -> AsyncIterator[int]:
        """The web process. Gives its port."""
        port = _free_port()
        with machine.process(
            ["app.py", "web"], {**self.environment, "HTTP_PORT": str(port)}
        ) as running:
            async with machine.answering(port, running, "the web"):
                yield port

    def token(self) -> str:
        command = ["token", "create", "--role", "administrator", "--name", "bench"]
        return _app(command, self.environment)

    def settle(self) -> None:
        """Let the database finish what it does behind the scenes, between two measurements."""
        engine = create_engine(self.owner_url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text("ANALYZE"))
        engine.dispose()


@contextmanager
def built(stations: int) -> Iterator[House]:
    """PostgreSQL with its own defaults and full durability, migrated, with so many stations."""
    with (
        tempfile.TemporaryDirectory(prefix="laddvakt-bench-") as folder,
        Postgres(Path(folder) / "database") as postgres,
    ):
        environment = {
            "INSTANCE": folder,
            "DATABASE_URL": _setting(postgres.url(APP)),
            "DATABASE_OWNER_URL": _setting(postgres.url(OWNER)),
            "SECRET_KEY": secrets.token_hex(16),
            "LOG_LEVEL": "WARNING",
            "BIND": "127.0.0.1",
        }
        _app(["migrate"], environment)
        key = keys.new_key()
        engine = create_engine(postgres.url(OWNER))
        with engine.begin() as connection:
            _fill(connection, key, stations)
        engine.dispose()
        yield House(environment, key, postgres.url(OWNER))


def _setting(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://")


def _fill(connection: Connection, key: str, stations: int) -> None:
    connection.execute(STATIONS, {"key": keys.hashed(key), "count": stations})
    connection.execute(EVSES)
    connection.execute(CONNECTORS)


def _app(command: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "app.py", *command],
        cwd=machine.ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"app.py {command[0]} failed:\n{done.stderr}")
    return done.stdout.strip()


def _free_port() -> int:
    with contextlib.closing(socket.socket()) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
