"""Planned outages in the JSON API."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from marshmallow import ValidationError, fields, validates_schema
from sqlalchemy import and_

from service.core.collection import Collection
from service.core.fields import Body, Instant, Key, Shown, WholeText, Words
from service.core.paging import Listed, by
from service.core.problems import ProblemError, refuse_retired
from service.monitoring.models import MaintenanceWindow
from service.people.models import Person
from service.stations.models import Station
from service.stations.register import Site


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
    station = Key(Station, allow_none=True, load_default=None, data_key="station_id")
    site = Key(Site, allow_none=True, load_default=None, data_key="site_id")
    since = Instant(required=True)
    until = Instant(required=True)
    reason = Words(500, required=True)

    @validates_schema
    def check(self, asked: dict[str, Any], **_: Any) -> None:
        if (asked["station"] is None) == (asked["site"] is None):
            raise ValidationError("Give one of station_id and site_id.", "station_id")
        if asked["until"] <= asked["since"]:
            raise ValidationError("It must end after it begins.", "until")


class OutageQuery(Listed):
    station_id = by(MaintenanceWindow.station_id, WholeText())
    site_id = by(MaintenanceWindow.site_id, WholeText())
    on = by(
        lambda at: and_(MaintenanceWindow.since <= at, MaintenanceWindow.until > at),
        Instant(metadata={"description": "Those that hold at this instant."}),
    )


outages = Collection(
    "planned-outages",
    "Times when a station or site is out of service on purpose.",
    MaintenanceWindow,
    OutageShape,
    "planned outage",
    newest_first=True,
)
outages.lists(OutageQuery)
outages.shows()


@outages.creation(NewOutage)
def plan_outage(
    by: Person,
    at: datetime,
    station: Station | None,
    site: Site | None,
    since: datetime,
    until: datetime,
    reason: str,
) -> MaintenanceWindow:
    """Plan an outage of one station, or of a site with all of its stations."""
    place = station or site
    assert place, "the body is checked"  # noqa: S101
    refuse_retired(place)
    return MaintenanceWindow.plan(place, since, until, reason, by, at)


@outages.verb("end")
def end_outage(window: MaintenanceWindow, by: Person, at: datetime) -> None:
    """End an outage now: tickets may open again."""
    if window.until <= at:
        raise ProblemError(409, "It is over already.", "wrong-state")
    window.end(by, at)
