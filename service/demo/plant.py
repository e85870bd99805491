"""Fills an empty database with the demo fleet, by the same verbs that people and rules use."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from flask import Flask
from flask_security import hash_password
from sqlalchemy import select

from service.core.db import db
from service.core.history import edit
from service.demo import contracts, field, fleet, measured, orders, past, upkeep, workshop
from service.demo.credentials import Credentials, SignIn
from service.monitoring.models import FaultCode, MaintenanceWindow
from service.parts import catalogue
from service.people.models import Customer, Person
from service.people.roles import Role
from service.sessions.models import Tag
from service.stations.models import Site, Station, StationModel

BY = "demo"
# The fleet has been there for a while.
STOOD_FOR = timedelta(days=28)
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
SITE = ("name", "address", "postal_code", "city", "access_notes", "environment")

# A visitor shall see within minutes what takes up to an hour in a real house.
HURRIED = "Demo: kortare tider, så att en besökare hinner se vad som händer."
LONGEST_DEBOUNCE_S = 15
LONGEST_QUIET_S = 30


@dataclass(frozen=True, slots=True)
class World:
    """What has been planted so far, by its name."""

    since: datetime
    people: dict[str, Person]
    customers: dict[str, Customer]
    models: dict[str, StationModel]
    sites: dict[str, Site]
    stations: dict[str, Station]

    def at(self, site: str, index: int) -> Station:
        return self.stations[fleet.at_site(site)[index].identity]


def plant(app: Flask, at: datetime) -> Credentials:
    """Plant the fleet, unless it stands. Returns what a visitor needs to sign in.

    Idempotent: a second start finds the same fleet, with the same keys and the same password.
    """
    instance = app.config["SETTINGS"].instance
    with app.app_context():
        if db.session.scalar(select(Station.id).limit(1)) is not None:
            return Credentials.read(instance)
        credentials = _plant(at)
        # Before the commit: a fleet without its keys could never connect.
        credentials.write(instance)
        db.session.commit()
        return credentials


def _plant(at: datetime) -> Credentials:
    since = at - STOOD_FOR
    catalogue.load(db.session.connection())
    customers = {row["name"]: Customer.create(BY, since, **row) for row in fleet.customers()}
    password = new_password()
    people = _people(customers, password, since)
    world = World(since, people, customers, _models(), _sites(customers, since), {})
    keys = _stations(world)
    _tags(world)
    workshop.furnish(people, at)
    past.play(world, at)
    measured.measure(world, people["Ali Rahimi"], at)
    _outages(world, at)
    upkeep.plan([*world.models.values()], [*world.stations.values()], people["Karin Sand"], at)
    contracts.sell(world, at)
    orders.plant(world, at)
    field.carry(world, at)
    _hurry(people["Maria Lindqvist"], at)
    sign_ins = [SignIn(row["name"], row["email"], row["role"]) for row in fleet.people()]
    return Credentials(password, sign_ins, keys)


def new_password() -> str:
    """Random, and easy to type from a terminal: `k7pm-x3qd-9wzt-u4ne`."""
    groups = ["".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4)]
    return "-".join(groups)


def _people(customers: dict[str, Customer], password: str, at: datetime) -> dict[str, Person]:
    hashed = hash_password(password)
    people = {}
    for row in fleet.people():
        person = Person(
            name=row["name"],
            email=row["email"],
            role=Role(row["role"]),
            customer=customers.get(row["customer"]),
            language=row["language"],
            weekly_minutes=int(row["weekly_minutes"]) if row["weekly_minutes"] else None,
            password=hashed,
            created_at=at,
        )
        person.join(BY, at)
        people[person.name] = person
    return people


def _models() -> dict[str, StationModel]:
    """Those of the catalogue that the product is born with."""
    found = {key: StationModel.named(card.maker, card.name) for key, card in fleet.models().items()}
    return {key: model for key, model in found.items() if model}


def _sites(customers: dict[str, Customer], at: datetime) -> dict[str, Site]:
    sites = {}
    for row in fleet.sites():
        facts = {key: row[key] for key in SITE}
        sites[row["key"]] = Site.create(
            BY,
            at,
            customer=customers[row["customer"]],
            latitude=Decimal(row["latitude"]),
            longitude=Decimal(row["longitude"]),
            **facts,
        )
    return sites


def _stations(world: World) -> dict[str, str]:
    """All stations. Returns their keys."""
    keys = {}
    for card in fleet.stations():
        station = Station.create(
            card.name,
            card.identity,
            BY,
            world.since,
            site=world.sites[card.site],
            model=world.models[card.model.key],
            serial_number=card.serial,
            firmware_version=card.model.firmware,
            access=card.access,
            authorization=card.authorization,
            commissioned_on=date.fromisoformat(card.commissioned_on),
        )
        keys[card.identity] = station.give_key(BY, world.since)
        world.stations[card.identity] = station
    return keys


def _tags(world: World) -> None:
    operator = world.people["Johan Ek"]
    for row in fleet.tags():
        tag = Tag.create(row["id_tag"], BY, world.since, label=row["label"])
        if row["blocked"]:
            tag.block(operator, "Anmäld som förlorad.", world.since + timedelta(days=9))


def _outages(world: World, at: datetime) -> None:
    """One that holds, one of a whole site to come, and one that is over."""
    by = world.people["Karin Sand"]
    day = timedelta(days=1)
    now_on = (world.at("umea", 1), at - timedelta(hours=1), at + timedelta(hours=6))
    MaintenanceWindow.plan(*now_on, "Byte av kraftmodul, tekniker på plats.", by, at - day)
    to_come = (world.sites["sundsvall"], at + 2 * day, at + 2 * day + timedelta(hours=4))
    MaintenanceWindow.plan(*to_come, "Elnätsbolaget bryter strömmen för nytt ställverk.", by, at)
    over = (world.at("lindhagen", 2), at - 4 * day, at - 4 * day + timedelta(hours=3))
    MaintenanceWindow.plan(*over, "Årlig kontroll.", by, at - 6 * day)


def _hurry(by: Person, at: datetime) -> None:
    for code in db.session.scalars(select(FaultCode)):
        debounce_s = min(code.debounce_s, LONGEST_DEBOUNCE_S)
        quiet_s = min(code.quiet_s, LONGEST_QUIET_S)
        edit(code, by, at, HURRIED, debounce_s=debounce_s, quiet_s=quiet_s)
