"""The command that all others hang on, and what most of them begin with."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import click
from flask import Flask

from service.core import log, migrate
from service.core.backup import BackupError
from service.core.certificate import CertificateError
from service.core.config import SettingError, Settings
from service.core.database import opened
from service.core.db import db
from service.core.server_account import PostgresError
from service.core.supervisor import hold_on_to_the_lifeline
from service.core.version import VERSION
from service.people.tokens import TokenError
from service.stations.models import IdentityError, IdentityTakenError

MakeApp = Callable[[Settings], Flask]
Stop = asyncio.Event


@dataclass(frozen=True)
class House:
    """What the terminal is given by `app.py`, which alone knows both the service and the link."""

    make_app: MakeApp
    serve: Callable[[Settings, Flask, Stop], Awaitable[None]]
    simulate: Callable[[Settings, Stop], Awaitable[None]]


# What somebody can put right who reads one sentence.
CANNOT = (
    SettingError,
    PostgresError,
    TokenError,
    IdentityError,
    IdentityTakenError,
    BackupError,
    CertificateError,
)


class CannotError(click.ClickException):
    exit_code = 2


class Commands(click.Group):
    """What cannot be done is said in one sentence, and ends with 2."""

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except CANNOT as error:
            raise CannotError(str(error)) from None


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, prog_name="Laddvakt")
def commands() -> None:
    """Laddvakt keeps a fleet of charging stations working.

    Settings come from the environment: docs/configuration.md lists them.
    """
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))


@contextmanager
def database_ready(process: str, make_app: MakeApp) -> Iterator[Settings]:
    """The settings with a database that answers and is migrated."""
    settings = Settings.read(os.environ)
    log.configure(settings.log_level, process)
    hold_on_to_the_lifeline()
    with opened(settings) as complete:
        if not settings.database_url:
            migrate.upgrade(make_app(complete))
        migrate.check(complete)
        yield complete


@contextmanager
def working(process: str, make_app: MakeApp) -> Iterator[None]:
    """For one errand: inside, the models can be used. Nothing stays open behind it."""
    with database_ready(process, make_app) as settings, make_app(settings).app_context():
        try:
            yield
        finally:
            db.session.remove()
            db.engine.dispose()
