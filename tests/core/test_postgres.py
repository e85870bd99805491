"""A PostgreSQL of our own: it runs when it says so, comes back after a kill, and leaves nothing."""

import multiprocessing
import pwd
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import psycopg
import pytest
from sqlalchemy import text

from service.core import server_account
from service.core.config import Settings
from service.core.database import dsn, engine_for, opened
from service.core.postgres import APP, LONGEST_SOCKET, OWNER, Postgres
from service.core.server_account import ACCOUNT, ACCOUNT_TRIES, PostgresError


def process_of(server: Postgres) -> psutil.Process:
    pid = int((server.data / "postmaster.pid").read_text().splitlines()[0])
    return psutil.Process(pid)


def is_alive(process: psutil.Process) -> bool:
    return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)


def who(url: str) -> str:
    with engine_for(url).connect() as connection:
        return str(connection.scalar(text("SELECT current_user")))


def test_the_last_one_who_uses_it_stops_it(tmp_path: Path) -> None:
    first, second = Postgres(tmp_path / "database"), Postgres(tmp_path / "database")

    with first:
        process = process_of(first)
        second.start()
    assert second.answers()

    second.stop()
    assert not is_alive(process)
    assert not second.answers()


def test_a_forked_worker_that_ends_does_not_stop_it(tmp_path: Path) -> None:
    with Postgres(tmp_path / "database") as server:
        worker = multiprocessing.get_context("fork").Process(target=server.stop)
        worker.start()
        worker.join()

        assert worker.exitcode == 0
        assert server.answers()


def test_it_starts_again_after_it_was_killed(tmp_path: Path) -> None:
    with Postgres(tmp_path / "database") as server:
        with psycopg.connect(dsn(server.url(OWNER))) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
        process_of(server).kill()

        with (
            Postgres(tmp_path / "database") as again,
            psycopg.connect(dsn(again.url(OWNER))) as connection,
        ):
            assert connection.execute("SELECT number FROM kept").fetchone() == (7,)


def test_a_file_that_names_a_stranger_does_not_keep_it_from_starting(tmp_path: Path) -> None:
    server = Postgres(tmp_path / "database")
    with server:
        lines = (server.data / "postmaster.pid").read_text().splitlines()
    lines[0] = str(psutil.Process().pid)
    (server.data / "postmaster.pid").write_text("\n".join(lines) + "\n")

    with server:
        assert server.answers()


@pytest.mark.parametrize("name", ["a place with spaces", "long-" * (LONGEST_SOCKET // 5)])
def test_any_folder_will_do(tmp_path: Path, name: str) -> None:
    with Postgres(tmp_path / name / "database") as server:
        assert who(server.url(APP)) == APP
        with psycopg.connect(dsn(server.url(APP))) as connection:
            assert connection.info.user == APP


def test_the_product_owns_nothing_that_it_works_with(tmp_path: Path) -> None:
    with Postgres(tmp_path / "database") as server:
        with psycopg.connect(dsn(server.url(OWNER)), autocommit=True) as owner:
            owner.execute("CREATE TABLE thing (id int)")
        with (
            psycopg.connect(dsn(server.url(APP))) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute("DROP TABLE thing")


def test_another_postgresql_is_entered_as_the_application_role(server: Postgres) -> None:
    """Where its login may make roles, as most logins of one's own may."""
    with psycopg.connect(dsn(server.url("postgres")), autocommit=True) as connection:
        connection.execute("CREATE ROLE one_login LOGIN CREATEROLE")
        connection.execute(f"GRANT {APP} TO one_login")
        connection.execute("CREATE DATABASE theirs OWNER one_login")
    url = server.url("one_login", "theirs").replace("postgresql+psycopg", "postgres")

    with opened(Settings(database_url=url)) as settings:
        assert who(settings.database_url) == APP
        assert who(settings.database_owner_url) == "one_login"


def test_a_login_that_may_make_no_roles_works_as_itself(
    server: Postgres, capsys: pytest.CaptureFixture[str]
) -> None:
    with psycopg.connect(dsn(server.url("postgres")), autocommit=True) as connection:
        connection.execute("CREATE ROLE small LOGIN")
        connection.execute("CREATE DATABASE smalls OWNER small")

    with opened(Settings(database_url=server.url("small", "smalls"))) as settings:
        assert who(settings.database_url) == "small"
    assert "works_as_owner" in capsys.readouterr().out


def test_a_database_that_does_not_answer_is_named(free_port: int) -> None:
    url = f"postgresql://laddvakt:hemlig@127.0.0.1:{free_port}/laddvakt"

    with (
        pytest.raises(PostgresError, match="DATABASE_URL cannot be used") as error,
        opened(Settings(database_url=url)),
    ):
        pass
    assert "hemlig" not in str(error.value)


class Accounts:
    """A machine whose list of accounts is slow to change, and `busy` for the first few tries."""

    def __init__(self, busy: int = 0) -> None:
        self.there: set[str] = set()
        self.tries, self.busy = 0, busy

    def look_up(self, name: str) -> Any:
        if name not in self.there:
            raise KeyError(name)
        return SimpleNamespace(pw_name=name)

    def make(self, command: list[str], **_: Any) -> Any:
        self.tries += 1
        if self.tries <= self.busy:
            words = "useradd: cannot lock /etc/passwd; try again later."
            return SimpleNamespace(returncode=1, stdout="", stderr=words)
        # Whoever looks now must wait for its turn, and then find it.
        self.there.add(command[-1])
        return SimpleNamespace(returncode=0, stdout="", stderr="")


@pytest.mark.parametrize("busy", [0, ACCOUNT_TRIES - 2])
def test_processes_that_start_at_once_make_one_account(
    monkeypatch: pytest.MonkeyPatch, busy: int
) -> None:
    machine = Accounts(busy)
    monkeypatch.setattr(pwd, "getpwnam", machine.look_up)
    monkeypatch.setattr(subprocess, "run", machine.make)

    with ThreadPoolExecutor(8) as many:
        found = list(many.map(lambda _: server_account._account().pw_name, range(8)))

    assert set(found) == {ACCOUNT}
    assert machine.tries == busy + 1


def test_an_account_that_cannot_be_made_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Accounts(busy=ACCOUNT_TRIES)
    monkeypatch.setattr(pwd, "getpwnam", machine.look_up)
    monkeypatch.setattr(subprocess, "run", machine.make)

    with pytest.raises(PostgresError, match="cannot lock /etc/passwd"):
        server_account._account()


def test_a_folder_that_is_somebody_elses_is_named_with_what_is_wrong(tmp_path: Path) -> None:
    folder = tmp_path / "database"
    folder.mkdir()
    (folder / "letters.txt").write_text("not ours")

    with pytest.raises(PostgresError, match="exists but is not empty"), Postgres(folder):
        pass
    assert (folder / "letters.txt").read_text() == "not ours"
