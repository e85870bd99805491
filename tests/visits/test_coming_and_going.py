"""Somebody works at a station: its alarms call nobody, whenever that becomes known."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import select

from service.core.db import db
from service.monitoring import jobs as monitoring_jobs
from service.monitoring.link_models import Contact
from service.monitoring.models import Alarm, MaintenanceWindow, StateInterval
from service.people.models import Person
from service.remote.actions import Kind as ActionKind
from service.remote.models import RemoteAction
from service.stations.models import Connector, Site, Station
from service.tickets import jobs as ticket_jobs
from service.tickets.models import Ticket
from service.tickets.states import Priority
from service.tickets.states import State as TicketState
from service.visits import checking_in, jobs, own_tests, pausing, visiting
from service.visits.lines import WorkOrderLine
from service.visits.models import WorkOrder
from service.visits.service_visits import NotThereError, ServiceVisit, WrongVisitStateError
from service.visits.states import State
from service.visits.visit_states import PauseKind, VisitState
from tests.plans.conftest import MakeStation
from tests.saying import say, status, tickets
from tests.visits.conftest import AT, asked, history, in_words, visit_of

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def at_work(visit: ServiceVisit) -> Station:
    (station,) = visit.stations
    return station


def come(visit: ServiceVisit, at: datetime = AT, now: datetime | None = None) -> None:
    assert visit.technician is not None
    checking_in.check_in(visit, visit.technician, at, now or at)
    db.session.commit()


def go(visit: ServiceVisit, at: datetime, now: datetime | None = None) -> None:
    assert visit.technician is not None
    checking_in.check_out(visit, visit.technician, at, now or at)
    db.session.commit()


def fault(station: Station, at: datetime, error: str = "GroundFailure") -> None:
    """It comes, waits out its debounce, and is over."""
    say(status(station, at, "Faulted", error))
    ticket_jobs.open_ripe_alarms(at + 5 * MINUTE)
    say(status(station, at + 6 * MINUTE))


def alarms() -> list[Alarm]:
    return list(db.session.scalars(select(Alarm).order_by(Alarm.id)))


def silenced() -> list[bool]:
    return [one.silenced_by_id is not None for one in alarms()]


def times(visit: ServiceVisit) -> list[tuple[datetime, datetime]]:
    return [(one.window.since, one.window.until) for one in visit.windows]


def intervals(station: Station) -> list[StateInterval]:
    db.session.expire_all()
    mine = (
        select(StateInterval)
        .join(Connector, Connector.id == StateInterval.connector_id)
        .where(Connector.station_id == station.id, Connector.number == 1)
        .order_by(StateInterval.from_at)
    )
    return list(db.session.scalars(mine))


def named(station: Station) -> list[tuple[Any, ...]]:
    """The ledger by the outage that it names: without gaps or overlaps, alike ones as one."""
    rows = intervals(station)
    for one, following in pairwise(rows):
        assert one.to_at == following.from_at
    assert [one.to_at for one in rows[-1:]] == [None]
    told: list[tuple[Any, ...]] = []
    for one in rows:
        if not told or told[-1][1:] != (one.state, one.window_id):
            told.append((one.from_at, one.state, one.window_id))
    return told


def test_a_check_in_silences_its_stations(visit: ServiceVisit, at_work: Station) -> None:
    come(visit)
    fault(at_work, AT + MINUTE)

    assert (visit.state, visit.checked_in_at) == (VisitState.ON_SITE, AT)
    assert tickets() == []
    assert silenced() == [True]


def test_another_station_of_the_site_still_calls(
    visit: ServiceVisit, make_station: MakeStation
) -> None:
    come(visit)
    fault(make_station("2025-01-01", "Hamnen 7"), AT + MINUTE)

    assert len(tickets()) == 1


def test_a_station_that_comes_on_it_later_is_silent_too(
    visit: ServiceVisit, dispatcher: Person, make_station: MakeStation
) -> None:
    come(visit)
    other = make_station("2025-01-01", "Hamnen 7")
    lines = in_words(visit.order_lines[0].order, other, "Look")
    visiting.add(visit, lines, dispatcher, AT + MINUTE)
    fault(other, AT + 2 * MINUTE)

    assert len(visit.windows) == 2
    assert tickets() == []


def test_a_check_in_starts_the_orders_that_wait(visit: ServiceVisit, technician: Person) -> None:
    order = visit.order_lines[0].order
    order.hold("waits for a lift", technician, AT)
    come(visit)

    assert order.state is State.IN_PROGRESS


def test_a_forgotten_check_out_ends_by_itself(visit: ServiceVisit, at_work: Station) -> None:
    come(visit)
    fault(at_work, AT + checking_in.LONGEST + MINUTE)

    assert times(visit) == [(AT, AT + timedelta(hours=12))]
    assert len(tickets()) == 1


def test_a_forgotten_check_out_is_asked_about_once(visit: ServiceVisit) -> None:
    come(visit)
    for hours in (11, 12, 13):
        jobs.ask_about_forgotten(AT + hours * HOUR)
        db.session.commit()

    assert asked(visit) == [checking_in.FORGOTTEN]
    assert visit.open_reviews[0].asked_at == AT + 12 * HOUR


def test_who_has_checked_out_has_not_forgotten_it(visit: ServiceVisit) -> None:
    come(visit)
    go(visit, AT + HOUR)
    jobs.ask_about_forgotten(AT + 20 * HOUR)

    assert asked(visit) == []


def test_nobody_leaves_who_did_not_come(visit: ServiceVisit, technician: Person) -> None:
    with pytest.raises(NotThereError):
        checking_in.check_out(visit, technician, AT, AT)


def test_nobody_comes_twice(visit: ServiceVisit) -> None:
    come(visit)

    with pytest.raises(WrongVisitStateError):
        come(visit, AT + HOUR)


def test_a_pause_ends_the_outage_and_coming_back_begins_another(
    visit: ServiceVisit, technician: Person, at_work: Station
) -> None:
    come(visit)
    pausing.pause(visit, PauseKind.BREAK, "lunch", technician, AT + HOUR, AT + HOUR)
    fault(at_work, AT + HOUR + MINUTE)
    come(visit, AT + 2 * HOUR)

    assert times(visit) == [(AT, AT + HOUR), (AT + 2 * HOUR, AT + 14 * HOUR)]
    assert len(tickets()) == 1
    assert visit.checked_in_at == AT
    assert history(visit)[-2:] == ["visit_paused", "visit_on_site"]
    told = [(one.kind, one.words, one.since, one.until) for one in visit.pauses]
    assert told == [(PauseKind.BREAK, "lunch", AT + HOUR, AT + 2 * HOUR)]


def test_a_check_out_ends_the_outage_and_asks_how_it_is(
    visit: ServiceVisit, at_work: Station
) -> None:
    come(visit)
    go(visit, AT + HOUR)

    action = db.session.scalars(select(RemoteAction)).one()
    assert (action.kind, action.station_id) == (ActionKind.TRIGGER_MESSAGE, at_work.id)
    assert action.fields == {"message": "StatusNotification"}
    assert times(visit) == [(AT, AT + HOUR)]
    assert visit.checked_out_at == AT + HOUR
    fault(at_work, AT + 2 * HOUR)
    assert len(tickets()) == 1


def test_what_is_not_available_shows(visit: ServiceVisit, at_work: Station) -> None:
    say(status(at_work, AT), status(at_work, AT, "Unavailable", connector=2))
    db.session.expire_all()
    assert checking_in.not_available(visit) == ["Hamnen 1 2: Unavailable"]

    db.session.merge(Contact(station_id=at_work.id, is_offline=True))
    db.session.commit()
    assert checking_in.not_available(visit) == ["Hamnen 1 1: Offline", "Hamnen 1 2: Offline"]


def test_told_late_its_own_alarms_are_marked_and_their_tickets_cancelled(
    visit: ServiceVisit, at_work: Station
) -> None:
    fault(at_work, AT + MINUTE)
    assert [one.state for one in tickets()] == [TicketState.NEW]
    come(visit, AT, AT + 2 * HOUR)
    go(visit, AT + HOUR, AT + 2 * HOUR)

    (ticket,) = tickets()
    assert ticket.state is TicketState.CANCELLED
    assert silenced() == [True]
    assert own_tests.OWN_TEST in ticket.timeline[-1].text
    assert visit.number in ticket.timeline[-1].text
    assert times(visit) == [(AT, AT + HOUR)]


def test_a_ticket_that_somebody_took_stays(
    visit: ServiceVisit, at_work: Station, operator: Person
) -> None:
    fault(at_work, AT + MINUTE)
    (ticket,) = tickets()
    ticket.assign(operator, operator, AT + 10 * MINUTE)
    come(visit, AT, AT + 2 * HOUR)

    (ticket,) = tickets()
    assert ticket.state is TicketState.NEW
    assert ticket.timeline[-1].kind == own_tests.TOLD


def test_a_ticket_with_an_older_alarm_stays(visit: ServiceVisit, at_work: Station) -> None:
    fault(at_work, AT - HOUR)
    fault(at_work, AT + MINUTE)
    come(visit, AT, AT + 2 * HOUR)
    go(visit, AT + HOUR, AT + 2 * HOUR)

    assert [one.state for one in tickets()] == [TicketState.NEW]
    assert silenced() == [False, True]


def test_a_ticket_by_hand_stays(visit: ServiceVisit, at_work: Station, operator: Person) -> None:
    Ticket.open_by_hand(at_work, "The door is open", Priority.P3, operator, AT + MINUTE)
    come(visit, AT, AT + 2 * HOUR)

    assert [one.state for one in tickets()] == [TicketState.NEW]


def test_a_fault_that_the_work_has_left_behind_stays(visit: ServiceVisit, at_work: Station) -> None:
    say(status(at_work, AT + MINUTE, "Faulted", "GroundFailure"))
    ticket_jobs.open_ripe_alarms(AT + 10 * MINUTE)
    come(visit, AT, AT + 2 * HOUR)
    go(visit, AT + HOUR, AT + 2 * HOUR)
    ticket_jobs.speak_after_outages(AT + 2 * HOUR)

    assert [one.state for one in tickets()][-1] is TicketState.NEW
    assert silenced() == [False]


def test_what_came_after_the_work_was_a_fault_all_the_same(
    visit: ServiceVisit, at_work: Station
) -> None:
    fault(at_work, AT + MINUTE, "GroundFailure")
    fault(at_work, AT + 2 * HOUR, "OverCurrentFailure")
    come(visit, AT, AT + 3 * HOUR)
    go(visit, AT + HOUR, AT + 3 * HOUR)

    own, real = tickets()
    assert (own.state, real.state) == (TicketState.CANCELLED, TicketState.NEW)
    assert real.recovered_at == AT + 2 * HOUR + 6 * MINUTE
    assert silenced() == [True, False]


def test_what_was_silenced_after_the_work_calls_when_that_is_told(
    visit: ServiceVisit, at_work: Station
) -> None:
    come(visit)
    say(status(at_work, AT + 2 * HOUR, "Faulted", "GroundFailure"))
    ticket_jobs.open_ripe_alarms(AT + 3 * HOUR)
    assert tickets() == []
    go(visit, AT + HOUR, AT + 3 * HOUR)
    ticket_jobs.open_ripe_alarms(AT + 3 * HOUR)

    assert [one.state for one in tickets()] == [TicketState.NEW]


def test_tickets_of_several_stations_of_the_visit_are_its_own(
    line: WorkOrderLine,
    dispatcher: Person,
    technician: Person,
    make_station: MakeStation,
    site: Site,
) -> None:
    other = make_station("2025-01-01", "Hamnen 7")
    visit = visit_of([line, *in_words(line.order, other, "Look")], dispatcher, technician)
    for station in visit.stations:
        fault(station, AT + MINUTE)
    shared, _other = tickets()
    for one in alarms():
        one.ticket_id = shared.id
    db.session.commit()
    come(visit, AT, AT + 2 * HOUR)
    go(visit, AT + HOUR, AT + 2 * HOUR)

    assert db.session.get_one(Ticket, shared.id).state is TicketState.CANCELLED


def test_the_ledger_names_a_late_outage_for_its_time(visit: ServiceVisit, at_work: Station) -> None:
    say(status(at_work, AT - HOUR))
    say(status(at_work, AT + 20 * MINUTE, "Charging"))
    say(status(at_work, AT + 90 * MINUTE))
    come(visit, AT, AT + 3 * HOUR)
    go(visit, AT + HOUR, AT + 3 * HOUR)

    (key,) = [one.window_id for one in visit.windows]
    assert named(at_work) == [
        (AT - HOUR, "available", None),
        (AT, "available", key),
        (AT + 20 * MINUTE, "occupied", key),
        (AT + HOUR, "occupied", None),
        (AT + 90 * MINUTE, "available", None),
    ]


def test_the_ledger_of_an_outage_that_began_with_a_state(
    visit: ServiceVisit, at_work: Station
) -> None:
    say(status(at_work, AT))
    say(status(at_work, AT + HOUR, "Charging"))
    come(visit, AT, AT + 3 * HOUR)
    go(visit, AT + HOUR, AT + 3 * HOUR)

    (key,) = [one.window_id for one in visit.windows]
    assert named(at_work) == [(AT, "available", key), (AT + HOUR, "occupied", None)]


def test_the_ledger_of_a_visit_with_a_pause_told_late(
    visit: ServiceVisit, at_work: Station, technician: Person
) -> None:
    now = AT + 5 * HOUR
    say(status(at_work, AT - HOUR))
    come(visit, AT, now)
    pausing.pause(visit, PauseKind.BREAK, "lunch", technician, AT + HOUR, now)
    come(visit, AT + 2 * HOUR, now)
    go(visit, AT + 3 * HOUR, now)
    say(status(at_work, now, "Charging"))

    first, second = (one.window_id for one in visit.windows)
    assert [(when, key) for when, _state, key in named(at_work)] == [
        (AT - HOUR, None),
        (AT, first),
        (AT + HOUR, None),
        (AT + 2 * HOUR, second),
        (AT + 3 * HOUR, None),
        (now, None),
    ]


def test_the_ledger_of_an_outage_that_goes_on(visit: ServiceVisit, at_work: Station) -> None:
    say(status(at_work, AT - HOUR))
    come(visit, AT, AT + HOUR)
    monitoring_jobs.name_outages_in_ledger(AT + HOUR)
    db.session.commit()
    say(status(at_work, AT + 2 * HOUR, "Charging"))

    (key,) = [one.window_id for one in visit.windows]
    assert [(when, name) for when, _state, name in named(at_work)] == [
        (AT - HOUR, None),
        (AT, key),
        (AT + 2 * HOUR, key),
    ]


def test_a_longer_outage_of_the_site_keeps_its_name(
    visit: ServiceVisit, at_work: Station, operator: Person, site: Site
) -> None:
    say(status(at_work, AT - HOUR))
    other = MaintenanceWindow.plan(
        site, AT + 30 * MINUTE, AT + 9 * HOUR, "New cable", operator, AT - HOUR
    )
    db.session.commit()
    come(visit, AT, AT)
    for minutes in (1, 31):
        monitoring_jobs.name_outages_in_ledger(AT + minutes * MINUTE)
        db.session.commit()
    go(visit, AT + HOUR, AT + 2 * HOUR)
    monitoring_jobs.name_outages_in_ledger(AT + 2 * HOUR)
    db.session.commit()

    rows = named(at_work)
    assert rows[0] == (AT - HOUR, "available", None)
    assert rows[-1][2] == other.id
    after = [one for one in intervals(at_work) if one.from_at >= AT + HOUR]
    assert {one.window_id for one in after} == {other.id}


def test_a_late_outage_that_was_over_long_ago(visit: ServiceVisit, at_work: Station) -> None:
    say(status(at_work, AT - HOUR))
    come(visit, AT, AT + 40 * HOUR)

    (key,) = [one.window_id for one in visit.windows]
    assert [(when, name) for when, _state, name in named(at_work)] == [
        (AT - HOUR, None),
        (AT, key),
        (AT + 12 * HOUR, None),
    ]


def test_orders_of_the_visit_that_are_done_stay_so(visit: ServiceVisit, technician: Person) -> None:
    order: WorkOrder = visit.order_lines[0].order
    order.cancel("sold", technician, AT)
    come(visit)

    assert order.state is State.CANCELLED
