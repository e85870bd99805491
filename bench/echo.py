"""The floor: `websockets` as it comes, which reads each call as JSON and builds an answer."""

import asyncio
import json

from websockets.asyncio.server import ServerConnection, serve


async def answer(socket: ServerConnection) -> None:
    async for frame in socket:
        call = json.loads(frame)
        await socket.send(json.dumps([3, call[1], {}]))


async def main() -> None:
    async with serve(
        answer, "127.0.0.1", 0, subprotocols=["ocpp1.6"], compression=None, backlog=4096
    ) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await server.serve_forever()


asyncio.run(main())
