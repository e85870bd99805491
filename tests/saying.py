"""Makes words as the edge would, for tests of what the rooms do with them."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from service import intake
from service.core.db import db
from service.monitoring.words import Booted, HeartbeatSeen, StatusReported, Word
from service.stations.models import Station
from service.tickets.models import Ticket

HEARTBEAT_S = 120


def status(
    station: Station,
    at: datetime,
    said: str = "Available",
    error: str = "NoError",
    connector: int = 1,
    **more: Any,
) -> StatusReported:
    return StatusReported(
        station_id=station.id,
        connection_id=1,
        at=at,
        connector=connector,
        status=said,
        error_code=error,
        **more,
    )


def boot(station: Station, at: datetime, firmware: str = "1.0") -> Booted:
    return Booted(
        station_id=station.id,
        connection_id=1,
        at=at,
        maker="Alfen",
        model="Eve",
        serial="S1",
        firmware=firmware,
    )


def heartbeat(station: Station, at: datetime) -> HeartbeatSeen:
    return HeartbeatSeen(station_id=station.id, connection_id=1, at=at)


def say(*words: Word) -> list[Any]:
    """The charger says these words, in one group; kept."""
    answers = intake.take_in(words, words[-1].at, HEARTBEAT_S)
    db.session.commit()
    return answers


def tickets() -> list[Ticket]:
    db.session.commit()
    db.session.expire_all()
    return list(db.session.scalars(select(Ticket).order_by(Ticket.id)))
