"""Who really asks, where a proxy of ours stands between. Nobody else's word is believed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Network = IPv4Network | IPv6Network
SECURE = frozenset({"https", "wss"})


def networks_in(text: str) -> tuple[Network, ...]:
    """Addresses and networks, with commas between. Raises ValueError where one is neither."""
    try:
        return tuple(ip_network(one) for one in text.replace(",", " ").split())
    except ValueError:
        example = "10.0.0.5, 192.168.0.0/16"
        raise ValueError(f"addresses or networks with commas between: {example}") from None


class Proxies:
    """The proxies of ours: what they say of whom they pass on is believed."""

    def __init__(self, networks: Iterable[Network]) -> None:
        self._networks = tuple(networks)

    def trusts(self, address: str) -> bool:
        where = _read(address)
        return where is not None and any(where in network for network in self._networks)

    def client(self, peer: str, forwarded_for: Sequence[str]) -> str:
        """Who asked the outermost proxy of ours. `forwarded_for`: X-Forwarded-For, as it came.

        Each proxy adds at the end whom it heard, so the list is read backwards, as far as it was
        written by ours: what stands before that is whatever the client likes to say.
        """
        address = peer
        said = [one for header in forwarded_for for one in header.split(",")]
        while said and self.trusts(address):
            before = _read(said.pop())
            if before is None:
                break
            address = str(before)
        return address

    def is_secure(self, peer: str, forwarded_proto: Sequence[str]) -> bool:
        """Whether the client's side is TLS, as the proxy next to us says."""
        said = ",".join(forwarded_proto).rpartition(",")[2].strip().casefold()
        return said in SECURE and self.trusts(peer)


def behind(proxies: Proxies, inside: WSGIApplication) -> WSGIApplication:
    """WSGI: the application sees the client's address and scheme instead of the proxy's."""

    def application(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        peer = environ.get("REMOTE_ADDR", "")
        if proxies.trusts(peer):
            if proxies.is_secure(peer, [environ.get("HTTP_X_FORWARDED_PROTO", "")]):
                environ["wsgi.url_scheme"] = "https"
            said = environ.get("HTTP_X_FORWARDED_FOR", "")
            environ["REMOTE_ADDR"] = proxies.client(peer, [said])
        return inside(environ, start)

    return application


def _read(text: str) -> IPv4Address | IPv6Address | None:
    """An address, also with a port behind it. An IPv4 address that came over IPv6 is IPv4."""
    text = text.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    with suppress(ValueError):
        where = ip_address(text)
        return (where.ipv4_mapped or where) if isinstance(where, IPv6Address) else where
    return None
