"""Where in a station answers are given, and what a list has to know of station and work."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from service.stations.models import Station
from service.stations.words import Capability, Current

VISIT, STATION = "visit", "station"
RCD, CABLE = "rcd", "cable"


class Part(Protocol):
    """What the register knows of one part of a station."""

    @property
    def id(self) -> int: ...

    # "rcd", "cable" and the like.
    @property
    def kind(self) -> str: ...

    # The connector that it serves; None where that is the whole station.
    @property
    def evse(self) -> int | None: ...


def places_of(
    station: Station, components: Iterable[Part] = (), *, with_visit: bool = False
) -> list[str]:
    """The station, each outlet, each RCD: known by its own number, or by that of its outlet.

    `components`: what is installed now. `with_visit`: what is asked once a visit is asked here.
    """
    outlets = [one.number for one in station.connectors if one.number > 0]
    rcds = [one for one in components if one.kind == RCD]
    return [
        *([VISIT] if with_visit else []),
        STATION,
        *(f"evse:{number}" for number in outlets),
        *(f"rcd:{number}" for number in _unnamed(station, outlets, rcds)),
        *(f"rcd:c{one.id}" for one in rcds),
    ]


def _unnamed(station: Station, outlets: list[int], rcds: Sequence[Part]) -> list[int]:
    """The outlets whose RCD is in no register. A DC outlet has none."""
    served = {one.evse for one in rcds}
    if None in served or not _has_ac(station):
        return []
    return [number for number in outlets if number not in served]


def _has_ac(station: Station) -> bool:
    outlets = {Capability.AC_OUTLET, Capability.SCHUKO_OUTLET}
    return current_of(station) is Current.AC or not outlets.isdisjoint(_capabilities(station))


def current_of(station: Station) -> Current:
    """Where nobody knows the model, it is one of the many."""
    return station.model.current if station.model else Current.AC


def _capabilities(station: Station) -> list[str]:
    return station.model.capabilities if station.model else []


def facts_of(
    station: Station,
    work: Iterable[str],
    authorisations: Iterable[str] = (),
    components: Iterable[Part] = (),
) -> dict[str, Any]:
    """What conditions may ask. `work`: kinds of work, "corrective", "commissioning".

    `fixed_cable` is None where nobody knows.
    """
    current = current_of(station)
    cables = any(one.kind == CABLE for one in components)
    return {
        "current": current.value,
        "work": sorted({str(one) for one in work}),
        "fixed_cable": True if cables or current is Current.DC else None,
        "connectors": sum(one.number > 0 for one in station.connectors),
        "environment": station.surroundings.value,
        "model": station.model.title if station.model else None,
        "capabilities": list(_capabilities(station)),
        "authorisations": sorted({str(one) for one in authorisations}),
    }
