"""The ledger has no gap and no overlap, whatever the charger says and whenever."""

from datetime import timedelta
from itertools import pairwise
from uuid import uuid4

from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from service.core.db import db
from service.monitoring import jobs, silence
from service.monitoring.models import MaintenanceWindow, StateInterval
from service.people.models import Person
from service.stations.models import Connector, Station
from tests.conftest import NOON
from tests.saying import say, status

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
SAID = st.sampled_from(["Available", "Charging", "Faulted", "Unavailable", "Unknown", "Preparing"])
STEPS = st.lists(
    st.tuples(SAID, st.integers(1, 2), st.integers(0, 3), st.booleans()), min_size=1, max_size=12
)


def intervals(station: Station, connector: int = 1) -> list[StateInterval]:
    mine = (
        select(StateInterval)
        .join(Connector, Connector.id == StateInterval.connector_id)
        .where(Connector.station_id == station.id, Connector.number == connector)
    )
    return list(db.session.scalars(mine.order_by(StateInterval.from_at)))


def assert_whole(rows: list[StateInterval]) -> None:
    for one, following in pairwise(rows):
        assert one.to_at == following.from_at
        assert (one.state, one.window_id) != (following.state, following.window_id)
    assert [row.to_at for row in rows[-1:]] in ([], [None])


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(STEPS)
def test_no_gap_whatever_is_said(app: Flask, steps: list[tuple[str, int, int, bool]]) -> None:
    station = Station.create("Ny", uuid4().hex, "test", NOON)
    at, group = NOON, []
    for said, connector, seconds, ends_group in steps:
        at += seconds * SECOND
        group.append(status(station, at, said, connector=connector))
        if ends_group:
            say(*group)
            group = []
    if group:
        say(*group)

    assert_whole(intervals(station, 1))
    assert_whole(intervals(station, 2))


def test_offline_begins_when_it_was_last_heard(station: Station) -> None:
    say(status(station, NOON))
    silence.call_offline({station.id: NOON + MINUTE}, NOON + 6 * MINUTE)
    silence.call_back({station.id}, NOON + 9 * MINUTE)
    db.session.commit()

    rows = intervals(station)
    assert_whole(rows)
    assert [(row.state, row.from_at) for row in rows] == [
        ("available", NOON),
        ("offline", NOON + MINUTE),
        ("available", NOON + 9 * MINUTE),
    ]


def test_a_planned_outage_is_named_beside_the_state(station: Station, operator: Person) -> None:
    window = MaintenanceWindow.plan(
        station, NOON + MINUTE, NOON + 9 * MINUTE, "Kabelbyte", operator, NOON
    )
    say(status(station, NOON))
    for minute in (1, 2, 9):
        jobs.name_outages_in_ledger(NOON + minute * MINUTE)
        db.session.commit()

    rows = intervals(station)
    assert_whole(rows)
    assert [(row.state, row.window_id) for row in rows] == [
        ("available", None),
        ("available", window.id),
        ("available", None),
    ]
