"""Components of a station, and the device that stands there, in the JSON API."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask import g
from marshmallow import fields
from sqlalchemy import ColumnElement

from service.core import problems
from service.core.collection import Collection
from service.core.fields import (
    Body,
    CivilDay,
    Flag,
    FlagText,
    Instant,
    Key,
    Shown,
    Text,
    Whole,
    WholeText,
    Words,
    choice,
)
from service.core.paging import Listed, by, page, page_of
from service.core.problems import ProblemError, wrong_field
from service.people.api import seen
from service.people.models import Person
from service.stations.api import StationShape, stations
from service.stations.components import Component, RemovedError
from service.stations.models import SameDeviceError, Station, StationSerial
from service.stations.words import ComponentKind

__all__ = ["components", "stations"]

problems.means(RemovedError, lambda _: ProblemError(409, "It is removed already.", "wrong-state"))
problems.means(
    SameDeviceError,
    lambda _: wrong_field("new_serial", "The device with this serial number stands there already."),
)


class ComponentFacts(Body):
    maker = Text(120)
    type = Text(120)
    serial = Text(120)
    rating = Text(120)
    evse = Whole(
        1, 62, allow_none=True, metadata={"description": "Connector; null: the whole station."}
    )
    note = Text(2000, allow_none=True)


class ComponentChange(ComponentFacts):
    kind = choice(ComponentKind)
    installed_on = CivilDay(allow_none=True)


class NewComponent(ComponentFacts):
    station = Key(Station, in_use=True, data_key="station_id", required=True)
    kind = choice(ComponentKind, required=True)
    on = CivilDay(
        data_key="installed_on", metadata={"description": "The site's today, unless told."}
    )


class ComponentRemoval(Body):
    why = Words(500, required=True, data_key="reason")
    on = CivilDay(data_key="removed_on")


class ComponentReplacement(ComponentFacts):
    why = Words(500, required=True, data_key="reason")
    on = CivilDay(data_key="installed_on")


class ComponentShape(Shown):
    inside = ("note",)
    id = fields.Integer()
    station_id = fields.Integer()
    kind = choice(ComponentKind)
    maker = fields.String()
    type = fields.String()
    serial = fields.String()
    rating = fields.String()
    evse = fields.Integer(allow_none=True)
    note = fields.String(allow_none=True)
    installed_on = fields.Date(allow_none=True)
    removed_on = fields.Date(allow_none=True)
    removed_why = fields.String(allow_none=True)
    replaces_id = fields.Integer(allow_none=True)


def _is_there(wanted: bool) -> ColumnElement[bool]:
    return Component.removed_on.is_(None) if wanted else Component.removed_on.is_not(None)


class ComponentQuery(Listed):
    station_id = by(Component.station_id, WholeText())
    installed = by(_is_there, FlagText(metadata={"description": "false: what has come out."}))


components = Collection(
    "components",
    "What is built into one station and may be changed by itself.",
    Component,
    ComponentShape,
    "component",
)
components.lists(ComponentQuery)
components.shows()
components.changes(ComponentChange)


@components.creation(NewComponent)
def install_component(by: Person, at: datetime, station: Station, **facts: Any) -> Component:
    """Write down what sits in a station."""
    return Component.install(station, by=by, at=at, **facts)


@components.verb("removal", ComponentRemoval)
def remove_component(
    one: Component, by: Person, at: datetime, why: str, on: date | None = None
) -> None:
    """Take a component out; it stays as what was there."""
    one.remove(by, at, why, on=on)


@components.verb("replacement", ComponentReplacement, status=201)
def replace_component(one: Component, by: Person, at: datetime, **facts: Any) -> Component:
    """Put another of its kind in its place; the answer is the new one."""
    return one.replace(by, at, **facts)


class DeviceSwap(Body):
    old_serial = Text(120, allow_none=True)
    new_serial = Words(120, required=True)
    why = Words(500, required=True, data_key="reason")
    with_components = Flag(
        metadata={"description": "Whether its components left with the old device."}
    )


class SerialShape(Shown):
    serial_number = fields.String(allow_none=True)
    firmware_version = fields.String(allow_none=True)
    from_at = Instant(allow_none=True)
    until_at = Instant()


@stations.verb("swap", DeviceSwap, shape=StationShape)
def swap_station(station: Station, by: Person, at: datetime, new_serial: str, **facts: Any) -> None:
    """Say that another device stands there; the station, its key and its past stay."""
    station.swap(facts.pop("old_serial", None), new_serial, by, at, **facts)


@stations.get("/stations/<int:station_id>/serials", page_of(SerialShape), Listed)
def list_serials(asked: dict[str, Any], station_id: int) -> dict[str, Any]:
    """List the devices that stood there before, newest first."""
    mine = StationSerial.visible_to(g.person)
    here = mine.where(StationSerial.station_id == seen(Station, station_id).id)
    return page(StationSerial, here, asked, newest_first=True)
