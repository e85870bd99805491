"""The clock and somebody else at the same row: the clock sees what the other has done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Thread
from time import monotonic, sleep

from flask import Flask
from sqlalchemy import Engine, text

from service.core.db import db, unit_of_work
from service.monitoring.models import MaintenanceWindow
from service.people.models import Person
from service.stations.models import Station
from service.tickets import jobs
from service.tickets.models import Ticket
from service.tickets.states import Priority, Resolution, State
from tests.conftest import NOON
from tests.saying import say, status, tickets

HOUR = timedelta(hours=1)
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"


def while_another(
    app: Flask, owner: Engine, does: str, job: Callable[[datetime], None], at: datetime
) -> None:
    """The job comes while somebody's transaction is not over yet, and has to wait for it."""

    def work() -> None:
        with app.app_context(), unit_of_work():
            job(at)

    clock, patience = Thread(target=work), monotonic() + 10
    with owner.connect() as other, owner.connect() as looking:
        other.execute(text(does))
        clock.start()
        while not looking.scalar(text(WAITING)) and monotonic() < patience:
            looking.rollback()
            sleep(0.005)
        other.commit()
    clock.join()
    db.session.rollback()


def test_a_ticket_that_a_person_reopens_is_not_closed_over_their_head(
    app: Flask, owner: Engine, station: Station, operator: Person
) -> None:
    ticket = Ticket.open_by_hand(station, "Broken", Priority.P3, operator, NOON)
    ticket.resolve(Resolution.ON_SITE, "Swapped", operator, NOON)
    db.session.commit()

    reopening = "UPDATE ticket SET state = 'triaged', resolution = NULL, resolved_at = NULL"
    while_another(app, owner, reopening, jobs.close_resolved, NOON + 48 * HOUR)

    assert [(one.state, one.closed_at) for one in tickets()] == [(State.TRIAGED, None)]


def test_a_fault_that_ends_as_its_outage_ends_opens_no_ticket(
    app: Flask, owner: Engine, station: Station, operator: Person
) -> None:
    MaintenanceWindow.plan(station, NOON, NOON + HOUR, "Nät av", operator, NOON)
    say(status(station, NOON + timedelta(minutes=1), "Faulted", "GroundFailure"))

    ending = "UPDATE alarm SET state = 'cleared', cleared_at = now()"
    while_another(app, owner, ending, jobs.speak_after_outages, NOON + HOUR)

    assert tickets() == []
