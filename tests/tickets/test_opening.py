"""From a charger's fault to one ticket."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from service.core.db import db
from service.core.outbox import Mail
from service.core.settings import Setting
from service.monitoring.models import Alarm, AlarmState, MaintenanceWindow
from service.people.models import Person
from service.stations.models import Site, Station
from service.tickets import jobs
from service.tickets.states import Priority, State
from tests.conftest import NOON
from tests.saying import say, status, tickets

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


def test_danger_opens_a_ticket_at_once(station: Station) -> None:
    say(status(station, NOON, "Faulted", "GroundFailure", raw='[2,"7",...]'))

    [ticket] = tickets()
    assert (ticket.fault, ticket.priority, ticket.connector) == ("ground_failure", Priority.P1, 1)
    assert ticket.state is State.NEW
    assert [entry.kind for entry in ticket.timeline] == ["charger", "opened"]
    assert ticket.timeline[0].facts["raw"] == '[2,"7",...]'


def test_another_fault_waits_out_its_debounce(station: Station) -> None:
    say(status(station, NOON, "Faulted", "InternalError"))
    jobs.open_ripe_alarms(NOON + 59 * SECOND)
    assert tickets() == []

    jobs.open_ripe_alarms(NOON + 60 * SECOND)
    assert [ticket.fault for ticket in tickets()] == ["internal_error"]


def test_a_fault_that_goes_within_its_debounce_opens_nothing(station: Station) -> None:
    say(status(station, NOON, "Faulted", "InternalError"))
    say(status(station, NOON + 30 * SECOND))
    jobs.open_ripe_alarms(NOON + HOUR)

    assert tickets() == []
    assert db.session.scalars(select(Alarm.state)).all() == [AlarmState.CLEARED]


def test_danger_that_is_over_in_the_same_breath_is_told_all_the_same(station: Station) -> None:
    say(status(station, NOON, "Faulted", "GroundFailure"), status(station, NOON + SECOND))

    [ticket] = tickets()
    assert ticket.is_open
    assert ticket.recovered_at is not None


def test_a_repeated_fault_opens_no_second_ticket(station: Station) -> None:
    for second in range(5):
        say(status(station, NOON + second * SECOND, "Faulted", "GroundFailure"))

    [ticket] = tickets()
    assert ticket.occurrences == 5


def test_repeats_in_one_group_are_counted(station: Station) -> None:
    fault = [status(station, NOON + n * SECOND, "Faulted", "GroundFailure") for n in range(4)]
    say(*fault)
    say(*fault)

    assert [ticket.occurrences for ticket in tickets()] == [8]


@pytest.mark.parametrize(
    ("error", "fault", "detail"),
    [
        ("Error", "unknown", "Error"),
        ("", "unspecified", ""),
        ("NoError", "unspecified", ""),
        ("OtherError", "other", "E-77"),
    ],
)
def test_a_fault_with_an_odd_code_is_never_lost(
    station: Station, error: str, fault: str, detail: str
) -> None:
    say(status(station, NOON, "Faulted", error, vendor_error_code="E-77"))
    jobs.open_ripe_alarms(NOON + MINUTE)

    assert [(one.fault, one.detail) for one in tickets()] == [(fault, detail)]


def test_other_faults_are_told_apart_by_the_makers_code(station: Station) -> None:
    say(status(station, NOON, "Faulted", "OtherError", vendor_error_code="101"))
    say(status(station, NOON, "Faulted", "OtherError", vendor_error_code="102"))
    jobs.open_ripe_alarms(NOON + MINUTE)

    assert [ticket.detail for ticket in tickets()] == ["101", "102"]


def test_faulted_without_a_code_goes_on_with_the_fault_before(station: Station) -> None:
    say(status(station, NOON, "Faulted", "GroundFailure"))
    say(status(station, NOON + SECOND, "Faulted", "NoError"))
    jobs.open_ripe_alarms(NOON + HOUR)

    assert [(one.fault, one.occurrences) for one in tickets()] == [("ground_failure", 2)]


def test_a_code_without_faulted_is_a_warning_and_no_ticket(station: Station) -> None:
    say(status(station, NOON, "Charging", "HighTemperature"))
    jobs.open_ripe_alarms(NOON + HOUR)

    assert tickets() == []
    alarm = db.session.scalars(select(Alarm)).one()
    assert (alarm.fault, alarm.detail, alarm.state) == ("warning", "HighTemperature", "active")


def test_a_warning_on_three_days_of_thirty_becomes_a_ticket(station: Station) -> None:
    for day in range(3):
        at = NOON + timedelta(days=day)
        say(status(station, at, "Charging", "HighTemperature"))
        jobs.open_ripe_alarms(at + HOUR)
        say(status(station, at + 2 * HOUR))

    assert [ticket.detail for ticket in tickets()] == ["HighTemperature"]


def test_a_warning_that_is_silent_for_a_day_has_recovered(station: Station) -> None:
    for day in range(3):
        at = NOON + timedelta(days=day)
        say(status(station, at, "Charging", "HighTemperature"))
        jobs.open_ripe_alarms(at + HOUR)
        if day < 2:
            say(status(station, at + 2 * HOUR))
    jobs.let_warnings_age(NOON + timedelta(days=2, hours=23))
    assert tickets()[0].recovered_at is None

    jobs.let_warnings_age(NOON + timedelta(days=3, hours=1))
    assert tickets()[0].recovered_at == NOON + timedelta(days=3, hours=1)
    assert not db.session.scalars(select(Alarm).where(Alarm.cleared_at.is_(None))).all()


def test_a_car_that_does_not_answer_is_never_a_ticket(station: Station) -> None:
    say(status(station, NOON, "Faulted", "EVCommunicationError"))
    jobs.open_ripe_alarms(NOON + HOUR)

    assert tickets() == []


def test_the_whole_station_and_a_connector_have_tickets_of_their_own(station: Station) -> None:
    say(status(station, NOON, "Faulted", "GroundFailure", connector=0))
    say(status(station, NOON, "Faulted", "GroundFailure", connector=2))

    assert sorted(ticket.connector for ticket in tickets()) == [0, 2]


def test_a_connector_that_cannot_be_is_told_of_the_whole_station(station: Station) -> None:
    say(status(station, NOON, "Faulted", "GroundFailure", connector=9999))
    say(status(station, NOON, "Faulted", "GroundFailure", connector=-1))

    assert [(one.connector, one.occurrences) for one in tickets()] == [(0, 2)]


def test_the_same_fault_within_a_day_reopens_its_ticket(station: Station) -> None:
    _run_its_course(station, NOON)
    again = NOON + 20 * HOUR
    say(status(station, again, "Faulted", "InternalError"))
    jobs.open_ripe_alarms(again + MINUTE)

    [ticket] = tickets()
    assert ticket.is_open
    assert ticket.reopened == 1
    assert ticket.resolution is None


def test_the_same_fault_after_a_day_is_a_new_ticket_that_knows_the_old(station: Station) -> None:
    _run_its_course(station, NOON)
    again = NOON + 48 * HOUR
    say(status(station, again, "Faulted", "InternalError"))
    jobs.open_ripe_alarms(again + MINUTE)

    old, new = tickets()
    assert new.recurrence_of_id == old.id


def test_a_fault_that_comes_back_while_the_ticket_is_open_belongs_to_it(station: Station) -> None:
    for minute in range(0, 6, 2):
        say(status(station, NOON + minute * MINUTE, "Faulted", "GroundFailure"))
        say(status(station, NOON + (minute + 1) * MINUTE))

    [ticket] = tickets()
    assert ticket.occurrences == 3
    assert [one.kind for one in ticket.timeline].count("recovered") == 3


def test_a_planned_outage_keeps_tickets_silent(station: Station, operator: Person) -> None:
    MaintenanceWindow.plan(station, NOON, NOON + HOUR, "Kabelbyte", operator, NOON)
    say(status(station, NOON + MINUTE, "Faulted", "GroundFailure"))

    assert tickets() == []
    assert db.session.scalars(select(Alarm.silenced_by_id)).one() is not None


def test_a_fault_that_outlives_the_planned_outage_becomes_a_ticket(
    station: Station, site: Site, operator: Person
) -> None:
    MaintenanceWindow.plan(site, NOON, NOON + HOUR, "Nät av", operator, NOON)
    say(status(station, NOON + MINUTE, "Faulted", "GroundFailure"))
    jobs.speak_after_outages(NOON + HOUR)

    assert [ticket.fault for ticket in tickets()] == ["ground_failure"]


def test_the_person_on_duty_is_told_of_danger_and_outage_only(
    station: Station, operator: Person
) -> None:
    Setting.change("duty_email", "jour@example.com, bas@example.com", operator, NOON)
    say(status(station, NOON, "Faulted", "GroundFailure"))
    say(status(station, NOON, "Faulted", "WeakSignal", connector=2))
    jobs.open_ripe_alarms(NOON + HOUR)
    db.session.commit()

    mails = db.session.scalars(select(Mail).order_by(Mail.recipient)).all()
    assert [mail.recipient for mail in mails] == ["bas@example.com", "jour@example.com"]
    assert mails[0].subject == "P1 Jordfel / Ground fault · Hamnen 3, 1"
    assert len(tickets()) == 2


def _run_its_course(station: Station, at: object) -> None:
    say(status(station, NOON, "Faulted", "InternalError"))
    jobs.open_ripe_alarms(NOON + MINUTE)
    say(status(station, NOON + 2 * MINUTE))
    jobs.resolve_what_is_proven(NOON + 2 * HOUR)
    db.session.commit()
    assert [ticket.state for ticket in tickets()] == [State.RESOLVED]
