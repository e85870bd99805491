"""A WebSocket client that costs next to nothing, so that it is the server that is measured.

It masks with a key of zeros, which RFC 6455 allows and which leaves the text as it is.
"""

from __future__ import annotations

import asyncio
import base64
import os
from collections.abc import Callable
from typing import cast

# Nothing here waits longer than this.
PATIENCE_S = 60
TEXT, CLOSE, PING, PONG = 0x1, 0x8, 0x9, 0xA


class RefusedError(Exception):
    """The server answered the upgrade with something else than 101."""


class Wire(asyncio.Protocol):
    def __init__(self, host: str, path: str, authorization: str, hear: Callable[[bytes], None]):
        self.hear = hear
        self.lost: BaseException | None = None
        loop = asyncio.get_running_loop()
        self.opened: asyncio.Future[None] = loop.create_future()
        self.closed: asyncio.Future[None] = loop.create_future()
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [
            f"GET {path} HTTP/1.1",
            f"Host: {host}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {key}",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Protocol: ocpp1.6",
            *([f"Authorization: {authorization}"] if authorization else []),
        ]
        self._request = ("\r\n".join(lines) + "\r\n\r\n").encode()
        self._buffer = b""
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self._buffer = self._buffer + data if self._buffer else data
        if not self.opened.done() and not self._shake_hands():
            return
        self._take_frames()

    def connection_lost(self, error: Exception | None) -> None:
        self.lost = error
        if not self.opened.done():
            self.opened.set_exception(error or ConnectionResetError("closed before the upgrade"))
        if not self.closed.done():
            self.closed.set_result(None)

    def send(self, text: bytes) -> None:
        self._send(TEXT, text)

    def close(self) -> None:
        if not self._transport.is_closing():
            self._send(CLOSE, b"\x03\xe8")
            self._transport.close()

    def _send(self, opcode: int, body: bytes) -> None:
        size = len(body)
        if size < 126:
            head = bytes((0x80 | opcode, 0x80 | size))
        else:
            head = bytes((0x80 | opcode, 0x80 | 126, size >> 8, size & 255))
        self._transport.write(head + b"\0\0\0\0" + body)

    def _shake_hands(self) -> bool:
        head, found, rest = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return False
        self._buffer = rest
        if not head.startswith(b"HTTP/1.1 101"):
            self.opened.set_exception(RefusedError(head.split(b"\r\n")[0].decode()))
            self._transport.close()
            return False
        self.opened.set_result(None)
        return True

    def _take_frames(self) -> None:
        """Whole, unfragmented frames of less than 64 KiB: all that a server sends here."""
        buffer, at = self._buffer, 0
        while len(buffer) - at >= 2:
            opcode, size, start = buffer[at] & 0x0F, buffer[at + 1], at + 2
            if size == 126:
                if len(buffer) - at < 4:
                    break
                size, start = int.from_bytes(buffer[at + 2 : at + 4], "big"), at + 4
            if len(buffer) - start < size:
                break
            body, at = buffer[start : start + size], start + size
            self._heard(opcode, body)
        self._buffer = buffer[at:]

    def _heard(self, opcode: int, body: bytes) -> None:
        if opcode == TEXT:
            self.hear(body)
        elif opcode == PING:
            self._send(PONG, body)
        elif opcode == CLOSE:
            self._transport.close()


async def dial(url: str, identity: str, key: str, hear: Callable[[bytes], None]) -> Wire:
    """Connect to `ws://host:port/path`, and on to the charger's own address below it."""
    host, _, path = url.removeprefix("ws://").partition("/")
    name, _, port = host.partition(":")
    token = base64.b64encode(f"{identity}:{key}".encode()).decode()
    loop = asyncio.get_running_loop()
    _, wire = await loop.create_connection(
        lambda: Wire(host, f"/{path}/{identity}", f"Basic {token}", hear), name, int(port)
    )
    await asyncio.wait_for(wire.opened, PATIENCE_S)
    return wire
