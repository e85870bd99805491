"""Who may come in. Everything is decided before the upgrade, and says why in one sentence."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

import structlog
from websockets.http11 import Request, Response

from ocpp_link import dialects
from ocpp_link.book import Book, Known
from ocpp_link.failures import Failures
from ocpp_link.gate import Gate
from ocpp_link.handshake import (
    Credentials,
    credentials_in,
    identity_in,
    is_foreign,
    is_of,
    protocols_in,
)
from ocpp_link.registry import Admission, Registry
from ocpp_link.wire import Wire
from service.core.clock import now
from service.stations import keys

log = structlog.get_logger()

RETRY_S = 10
# The same words for an unknown identity and for a wrong key, so that nobody can tell them apart.
WHO = "The identity or the key is not right."
CROWDED = "Too many chargers are connected from this address."
TWICE = "This identity is connected already, and that connection answers."


class Door:
    """One for all listeners: failures are counted together."""

    def __init__(self, book: Book, registry: Registry, gate: Gate) -> None:
        self._book, self._registry, self._gate = book, registry, gate
        self._addresses, self._identities = Failures(), Failures()
        self._tasks: set[asyncio.Task[None]] = set()

    async def ask(self, wire: Wire, request: Request) -> Response | None:
        """None opens; `wire.admission` then says for whom."""
        self._gate.spoke(wire)
        address = self._address(wire, request)
        identity = identity_in(request.path)
        if identity is None:
            why = "The path must end with the station's identity."
            return _refuse(wire, HTTPStatus.BAD_REQUEST, why, address=address)
        hosts, origins = request.headers.get_all("Host"), request.headers.get_all("Origin")
        if is_foreign(origins, hosts):
            why = "Chargers connect here, not pages."
            return _refuse(wire, HTTPStatus.FORBIDDEN, why, address=address, identity=identity)
        try:
            return await self._ask(wire, request, identity, address)
        except Exception:
            log.exception("door jammed", identity=identity)
            response = wire.respond(HTTPStatus.SERVICE_UNAVAILABLE, "Try again in a moment.\n")
            response.headers["Retry-After"] = str(RETRY_S)
            return response

    async def _ask(
        self, wire: Wire, request: Request, identity: str, address: str
    ) -> Response | None:
        credentials = credentials_in(request.headers.get_all("Authorization"))
        known = await self._book.known(identity)
        if not is_right(known, identity, credentials) or known is None:
            return self._wrong(wire, identity, address, is_known=known is not None)
        secure = self._is_secure(wire, request)
        if known.security_profile == 2 and not secure:
            why = "This station must connect with TLS: use the wss:// address."
            return _refuse(wire, HTTPStatus.FORBIDDEN, why, address=address, identity=identity)
        offered = protocols_in(request.headers.get_all("Sec-WebSocket-Protocol"))
        protocol = dialects.chosen(offered)
        if offered and protocol is None:
            why = "Offer one of the subprotocols ocpp1.6, ocpp2.0.1 and ocpp2.1."
            facts = {"identity": identity, "offered": offered[:5]}
            return _refuse(wire, HTTPStatus.BAD_REQUEST, why, address=address, **facts)
        if not self._gate.has_room(address):
            return _busy(wire, address, identity)
        if not await self._registry.may_enter(known, address):
            return _refuse(wire, HTTPStatus.CONFLICT, TWICE, address=address, identity=identity)
        self._gate.entered(wire, address)
        over = known.holder.generation if known.holder else None
        wire.admission = Admission(
            known.station_id, identity, address, protocol or "", secure, over
        )
        return None

    def _address(self, wire: Wire, request: Request) -> str:
        """Whose failures and limits these are: the charger's, also behind a proxy of ours."""
        return self._gate.proxies.client(wire.peer, request.headers.get_all("X-Forwarded-For"))

    def _is_secure(self, wire: Wire, request: Request) -> bool:
        said = request.headers.get_all("X-Forwarded-Proto")
        return is_secure(wire) or self._gate.proxies.is_secure(wire.peer, said)

    def _wrong(self, wire: Wire, identity: str, address: str, is_known: bool) -> Response:
        """Count it; the same answer in body and time, whether the identity is known or not."""
        at = wire.loop.time()
        counts = (
            self._addresses.count(address, at),
            self._identities.count(identity.casefold(), at),
        )
        facts = {"address": address, "identity": identity}
        if stay_away := max(counts):
            response = _refuse(wire, HTTPStatus.TOO_MANY_REQUESTS, WHO, **facts)
            response.headers["Retry-After"] = str(stay_away)
            return response
        if not is_known:
            task = wire.loop.create_task(self._book.tried(identity, address, now()))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        response = _refuse(wire, HTTPStatus.UNAUTHORIZED, WHO, **facts)
        response.headers["WWW-Authenticate"] = 'Basic realm="OCPP", charset="UTF-8"'
        return response


def is_right(known: Known | None, identity: str, credentials: Credentials | None) -> bool:
    """Whether it proved who it is. Takes as long for an unknown one as for a known one."""
    password = credentials.password if credentials else b""
    proven = keys.matches(known.key_hash if known else None, password)
    if known and known.security_profile == 0:
        return True
    return proven and credentials is not None and is_of(credentials, identity)


def is_secure(wire: Wire) -> bool:
    return wire.transport.get_extra_info("ssl_object") is not None


def _busy(wire: Wire, address: str, identity: str) -> Response:
    facts = {"address": address, "identity": identity}
    response = _refuse(wire, HTTPStatus.TOO_MANY_REQUESTS, CROWDED, **facts)
    response.headers["Retry-After"] = str(RETRY_S)
    return response


def _refuse(wire: Wire, status: HTTPStatus, why: str, **facts: object) -> Response:
    log.info("refused", status=int(status), why=why, **facts)
    return wire.respond(status, f"{why}\n")
