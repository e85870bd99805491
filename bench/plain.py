"""The package: `ocpp` over `websockets`, used as its own documentation shows. No database."""

import asyncio
import logging
from datetime import UTC, datetime

from ocpp.routing import on
from ocpp.v16 import ChargePoint, call_result
from websockets.asyncio.server import ServerConnection, serve

logging.disable(logging.CRITICAL)


class Station(ChargePoint):
    @on("BootNotification")
    def boot(self, **facts: object) -> call_result.BootNotification:
        return call_result.BootNotification(_now(), 300, "Accepted")

    @on("StatusNotification")
    def status(self, **facts: object) -> call_result.StatusNotification:
        return call_result.StatusNotification()

    @on("MeterValues")
    def meters(self, **facts: object) -> call_result.MeterValues:
        return call_result.MeterValues()

    @on("Heartbeat")
    def heartbeat(self) -> call_result.Heartbeat:
        return call_result.Heartbeat(_now())


def _now() -> str:
    return datetime.now(UTC).isoformat()


async def host(socket: ServerConnection) -> None:
    await Station("bench", socket).start()


async def main() -> None:
    async with serve(
        host, "127.0.0.1", 0, subprotocols=["ocpp1.6"], compression=None, backlog=4096
    ) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()


asyncio.run(main())
