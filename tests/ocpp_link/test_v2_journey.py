"""Chargers of OCPP 2.0.1 and 2.1 over real sockets: their faults open tickets."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from service.core.db import db
from service.monitoring.link_models import Connection
from service.monitoring.models import Alarm
from service.people.models import Person
from service.remote import outcomes
from service.remote.actions import ActionState, Effect, Kind
from service.remote.models import RemoteAction
from service.sessions.models import ChargingSession, MeterReading
from service.stations.models import Connector, Station
from service.stations.words import Authorization
from service.tickets.models import Ticket
from tests.charger import CallError
from tests.charger2 import Charger2
from tests.ocpp_link.conftest import Linking, Memory, url
from tests.ocpp_link.test_journey import a_link, ask, in_database, ready, restart, until

Tell = Callable[[Charger2], Awaitable[Any]]


def play(
    app: Flask,
    station: Station,
    *told: Tell,
    version: str = "ocpp2.0.1",
    boots: bool = True,
) -> None:
    """The charger connects, boots and tells."""
    key = ready(station)

    async def story() -> None:
        async with AsyncExitStack() as stack:
            url = await stack.enter_async_context(a_link(app))
            charger = await stack.enter_async_context(Charger2(url, "CP1", key, version=version))
            if boots:
                await charger.boot()
            for tell in told:
                await tell(charger)

    asyncio.run(story())
    db.session.expire_all()


def keys() -> list[tuple[int, str, str]]:
    """What tickets there are: outlet, fault, raw code."""
    query = select(Ticket.connector, Ticket.fault, Ticket.detail).order_by(Ticket.id)
    return [tuple(row) for row in db.session.execute(query)]  # type: ignore[misc]


def standing() -> list[tuple[int, str, str]]:
    """The alarms that are not over."""
    query = select(Alarm.connector, Alarm.fault, Alarm.detail).where(Alarm.cleared_at.is_(None))
    return [tuple(row) for row in db.session.execute(query.order_by(Alarm.id))]  # type: ignore[misc]


@pytest.mark.parametrize("version", ["ocpp2.0.1", "ocpp2.1"])
def test_a_fan_problem_opens_one_ticket_however_often_it_is_told(
    app: Flask, station: Station, version: str
) -> None:
    async def fan(charger: Charger2) -> None:
        await charger.event(charger.part("AirCoolingSystem.Problem", techCode="F12"))

    play(app, station, fan, fan, version=version)

    assert keys() == [(0, "fan_failed", "")]
    ticket = db.session.scalars(select(Ticket)).one()
    assert ticket.severity == "S3"
    said = [entry for entry in ticket.timeline if entry.kind == "charger"]
    assert '"techCode": "F12"' in f"{said[0].text}{said[0].facts}"
    assert db.session.scalars(select(Alarm.times)).one() == 2
    assert db.session.scalars(select(Connection.subprotocol)).one() == version
    assert db.session.scalars(select(Station.firmware_version)).one() == "2.4"


def test_a_fan_that_turns_again_is_quiet(app: Flask, station: Station) -> None:
    async def story(charger: Charger2) -> None:
        await charger.event(charger.part("AirCoolingSystem.Problem"))
        await charger.event(charger.part("AirCoolingSystem.Problem", "false", cleared=True))

    play(app, station, story)

    assert keys() == [(0, "fan_failed", "")]
    assert standing() == []
    ticket = db.session.scalars(select(Ticket)).one()
    assert ticket.recovered_at is not None


@pytest.mark.parametrize("over", [{"value": "false"}, {"value": "true", "cleared": True}])
def test_one_of_two_fans_that_turns_again_leaves_the_other_standing(
    app: Flask, station: Station, over: dict[str, Any]
) -> None:
    def fan(charger: Charger2, which: str, **more: Any) -> dict[str, Any]:
        event = charger.part("AirCoolingSystem.Problem", **more)
        event["component"]["instance"] = which
        return event

    async def story(charger: Charger2) -> None:
        await charger.event(fan(charger, "left"), fan(charger, "right"))
        await charger.event(fan(charger, "left", **over))

    async def last(charger: Charger2) -> None:
        await charger.event(fan(charger, "right", **over))

    play(app, station, story)
    assert standing() == [(0, "fan_failed", "")]
    play(app, station, last)
    assert standing() == []
    assert keys() == [(0, "fan_failed", "")]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
@pytest.mark.parametrize("at_once", [True, False])
def test_a_problem_that_is_passed_on_up_the_tree_is_one_ticket(
    app: Flask, station: Station, order: tuple[int, ...], at_once: bool
) -> None:
    async def story(charger: Charger2) -> None:
        events = [
            charger.part("LiquidCoolingSystem.Problem", evse=1),
            charger.part("EVSE.Problem", evse=1, cause=1),
            charger.part("ChargingStation.Problem", cause=1),
        ]
        told = [events[number] for number in order]
        for event in [told] if at_once else [[one] for one in told]:
            await charger.event(*event)

    play(app, station, story)

    assert standing() == [(1, "cooling_failure", "")]
    open_now = [one for one in db.session.scalars(select(Ticket)) if not one.recovered_at]
    assert [one.fault for one in open_now] == ["cooling_failure"]


def test_the_same_code_passed_on_is_the_same_fault(app: Flask, station: Station) -> None:
    async def story(charger: Charger2) -> None:
        await charger.event(charger.part("CPPWMController.Problem", evse=1, techCode="P7"))
        await charger.event(charger.part("EVSE.Problem", evse=1, techCode="P7"))
        await charger.event(charger.part("EVSE.Problem", evse=1, techCode="P8"))

    play(app, station, story)

    assert keys() == [(1, "other", "P7"), (1, "other", "P8")]


@pytest.mark.parametrize("status_first", [True, False])
def test_a_faulted_outlet_and_what_it_says_of_itself_are_one_ticket(
    app: Flask, station: Station, status_first: bool
) -> None:
    async def story(charger: Charger2) -> None:
        tells: list[Callable[[], Awaitable[Any]]] = [
            lambda: charger.status(1, "Faulted"),
            lambda: charger.event(charger.part("ConnectorPlugRetentionLock.Problem", evse=1)),
        ]
        for tell in tells if status_first else reversed(tells):
            await tell()

    play(app, station, story)

    assert standing() == [(1, "connector_lock_failure", "")]
    outlet = db.session.scalars(select(Connector).where(Connector.number == 1)).one()
    assert outlet.status == "Faulted"


def test_an_available_outlet_ends_what_had_stopped_it_and_leaves_what_wears_on(
    app: Flask, station: Station
) -> None:
    async def story(charger: Charger2) -> None:
        await charger.event(charger.part("AirCoolingSystem.Problem", evse=1))
        await charger.event(charger.part("ConnectorPlugRetentionLock.Problem", evse=1))
        await charger.status(1, "Available")
        await charger.event(charger.part("Controller.Problem", evse=1))

    async def healed(charger: Charger2) -> None:
        await charger.status(1, "Faulted")
        await charger.status(1, "Available")

    play(app, station, story)
    assert standing() == [
        (1, "fan_failed", ""),
        (1, "connector_lock_failure", ""),
        (1, "internal_error", ""),
    ]
    play(app, station, healed)
    assert standing() == [(1, "fan_failed", "")]


def test_an_outlet_that_stays_faulted_when_its_fault_is_over_is_not_forgotten(
    app: Flask, station: Station
) -> None:
    async def story(charger: Charger2) -> None:
        await charger.status(1, "Faulted")
        await charger.event(charger.part("Controller.Problem"))
        await charger.event(charger.part("Controller.Problem", "false"))

    play(app, station, story)

    assert standing() == [(1, "unspecified", "")]


@pytest.mark.parametrize(
    ("part", "value", "fault"),
    [
        ("RCD.Tripped", "true", (1, "ground_failure", "")),
        ("RCD.Operated", "true", (1, "rcd_operated", "")),
        ("AirCoolingSystem.FanSpeed", "310", (1, "fan_failed", "")),
        ("AirFilter.DifferentialPressure", "412.5", (1, "filter_blocked", "")),
        ("PowerModule.Temperature", "91", (1, "high_temperature", "")),
        ("FloodSensor.Tripped", "true", (1, "flood", "")),
        ("ShockSensor.Active", "true", (1, "collision", "")),
        ("TiltSensor.Angle", "14", (1, "tilted", "")),
        ("CableBreakawaySensor.Tripped", "true", (1, "cable_breakaway", "")),
        ("CaseAccessSensor.Tripped", "true", (1, "tamper", "")),
        ("RealTimeClock.Fallback", "true", (1, "clock_battery", "")),
        ("Payment.Problem", "true", (1, "other", "Payment.Problem")),
        ("EVSE.Power", "99", (1, "warning", "EVSE.Power")),
    ],
)
def test_each_part_has_its_fault(
    app: Flask, station: Station, part: str, value: str, fault: tuple[int, str, str]
) -> None:
    async def story(charger: Charger2) -> None:
        await charger.event(charger.part(part, value, evse=1))

    play(app, station, story)

    assert standing() == [fault]


def test_a_value_that_is_only_told_is_no_fault(app: Flask, station: Station) -> None:
    async def story(charger: Charger2) -> None:
        await charger.event(charger.part("AirCoolingSystem.FanSpeed", "2100", trigger="Periodic"))
        await charger.event(charger.part("AirCoolingSystem.Active", "true", trigger="Delta"))
        await charger.event(charger.part("EVSE.Problem", "true", evse=1, severity=8))

    play(app, station, story, version="ocpp2.1")

    assert standing() == []


def test_an_availability_that_is_told_as_an_event_is_a_status(app: Flask, station: Station) -> None:
    async def story(charger: Charger2) -> None:
        state = charger.part("Connector.AvailabilityState", "Faulted", evse=2, trigger="Delta")
        await charger.event(state)

    play(app, station, story, version="ocpp2.1")

    assert standing() == [(2, "unspecified", "")]


def test_the_plugs_of_one_evse_are_one_outlet(app: Flask, station: Station) -> None:
    async def story(charger: Charger2) -> None:
        await charger.status(1, "Occupied", plug=1)
        await charger.status(1, "Unavailable", plug=2)

    async def broken(charger: Charger2) -> None:
        await charger.status(1, "Available", plug=1)
        await charger.status(1, "Faulted", plug=2)
        await charger.status(1, "Available", plug=1)

    def said() -> list[tuple[int, str | None]]:
        numbered = select(Connector.number, Connector.status).where(Connector.number > 0)
        return [tuple(row) for row in db.session.execute(numbered.order_by(Connector.number))]  # type: ignore[misc]

    play(app, station, story)
    assert said()[0] == (1, "Occupied")
    play(app, station, broken)
    assert said()[0] == (1, "Faulted")


def test_a_reset_heals_and_is_proven(app: Flask, station: Station, operator: Person) -> None:
    async def breaks(charger: Charger2) -> None:
        await charger.event(charger.part("Controller.Problem", evse=1))
        await charger.status(1, "Faulted")

    asked, _, _ = restart(
        app,
        station,
        operator,
        Charger2,
        breaks=breaks,
        heals=lambda charger: charger.status(1, "Available"),
    )

    assert asked == {"type": "OnIdle"}


def test_an_outlet_is_taken_out_of_use_and_a_charge_is_stopped_by_its_own_name(
    app: Flask, station: Station, operator: Person
) -> None:
    key, station_id = ready(station), station.id

    def ours() -> int:
        return db.session.scalars(select(ChargingSession.transaction_id)).one()

    async def story() -> None:
        async with a_link(app) as url, Charger2(url, "CP1", key) as charger:
            charger.answers["RequestStopTransaction"] = {"status": "Accepted"}
            charger.answers["ChangeAvailability"] = {"status": "Accepted"}
            await charger.boot()
            await charger.transaction("Started", 0, "their-name", evse={"id": 1})
            number = await in_database(app, ours)
            await in_database(
                app,
                lambda: ask(station_id, operator, Kind.REMOTE_STOP, transaction_id=number),
            )
            stop = await charger.asked("RequestStopTransaction")
            assert stop == {"transactionId": "their-name"}
            await charger.transaction("Ended", 1, "their-name")
            await in_database(
                app,
                lambda: ask(
                    station_id, operator, Kind.CHANGE_AVAILABILITY, connector=1, type="inoperative"
                ),
            )
            out = await charger.asked("ChangeAvailability")
            assert out == {"operationalStatus": "Inoperative", "evse": {"id": 1}}
            await charger.status(1, "Unavailable")
            proven = select(RemoteAction).where(RemoteAction.effect == Effect.PROVEN)
            await until(app, lambda: len(db.session.scalars(proven).all()) == 2)

    asyncio.run(story())


def test_a_setting_that_is_none_of_ocpp_2_is_not_asked_for_and_says_so(
    app: Flask, station: Station, operator: Person
) -> None:
    key, station_id = ready(station), station.id

    async def story() -> None:
        async with a_link(app) as url, Charger2(url, "CP1", key) as charger:
            result = {
                "attributeStatus": "Accepted",
                "attributeValue": "60",
                "component": {"name": "OCPPCommCtrlr"},
                "variable": {"name": "HeartbeatInterval"},
            }
            charger.answers["GetVariables"] = {"getVariableResult": [result]}
            await charger.boot()
            keys = ["HeartbeatInterval"]
            await in_database(
                app, lambda: ask(station_id, operator, Kind.GET_CONFIGURATION, keys=keys)
            )
            refused = select(RemoteAction).where(RemoteAction.state == ActionState.REFUSED)
            await until(app, lambda: db.session.scalars(refused).first())
            keys = ["OCPPCommCtrlr.HeartbeatInterval"]
            await in_database(
                app, lambda: ask(station_id, operator, Kind.GET_CONFIGURATION, keys=keys)
            )
            done = select(RemoteAction).where(RemoteAction.state == ActionState.ANSWERED)
            await until(app, lambda: db.session.scalars(done).first())
            assert charger.times_asked("GetVariables") == 1

    asyncio.run(story())
    first, second = db.session.scalars(select(RemoteAction).order_by(RemoteAction.id))
    assert (first.outcome, first.sent_at) == (outcomes.NOT_A_VARIABLE, None)
    assert second.answer == {
        "configurationKey": [{"key": "OCPPCommCtrlr.HeartbeatInterval", "value": "60"}],
        "unknownKey": [],
    }


def test_each_plug_is_asked_how_it_is_after_a_return_without_a_start(
    app: Flask, station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = ready(station)
    monkeypatch.setattr("ocpp_link.connection.BOOTS_WITHIN_S", 0)
    monkeypatch.setattr("ocpp_link.sender.STATES_EVERY_S", 0.01)

    two = db.session.scalars(select(Connector).where(Connector.number == 2)).one()
    two.plugs = {"1": "Available", "2": "Faulted"}
    db.session.commit()

    async def story() -> list[Any]:
        async with a_link(app) as url, Charger2(url, "CP1", key) as charger:
            charger.answers["TriggerMessage"] = {"status": "Accepted"}
            return [await charger.asked("TriggerMessage") for _ in range(3)]

    assert [one["evse"] for one in asyncio.run(story())] == [
        {"id": 1, "connectorId": 1},
        {"id": 2, "connectorId": 1},
        {"id": 2, "connectorId": 2},
    ]


def test_a_charge_is_kept_once_however_often_and_in_whatever_order_it_is_told(
    app: Flask, station: Station
) -> None:
    station.authorization = Authorization.ACCEPT_ALL
    token: dict[str, Any] = {"idToken": {"idToken": "04A1B2C3", "type": "ISO14443"}}

    def meter(value: float, context: str, at: str = "12:00") -> dict[str, Any]:
        sample = {"value": value, "context": context, "unitOfMeasure": {"unit": "kWh"}}
        return {"meterValue": [{"timestamp": f"2026-03-02T{at}:00Z", "sampledValue": [sample]}]}

    async def story(charger: Charger2) -> None:
        begun = {"evse": {"id": 1, "connectorId": 1}, **meter(10, "Transaction.Begin")}
        for _ in range(2):
            answer = await charger.transaction("Updated", 1, **token)
            assert answer == {"idTokenInfo": {"status": "Accepted"}}
            assert await charger.transaction("Started", 0, offline=True, **begun) == {}
            info = {"transactionId": "T-1", "stoppedReason": "EVDisconnected"}
            end = meter(12.5, "Transaction.End", "12:30")
            assert await charger.transaction("Ended", 2, transactionInfo=info, **end) == {}

    play(app, station, story)

    charge = db.session.scalars(select(ChargingSession)).one()
    assert (charge.said_id, charge.connector, charge.id_tag) == ("T-1", 1, "04A1B2C3")
    assert (charge.meter_start_wh, charge.meter_stop_wh, charge.energy_wh) == (10_000, 12_500, 2500)
    assert (charge.stop_reason, charge.authorized, charge.is_good) == ("EVDisconnected", True, True)
    assert len(db.session.scalars(select(MeterReading)).all()) == 2


async def test_whatever_comes_is_answered_and_the_socket_stays(
    linking: Linking, inbox: Memory, key: str
) -> None:
    async with linking() as link, Charger2(url(link), "CP1", key, version="ocpp2.1") as charger:
        with pytest.raises(CallError) as unknown:
            await charger.call("StartTransaction", {"connectorId": 1})
        assert (unknown.value.code, unknown.value.description) == (
            "NotImplemented",
            "StartTransaction is not of OCPP 2.1",
        )
        assert await charger.call("NotifyEvent", {"eventData": {"component": [[]]}}) == {}
        assert "not one of" in " ".join(
            await _told(charger, inbox, "StatusNotification", connectorStatus="Broken")
        )
        await charger.send("[2,")
        assert (await charger.stray())[1] == "-1"
        assert await charger.heartbeat()


async def _told(charger: Charger2, inbox: Memory, action: str, **payload: Any) -> tuple[str, ...]:
    assert await charger.call(action, payload) == {}
    return inbox.findings


async def test_a_sample_that_nobody_may_answer_is_kept_and_not_answered(
    linking: Linking, inbox: Memory, key: str
) -> None:
    async with linking() as link, Charger2(url(link), "CP1", key, version="ocpp2.1") as charger:
        await charger.send('[6,"a","NotifyPeriodicEventStream",{"id":1}]')
        assert await charger.heartbeat()
        assert charger.strays.empty()
        assert inbox.items[0].action == "NotifyPeriodicEventStream"
