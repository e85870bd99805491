"""One file that holds everything: the database, the files, and a list to check both with."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import conninfo, sql

from service.core.database import dsn
from service.core.server_account import BIN
from service.core.version import VERSION

FORMAT = 1
MANIFEST, SEAL, DUMP = "manifest.json", "manifest.sha256", "database.dump"
# What of the instance folder goes along: uploads, and what signs and encrypts.
FOLDERS = ("files", "secrets")
CHUNK = 1024 * 1024
Tell = Callable[[str], None]


class BackupError(Exception):
    """It cannot be made, read or restored. The words are for the person at the terminal."""


@dataclass(frozen=True)
class Manifest:
    """What is in a backup: every part with its size and SHA-256, every table with its rows."""

    made_at: str
    version: str
    migration: str
    tables: dict[str, int]
    parts: dict[str, dict[str, Any]]

    @classmethod
    def read(cls, content: bytes) -> Manifest:
        try:
            facts = json.loads(content)
            if facts.pop("format") != FORMAT:
                raise BackupError("this backup is of a newer format: update the program")
            return cls(**facts)
        except (ValueError, KeyError, TypeError):
            raise BackupError("the backup's list of contents cannot be read") from None

    def written(self) -> bytes:
        return json.dumps({"format": FORMAT, **self.__dict__}, indent=1).encode()


def make(url: str, instance: Path, target: Path, at: datetime, tell: Tell) -> Manifest:
    """Write the backup to `target`, whole or not at all. `url` is the owner's."""
    target = target.absolute()
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder:
        dump, half = Path(folder) / DUMP, Path(folder) / "backup.tar"
        migration, tables = _dump(url, dump, tell)
        sources = {DUMP: dump} | dict(_files(instance))
        parts = {
            name: {"size": path.stat().st_size, "sha256": sha256_of(path)}
            for name, path in sources.items()
        }
        manifest = Manifest(at.isoformat(), VERSION, migration, tables, parts)
        half.touch(mode=0o600)
        with tarfile.open(half, "w") as archive:
            add(archive, MANIFEST, manifest.written())
            add(archive, SEAL, seal(manifest.written()))
            for done, (name, path) in enumerate(sources.items(), 1):
                archive.add(path, name)
                tell(f"files: {done} of {len(sources)}")
        half.replace(target)
    return manifest


def _dump(url: str, target: Path, tell: Tell) -> tuple[str, dict[str, int]]:
    """The database and its counts as of one instant."""
    with psycopg.connect(dsn(url)) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        ((snapshot,),) = connection.execute("SELECT pg_export_snapshot()").fetchall()
        tables = counts(connection)
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        command = ["pg_dump", "-Fc", "-v", "--no-owner", "--no-acl", "-f", str(target)]
        dump = started([*command, f"--snapshot={snapshot}"], url, stderr=subprocess.PIPE)
        _follow(dump, target, len(tables), tell)
    return str(row[0]) if row else "", tables


def _follow(process: subprocess.Popen[bytes], target: Path, tables: int, tell: Tell) -> None:
    """Wait for pg_dump, and say how far it is: tables done of all, and how fast it writes."""
    begun, done, last = time.monotonic(), 0, b""
    with process:
        for line in process.stderr or ():
            last = line
            if b"dumping contents of table" in line:
                done += 1
                size = target.stat().st_size if target.exists() else 0
                speed = megabytes(size / max(time.monotonic() - begun, 0.001))
                tell(f"tables: {done} of {max(done, tables)}, {megabytes(size)}, {speed}/s")
    if process.returncode:
        raise BackupError(f"the database could not be saved: {last.decode().strip()}")


def counts(connection: psycopg.Connection[tuple[Any, ...]]) -> dict[str, int]:
    """The rows of every table; those of a partition are its table's."""
    names = connection.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY relname"
    ).fetchall()
    return {name: _count(connection, name) for (name,) in names}


def _count(connection: psycopg.Connection[tuple[Any, ...]], table: str) -> int:
    query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


def _files(instance: Path) -> Iterator[tuple[str, Path]]:
    for name in FOLDERS:
        for path in sorted((instance / name).rglob("*")):
            if path.is_file() and not path.is_symlink():
                yield path.relative_to(instance).as_posix(), path


def seal(content: bytes) -> bytes:
    return hashlib.sha256(content).hexdigest().encode()


def add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(content), 0o600
    archive.addfile(info, io.BytesIO(content))


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def started(command: list[str], url: str = "", **pipes: Any) -> subprocess.Popen[bytes]:
    """One of PostgreSQL's own programs: the wheel's, or another one that is installed.

    The password goes through the environment: a command line is for all to read.
    """
    here = BIN / command[0]
    program = str(here) if here.exists() else shutil.which(command[0])
    if program is None:
        raise BackupError(f"the program {command[0]} is missing: install postgresql-client")
    line, environment = [program, *command[1:]], dict(os.environ)
    if url:
        facts = conninfo.conninfo_to_dict(dsn(url))
        environment["PGPASSWORD"] = str(facts.pop("password", ""))
        line += ["-d", conninfo.make_conninfo("", **facts)]
    return subprocess.Popen(line, env=environment, **pipes)  # noqa: S603


def megabytes(size: float) -> str:
    return f"{size / 1_000_000:.1f} MB"
