"""What a car does at an outlet that says no more than that it is occupied (OCPP 2.x)."""

from __future__ import annotations

from datetime import datetime

from service.core.db import hot
from service.core.live import announce_many
from service.stations.outlets import BUSY

DOES = (
    "UPDATE connector SET status = %(status)s, since = %(at)s WHERE station_id = %(station)s"
    " AND number = %(number)s AND status = ANY(%(busy)s) AND status <> %(status)s"
    " RETURNING station_id"
)


def does(station_id: int, connector: int, status: str, at: datetime) -> None:
    """Nothing of an outlet that says anything else of itself: a charge ends no fault.

    In the ledger it is occupied before and after.
    """
    known = {"station": station_id, "number": connector, "busy": sorted(BUSY)}
    if hot(DOES, status=status, at=at, **known):
        announce_many("station", {station_id}, at)
