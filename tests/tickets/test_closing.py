"""What closes a ticket: proof, not hope."""

from datetime import datetime, timedelta

import pytest

from service.core.db import db
from service.monitoring.faults import Severity
from service.people.models import Person
from service.sessions.models import ChargingSession
from service.stations.models import Station
from service.tickets import jobs
from service.tickets.closing import Facts, WaitsFor, waits_for
from service.tickets.models import CheckNeededError, Ticket, WrongStateError
from service.tickets.states import Resolution, State
from tests.conftest import NOON
from tests.saying import say, status, tickets

MINUTE = timedelta(minutes=1)


def waits(at: datetime, **facts: object) -> WaitsFor | None:
    known = {"severity": Severity.S2, "quiet_s": 600, "recovered_at": NOON, **facts}
    found = waits_for(Facts(**known), at)  # type: ignore[arg-type]
    return found.what if found else None


def test_danger_waits_for_a_person_however_long_it_is_quiet() -> None:
    assert waits(NOON + timedelta(days=9), severity=Severity.S1) is WaitsFor.CHECK


def test_what_is_still_there_waits_for_recovery() -> None:
    assert waits(NOON + 99 * MINUTE, recovered_at=None) is WaitsFor.RECOVERY


def test_what_a_person_has_is_not_closed_over_their_head() -> None:
    assert waits(NOON + timedelta(days=9), is_taken=True) is WaitsFor.PERSON


@pytest.mark.parametrize(("minutes", "expected"), [(9, WaitsFor.QUIET), (10, WaitsFor.SESSION)])
def test_out_of_order_needs_ten_quiet_minutes_and_a_charge(
    minutes: int, expected: WaitsFor
) -> None:
    assert waits(NOON + minutes * MINUTE, can_prove=True) is expected


def test_ten_quiet_minutes_and_a_good_charge_are_proof() -> None:
    assert waits(NOON + 10 * MINUTE, can_prove=True, proven_at=NOON + 5 * MINUTE) is None


@pytest.mark.parametrize(("minutes", "expected"), [(59, WaitsFor.QUIET), (60, None)])
def test_where_no_charge_can_prove_it_an_hour_of_quiet_does(
    minutes: int, expected: WaitsFor | None
) -> None:
    assert waits(NOON + minutes * MINUTE) is expected


@pytest.mark.parametrize(("minutes", "expected"), [(29, WaitsFor.QUIET), (30, None)])
def test_degraded_needs_thirty_quiet_minutes(minutes: int, expected: WaitsFor | None) -> None:
    facts = {"severity": Severity.S3, "quiet_s": 1800, "can_prove": True}
    assert waits(NOON + minutes * MINUTE, **facts) is expected


def test_information_ends_with_its_cause() -> None:
    assert waits(NOON, severity=Severity.S4, quiet_s=0) is None


def fault(station: Station, error: str = "InternalError") -> Ticket:
    """A ticket whose charger was well again five minutes after noon."""
    say(status(station, NOON, "Faulted", error))
    jobs.open_ripe_alarms(NOON + MINUTE)
    say(status(station, NOON + 5 * MINUTE))
    [ticket] = tickets()
    return ticket


def charge(station: Station, started: datetime, energy_wh: int) -> None:
    session = ChargingSession(
        station_id=station.id,
        transaction_id=int(started.timestamp()),
        connector=1,
        id_tag="T",
        started_at=started,
        started_said=started.isoformat(),
        meter_start_wh=0,
        stopped_at=started + MINUTE,
        meter_stop_wh=energy_wh,
    )
    db.session.add(session)
    db.session.commit()


def test_a_recovered_ticket_is_resolved_by_an_hour_of_quiet(station: Station) -> None:
    fault(station)
    jobs.resolve_what_is_proven(NOON + 64 * MINUTE)
    assert tickets()[0].is_open

    jobs.resolve_what_is_proven(NOON + 65 * MINUTE)
    [ticket] = tickets()
    assert (ticket.state, ticket.resolution) == (State.RESOLVED, Resolution.SELF_CLEARED)


def test_where_cars_charge_only_a_charge_proves_it(station: Station) -> None:
    charge(station, NOON - timedelta(days=1), 5000)
    fault(station)
    charge(station, NOON + 6 * MINUTE, 0)
    jobs.resolve_what_is_proven(NOON + timedelta(hours=9))
    assert tickets()[0].is_open

    charge(station, NOON + timedelta(hours=9), 900)
    jobs.resolve_what_is_proven(NOON + timedelta(hours=10))
    [ticket] = tickets()
    assert ticket.state is State.RESOLVED
    assert ticket.timeline[-1].facts["proof"]["proven_at"]


def test_a_ticket_that_is_taken_says_recovered_and_waits(
    station: Station, operator: Person
) -> None:
    fault(station).assign(operator, operator, NOON)
    db.session.commit()
    jobs.resolve_what_is_proven(NOON + timedelta(days=1))

    [ticket] = tickets()
    assert ticket.is_open
    assert ticket.recovered_at == NOON + 5 * MINUTE


def test_a_resolved_ticket_closes_after_a_day(station: Station) -> None:
    fault(station)
    jobs.resolve_what_is_proven(NOON + 65 * MINUTE)
    jobs.close_resolved(NOON + timedelta(hours=25))
    assert tickets()[0].state is State.RESOLVED

    jobs.close_resolved(NOON + timedelta(hours=26))
    assert tickets()[0].state is State.CLOSED


def test_danger_is_resolved_by_a_named_person_after_the_check(
    station: Station, operator: Person
) -> None:
    ticket = fault(station, "GroundFailure")
    with pytest.raises(CheckNeededError, match="rcd_test"):
        ticket.resolve(Resolution.ON_SITE, "Bytt kabel", operator, NOON)

    ticket.resolve(Resolution.ON_SITE, "Bytt kabel", operator, NOON, check="24 ms vid 30 mA")
    assert ticket.resolved_by is operator or ticket.resolved_by_id == operator.id


def test_danger_is_not_resolved_by_a_service(station: Station, operator: Person) -> None:
    ticket = fault(station, "GroundFailure")
    operator.is_service = True
    with pytest.raises(CheckNeededError):
        ticket.resolve(Resolution.ON_SITE, "Bytt", operator, NOON, check="24 ms")


def test_a_closed_ticket_cannot_be_resolved(station: Station, operator: Person) -> None:
    ticket = fault(station)
    ticket.cancel("Fel station", operator, NOON)
    with pytest.raises(WrongStateError):
        ticket.resolve(Resolution.REMOTE, "Klart", operator, NOON)
