"""Stations in the JSON API: what people know of them, and how that is changed.

What the chargers say of themselves is added by `monitoring.api`.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import current_app, g
from marshmallow import fields

from service.core import clock, problems
from service.core.api import Resource
from service.core.db import db
from service.core.fields import Body, Day, Instant, Shown, Text, Whole, Why, Words, choice
from service.core.problems import ProblemError, already_exists, wrong_field
from service.people.api import referred, seen
from service.stations import models as rows
from service.stations.models import Station
from service.stations.register import Site, StationModel
from service.stations.words import Access, Authorization, Environment

stations = Resource("stations", "Charging stations: the register, and what each says of itself.")

problems.means(rows.RetiredError, lambda _: ProblemError(409, "It is retired.", "retired"))
problems.means(
    rows.ProfileNotAllowedError,
    lambda _: ProblemError(403, "Security profile 0 must be asked for by an administrator."),
)
problems.means(
    rows.IdentityTakenError,
    lambda _: already_exists("Another station has this OCPP identity.", "ocpp_identity"),
)
problems.means(
    rows.IdentityError,
    lambda _: wrong_field("ocpp_identity", "1 to 48 of A-Z a-z 0-9 * - _ = : + | @ . alone."),
)


class StationChange(Body):
    name = Words(200)
    ocpp_identity = Words(48)
    security_profile = Whole(0, 2)
    authorization = choice(Authorization)
    site_id = Whole(allow_none=True)
    model_id = Whole(allow_none=True)
    access = choice(Access)
    serial_number = Text(100, allow_none=True)
    commissioned_on = Day(allow_none=True)
    environment = choice(Environment, allow_none=True)


class NewStation(StationChange):
    name = Words(200, required=True)
    ocpp_identity = Words(48, required=True)
    security_profile = Whole(0, 2, required=True)
    authorization = choice(Authorization, required=True)


class StationShape(Shown):
    inside = (
        "ocpp_identity",
        "security_profile",
        "authorization",
        "reported_maker",
        "reported_model",
        "reported_serial",
    )
    id = fields.Integer()
    name = fields.String()
    ocpp_identity = fields.String()
    security_profile = fields.Integer()
    authorization = choice(Authorization)
    site_id = fields.Integer(allow_none=True)
    model_id = fields.Integer(allow_none=True)
    access = choice(Access)
    serial_number = fields.String(allow_none=True)
    firmware_version = fields.String(allow_none=True)
    reported_maker = fields.String(allow_none=True)
    reported_model = fields.String(allow_none=True)
    reported_serial = fields.String(allow_none=True)
    commissioned_on = fields.Date(allow_none=True)
    environment = choice(
        Environment, allow_none=True, metadata={"description": "null: as its site's."}
    )
    created_at = Instant()
    retired_at = Instant(allow_none=True)


class ConnectionShape(Shown):
    """What to type into the charger. The key is shown this once."""

    url = fields.String(metadata={"description": "With the identity as its last part."})
    identity = fields.String()
    key = fields.String(allow_none=True, metadata={"description": "null in profile 0"})


class RegisteredStationShape(StationShape):
    connection = fields.Nested(ConnectionShape)


class KeyShape(Shown):
    connection = fields.Nested(ConnectionShape)


@stations.post("/stations", RegisteredStationShape, NewStation)
def create_station(asked: dict[str, Any]) -> Any:
    """Create a station; its key is in this answer and nowhere else.

    An administrator who asks for security profile 0 has allowed it for this station.
    """
    now = clock.now()
    station = Station.create(
        asked.pop("name"), asked.pop("ocpp_identity"), g.person, now, **_facts(asked)
    )
    key = station.give_key(g.person, now) if station.security_profile else None
    db.session.commit()
    # What was not said has no value in the object yet.
    db.session.refresh(station)
    return {**vars(station), "connection": connection(station, key)}


@stations.patch("/stations/<int:station_id>", StationShape, StationChange)
def change_station(asked: dict[str, Any], station_id: int) -> Station:
    """Change what people know of a station."""
    station, now = seen(Station, station_id), clock.now()
    profile = asked.pop("security_profile", station.security_profile)
    station.edit(g.person, now, **_facts(asked))
    station.secure(profile, g.person, now)
    db.session.commit()
    return station


@stations.post("/stations/<int:station_id>/key", KeyShape)
def give_key(station_id: int) -> Any:
    """Give a station a new key; the old one stops working at once."""
    station = seen(Station, station_id)
    key = station.give_key(g.person, clock.now())
    db.session.commit()
    return {"connection": connection(station, key)}


@stations.post("/stations/<int:station_id>/retirement", StationShape, Why, status=200)
def retire_station(asked: dict[str, Any], station_id: int) -> Station:
    """Retire a station; its past stays, its OCPP identity is free again."""
    station = seen(Station, station_id)
    station.retire(g.person, asked["reason"], clock.now())
    db.session.commit()
    return station


def connection(station: Station, key: str | None) -> dict[str, Any]:
    base = current_app.config["SETTINGS"].ocpp_url(station.security_profile == 2)
    identity = quote(station.ocpp_identity, safe="*-_=:+@.")
    return {"url": f"{base}/{identity}", "identity": station.ocpp_identity, "key": key}


def _facts(asked: dict[str, Any]) -> dict[str, Any]:
    """The rows that the body names by their ids, as this person sees them."""
    facts = dict(asked)
    for field, kind in (("site", Site), ("model", StationModel)):
        if (name := f"{field}_id") in facts:
            key = facts.pop(name)
            facts[field] = None if key is None else referred(kind, key, name)
    return facts
