"""What cannot wait for its date: events, and use."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from service.core.db import db
from service.monitoring import catalogue
from service.monitoring.models import Alarm, AlarmState
from service.plans import deeds, jobs, triggers
from service.plans.words import Event, OccurrenceState
from service.sessions.models import ChargingSession
from service.stations.models import Station
from tests.plans.conftest import MakePlan, MakeStation, dates, day, give, noon, occurrence

NOW = noon("2026-03-02")
LIGHTNING = {"events": ["lightning", "rcd_tripped"], "event_within_days": 2}


def trip(station: Station, *ago: int, fault: str = "ground_failure") -> None:
    for days in ago:
        at = NOW - timedelta(days)
        facts = {"station_id": station.id, "connector": days, "fault": fault}
        when = {"raised_at": at, "due_at": at, "last_at": at, "cleared_at": at}
        db.session.add(Alarm(**facts, **when, state=AlarmState.CLEARED))
    db.session.flush()


def charge(station: Station, number: int, kwh: int, at: datetime) -> None:
    facts = {"station_id": station.id, "transaction_id": number, "connector": 1, "id_tag": "A"}
    meter = {"meter_start_wh": 0, "meter_stop_wh": kwh * 1000, "stop_reason": "Local"}
    when = {"started_at": at, "stopped_at": at + timedelta(hours=5), "started_said": str(number)}
    db.session.add(ChargingSession(**facts, **meter, **when))
    db.session.flush()


def test_lightning_makes_the_next_date_due_in_two_days(
    make_plan: MakePlan, make_station: MakeStation
) -> None:
    station = make_station("2025-06-10")
    give(make_plan(LIGHTNING, {"title_en": "Filter"}), station, "2026-03-02")

    moved = triggers.happened(station, Event.LIGHTNING, "Hit the mast", "test", NOW)

    one = occurrence(station, "2026-06-10")
    assert moved == [one]
    assert (one.state, one.latest_on) == (OccurrenceState.DUE, day("2026-03-04"))
    assert one.reason == "lightning: Hit the mast"
    assert dates(station, "filter") == [("2026-06-10", "forecast")]
    assert triggers.happened(station, Event.FLOOD, "Water", "test", NOW) == []


def test_an_rcd_that_tripped_three_times_in_thirty_days_is_tested_now(
    make_plan: MakePlan, make_station: MakeStation
) -> None:
    station, calm = make_station("2025-06-10"), make_station("2025-06-10", "Hamnen 2")
    plan = make_plan(LIGHTNING)
    give(plan, station, "2026-03-02")
    give(plan, calm, "2026-03-02")
    trip(station, 1, 20, 40)
    trip(calm, 1, 2)
    trip(calm, 3, fault="reader_failure")
    jobs.bring_forward(NOW)
    assert occurrence(station, "2026-06-10").state is OccurrenceState.FORECAST

    trip(station, 2)
    jobs.bring_forward(NOW)
    one = occurrence(station, "2026-06-10")
    assert (one.latest_on, one.reason) == (day("2026-03-04"), "rcd_tripped: 3 × / 30 d")
    assert occurrence(calm, "2026-06-10").reason is None


def test_what_was_answered_by_the_work_brings_nothing_forward_again(
    make_plan: MakePlan, make_station: MakeStation
) -> None:
    station = make_station("2025-06-10")
    give(make_plan(LIGHTNING), station, "2026-03-02")
    trip(station, 1, 2, 3)
    jobs.bring_forward(NOW)
    deeds.complete(occurrence(station, "2026-06-10"), day("2026-03-02"), "test", NOW)
    jobs.bring_forward(NOW + timedelta(1))

    assert dates(station) == [("2026-06-10", "done"), ("2027-06-10", "forecast")]
    assert occurrence(station, "2027-06-10").latest_on == day("2027-07-10")


def test_asking_again_every_ten_minutes_puts_nothing_off(
    make_plan: MakePlan, make_station: MakeStation
) -> None:
    station = make_station("2025-06-10")
    give(make_plan(LIGHTNING), station, "2026-03-02")
    trip(station, 1, 2, 3)
    for hours in range(0, 48, 12):
        jobs.bring_forward(NOW + timedelta(hours=hours))

    assert occurrence(station, "2026-06-10").latest_on == day("2026-03-04")


def test_whichever_comes_first_the_calendar_or_the_energy(
    make_plan: MakePlan, make_station: MakeStation
) -> None:
    station, idle = make_station("2025-06-10"), make_station("2025-06-10", "Hamnen 2")
    plan = make_plan({"kwh": 100, "event_within_days": 14}, {"title_en": "Plug", "plug_cycles": 2})
    give(plan, station, "2026-03-02")
    give(plan, idle, "2026-03-02")
    charge(station, 1, 60, NOW - timedelta(20))
    jobs.bring_forward(NOW)
    assert occurrence(station, "2026-06-10").reason is None

    charge(station, 2, 45, NOW - timedelta(3))
    jobs.bring_forward(NOW)
    one = occurrence(station, "2026-06-10")
    assert (one.latest_on, one.reason) == (day("2026-03-16"), "use: 105 / 100 kWh")
    assert occurrence(station, "2026-06-10", "plug").reason == "use: 2 / 2 ×"
    assert occurrence(idle, "2026-06-10").reason is None


def test_sessions_plugging_and_hours_count_as_well_as_energy(
    make_plan: MakePlan, make_station: MakeStation
) -> None:
    station = make_station("2025-06-10")
    both = {"title_en": "Both", "sessions": 50, "plug_cycles": 2}
    plan = make_plan({"hours": 10}, {"title_en": "Sessions", "sessions": 2}, both)
    give(plan, station, "2026-03-02")
    charge(station, 1, 6, NOW - timedelta(20))
    jobs.bring_forward(NOW)
    told = [occurrence(station, "2026-06-10", key) for key in ("visual-inspection", "sessions")]
    assert [one.reason for one in told] == [None, None]

    charge(station, 2, 4, NOW - timedelta(3))
    jobs.bring_forward(NOW)
    assert [one.reason for one in told] == ["use: 10 / 10 h", "use: 2 / 2 ×"]
    assert occurrence(station, "2026-06-10", "both").reason == "use: 2 / 2 ×"


@pytest.mark.parametrize(
    ("fault", "event"),
    [(fault, event) for event, faults in triggers.SAID.items() for fault in faults],
)
def test_each_thing_that_a_charger_says_brings_its_work_forward(
    fault: str, event: Event, make_plan: MakePlan, make_station: MakeStation
) -> None:
    times = 1 if event in triggers.AT_ONCE else 3
    station = make_station("2025-06-10")
    give(make_plan({"events": [event.value]}), station, "2026-03-02")
    trip(station, *range(1, times), fault=fault)
    jobs.bring_forward(NOW)
    assert occurrence(station, "2026-06-10").reason is None

    trip(station, times, fault=fault)
    jobs.bring_forward(NOW)
    assert occurrence(station, "2026-06-10").reason == f"{event.value}: {times} × / 30 d"


def test_every_fault_that_a_trigger_listens_for_is_in_the_catalogue() -> None:
    listened = {fault for faults in triggers.SAID.values() for fault in faults}
    assert listened <= {row["code"] for row in catalogue.whole()}
    events = set(Event) - {Event.LIGHTNING}
    assert set(triggers.SAID) == events


def test_use_is_counted_since_the_work_was_done(
    make_plan: MakePlan, make_station: MakeStation
) -> None:
    station = make_station("2024-06-10")
    give(make_plan({"kwh": 100}), station, "2025-06-01")
    charge(station, 1, 150, noon("2025-05-01"))
    deeds.complete(occurrence(station, "2025-06-10"), day("2025-06-10"), "test", noon("2025-06-10"))
    charge(station, 2, 90, noon("2025-09-01"))
    jobs.bring_forward(NOW)

    assert occurrence(station, "2026-06-10").reason is None
