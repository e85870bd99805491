"""Q35: a sample that cannot be read is dropped, never its message."""

from typing import Any

import pytest

from ocpp_link.mending import Fields
from ocpp_link.meters import samples

SAID = "2026-03-02T12:00:00Z"
ENERGY = "Energy.Active.Import.Register"


def one(**value: Any) -> list[tuple[str, float, str]]:
    return several([value])


def several(values: Any) -> list[tuple[str, float, str]]:
    fields = Fields({"meterValue": [{"timestamp": SAID, "sampledValue": values}]})
    return [(sample.what, sample.value, sample.unit) for sample in samples(fields, "meterValue")]


@pytest.mark.parametrize(
    ("value", "read"),
    [("12.3", 12.3), (" 12.3 ", 12.3), (12.3, 12.3), ("12,3", 12.3), ("1e3", 1000), (-5, -5)],
)
def test_a_value_is_a_number_however_it_is_written(value: Any, read: float) -> None:
    assert [number for _, number, _ in one(value=value, measurand="Voltage", unit="V")] == [read]


@pytest.mark.parametrize("value", ["", " ", "abc", None, "NaN", "1e999", [], {}, 1e16])
def test_a_value_that_is_none_is_dropped(value: Any) -> None:
    assert one(value=value) == []


def test_a_bad_sample_takes_no_good_one_with_it() -> None:
    fields = Fields(
        {"meterValue": [{"timestamp": SAID, "sampledValue": [{"value": "x"}, {"value": "7"}]}]}
    )

    assert [sample.value for sample in samples(fields, "meterValue")] == [7]
    assert list(fields.findings) == ["sampledValue: dropped"]


@pytest.mark.parametrize(
    ("unit", "measurand", "read"),
    [
        ("kWh", ENERGY, (1500, "Wh")),
        ("kwh", ENERGY, (1500, "Wh")),
        ("Wh", ENERGY, (1.5, "Wh")),
        (None, ENERGY, (1.5, "Wh")),
        ("kvarh", "Energy.Reactive.Import.Register", (1500, "varh")),
        ("kW", "Power.Active.Import", (1.5, "kW")),
        ("Celcius", "Temperature", (1.5, "Celsius")),
        ("Hz", "Frequency", (1.5, "Hertz")),
        ("furlong", "Voltage", (1.5, "furlong")),
    ],
)
def test_energy_is_in_wh_and_other_units_stay(
    unit: str | None, measurand: str, read: tuple[float, str]
) -> None:
    assert [(v, u) for _, v, u in one(value="1.5", unit=unit, measurand=measurand)] == [read]


def test_energy_in_a_unit_that_is_none_is_dropped() -> None:
    assert one(value="1.5", unit="A", measurand=ENERGY) == []


def test_what_is_left_out_has_the_standards_default() -> None:
    assert one(value="1") == [(f"{ENERGY}//Outlet/Sample.Periodic", 1, "Wh")]


def test_what_is_said_is_kept() -> None:
    what = one(
        value="1", measurand="Voltage", phase="L1", location="Inlet", context="Trigger", unit="V"
    )

    assert what == [("Voltage/L1/Inlet/Trigger", 1, "V")]


@pytest.mark.parametrize("values", [None, [], "x", 5, [None, 1, "x", []]])
def test_a_list_of_nothing_is_nothing(values: Any) -> None:
    assert several(values) == []


def test_a_single_value_needs_no_list() -> None:
    fields = Fields({"meterValue": {"timestamp": SAID, "sampledValue": {"value": 3}}})

    assert [sample.value for sample in samples(fields, "meterValue")] == [3]
