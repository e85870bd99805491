"""Where somebody was who came or left, as far as the tablet was allowed to say it.

It is there for the dispatcher to see that a visit was made at the right place; nothing depends on
it, and after 30 days it is forgotten.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from math import asin, cos, radians, sin, sqrt
from typing import Any

from sqlalchemy import delete

from service.core.db import db
from service.people.models import Person
from service.stations.models import Site
from service.visits.service_visits import ServiceVisit
from service.visits.visit_presence import VisitPosition
from service.visits.visit_states import Moment

KEPT_FOR = timedelta(days=30)
EARTH_M = 6_371_000


def keep(
    visit: ServiceVisit,
    moment: Moment,
    told: Mapping[str, Any] | None,
    by: Person,
    at: datetime,
    now: datetime,
) -> None:
    """`told`: lat, lon, and where known accuracy in metres and when it was taken. None: nothing."""
    if told is None:
        return
    accuracy = told.get("accuracy")
    one = VisitPosition(moment=moment, lat=told["lat"], lon=told["lon"], kept_at=now)
    one.accuracy_m = None if accuracy is None else round(accuracy)
    # A fix is older than what it is told with, never younger.
    one.taken_at, one.person_id = min(told.get("at") or at, now), by.id
    visit.positions.append(one)


def forget(at: datetime) -> None:
    db.session.execute(delete(VisitPosition).where(VisitPosition.kept_at <= at - KEPT_FOR))


def distance_m(one: VisitPosition, site: Site) -> int | None:
    """As the crow flies; None where nobody has said where the site is."""
    if site.latitude is None or site.longitude is None:
        return None
    there, here = radians(float(site.latitude)), radians(one.lat)
    east = radians(one.lon - float(site.longitude))
    chord = sin((here - there) / 2) ** 2 + cos(there) * cos(here) * sin(east / 2) ** 2
    return round(2 * EARTH_M * asin(min(1, sqrt(chord))))
