"""Backup and restore: everything comes back, checked; what is damaged is refused, nothing lost."""

import json
import tarfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from app import create_app
from service.core import backup, migrate, restore
from service.core.backup import BackupError
from service.core.config import Settings
from service.core.database import dsn, engine_for
from service.core.postgres import APP, OWNER, Postgres

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def quiet(_: str) -> None:
    """Nobody looks."""


def settings_for(server: Postgres, name: str, instance: Path) -> Settings:
    return Settings(
        instance=instance,
        database_url=server.url(APP, name),
        database_owner_url=server.url(OWNER, name),
        secret_key="a secret for tests only",
    )


def make_database(server: Postgres, name: str, template: str) -> None:
    with psycopg.connect(dsn(server.url("postgres")), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name} OWNER {OWNER} TEMPLATE {template}")


@pytest.fixture(scope="module")
def pattern(server: Postgres, database_url: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A migrated database with two customers, to make copies of."""
    make_database(server, "pattern", "template1")
    settings = settings_for(server, "pattern", tmp_path_factory.mktemp("pattern"))
    migrate.upgrade(create_app(settings))
    add_customers(settings, "Kajen", "Torget")
    return "pattern"


@pytest.fixture
def house(server: Postgres, pattern: str, tmp_path: Path) -> Settings:
    """A small house with two customers and a file, in a database of its own."""
    make_database(server, "house", pattern)
    settings = settings_for(server, "house", tmp_path / "instance")
    (settings.instance / "files").mkdir(parents=True)
    (settings.instance / "files" / "photo.jpg").write_bytes(b"a photo" * 1000)
    return settings


def add_customers(settings: Settings, *names: str) -> None:
    with engine_for(settings.database_url).begin() as connection:
        for name in names:
            connection.execute(
                text("INSERT INTO customer (name, created_at) VALUES (:name, now())"),
                {"name": name},
            )


def customers(settings: Settings) -> list[str]:
    with engine_for(settings.database_url).connect() as connection:
        return list(connection.scalars(text("SELECT name FROM customer ORDER BY name")))


def saved(house: Settings, target: Path) -> Path:
    backup.make(house.database_owner_url, house.instance, target, NOON, quiet)
    return target


def test_everything_comes_back(house: Settings, tmp_path: Path) -> None:
    file = saved(house, tmp_path / "house.backup")
    add_customers(house, "Hamnen")
    (house.instance / "files" / "photo.jpg").write_bytes(b"another")

    restore.restore(file, house, create_app, quiet, force=True)

    assert customers(house) == ["Kajen", "Torget"]
    assert (house.instance / "files" / "photo.jpg").read_bytes() == b"a photo" * 1000


def test_the_product_works_with_what_was_restored(house: Settings, tmp_path: Path) -> None:
    """As the application role, behind the same walls."""
    restore.restore(saved(house, tmp_path / "b"), house, create_app, quiet, force=True)

    add_customers(house, "Hamnen")
    with engine_for(house.database_url).begin() as connection:
        connection.execute(text("SELECT frame_partition(date '2031-01-01')"))
        connection.execute(text("SELECT set_config('app.customer', '1', true)"))
        assert connection.scalar(text("SELECT count(*) FROM customer")) == 1


def test_a_backup_is_for_its_owner_alone_and_says_what_is_in_it(
    house: Settings, tmp_path: Path
) -> None:
    said: list[str] = []
    made = backup.make(house.database_owner_url, house.instance, tmp_path / "b", NOON, said.append)

    assert (tmp_path / "b").stat().st_mode & 0o777 == 0o600
    assert made.tables["customer"] == 2
    assert made.migration == migrate.head()
    assert set(made.parts) == {"database.dump", "files/photo.jpg"}
    assert any("tables: " in line and "MB/s" in line for line in said)
    assert list(tmp_path.glob(".backup-*")) == []


def test_a_backup_is_verified_in_a_place_of_its_own(house: Settings, tmp_path: Path) -> None:
    file = saved(house, tmp_path / "b")
    add_customers(house, "Hamnen")

    assert "Restored and checked" in restore.verify(file, create_app, quiet)
    assert customers(house) == ["Hamnen", "Kajen", "Torget"]


def test_a_backup_is_restored_into_another_instance(house: Settings, tmp_path: Path) -> None:
    target = restore.elsewhere(house, tmp_path / "another")

    restore.restore(saved(house, tmp_path / "b"), target, create_app, quiet, force=False)

    with Postgres(tmp_path / "another" / "database") as server:
        assert customers(replace(house, database_url=server.url(APP))) == ["Kajen", "Torget"]
    assert (tmp_path / "another" / "files" / "photo.jpg").exists()


def test_data_that_is_there_is_not_overwritten_unasked(house: Settings, tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="--force overwrites"):
        restore.restore(saved(house, tmp_path / "b"), house, create_app, quiet, force=False)

    assert customers(house) == ["Kajen", "Torget"]


def test_nothing_is_restored_under_a_running_program(house: Settings, tmp_path: Path) -> None:
    file = saved(house, tmp_path / "b")

    with (
        psycopg.connect(dsn(house.database_url)),
        pytest.raises(BackupError, match="stop it first"),
    ):
        restore.restore(file, house, create_app, quiet, force=True)


def test_a_backup_that_was_cut_off_is_refused(house: Settings, tmp_path: Path) -> None:
    file = saved(house, tmp_path / "b")
    content = file.read_bytes()

    for length in (0, 100, len(content) // 2, len(content) - 11_000):
        file.write_bytes(content[:length])
        with pytest.raises(BackupError):
            restore.restore(file, house, create_app, quiet, force=True)
    assert customers(house) == ["Kajen", "Torget"]


@pytest.mark.parametrize("part", [b"a photo", b"PGDMP"])
def test_a_backup_with_another_byte_is_refused(
    house: Settings, tmp_path: Path, part: bytes
) -> None:
    file = saved(house, tmp_path / "b")
    file.write_bytes(file.read_bytes().replace(part, part[:-1] + b"#", 1))

    with pytest.raises(BackupError, match="damaged"):
        restore.verify(file, create_app, quiet)


def test_a_changed_list_of_contents_is_refused(house: Settings, tmp_path: Path) -> None:
    file = saved(house, tmp_path / "b")
    file.write_bytes(file.read_bytes().replace(b'"customer": 2', b'"customer": 3', 1))

    with pytest.raises(BackupError, match="has been changed"):
        restore.verify(file, create_app, quiet)


def test_what_is_no_backup_is_refused(house: Settings, tmp_path: Path) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("Dear Sir or Madam")

    with pytest.raises(BackupError, match="no backup"):
        restore.restore(file, house, create_app, quiet, force=True)


def test_a_part_outside_of_its_folder_is_refused(tmp_path: Path) -> None:
    facts = {"size": 1, "sha256": "0"}
    made = backup.Manifest("now", "0", "0001", {}, {"../../escaped": facts})
    write(tmp_path / "b", made)

    with (
        pytest.raises(BackupError, match="outside of its folder"),
        restore.unpacked(tmp_path / "b", quiet),
    ):
        pass


def test_a_backup_of_a_newer_version_is_refused(house: Settings, tmp_path: Path) -> None:
    write(tmp_path / "b", backup.Manifest("now", "9.9", "9999", {}, {}))

    with pytest.raises(BackupError, match=r"version 9\.9: update the program"):
        restore.restore(tmp_path / "b", house, create_app, quiet, force=True)


def test_a_list_that_cannot_be_read_is_refused() -> None:
    for content in (b"", b"[]", b'{"format": 1}', json.dumps({"format": 1, "x": 2}).encode()):
        with pytest.raises(BackupError, match="cannot be read"):
            backup.Manifest.read(content)
    with pytest.raises(BackupError, match="newer format"):
        backup.Manifest.read(b'{"format": 2}')


def write(file: Path, made: backup.Manifest) -> None:
    with tarfile.open(file, "w") as archive:
        backup.add(archive, backup.MANIFEST, made.written())
        backup.add(archive, backup.SEAL, backup.seal(made.written()))
