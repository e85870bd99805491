"""Stations in the JSON API: what people know of them, and how that is changed.

What the chargers say of themselves is added by `monitoring.api`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import current_app
from marshmallow import fields

from service.core import problems
from service.core.collection import Collection
from service.core.db import db
from service.core.fields import Body, CivilDay, Instant, Key, Shown, Text, Whole, Why, Words, choice
from service.core.problems import ProblemError, already_exists, wrong_field
from service.people.models import Person
from service.stations import models as rows
from service.stations.identity import address
from service.stations.models import Station
from service.stations.register import Site, StationModel
from service.stations.words import Access, Authorization, Environment

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
    site = Key(Site, in_use=True, allow_none=True, data_key="site_id")
    model = Key(StationModel, allow_none=True, data_key="model_id")
    access = choice(Access)
    serial_number = Text(100, allow_none=True)
    commissioned_on = CivilDay(allow_none=True)
    environment = choice(Environment, allow_none=True)


class NewStation(StationChange):
    name = Words(200, required=True)
    ocpp_identity = Words(48, required=True)
    security_profile = Whole(0, 2, required=True)
    authorization = choice(Authorization, required=True)
    model = Key(StationModel, in_use=True, allow_none=True, data_key="model_id")


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
    code = fields.String(metadata={"description": "What its label says, without the dash."})
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


stations = Collection(
    "stations",
    "Charging stations: the register, and what each says of itself.",
    Station,
    StationShape,
    "station",
)


@stations.creation(NewStation, RegisteredStationShape)
def create_station(by: Person, at: datetime, **facts: Any) -> dict[str, Any]:
    """Create a station; its key is in this answer and nowhere else.

    An administrator who asks for security profile 0 has allowed it for this station.
    """
    station = Station.create(by=by, at=at, **facts)
    key = station.give_key(by, at) if station.security_profile else None
    # What was not said has no value in the object yet.
    db.session.flush()
    db.session.refresh(station)
    return {**vars(station), "connection": connection(station, key)}


@stations.change(StationChange)
def change_station(
    station: Station, by: Person, at: datetime, security_profile: int | None = None, **facts: Any
) -> None:
    """Change what people know of a station."""
    station.edit(by, at, **facts)
    if security_profile is not None:
        station.secure(security_profile, by, at)


@stations.verb("key", shape=KeyShape, status=201)
def give_key(station: Station, by: Person, at: datetime) -> dict[str, Any]:
    """Give a station a new key; the old one stops working at once."""
    return {"connection": connection(station, station.give_key(by, at))}


@stations.verb("retirement", Why)
def retire_station(station: Station, by: Person, at: datetime, reason: str) -> None:
    """Retire a station; its past stays, its OCPP identity is free again."""
    station.retire(by, reason, at)


def connection(station: Station, key: str | None) -> dict[str, Any]:
    base = current_app.config["SETTINGS"].ocpp_url(station.security_profile == 2)
    url = address(base, station.ocpp_identity)
    return {"url": url, "identity": station.ocpp_identity, "key": key}
