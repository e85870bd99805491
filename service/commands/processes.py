"""The commands that stay: everything at once, or one process alone."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Awaitable, Callable

import click
import uvloop
from flask import Flask

from service import schedule
from service.commands.base import House, MakeApp, commands, database_ready
from service.core import log, migrate
from service.core.clock import now
from service.core.config import Settings
from service.core.database import opened
from service.core.db import db
from service.core.postgres import Postgres
from service.core.server import WebServer
from service.core.supervisor import (
    Supervisor,
    check_ports,
    hold_on_to_the_lifeline,
    is_open,
    itself,
)
from service.core.version import VERSION
from service.demo.credentials import Credentials
from service.demo.plant import plant
from service.people.links import OneTimeLink, first_link
from service.people.models import Person


@commands.command()
@click.pass_obj
def run(house: House) -> None:
    """Start everything: web, link and clock, and a PostgreSQL unless DATABASE_URL names one."""
    _run_all(house.make_app, Settings.read(os.environ))


@commands.command()
@click.pass_obj
def demo(house: House) -> None:
    """The same with a demo fleet and simulated chargers, in an instance folder of its own."""
    instance = Settings.read(os.environ).instance
    os.environ["INSTANCE"] = str(instance.absolute().with_name(f"{instance.name}-demo"))
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
        os.environ.pop(name, None)
    # A visitor does not wait for five minutes to see what happens when a charger goes silent.
    os.environ.setdefault("OFFLINE_AFTER_SECONDS", "60")
    _run_all(house.make_app, Settings.read(os.environ), _plant, chargers=itself("chargers"))


def _run_all(
    make_app: MakeApp,
    settings: Settings,
    first: Callable[[Flask], str] = lambda _: "",
    **more: list[str],
) -> None:
    log.configure(settings.log_level, "supervisor")
    check_ports(settings, "http_port", *_ocpp_ports(settings))
    with opened(settings) as complete:
        app = make_app(complete)
        migrate.upgrade(app)
        own = None if settings.database_url else Postgres(settings.instance / "database")
        look = _each_round(settings, own, _welcome(app, first(app)))
        processes = {name: itself(name) for name in ("web", "link", "clock")}
        Supervisor(processes | more, look).run()


def _each_round(settings: Settings, own: Postgres | None, words: str) -> Callable[[], None]:
    """Put the database back where it fell over, and say where the pages are once they are."""
    left = [words]

    def look() -> None:
        if own:
            own.revive()
        if left and is_open(settings):
            click.echo(left.pop())

    return look


def _ocpp_ports(settings: Settings) -> list[str]:
    return ["ocpp_port", "ocpp_tls_port"] if settings.has_tls else ["ocpp_port"]


def _plant(app: Flask) -> str:
    given = plant(app, now())
    people = "\n".join(f"            {one.email}  ({one.role})" for one in given.people)
    sign_in = f"  Sign in   with the password {given.password} as\n{people}\n"
    return sign_in + _portal(app, given)


def _portal(app: Flask, given: Credentials) -> str:
    """A customer's way in, as it comes by mail: nobody reads the demo's mails."""
    email = next(one.email for one in given.people if one.role == "customer")
    with app.app_context():
        person = Person.with_email(email)
        token = OneTimeLink.to_sign_in(person, now()) if person else None
        db.session.commit()
        db.session.remove()
    if token is None:
        return ""
    link = f"{app.config['SETTINGS'].web_url}/portal/sign-in/{token}"
    return f"  Portal    of {email}, once and within 15 minutes: {link}\n"


def _welcome(app: Flask, more: str) -> str:
    settings: Settings = app.config["SETTINGS"]
    with app.app_context():
        path = first_link(now())
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    link = f"  First     create the administrator: {settings.web_url}{path}\n" if path else ""
    return (
        f"\nLaddvakt {VERSION} runs.\n\n"
        f"  Pages     {settings.web_url}\n{link}{more}"
        f"  Chargers  {settings.ocpp_url(settings.has_tls)}/<identity>\n\n"
        "Ctrl-C stops it.\n"
    )


@commands.command()
@click.pass_obj
def web(house: House) -> None:
    """Serve the pages and the API."""
    with database_ready("web", house.make_app) as settings:
        check_ports(settings, "http_port")
        WebServer(settings, lambda: house.make_app(settings)).run()


@commands.command()
@click.pass_obj
def link(house: House) -> None:
    """Hold the chargers' connections."""
    with database_ready("link", house.make_app) as settings:
        check_ports(settings, *_ocpp_ports(settings))
        app = house.make_app(settings)
        uvloop.run(_until_told(lambda stop: house.serve(settings, app, stop)))


@commands.command()
@click.pass_obj
def clock(house: House) -> None:
    """Do what falls due: tickets, mails, clearing up. Of several, one works and the others wait."""
    with database_ready("clock", house.make_app) as settings:
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        schedule.run_forever(house.make_app(settings), stop)


@commands.command(hidden=True)
@click.pass_obj
def chargers(house: House) -> None:
    """Play the demo's chargers; `demo` starts this."""
    settings = Settings.read(os.environ)
    log.configure(settings.log_level, "chargers")
    hold_on_to_the_lifeline()
    uvloop.run(_until_told(lambda stop: house.simulate(settings, stop)))


async def _until_told(work: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await work(stop)
