"""What is done to a ticket, in the JSON API: each deed is a noun of its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import g
from marshmallow import fields

from service.core import clock
from service.core.db import db
from service.core.fields import Body, Text, Whole, Words, choice, one_of
from service.core.problems import wrong_field
from service.people.api import referred, seen
from service.people.models import Person
from service.tickets.api import TicketDetailShape, tickets
from service.tickets.models import Ticket
from service.tickets.states import Priority, Resolution, WaitingFor

__all__ = ["tickets"]

# Going away by itself and healing are what rules find out.
BY_PERSON = [how for how in Resolution if how.value not in {"self_cleared", "self_healed"}]


class Note(Body):
    words = Words(4000, required=True)


class Assignment(Body):
    assignee_id = Whole(required=True, allow_none=True, metadata={"description": "null: nobody"})


class NewPriority(Body):
    priority = choice(Priority, required=True)
    why = Words(500, required=True)


class Hold(Body):
    waiting_for = choice(WaitingFor, required=True)
    why = Words(500, required=True)


class Solution(Body):
    code = fields.Enum(
        Resolution,
        by_value=fields.String,
        required=True,
        validate=one_of(*BY_PERSON),
    )
    words = Words(2000, required=True)
    check = Text(2000, metadata={"description": "What was checked, for a ticket of danger."})


class Because(Body):
    why = Words(500, required=True)


@tickets.post("/tickets/<int:ticket_id>/notes", TicketDetailShape, Note)
def note(asked: dict[str, Any], ticket_id: int) -> Ticket:
    """Write a note; customers do not see it."""
    return _do(ticket_id, lambda it, at: it.note(asked["words"], g.person, at))


@tickets.post("/tickets/<int:ticket_id>/assignment", TicketDetailShape, Assignment, status=200)
def assign(asked: dict[str, Any], ticket_id: int) -> Ticket:
    """Give it to somebody, or to nobody."""
    key = asked["assignee_id"]
    to = None if key is None else referred(Person, key, "assignee_id")
    if to and not (to.active and to.sees_all):
        raise wrong_field("assignee_id", "Nobody who can have a ticket.")
    return _do(ticket_id, lambda it, at: it.assign(to, g.person, at))


@tickets.post("/tickets/<int:ticket_id>/priority", TicketDetailShape, NewPriority, status=200)
def prioritise(asked: dict[str, Any], ticket_id: int) -> Ticket:
    """Give it another priority."""
    priority, why = asked["priority"], asked["why"]
    return _do(ticket_id, lambda it, at: it.set_priority(priority, why, g.person, at))


@tickets.post("/tickets/<int:ticket_id>/triage", TicketDetailShape, status=200)
def triage(ticket_id: int) -> Ticket:
    """Say that somebody has looked at it."""
    return _do(ticket_id, lambda it, at: it.triage(g.person, at))


@tickets.post("/tickets/<int:ticket_id>/start", TicketDetailShape, status=200)
def start(ticket_id: int) -> Ticket:
    """Work on it; an unassigned ticket becomes one's own."""
    return _do(ticket_id, lambda it, at: it.start(g.person, at))


@tickets.post("/tickets/<int:ticket_id>/hold", TicketDetailShape, Hold, status=200)
def hold(asked: dict[str, Any], ticket_id: int) -> Ticket:
    """Let it wait for somebody else."""
    for_what, why = asked["waiting_for"], asked["why"]
    return _do(ticket_id, lambda it, at: it.wait(for_what, why, g.person, at))


@tickets.post("/tickets/<int:ticket_id>/resolution", TicketDetailShape, Solution, status=200)
def resolve(asked: dict[str, Any], ticket_id: int) -> Ticket:
    """Say that it is put right, and how.

    A ticket of danger takes `check`, and a person: a token alone is answered 409.
    """
    how, words, check = asked["code"], asked["words"], asked.get("check") or None
    return _do(ticket_id, lambda it, at: it.resolve(how, words, g.person, at, check))


@tickets.post("/tickets/<int:ticket_id>/closure", TicketDetailShape, status=200)
def close(ticket_id: int) -> Ticket:
    """Close a resolved ticket."""
    return _do(ticket_id, lambda it, at: it.close(g.person, at))


@tickets.post("/tickets/<int:ticket_id>/cancellation", TicketDetailShape, Because, status=200)
def cancel(asked: dict[str, Any], ticket_id: int) -> Ticket:
    """Cancel a ticket that should not be."""
    return _do(ticket_id, lambda it, at: it.cancel(asked["why"], g.person, at))


@tickets.post("/tickets/<int:ticket_id>/reopening", TicketDetailShape, Because, status=200)
def reopen(asked: dict[str, Any], ticket_id: int) -> Ticket:
    """Open it again."""
    return _do(ticket_id, lambda it, at: it.reopen(asked["why"], g.person, at))


def _do(ticket_id: int, deed: Callable[[Ticket, datetime], None]) -> Ticket:
    """Two programs at once: the second sees what the first has done."""
    ticket = seen(Ticket, ticket_id)
    db.session.refresh(ticket, with_for_update=True)
    deed(ticket, clock.now())
    db.session.commit()
    db.session.expire(ticket)
    return ticket
