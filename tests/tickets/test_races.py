"""The clock and somebody else at the same row: the clock sees what the other has done."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from sqlalchemy import Engine

from service.core.db import db
from service.monitoring.models import MaintenanceWindow
from service.people.models import Person
from service.stations.models import Station
from service.tickets import jobs
from service.tickets.models import Ticket
from service.tickets.states import Priority, Resolution, State
from tests.conftest import NOON
from tests.meanwhile import while_another
from tests.saying import say, status, tickets

HOUR = timedelta(hours=1)


def test_a_ticket_that_a_person_reopens_is_not_closed_over_their_head(
    app: Flask, owner: Engine, station: Station, operator: Person
) -> None:
    ticket = Ticket.open_by_hand(station, "Broken", Priority.P3, operator, NOON)
    ticket.resolve(Resolution.ON_SITE, "Swapped", operator, NOON)
    db.session.commit()

    reopening = "UPDATE ticket SET state = 'triaged', resolution = NULL, resolved_at = NULL"
    while_another(app, owner, reopening, lambda: jobs.close_resolved(NOON + 48 * HOUR))

    assert [(one.state, one.closed_at) for one in tickets()] == [(State.TRIAGED, None)]


def test_a_fault_that_ends_as_its_outage_ends_opens_no_ticket(
    app: Flask, owner: Engine, station: Station, operator: Person
) -> None:
    MaintenanceWindow.plan(station, NOON, NOON + HOUR, "Nät av", operator, NOON)
    say(status(station, NOON + timedelta(minutes=1), "Faulted", "GroundFailure"))

    ending = "UPDATE alarm SET state = 'cleared', cleared_at = now()"
    while_another(app, owner, ending, lambda: jobs.speak_after_outages(NOON + HOUR))

    assert tickets() == []
