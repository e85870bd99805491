"""Tickets and visits in the words of somebody who has no desk."""

from typing import Any

from flask_babel import lazy_gettext as _l

from service.tickets.models import Ticket
from service.tickets.states import State, WaitingFor
from service.visits.visit_states import VisitState

TICKET: dict[State, Any] = {
    State.NEW: _l("We know of it, and look at it now."),
    State.TRIAGED: _l("We have looked at it, and it is in the queue."),
    State.IN_PROGRESS: _l("Somebody works on it."),
    State.WAITING: _l("It waits."),
}
WAITING: dict[WaitingFor, Any] = {
    WaitingFor.CUSTOMER: _l("It waits for an answer from you."),
    WaitingFor.PARTS: _l("It waits for a part."),
    WaitingFor.THIRD_PARTY: _l("It waits for somebody else, such as the maker."),
    WaitingFor.ACCESS: _l("It waits until we can get in."),
    WaitingFor.VISIT: _l("A technician will come."),
}
VISIT: dict[VisitState, Any] = {
    VisitState.CONFIRMED: _l("Planned"),
    VisitState.DISPATCHED: _l("Planned"),
    VisitState.ACCEPTED: _l("Planned"),
    VisitState.TRAVELLING: _l("On the way"),
    VisitState.ON_SITE: _l("At work"),
    VisitState.PAUSED: _l("Paused"),
    VisitState.CHECKED_OUT: _l("The technician has left"),
}


def ticket(one: Ticket) -> Any:
    """What happens to it."""
    waits = next((hold for hold in one.holds if hold.ended_at is None), None)
    if one.state is State.WAITING and waits:
        return WAITING.get(waits.waiting_for, TICKET[State.WAITING])
    return TICKET[one.state]
