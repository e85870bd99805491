"""How much of a period each outlet worked, from the ledger, by a policy that is printed with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import contains_eager

from service.core.dates import today
from service.core.db import db
from service.monitoring.availability import PLANNED, Day
from service.monitoring.models import StateInterval
from service.stations.models import Connector


@dataclass(frozen=True)
class Uptime:
    connector: Connector
    # The whole period as one long day.
    period: Day

    @property
    def is_known(self) -> bool:
        return self.period.known > 0

    @property
    def known(self) -> float:
        """The share of the period of which the ledger tells."""
        return self.period.known / self.period.length if self.period.length else 0


def uptimes(
    station_ids: Sequence[int], since: datetime, until: datetime, zone: ZoneInfo
) -> list[Uptime]:
    """Of each outlet of these stations, in the order of the stations."""
    outlets = (
        select(Connector)
        .join(Connector.station)
        .options(contains_eager(Connector.station))
        .where(Connector.station_id.in_(station_ids), Connector.number > 0)
    )
    found = list(db.session.scalars(outlets))
    found.sort(key=lambda one: (station_ids.index(one.station_id), one.number))
    periods: dict[int, Day] = defaultdict(lambda: Day(today(since, zone), since, until))
    for one in _ledger([one.id for one in found], since, until):
        state = PLANNED if one.window_id else one.state
        periods[one.connector_id].add(state, one.from_at, one.to_at or until)
    return [Uptime(one, periods[one.id]) for one in found]


def _ledger(connectors: Sequence[int], since: datetime, until: datetime) -> Sequence[StateInterval]:
    within = select(StateInterval).where(
        StateInterval.connector_id.in_(connectors),
        StateInterval.from_at < until,
        or_(StateInterval.to_at.is_(None), StateInterval.to_at > since),
    )
    return db.session.scalars(within).all()
