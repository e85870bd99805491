"""The commands that do one thing and end."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from service.commands.base import House, commands, database_ready, working
from service.core import backup as backups
from service.core import certificate as certificates
from service.core import log, migrate
from service.core import restore as restoring
from service.core.clock import now
from service.core.config import Settings
from service.core.database import opened
from service.core.db import db
from service.people.models import Customer
from service.people.roles import Role
from service.people.tokens import TokenError, create_token
from service.stations.api import connection
from service.stations.models import Station
from service.stations.words import Authorization


@commands.group(name="migrate", invoke_without_command=True)
@click.pass_context
def migrate_(context: click.Context) -> None:
    """Bring the database to what this version expects. `run` does so by itself."""
    if context.invoked_subcommand is None:
        settings = Settings.read(os.environ)
        log.configure(settings.log_level, "migrate")
        with opened(settings) as complete:
            migrate.upgrade(context.obj.make_app(complete))
        click.echo(f"The database is at {migrate.head()}.")


@migrate_.command(name="new")
@click.argument("words")
@click.pass_obj
def migrate_new(house: House, words: str) -> None:
    """For developers: write the migration for what has changed in the models."""
    log.configure("WARNING", "migrate")
    migrate.new(house.make_app(Settings(database_url="postgresql+psycopg:///")), words)


@commands.group()
def token() -> None:
    """API tokens for other systems."""


@token.command(name="create")
@click.option("--role", required=True, type=click.Choice([one.value for one in Role]))
@click.option("--name", required=True, help="What it is for: it stands in the history.")
@click.option("--customer", help="The customer's name, for a customer's token.")
@click.pass_obj
def token_create(house: House, role: str, name: str, customer: str | None) -> None:
    """Make a token, and print it alone: it is shown this once."""
    with working("token", house.make_app):
        whose = Customer.named(customer) if customer else None
        if customer and whose is None:
            raise TokenError(f"there is no customer of the name {customer!r}")
        made = create_token(Role(role), name, now(), whose)
        db.session.commit()
        click.echo(made)


@commands.group()
def station() -> None:
    """Charging stations."""


@station.command(name="add")
@click.option("--name", required=True, help="What people call it.")
@click.option("--identity", required=True, help="Its OCPP identity: the end of its address.")
@click.option("--profile", type=click.IntRange(0, 2), default=1, help="OCPP security profile.")
@click.option(
    "--authorization",
    type=click.Choice([one.value for one in Authorization]),
    default=Authorization.KNOWN_TAGS.value,
    help="Who may charge there.",
)
@click.pass_obj
def station_add(house: House, name: str, identity: str, profile: int, authorization: str) -> None:
    """Register a station, and print what to type into the charger: the key is shown this once."""
    with working("station", house.make_app):
        who = Authorization(authorization)
        facts = {"security_profile": profile, "authorization": who}
        added = Station.create(name, identity, "command line", now(), **facts)
        key = added.give_key("command line", now()) if profile else None
        db.session.commit()
        for what, value in connection(added, key).items():
            click.echo(f"{what:9} {value or '(none: this profile has no key)'}")


@commands.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
def certificate(names: tuple[str, ...]) -> None:
    """Make a certificate for NAME, signed by an authority of our own, and say how to trust it."""
    settings = Settings.read(os.environ)
    made = certificates.make(settings.instance / "secrets", list(names), now())
    click.echo(certificates.advice(made, f"https://{names[0]}:{settings.http_port}"))


@commands.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
def backup(house: House, file: Path) -> None:
    """Save database, files and secrets in FILE, while everything runs."""
    with database_ready("backup", house.make_app) as settings:
        made = backups.make(settings.database_owner_url, settings.instance, file, now(), _tell)
    click.echo(f"{file}: {sum(made.tables.values())} rows, {len(made.parts)} parts.")


@commands.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--verify", is_flag=True, help="Only try it, in a place of its own, and clear up.")
@click.option("--into", type=click.Path(path_type=Path), help="A new instance folder instead.")
@click.option("--force", is_flag=True, help="Overwrite what is there.")
@click.pass_obj
def restore(house: House, file: Path, verify: bool, into: Path | None, force: bool) -> None:
    """Put the backup FILE in the place of what is there, and check that it is the same."""
    settings = Settings.read(os.environ)
    log.configure("WARNING", "restore")
    if verify:
        click.echo(restoring.verify(file, house.make_app, _tell))
        return
    target = restoring.elsewhere(settings, into) if into else settings
    click.echo(restoring.restore(file, target, house.make_app, _tell, force))


def _tell(words: str) -> None:
    """Progress: one line that changes at a terminal, and nothing where nobody looks."""
    if sys.stderr.isatty():
        click.echo(f"\r\033[K{words}", nl=False, err=True)
