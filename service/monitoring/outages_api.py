"""Planned outages in the JSON API."""

from __future__ import annotations

from typing import Any

from flask import g
from marshmallow import ValidationError, fields, validates_schema

from service.core import clock
from service.core.api import Resource
from service.core.db import db
from service.core.fields import Body, Instant, Shown, Whole, WholeText, Words
from service.core.paging import Listed, page, page_of
from service.core.problems import ProblemError, refuse_retired
from service.monitoring.models import MaintenanceWindow
from service.people.api import referred, seen
from service.stations.models import Station
from service.stations.register import Site

outages = Resource("planned-outages", "Times when a station or site is out of service on purpose.")


class OutageShape(Shown):
    id = fields.Integer()
    station_id = fields.Integer(allow_none=True)
    site_id = fields.Integer(allow_none=True)
    since = Instant()
    until = Instant()
    reason = fields.String()
    created_by_id = fields.Integer()
    created_at = Instant()


class NewOutage(Body):
    station_id = Whole(allow_none=True, load_default=None)
    site_id = Whole(allow_none=True, load_default=None)
    since = Instant(required=True)
    until = Instant(required=True)
    reason = Words(500, required=True)

    @validates_schema
    def check(self, asked: dict[str, Any], **_: Any) -> None:
        if (asked["station_id"] is None) == (asked["site_id"] is None):
            raise ValidationError("Give one of station_id and site_id.", "station_id")
        if asked["until"] <= asked["since"]:
            raise ValidationError("It must end after it begins.", "until")


class OutageQuery(Listed):
    station_id = WholeText()
    site_id = WholeText()
    on = Instant(metadata={"description": "Those that hold at this instant."})


@outages.get("/planned-outages", page_of(OutageShape), OutageQuery)
def list_outages(asked: dict[str, Any]) -> dict[str, Any]:
    """List planned outages, newest first."""
    found = MaintenanceWindow.visible_to(g.person)
    for name in ("station_id", "site_id"):
        if name in asked:
            found = found.where(getattr(MaintenanceWindow, name) == asked[name])
    if "on" in asked:
        at = asked["on"]
        found = found.where(MaintenanceWindow.since <= at, MaintenanceWindow.until > at)
    return page(MaintenanceWindow, found, asked, newest_first=True)


@outages.get("/planned-outages/<int:outage_id>", OutageShape)
def show_outage(outage_id: int) -> MaintenanceWindow:
    """Get one planned outage."""
    return seen(MaintenanceWindow, outage_id)


@outages.post("/planned-outages", OutageShape, NewOutage)
def plan_outage(asked: dict[str, Any]) -> MaintenanceWindow:
    """Plan an outage of one station, or of a site with all of its stations."""
    place = _place(asked["station_id"], asked["site_id"])
    refuse_retired(place)
    window = MaintenanceWindow.plan(
        place, asked["since"], asked["until"], asked["reason"], g.person, clock.now()
    )
    db.session.commit()
    return window


@outages.post("/planned-outages/<int:outage_id>/end", OutageShape, status=200)
def end_outage(outage_id: int) -> MaintenanceWindow:
    """End an outage now: tickets may open again."""
    window, now = seen(MaintenanceWindow, outage_id), clock.now()
    if window.until <= now:
        raise ProblemError(409, "It is over already.", "wrong-state")
    window.end(g.person, now)
    db.session.commit()
    return window


def _place(station_id: int | None, site_id: int | None) -> Station | Site:
    if station_id is not None:
        return referred(Station, station_id, "station_id")
    return referred(Site, site_id or 0, "site_id")
