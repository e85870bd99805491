"""What one would write first: the `ocpp` package, the ORM, and a commit for each message.

It keeps the same: the frame and its answer, the connector's state, the ledger, the open alarm.
"""

import asyncio
import logging
import os
from datetime import UTC, datetime

from ocpp.routing import on
from ocpp.v16 import ChargePoint, call_result
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session
from websockets.asyncio.server import ServerConnection, serve

import app  # noqa: F401  the models name one another
from service.monitoring.ledger import state_of
from service.monitoring.link_models import Direction, Frame
from service.monitoring.models import Alarm, AlarmState, StateInterval
from service.stations.models import Connector

logging.disable(logging.CRITICAL)
url = os.environ["DATABASE_URL"].replace("postgresql://", "postgresql+psycopg://")
engine = create_engine(url, pool_size=20)


class Station(ChargePoint):
    @on("StatusNotification")
    async def status(
        self, connector_id: int, error_code: str, status: str, **facts: object
    ) -> call_result.StatusNotification:
        station_id = int(self.id.rpartition("-")[2])
        await asyncio.to_thread(keep, station_id, connector_id, error_code, status)
        return call_result.StatusNotification()


def keep(station_id: int, number: int, error_code: str, status: str) -> None:
    at = datetime.now(UTC)
    with Session(engine) as session:
        for way in (Direction.IN, Direction.OUT):
            frame = Frame(received_at=at, station_id=station_id, direction=way, raw=status)
            frame.action = "StatusNotification"
            session.add(frame)
        mine = select(Connector).where(
            Connector.station_id == station_id, Connector.number == number
        )
        connector = session.scalars(mine.with_for_update()).one()
        connector.status, connector.error_code, connector.reported_at = status, error_code, at
        move(session, connector.id, state_of(status), at)
        alarm(session, station_id, number, error_code, at)
        session.commit()


def move(session: Session, connector_id: int, state: str, at: datetime) -> None:
    running = select(StateInterval).where(
        StateInterval.connector_id == connector_id, StateInterval.to_at.is_(None)
    )
    now = session.scalars(running).one_or_none()
    if now and now.state == state:
        return
    if now:
        now.to_at = at
        session.flush()
    session.add(StateInterval(connector_id=connector_id, state=state, from_at=at))


def alarm(session: Session, station_id: int, number: int, error_code: str, at: datetime) -> None:
    open_ones = select(Alarm).where(Alarm.station_id == station_id, Alarm.cleared_at.is_(None))
    known = {one.fault: one for one in session.scalars(open_ones)}
    for fault, one in known.items():
        if fault != error_code:
            one.state, one.cleared_at = AlarmState.CLEARED, at
    if error_code != "NoError" and error_code not in known:
        new = Alarm(station_id=station_id, connector=number, fault=error_code, raised_at=at)
        new.due_at = new.last_at = at
        session.add(new)


async def host(socket: ServerConnection) -> None:
    path = socket.request.path if socket.request else ""
    await Station(path.rpartition("/")[2], socket).start()


async def main() -> None:
    async with serve(
        host, "127.0.0.1", 0, subprotocols=["ocpp1.6"], compression=None, backlog=4096
    ) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()


asyncio.run(main())
