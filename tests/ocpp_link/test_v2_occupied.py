"""What a car does at an outlet is told with its charge; its status says only that it is there."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from service.stations.models import Station
from tests.charger2 import Charger2
from tests.ocpp_link.test_v2_journey import play, standing
from tests.ocpp_link.test_v2_plugs import connector, outlet

HERE: dict[str, Any] = {"evse": {"id": 1}}


def state(said: str, name: str = "T-1") -> dict[str, Any]:
    return {"transactionInfo": {"transactionId": name, "chargingState": said}}


def test_a_car_that_is_only_there_does_not_charge(app: Flask, station: Station) -> None:
    async def story(charger: Charger2) -> None:
        await charger.status(1, "Occupied")

    play(app, station, story)

    assert outlet() == "Occupied"
    assert connector().is_charging, "nobody may disturb it"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Charging", "Charging"),
        ("SuspendedEV", "SuspendedEV"),
        ("SuspendedEVSE", "SuspendedEVSE"),
        ("EVConnected", "Occupied"),
        ("Idle", "Occupied"),
        ("Dancing", "Charging"),
    ],
)
def test_an_occupied_outlet_is_what_its_charge_says(
    app: Flask, station: Station, said: str, shown: str
) -> None:
    async def story(charger: Charger2) -> None:
        await charger.status(1, "Occupied")
        await charger.transaction("Started", 0, **HERE, **state("Charging"))
        # Only the first event names the outlet.
        await charger.transaction("Updated", 1, **state(said))
        await charger.status(1, "Occupied")

    play(app, station, story)

    assert outlet() == shown


def test_when_the_charge_is_over_the_car_is_still_there(app: Flask, station: Station) -> None:
    async def story(charger: Charger2) -> None:
        await charger.status(1, "Occupied")
        await charger.transaction("Started", 0, **HERE, **state("Charging"))
        await charger.transaction("Ended", 2)
        # It comes late.
        await charger.transaction("Updated", 1, **state("Charging"))

    async def left(charger: Charger2) -> None:
        await charger.status(1, "Available")

    play(app, station, story)
    assert outlet() == "Occupied"

    play(app, station, left)
    assert outlet() == "Available"


def test_a_charge_ends_no_fault(app: Flask, station: Station) -> None:
    async def story(charger: Charger2) -> None:
        await charger.transaction("Started", 0, **HERE, **state("Charging"))
        await charger.status(1, "Faulted")
        await charger.transaction("Updated", 1, **state("SuspendedEVSE"))
        await charger.transaction("Ended", 2)

    play(app, station, story)

    assert outlet() == "Faulted"
    assert len(standing()) == 1


def test_a_charge_of_no_known_outlet_changes_none(app: Flask, station: Station) -> None:
    async def story(charger: Charger2) -> None:
        await charger.status(1, "Occupied")
        await charger.transaction("Started", 0, **state("Charging"))
        await charger.transaction("Started", 0, evse={"id": 9}, **state("Charging", "T-2"))

    play(app, station, story)

    assert outlet() == "Occupied"
