"""An EVSE with two plugs, and events by the hundred: nothing hides what another one says."""

from __future__ import annotations

import asyncio
from typing import Any

from flask import Flask
from sqlalchemy import select

from service.core.db import db
from service.monitoring.link_models import Frame
from service.people.models import Person
from service.remote.actions import Kind
from service.sessions.models import ChargingSession
from service.stations.models import Connector, Station
from tests.charger2 import Charger2
from tests.ocpp_link.test_journey import a_link, ask, in_database, ready
from tests.ocpp_link.test_v2_journey import play, standing


def lock(charger: Charger2, plug: int, **more: Any) -> dict[str, Any]:
    """The lock of that plug fails."""
    return at_plug(charger.part("ConnectorPlugRetentionLock.Problem", evse=1, **more), plug)


def at_plug(event: dict[str, Any], plug: int) -> dict[str, Any]:
    event["component"]["evse"] = {"id": 1, "connectorId": plug}
    return event


def connector() -> Connector:
    return db.session.scalars(select(Connector).where(Connector.number == 1)).one()


def outlet() -> str | None:
    return connector().status


def test_what_is_over_at_one_plug_stands_at_the_other(app: Flask, station: Station) -> None:
    async def story(charger: Charger2) -> None:
        await charger.event(lock(charger, 1), lock(charger, 2))
        await charger.event(lock(charger, 1, actualValue="false", cleared=True))

    async def last(charger: Charger2) -> None:
        await charger.event(lock(charger, 2, actualValue="false", cleared=True))

    play(app, station, story)
    assert standing() == [(1, "connector_lock_failure", "")]

    play(app, station, last)
    assert standing() == []


def test_a_plug_that_is_available_by_an_event_hides_no_fault_of_the_other(
    app: Flask, station: Station
) -> None:
    async def story(charger: Charger2) -> None:
        await charger.status(1, "Faulted", plug=2)
        free = charger.part("Connector.AvailabilityState", "Available", evse=1)
        await charger.event(at_plug(free, 1))

    play(app, station, story)

    assert outlet() == "Faulted"
    assert [fault for _, fault, _ in standing()] == ["unspecified"]


def test_a_new_connection_forgets_no_plug(app: Flask, station: Station) -> None:
    async def faulted(charger: Charger2) -> None:
        await charger.status(1, "Faulted", plug=2)

    async def one_is_free(charger: Charger2) -> None:
        await charger.status(1, "Available", plug=1)

    async def both_are(charger: Charger2) -> None:
        await charger.status(1, "Available", plug=2)

    play(app, station, faulted)
    play(app, station, one_is_free, boots=False)
    assert (outlet(), len(standing())) == ("Faulted", 1)

    play(app, station, both_are, boots=False)
    assert (outlet(), standing()) == ("Available", [])


def test_after_a_boot_a_plug_holds_until_it_is_told_anew(app: Flask, station: Station) -> None:
    async def faulted(charger: Charger2) -> None:
        await charger.status(1, "Faulted", plug=2)

    async def first(charger: Charger2) -> None:
        await charger.status(1, "Available", plug=1)

    async def second(charger: Charger2) -> None:
        await charger.status(1, "Available", plug=2)

    play(app, station, faulted)
    play(app, station, first)
    assert (outlet(), len(standing())) == ("Faulted", 1)

    play(app, station, second, boots=False)
    assert (outlet(), standing()) == ("Available", [])


def test_a_plug_that_is_silent_from_boot_to_boot_is_no_more(app: Flask, station: Station) -> None:
    """A plug that the station has no more would else stand for ever."""

    async def faulted(charger: Charger2) -> None:
        await charger.status(1, "Faulted", plug=7)

    async def free(charger: Charger2) -> None:
        await charger.status(1, "Available", plug=1)

    play(app, station, faulted)
    play(app, station, free)
    assert outlet() == "Faulted"

    play(app, station, free)
    # Three boots are a loop, of the station.
    assert (outlet(), [one for one in standing() if one[0]]) == ("Available", [])


def test_a_part_is_well_again_whatever_code_says_so(app: Flask, station: Station) -> None:
    async def story(charger: Charger2) -> None:
        await charger.event(charger.part("AirCoolingSystem.Problem", evse=1, techCode="F12"))
        well = {"techCode": "OK", "cleared": True}
        await charger.event(charger.part("AirCoolingSystem.Problem", "false", evse=1, **well))

    play(app, station, story)

    assert standing() == []


def test_of_two_codes_the_one_that_is_named_is_over(app: Flask, station: Station) -> None:
    async def story(charger: Charger2) -> None:
        for code in ("F12", "F13"):
            await charger.event(charger.part("AirCoolingSystem.Problem", evse=1, techCode=code))
        well = {"techCode": "F12", "cleared": True}
        await charger.event(charger.part("AirCoolingSystem.Problem", "false", evse=1, **well))

    play(app, station, story)

    assert standing() == [(1, "fan_failed", "")]


def test_as_many_events_as_a_message_holds_are_all_read(app: Flask, station: Station) -> None:
    async def story(charger: Charger2) -> None:
        fill = [charger.part("RCD.Tripped", "false", evse=1) for _ in range(220)]
        await charger.event(*fill, charger.part("AirCoolingSystem.Problem", evse=1))

    play(app, station, story)

    assert standing() == [(1, "fan_failed", "")]


def test_what_is_cut_is_said(app: Flask, station: Station) -> None:
    async def story(charger: Charger2) -> None:
        small = {"component": {"name": "A"}, "variable": {"name": "B"}}
        await charger.event(*[small for _ in range(301)])

    play(app, station, story)

    found = db.session.scalars(select(Frame.findings).where(Frame.action == "NotifyEvent")).all()
    assert "eventData: more than are read" in str(found)


def test_plugs_without_end_are_not_remembered(app: Flask, station: Station) -> None:
    async def story(charger: Charger2) -> None:
        for plug in range(1, 21):
            await charger.status(1, "Available", plug=plug)
        await charger.status(1, "Faulted", plug=99)

    play(app, station, story)

    plugs = db.session.scalars(select(Connector.plugs).where(Connector.number == 1)).one()
    assert len(plugs or {}) == 16
    assert outlet() == "Faulted"


def test_a_charge_whose_end_comes_first_did_not_begin_after_it(
    app: Flask, station: Station
) -> None:
    async def story(charger: Charger2) -> None:
        await charger.transaction("Ended", 1)
        await charger.transaction("Started", 0)

    play(app, station, story)

    charge = db.session.scalars(select(ChargingSession)).one()
    assert charge.started_at == charge.stopped_at


def test_a_question_about_an_outlet_is_about_the_plug_that_it_is_faulted_for(
    app: Flask, station: Station, operator: Person
) -> None:
    key, station_id = ready(station), station.id
    asked = {"message": "StatusNotification", "connector": 1}

    async def story() -> dict[str, Any]:
        async with a_link(app) as url, Charger2(url, "CP1", key) as charger:
            charger.answers["TriggerMessage"] = {"status": "Accepted"}
            await charger.boot()
            await charger.status(1, "Available", plug=1)
            await charger.status(1, "Faulted", plug=2)
            await in_database(app, lambda: ask(station_id, operator, Kind.TRIGGER_MESSAGE, **asked))
            return await charger.asked("TriggerMessage")

    assert asyncio.run(story())["evse"] == {"id": 1, "connectorId": 2}
