from service.core.db import db
from service.people.models import Person
from service.stations.models import Station
from service.tickets.models import Ticket
from service.tickets.states import Priority, Resolution, State
from tests.conftest import NOON


def test_a_ticket_by_hand_runs_its_course(station: Station, operator: Person) -> None:
    ticket = Ticket.open_by_hand(station, "Glaset är krossat", Priority.P3, operator, NOON)
    ticket.start(operator, NOON)
    ticket.resolve(Resolution.ON_SITE, "Nytt glas", operator, NOON)
    db.session.commit()

    assert ticket.state is State.RESOLVED
    assert [entry.kind for entry in ticket.timeline] == ["opened", "state", "assigned", "resolved"]
