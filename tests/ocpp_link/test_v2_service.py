"""What a charger of OCPP 2 says of its parts brings its service forward, over a real socket."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask

from service.contracts.words import WorkKind
from service.core.clock import now
from service.core.db import db
from service.plans import jobs, reasons
from service.plans.assignments import assign
from service.plans.models import MaintenancePlan
from service.plans.occurrences import Occurrence
from service.plans.places import local_day
from service.plans.words import Anchor, OccurrenceState
from service.stations.models import Station
from tests.charger2 import Charger2
from tests.ocpp_link.test_v2_journey import keys, play, standing

TASK: dict[str, Any] = {
    "kind": WorkKind.VISUAL_INSPECTION,
    "title_sv": "Filter och fläkt",
    "title_en": "Filter and fan",
    "minutes": 30,
    "months": 12,
    "anchor": Anchor.FIXED,
    "early_days": 30,
    "late_days": 30,
    "event_within_days": 7,
    "event_days": 30,
    "event_times": 3,
}


def planned(station: Station, event: str) -> None:
    """Its next service lies half a year ahead, and looks at this event."""
    at = now()
    assert station.model is not None
    station.commissioned_on = local_day(station, at) - timedelta(180)
    plan = MaintenancePlan.create(station.model, "Service", "test", at)
    plan.add_task("test", at, **TASK, events=[event])
    plan.publish("test", at)
    assign(plan, [station], "test", at)
    jobs.keep_dates(at)
    db.session.commit()


def next_date(station: Station) -> Occurrence:
    jobs.bring_forward(now())
    db.session.commit()
    db.session.expire_all()
    mine = db.session.query(Occurrence).filter_by(station_id=station.id)
    return mine.order_by(Occurrence.nominal_on).first()  # type: ignore[return-value]


def in_a_week(station: Station) -> date:
    return local_day(station, now()) + timedelta(7)


@pytest.mark.parametrize(
    ("event", "part", "value", "reason"),
    [
        ("fan_failed", "AirCoolingSystem.Problem", "true", "fan_failed: 1 × / 30 d"),
        ("fan_failed", "AirCoolingSystem.FanSpeed", "310", "fan_failed: 1 × / 30 d"),
        ("filter_blocked", "AirFilter.Pressure", "410", "filter_blocked: 1 × / 30 d"),
        ("flood", "FloodSensor.Tripped", "true", "flood: 1 × / 30 d"),
        ("collision", "ShockSensor.Active", "true", "collision: 1 × / 30 d"),
    ],
)
def test_a_part_that_has_failed_brings_its_service_forward(
    app: Flask, station: Station, event: str, part: str, value: str, reason: str
) -> None:
    planned(station, event)
    assert next_date(station).state is OccurrenceState.FORECAST

    async def story(charger: Charger2) -> None:
        await charger.event(charger.part(part, value))

    play(app, station, story)

    one = next_date(station)
    assert (one.state, one.latest_on) == (OccurrenceState.DUE, in_a_week(station))
    assert one.reason == reason
    assert len(keys()) == 1


def test_a_fan_that_turns_again_is_still_looked_at(app: Flask, station: Station) -> None:
    """It has failed once: the alarm is over and its ticket may close, but the work is due."""
    planned(station, "fan_failed")

    async def story(charger: Charger2) -> None:
        await charger.event(charger.part("AirCoolingSystem.Problem"))
        await charger.event(charger.part("AirCoolingSystem.Problem", "false", cleared=True))

    play(app, station, story)

    assert standing() == []
    one = next_date(station)
    assert (one.state, one.latest_on) == (OccurrenceState.DUE, in_a_week(station))


@pytest.mark.parametrize("part", ["RCD.Tripped", "RCD.Operated"])
def test_a_breaker_that_tripped_three_times_is_tested(
    app: Flask, station: Station, part: str
) -> None:
    planned(station, "rcd_tripped")

    async def trip(charger: Charger2) -> None:
        await charger.event(charger.part(part, evse=1))
        await charger.event(charger.part(part, "false", evse=1))

    play(app, station, trip, trip)
    assert next_date(station).state is OccurrenceState.FORECAST
    play(app, station, trip)
    one = next_date(station)
    assert (one.state, one.reason) == (OccurrenceState.DUE, "rcd_tripped: 3 × / 30 d")


def test_over_temperature_counts_whatever_part_is_too_hot(app: Flask, station: Station) -> None:
    planned(station, "over_temperature")

    async def hot(charger: Charger2) -> None:
        for _ in range(3):
            await charger.event(charger.part("PowerModule.Temperature", "91", evse=1))
            await charger.event(charger.part("PowerModule.Temperature", "60", evse=1, cleared=True))

    play(app, station, hot)

    assert next_date(station).reason == "over_temperature: 3 × / 30 d"
    with app.test_request_context():
        assert reasons.given(str(next_date(station).reason)) == "Too hot: 3 × / 30 d."
