"""Meter values of OCPP 1.6 as samples. One that cannot be read is dropped, not its message."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ocpp_link.mending import Fields, real, words
from service.sessions.words import Sample

ENERGY = "Energy.Active.Import.Register"
# Energy is kept in Wh: what each unit is worth. The standard's default is Wh.
IN_WH = {"": 1, "wh": 1, "kwh": 1_000, "mwh": 1_000_000}
IN_VARH = {"varh": 1, "kvarh": 1_000}
SPELT = {"celcius": "Celsius", "hz": "Hertz", "%": "Percent", "percent": "Percent"}
LARGEST = 1e15


def samples(fields: Fields, name: str) -> tuple[Sample, ...]:
    return tuple(_samples(fields, fields.payload.get(name)))


def _samples(fields: Fields, readings: Any) -> Iterator[Sample]:
    for reading in several(readings):
        said_at = words(reading.get("timestamp"), 64)
        for value in several(reading.get("sampledValue")):
            sample = _sample(said_at, value)
            if sample is None:
                fields.say("sampledValue: dropped")
            else:
                yield sample


def several(value: Any) -> list[dict[str, Any]]:
    """Some chargers leave out the list around a single one."""
    given = value if isinstance(value, list) else [value]
    return [one for one in given if isinstance(one, dict)]


def _sample(said_at: str, given: dict[str, Any]) -> Sample | None:
    number = real(given.get("value"))
    if number is None or abs(number) > LARGEST:
        return None
    measurand = words(given.get("measurand"), 60) or ENERGY
    scaled = _scaled(number, words(given.get("unit"), 20), measurand)
    if scaled is None:
        return None
    place = words(given.get("location"), 20) or "Outlet"
    context = words(given.get("context"), 30) or "Sample.Periodic"
    what = f"{measurand}/{words(given.get('phase'), 10)}/{place}/{context}"
    return Sample(said_at=said_at, what=what, value=scaled[0], unit=scaled[1])


def _scaled(number: float, unit: str, measurand: str) -> tuple[float, str] | None:
    """Energy in Wh or varh, everything else as it came. None where energy has no unit of energy."""
    plain = unit.casefold()
    if not measurand.startswith("Energy."):
        return number, SPELT.get(plain, unit)
    if plain in IN_WH:
        return number * IN_WH[plain], "Wh"
    return (number * IN_VARH[plain], "varh") if plain in IN_VARH else None
