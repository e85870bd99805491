"""Takes a backup apart, checks every piece of it, and puts it in the place of what is there."""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
from flask import Flask

from service.core import migrate
from service.core.backup import (
    CHUNK,
    DUMP,
    FOLDERS,
    MANIFEST,
    SEAL,
    BackupError,
    Manifest,
    Tell,
    counts,
    megabytes,
    seal,
    sha256_of,
    started,
)
from service.core.config import Settings
from service.core.database import dsn, opened

MakeApp = Callable[[Settings], Flask]


def restore(file: Path, target: Settings, make_app: MakeApp, tell: Tell, force: bool) -> str:
    """Put the backup in the place of what is there. Raises BackupError; then nothing is lost."""
    with unpacked(file, tell) as (manifest, folder), opened(target) as complete:
        if manifest.migration not in migrate.versions():
            raise BackupError(f"the backup is of version {manifest.version}: update the program")
        _refuse_to_lose(complete.database_owner_url, force)
        restore_database(complete.database_owner_url, folder / DUMP, tell)
        if wrong := check(complete.database_owner_url, manifest):
            raise BackupError(f"what was restored is not what was saved: {'; '.join(wrong)}")
        restore_files(folder, target.instance)
        migrate.upgrade(make_app(complete))
    rows = sum(manifest.tables.values())
    return f"Restored and checked: {rows} rows, {len(manifest.parts)} parts of {manifest.made_at}."


def verify(file: Path, make_app: MakeApp, tell: Tell) -> str:
    """Restore into a place of its own, check everything, and leave nothing behind."""
    with tempfile.TemporaryDirectory(prefix="laddvakt-") as folder:
        return restore(file, elsewhere(Settings(), Path(folder) / "instance"), make_app, tell, True)


def elsewhere(settings: Settings, instance: Path) -> Settings:
    """Another instance folder, with a PostgreSQL of its own."""
    return replace(settings, instance=instance, database_url="", database_owner_url="")


def _refuse_to_lose(url: str, force: bool) -> None:
    if in_use(url):
        raise BackupError("something works with the database: stop it first, then restore")
    if not force and not is_empty(url):
        raise BackupError("there is data already: --force overwrites it, --into restores elsewhere")


@contextmanager
def unpacked(source: Path, tell: Tell) -> Iterator[tuple[Manifest, Path]]:
    """The backup's parts in a folder, each checked against the list. Raises BackupError."""
    with tempfile.TemporaryDirectory(prefix="laddvakt-") as name:
        folder = Path(name)
        try:
            with tarfile.open(source, "r:") as archive:
                manifest = _manifest(archive)
                for done, (part, facts) in enumerate(manifest.parts.items(), 1):
                    _unpack(archive, part, facts, folder)
                    tell(f"checked: {done} of {len(manifest.parts)}")
        except (tarfile.TarError, EOFError, KeyError) as error:
            raise BackupError(f"{source} is damaged or no backup: {error}") from None
        except OSError as error:
            raise BackupError(f"{source} cannot be read: {error.strerror}") from None
        yield manifest, folder


def _manifest(archive: tarfile.TarFile) -> Manifest:
    content = _read(archive, MANIFEST)
    if seal(content) != _read(archive, SEAL):
        raise BackupError("the backup's list of contents has been changed")
    return Manifest.read(content)


def _read(archive: tarfile.TarFile, name: str) -> bytes:
    file = archive.extractfile(name)
    return file.read(64 * CHUNK) if file else b""


def _unpack(archive: tarfile.TarFile, part: str, facts: dict[str, Any], folder: Path) -> None:
    target = (folder / part).resolve()
    if not target.is_relative_to(folder.resolve()):
        raise BackupError(f"{part} of the backup would be written outside of its folder")
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = archive.extractfile(part)
    if file is None:
        raise BackupError(f"{part} is missing in the backup")
    with file, target.open("wb") as out:
        shutil.copyfileobj(file, out, CHUNK)
    target.chmod(0o600)
    if target.stat().st_size != facts["size"] or sha256_of(target) != facts["sha256"]:
        raise BackupError(f"{part} of the backup is not what was saved: the file is damaged")


# Everything of ours, and nothing else: the schema itself may belong to somebody else.
CLEAR = b"""
DO $$ DECLARE one text; BEGIN
  FOR one IN SELECT format('DROP TABLE IF EXISTS %s CASCADE', oid::regclass) FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
  LOOP EXECUTE one; END LOOP;
  FOR one IN SELECT format('DROP FUNCTION %s CASCADE', p.oid::regprocedure) FROM pg_proc p
    WHERE pronamespace = 'public'::regnamespace AND proowner = current_user::regrole
  LOOP EXECUTE one; END LOOP;
END $$;
"""


def restore_database(url: str, dump: Path, tell: Tell) -> None:
    """Put the saved database in the place of what is there, in one transaction."""
    psql = ["psql", "-X", "-q", "-1", "-v", "ON_ERROR_STOP=1", "-o", os.devnull]
    read = ["pg_restore", "--no-owner", "--no-acl", "-f", "-", str(dump)]
    with tempfile.TemporaryFile() as words:
        reading = started(read, stdout=subprocess.PIPE, stderr=words)
        writing = started(psql, url, stdin=subprocess.PIPE, stderr=words)
        with reading, writing:
            _pour(reading, writing, tell)
        if reading.returncode or writing.returncode:
            words.seek(0)
            why = _first_error(words.read().decode(errors="replace"))
            raise BackupError(f"the database could not be restored, and is as it was: {why}")


def _pour(reading: subprocess.Popen[bytes], writing: subprocess.Popen[bytes], tell: Tell) -> None:
    """From one to the other. What is not whole is never committed: psql does so at the end only."""
    source, target, done, begun = reading.stdout, writing.stdin, 0, time.monotonic()
    if source is None or target is None:
        raise BackupError("the programs of PostgreSQL give no pipe")
    try:
        target.write(CLEAR)
        while part := source.read(CHUNK):
            target.write(part)
            done += len(part)
            speed = done / max(time.monotonic() - begun, 0.001)
            tell(f"database: {megabytes(done)} restored, {megabytes(speed)}/s")
        if reading.wait():
            writing.kill()
        target.close()
    except BrokenPipeError:
        reading.kill()


def _first_error(said: str) -> str:
    wrong = [line.strip() for line in said.splitlines() if "error" in line.lower()]
    return wrong[0] if wrong else said.strip() or "it was cut off"


def restore_files(folder: Path, instance: Path) -> None:
    """The saved files in the place of those that are there."""
    for name in FOLDERS:
        saved, here = folder / name, instance / name
        if saved.is_dir():
            shutil.rmtree(here, ignore_errors=True)
            instance.mkdir(parents=True, exist_ok=True)
            shutil.copytree(saved, here)
            here.chmod(0o700)


def check(url: str, manifest: Manifest) -> list[str]:
    """What a restored database has otherwise than the backup's list says. Empty: it is the same."""
    with psycopg.connect(dsn(url)) as connection:
        found = counts(connection)
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    wrong = [
        f"{table}: {found.get(table, 0)} rows instead of {number}"
        for table, number in manifest.tables.items()
        if found.get(table, 0) != number
    ]
    if row is None or row[0] != manifest.migration:
        wrong.append(f"migration {row and row[0]} instead of {manifest.migration}")
    return wrong


def is_empty(url: str) -> bool:
    """Whether nothing would be lost: no table, or none with people and stations in it."""
    with psycopg.connect(dsn(url)) as connection:
        found = counts(connection)
    return not (found.get("person") or found.get("station") or found.get("customer"))


def in_use(url: str) -> bool:
    """Whether the program works with the database at this moment."""
    query = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        # The server's own work has no user.
        " AND pid <> pg_backend_pid() AND usesysid IS NOT NULL"
    )
    with psycopg.connect(dsn(url)) as connection:
        row = connection.execute(query).fetchone()
    return bool(row and row[0])
