"""How many sockets may stand open: of everybody, and of one address."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Protocol

import structlog

from service.core.proxies import Proxies

log = structlog.get_logger()

# A flood does not fill the log as well.
LOGGED_EVERY = 1_000


class Socket(Protocol):
    def give_up(self) -> None:
        """Close at once, without a word."""


@dataclass(frozen=True, slots=True)
class Limits:
    # Sockets that have not said yet who they are: of everybody, and of one address.
    handshakes: int
    handshakes_per_address: int
    # Those that were let in, of one address.
    connections_per_address: int


class Gate:
    """Who has not said yet who it is makes room for whoever comes after it.

    So a flood of silent sockets keeps nobody out: a charger says who it is within a blink, and the
    oldest silent one goes. Sockets from a proxy of ours are all of one address, and only
    counted together.
    """

    def __init__(self, limits: Limits, proxies: Proxies) -> None:
        self._limits, self.proxies = limits, proxies
        # In the order in which they came; the value is where from, "" for a proxy.
        self._silent: dict[Socket, str] = {}
        self._by_address: dict[str, dict[Socket, None]] = {}
        self._dropped = 0
        self._inside: dict[Socket, str] = {}
        self._inside_by_address: Counter[str] = Counter()

    def came(self, socket: Socket, peer: str) -> None:
        """A socket has been opened."""
        address = "" if self.proxies.trusts(peer) else peer
        mine = self._by_address.setdefault(address, {})
        if address and len(mine) >= self._limits.handshakes_per_address:
            self._drop(next(iter(mine)), address)
        if len(self._silent) >= self._limits.handshakes:
            oldest = next(iter(self._silent))
            self._drop(oldest, self._silent[oldest])
        self._silent[socket] = address
        self._by_address.setdefault(address, {})[socket] = None

    def spoke(self, socket: Socket) -> None:
        """It has said who it is."""
        address = self._silent.pop(socket, None)
        if address is not None:
            of_it = self._by_address[address]
            del of_it[socket]
            if not of_it:
                del self._by_address[address]

    def has_room(self, address: str) -> bool:
        """Whether one more of this address may come in."""
        return self._inside_by_address[address] < self._limits.connections_per_address

    def entered(self, socket: Socket, address: str) -> None:
        self._inside[socket] = address
        self._inside_by_address[address] += 1

    def left(self, socket: Socket) -> None:
        """The socket is gone, whatever it was."""
        self.spoke(socket)
        address = self._inside.pop(socket, None)
        if address is not None:
            self._inside_by_address[address] -= 1
            if not self._inside_by_address[address]:
                del self._inside_by_address[address]

    def _drop(self, socket: Socket, address: str) -> None:
        self._dropped += 1
        if self._dropped % LOGGED_EVERY == 1:
            log.warning(
                "too many silent sockets", dropped=self._dropped, address=address or "proxy"
            )
        self.spoke(socket)
        socket.give_up()
