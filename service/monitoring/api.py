"""What the chargers say, in the JSON API: live stations and the frame log."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import g
from marshmallow import fields
from sqlalchemy import ColumnElement, and_, func, select, true

from service.core.api import Resource
from service.core.codes import read_code
from service.core.db import db
from service.core.fields import FlagText, Instant, Shown, Text, WholeText, choice
from service.core.paging import Listed, by, containing, narrowed, page, page_of
from service.monitoring.link_models import Contact, Direction, Frame
from service.monitoring.reading import masked
from service.people.api import seen
from service.stations.api import StationShape, stations
from service.stations.models import Connector, Station
from service.stations.register import Site

frames = Resource("frames", "Every OCPP message as it came or went.")


@dataclass(frozen=True)
class LiveStation:
    """A station with what is known of it this moment."""

    station: Station
    contact: Contact | None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.station, name)

    @property
    def connected(self) -> bool:
        return self.contact is not None and self.contact.is_connected

    @property
    def last_seen_at(self) -> datetime | None:
        return self.contact.last_seen_at if self.contact else None

    @property
    def connectors(self) -> list[Connector]:
        return [one for one in self.station.connectors if one.number]

    @property
    def whole_station(self) -> Connector | None:
        return next((one for one in self.station.connectors if not one.number), None)


class LiveShape(StationShape):
    connected = fields.Boolean()
    last_seen_at = Instant(allow_none=True)


class ConnectorShape(Shown):
    """Status and code as OCPP 1.6 spells them; null until the charger has spoken."""

    inside = ("vendor_error_code", "info")
    number = fields.Integer()
    status = fields.String(allow_none=True)
    error_code = fields.String(allow_none=True)
    since = Instant()
    vendor_error_code = fields.String(allow_none=True)
    info = fields.String(allow_none=True)


class StationDetailShape(LiveShape):
    connectors = fields.List(fields.Nested(ConnectorShape))
    whole_station = fields.Nested(ConnectorShape, allow_none=True)


def _of_customer(key: int) -> ColumnElement[bool]:
    return Station.site_id.in_(select(Site.id).where(Site.customer_id == key))


def _connected(wanted: bool) -> ColumnElement[bool]:
    alive = select(Contact.station_id).where(Contact.connection_id.is_not(None))
    return Station.id.in_(alive) == wanted


def _named(words: str) -> ColumnElement[bool]:
    """Half of a credential is not searched for by a customer: a hit would tell it."""
    columns = [Station.name, Station.code, Station.serial_number]
    if g.person.sees_all:
        columns.append(Station.ocpp_identity)
    return containing(words, *columns) if words else true()


def _identified(identity: str) -> ColumnElement[bool]:
    same = Station.identity_key == identity.casefold()
    return and_(same, Station.retired_at.is_(None), g.person.sees_all)


class StationQuery(Listed):
    q = by(
        _named,
        Text(
            200,
            metadata={"description": "Part of name, label, serial number or OCPP identity."},
        ),
    )
    site_id = by(Station.site_id, WholeText())
    customer_id = by(_of_customer, WholeText())
    model_id = by(Station.model_id, WholeText())
    ocpp_identity = by(_identified, Text(48))
    code = by(
        lambda words: Station.code == read_code(words),
        Text(20, metadata={"description": "What a label says: any case, dash or none."}),
    )
    connected = by(_connected, FlagText())


@stations.get("/stations", page_of(LiveShape), StationQuery)
def list_stations(asked: dict[str, Any]) -> dict[str, Any]:
    """List stations."""
    found = narrowed(Station.visible_to(g.person), StationQuery, asked)
    answer = page(Station, found, asked)
    contacts = _contacts(one.id for one in answer["items"])
    answer["items"] = [LiveStation(one, contacts.get(one.id)) for one in answer["items"]]
    return answer


@stations.get("/stations/<int:station_id>", StationDetailShape)
def show_station(station_id: int) -> LiveStation:
    """Get one station, with the state of each connector."""
    station = seen(Station, station_id)
    return LiveStation(station, _contacts([station.id]).get(station.id))


def _contacts(stations: Iterable[int]) -> dict[int, Contact]:
    mine = select(Contact).where(Contact.station_id.in_(list(stations)))
    return {contact.station_id: contact for contact in db.session.scalars(mine)}


class FrameShape(Shown):
    id = fields.Integer()
    station_id = fields.Integer()
    direction = choice(Direction)
    received_at = Instant()
    action = fields.String(allow_none=True)
    raw = fields.Function(
        lambda frame: masked(frame.raw),
        metadata={
            "type": "string",
            "description": "The text as it came; values of secret settings are covered.",
        },
    )
    findings = fields.List(fields.String())
    latency_ms = fields.Float(allow_none=True)


class FrameQuery(Listed):
    station_id = by(Frame.station_id, WholeText())
    direction = by(Frame.direction, choice(Direction))
    action = by(Frame.action, Text(100, metadata={"description": "StatusNotification …"}))
    has_findings = by(
        lambda wanted: (func.cardinality(Frame.findings) > 0) == wanted,
        FlagText(),
    )
    since = by(
        lambda at: Frame.received_at >= at,
        Instant(metadata={"description": "Received then or later."}),
    )
    until = by(
        lambda at: Frame.received_at < at, Instant(metadata={"description": "Received before."})
    )


@frames.get("/frames", page_of(FrameShape), FrameQuery)
def list_frames(asked: dict[str, Any]) -> dict[str, Any]:
    """List frames, newest first."""
    return page(Frame, narrowed(select(Frame), FrameQuery, asked), asked, newest_first=True)
