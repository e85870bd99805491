"""Commands: each has help, does its errand, and says what is wrong in one sentence."""

import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import structlog
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import text

from app import create_app
from ocpp_link.demo.simulate import simulate
from ocpp_link.server import serve
from service.commands import House, commands
from service.core.config import HOME
from service.core.database import engine_for
from service.core.postgres import APP, OWNER, Postgres
from service.people.tokens import PREFIX

README = (HOME / "README.md").read_text()

HOUSE = House(create_app, serve, simulate)


def all_commands(group: click.Group, path: str = "") -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if not command.hidden:
            yield f"{path}{name}", command
        if isinstance(command, click.Group):
            yield from all_commands(command, f"{path}{name} ")


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    """A command sets up the logs of its own process; here it is ours."""
    root, told = logging.getLogger(), signal.getsignal(signal.SIGTERM)
    handlers, level = root.handlers[:], root.level
    yield
    signal.signal(signal.SIGTERM, told)
    structlog.reset_defaults()
    logging.captureWarnings(False)
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def run(server: Postgres, app: Flask, tmp_path: Path) -> "Run":
    return Run(tmp_path, {"DATABASE_URL": server.url(APP), "DATABASE_OWNER_URL": server.url(OWNER)})


class Run:
    def __init__(self, folder: Path, urls: dict[str, str]) -> None:
        self.folder, self.urls = folder, urls

    def __call__(self, *words: str, **settings: str) -> Result:
        environment = {"INSTANCE": str(self.folder / "instance"), "LOG_LEVEL": "ERROR"}
        environment |= self.urls | settings
        return CliRunner().invoke(commands, words, obj=HOUSE, env=environment)


@pytest.mark.parametrize(("name", "command"), sorted(all_commands(commands)))
def test_every_command_has_help_and_stands_in_the_readme(name: str, command: click.Command) -> None:
    assert command.help, name
    assert f"`{name}" in README, f"{name} is not in README.md"


def test_help_needs_no_database_and_no_settings() -> None:
    done = CliRunner().invoke(commands, ["--help"], obj=HOUSE, env={"HTTP_PORT": "x"})

    assert done.exit_code == 0
    assert "station" in done.output


def test_a_token_is_printed_alone(run: Run) -> None:
    done = run("token", "create", "--role", "administrator", "--name", "Drift")

    assert done.exit_code == 0
    assert done.stdout.startswith(PREFIX)
    assert len(done.stdout.split()) == 1


def test_a_customer_s_token_needs_a_customer_that_is_there(run: Run) -> None:
    nobody = run("token", "create", "--role", "customer", "--name", "X", "--customer", "Nobody")
    none = run("token", "create", "--role", "customer", "--name", "X")

    assert (nobody.exit_code, none.exit_code) == (2, 2)
    assert nobody.stderr == "Error: there is no customer of the name 'Nobody'\n"
    assert "needs a customer" in none.stderr


def test_a_station_is_added_with_what_to_type_into_the_charger(run: Run) -> None:
    done = run("station", "add", "--name", "Hamnen 1", "--identity", "CP 1".replace(" ", "-"))

    facts = dict(line.split(maxsplit=1) for line in done.stdout.splitlines())
    assert facts["url"] == "ws://localhost:9000/ocpp/CP-1"
    assert facts["identity"] == "CP-1"
    assert len(facts["key"]) == 40


def test_an_identity_is_given_once(run: Run) -> None:
    run("station", "add", "--name", "Hamnen 1", "--identity", "CP-1")

    again = run("station", "add", "--name", "Hamnen 2", "--identity", "cp-1")

    assert again.exit_code == 2
    assert again.stderr.count("\n") == 1


def test_a_certificate_is_made_and_explained(run: Run) -> None:
    done = run("certificate", "box.local", "10.0.0.2")

    assert done.exit_code == 0
    assert "TLS_CERT=" in done.stdout
    assert (run.folder / "instance" / "secrets" / "box.local.key").exists()


def test_the_database_is_migrated_by_hand(run: Run) -> None:
    assert "The database is at" in run("migrate").stdout


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"HTTP_PORT": "eighty"}, "HTTP_PORT is 'eighty', but it must be a whole number"),
        ({"TLS_CERT": "/nowhere"}, "TLS_CERT is '/nowhere', but it must be the path of a file"),
        ({"DATABASE_URL": "postgresql://x@127.0.0.1:1/x"}, "DATABASE_URL cannot be used"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_one_sentence(
    run: Run, settings: dict[str, str], words: str
) -> None:
    for command in ("run", "web", "link", "clock", "migrate"):
        done = run(command, **settings)

        assert done.exit_code == 2, command
        assert words in done.stderr
        assert done.stderr.count("\n") == 1
        assert "Traceback" not in done.output


def test_a_restore_without_a_file_says_so(run: Run) -> None:
    done = run("restore", "/nowhere.backup")

    assert done.exit_code == 2
    assert "does not exist" in done.stderr


def test_a_backup_names_what_it_holds(run: Run) -> None:
    file = run.folder / "house.backup"

    done = run("backup", str(file))

    assert done.exit_code == 0, done.output
    assert file.exists()
    assert "rows" in done.stdout


def test_from_any_folder_as_a_person_types_it(run: Run) -> None:
    done = subprocess.run(
        [sys.executable, HOME / "app.py", "token", "create", "--role", "operations", "--name", "N"],
        cwd="/",
        env=os.environ | run.urls | {"INSTANCE": str(run.folder)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    with engine_for(run.urls["DATABASE_URL"]).connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM api_token")) == 1
    assert done.stdout.strip() not in done.stderr
