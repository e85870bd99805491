"""A PostgreSQL of our own in the instance folder, for whoever names no other."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shlex
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Self

import psutil
import psycopg
import structlog
from psycopg import sql
from sqlalchemy import URL

from service.core.server_account import BIN, PostgresError, complaint, is_root, open_to

SUPERUSER, OWNER, APP = "postgres", "laddvakt_owner", "laddvakt_app"
DATABASE = "laddvakt"
# The longest path of a socket is 104 bytes on macOS, 108 on Linux.
LONGEST_SOCKET = 100
OPTIONS = {
    # Web, link and clock have a pool each, and people look at the database beside them.
    "max_connections": "200",
    "log_checkpoints": "off",
    "timezone": "UTC",
}

log = structlog.get_logger()


class Postgres:
    """One server in one folder, shared by every process that opens it: the last one stops it.

    Whoever uses it holds a shared lock on a file, so a process that was killed counts no more.
    """

    def __init__(self, folder: Path, **options: str) -> None:
        self.data = folder.resolve()
        self._options = OPTIONS | options
        self._users: IO[str] | None = None
        self._opener = 0

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Have it run, and believe so only after it has answered."""
        self.data.parent.mkdir(parents=True, exist_ok=True)
        with self._turn():
            self._users = self._users or self._lock_file("users").open("w")
            fcntl.flock(self._users, fcntl.LOCK_SH)
            self._opener = os.getpid()
            try:
                self._be_there()
            except BaseException:
                self._let_go()
                raise

    def stop(self) -> None:
        """Stop using it, and stop it where nobody else does. A fork of ours has no say in that."""
        if self._users is None or self._opener != os.getpid():
            return
        with self._turn():
            try:
                fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass
            else:
                self._run("pg_ctl", "-D", str(self.data), "-m", "fast", "-w", "-t", "8", "stop")
            self._let_go()

    def _be_there(self) -> None:
        self._make()
        if not self.answers():
            self._launch()
        self._prepare()

    def _let_go(self) -> None:
        if self._users:
            self._users.close()
        self._users = None

    def revive(self) -> None:
        """Start it again where its process is gone. Not for one that nobody has started."""
        if self._pid() is None:
            log.error("database.crashed", folder=str(self.data))
            with self._turn():
                if not self.answers():
                    self._launch()
            log.info("database.restarted")

    def answers(self) -> bool:
        """Whether it runs and lets us in. A killed one may look alive for a moment."""
        if self._pid() is None:
            return False
        try:
            self._connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def url(self, role: str, database: str = DATABASE) -> str:
        where = {"host": str(self._sockets())}
        url = URL.create("postgresql+psycopg", username=role, database=database, query=where)
        return url.render_as_string(hide_password=False)

    def _connect(self, database: str = SUPERUSER) -> psycopg.Connection[tuple[Any, ...]]:
        return psycopg.connect(
            host=str(self._sockets()),
            user=SUPERUSER,
            dbname=database,
            autocommit=True,
            connect_timeout=5,
        )

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """One process at a time starts or stops it."""
        with self._lock_file("lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _lock_file(self, what: str) -> Path:
        return self.data.with_name(f"{self.data.name}.{what}")

    def _pid(self) -> int | None:
        """The server's process, if the one that its file names is a server of this folder."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().splitlines()[0])
            process = psutil.Process(pid)
            here = process.name() == "postgres" and Path(process.cwd()) == self.data
        except (OSError, ValueError, IndexError, psutil.Error):
            return None
        return pid if here and process.status() != psutil.STATUS_ZOMBIE else None

    def _make(self) -> None:
        """The folder with an empty cluster, unless it is there."""
        self.data.mkdir(mode=0o700, exist_ok=True)
        if is_root():
            open_to(self.data)
        self._check_owner()
        if (self.data / "PG_VERSION").exists():
            return
        done = self._run(
            "initdb", "-A", "trust", "-E", "UTF8", "--locale", "C.UTF-8", "-U", SUPERUSER,
            "-D", str(self.data),
        )  # fmt: skip
        if done.returncode:
            raise PostgresError(f"PostgreSQL cannot be set up in {self.data}: {complaint(done)}")

    def _check_owner(self) -> None:
        owner = self.data.stat().st_uid
        if not is_root() and owner != os.geteuid():
            raise PostgresError(
                f"{self.data} belongs to another user (number {owner}): "
                "run as that user, or as root, or name another folder with INSTANCE"
            )

    def _launch(self) -> None:
        """Start it; a server that was killed may hold the folder for some seconds more."""
        until = time.monotonic() + 30
        while True:
            if self._pid() is None:
                (self.data / "postmaster.pid").unlink(missing_ok=True)
            done = self._run(
                "pg_ctl", "-D", str(self.data), "-l", str(self.data / "server.log"),
                "-o", self._arguments(), "-w", "-t", "120", "start",
            )  # fmt: skip
            if self.answers():
                return
            if time.monotonic() > until:
                raise PostgresError(
                    f"PostgreSQL does not start in {self.data} ({complaint(done)}): "
                    f"{self.data / 'server.log'} says why"
                )
            time.sleep(0.3)

    def _arguments(self) -> str:
        options = " ".join(f"-c {name}={shlex.quote(v)}" for name, v in self._options.items())
        return f"-h '' -k {shlex.quote(str(self._sockets()))} {options}"

    def _sockets(self) -> Path:
        """The folder of its socket: its own, or a short and private one where that is too long."""
        path = str(self.data / ".s.PGSQL.5432")
        if len(os.fsencode(path)) <= LONGEST_SOCKET and not set(path) & set(",\"'\\"):
            return self.data
        name = hashlib.sha256(os.fsencode(self.data)).hexdigest()[:12]
        short = Path("/tmp") / f"laddvakt-{name}"  # noqa: S108
        short.mkdir(mode=0o700, exist_ok=True)
        owner = self.data.stat()
        if is_root():
            os.chown(short, owner.st_uid, owner.st_gid, follow_symlinks=False)
        if short.is_symlink() or short.stat().st_uid != owner.st_uid:
            raise PostgresError(f"{short} belongs to another user: remove it")
        return short

    def _prepare(self) -> None:
        """The two roles and the database: who owns the tables, and who works with them."""
        with self._connect() as connection:
            roles = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
            for role in {OWNER, APP} - roles:
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
            query = "SELECT 1 FROM pg_database WHERE datname = %s"
            if not connection.execute(query, [DATABASE]).fetchone():
                connection.execute(f"CREATE DATABASE {DATABASE} OWNER {OWNER}")

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        as_whom: dict[str, Any] = {}
        if is_root():
            owner = self.data.stat()
            as_whom = {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []}
        log = self._lock_file("output")
        # A file and not a pipe: the server that pg_ctl leaves behind would hold a pipe open.
        with log.open("w+") as output:
            done = subprocess.run(  # noqa: S603
                [BIN / program, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd="/",
                env=os.environ | {"LC_ALL": "C", "TZ": "UTC"},
                check=False,
                **as_whom,
            )
            output.seek(0)
            words = output.read()
        log.unlink()
        return subprocess.CompletedProcess(done.args, done.returncode, words)
