"""Which version of OCPP a socket speaks: the only place that tells them apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ocpp_link import v2, v16
from ocpp_link.dialect import Dialect

# What real chargers call each version (Q3), in lower case, and who speaks it on a new socket.
SPOKEN: tuple[tuple[frozenset[str], Callable[[], Dialect]], ...] = (
    (
        frozenset({"ocpp1.6", "ocpp1.6j", "ocpp16", "ocpp16j", "ocpp1.6-json", "ocpp-1.6"}),
        lambda: v16,
    ),
    (
        frozenset({"ocpp2.0.1", "ocpp201", "ocpp2.0.1j", "ocpp-2.0.1", "ocpp2.0.1-json"}),
        lambda: v2.Version("OCPP 2.0.1", "v201"),
    ),
    (
        frozenset({"ocpp2.1", "ocpp21", "ocpp2.1j", "ocpp-2.1", "ocpp2.1-json"}),
        lambda: v2.Version("OCPP 2.1", "v21"),
    ),
)
MAKERS = {name: make for names, make in SPOKEN for name in names}


def chosen(offered: Sequence[str]) -> str | None:
    """The first one that we speak, exactly as it was offered: a charger names the one that it
    likes best first (RFC 6455, 4.1)."""
    return next((one for one in offered if one.casefold() in MAKERS), None)


def of(subprotocol: str) -> Dialect:
    """A new speaker for one socket. Who names no version speaks 1.6 (Q1)."""
    return MAKERS.get(subprotocol.casefold(), lambda: v16)()
