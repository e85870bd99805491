"""What is done to a ticket, in the JSON API: each deed is a noun of its own."""

from __future__ import annotations

from datetime import datetime

from marshmallow import fields

from service.core.fields import Body, Key, Text, Words, choice, one_of
from service.core.problems import wrong_field
from service.people.models import Person
from service.tickets.api import tickets
from service.tickets.models import Ticket
from service.tickets.states import Priority, Resolution, WaitingFor

__all__ = ["tickets"]

# Going away by itself and healing are what rules find out.
BY_PERSON = [how for how in Resolution if how.value not in {"self_cleared", "self_healed"}]


class Note(Body):
    words = Words(4000, required=True)


class Assignment(Body):
    assignee = Key(
        Person,
        required=True,
        allow_none=True,
        data_key="assignee_id",
        metadata={"description": "null: nobody"},
    )


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


@tickets.verb("notes", Note, status=201)
def note(ticket: Ticket, by: Person, at: datetime, words: str) -> None:
    """Write a note; customers do not see it."""
    ticket.note(words, by, at)


@tickets.verb("assignment", Assignment)
def assign(ticket: Ticket, by: Person, at: datetime, assignee: Person | None) -> None:
    """Give it to somebody, or to nobody."""
    if assignee and not (assignee.active and assignee.sees_all):
        raise wrong_field("assignee_id", "Nobody who can have a ticket.")
    ticket.assign(assignee, by, at)


@tickets.verb("priority", NewPriority)
def prioritise(ticket: Ticket, by: Person, at: datetime, priority: Priority, why: str) -> None:
    """Give it another priority."""
    ticket.set_priority(priority, why, by, at)


@tickets.verb("triage")
def triage(ticket: Ticket, by: Person, at: datetime) -> None:
    """Say that somebody has looked at it."""
    ticket.triage(by, at)


@tickets.verb("start")
def start(ticket: Ticket, by: Person, at: datetime) -> None:
    """Work on it; an unassigned ticket becomes one's own."""
    ticket.start(by, at)


@tickets.verb("hold", Hold)
def hold(ticket: Ticket, by: Person, at: datetime, waiting_for: WaitingFor, why: str) -> None:
    """Let it wait for somebody else."""
    ticket.wait(waiting_for, why, by, at)


@tickets.verb("resolution", Solution)
def resolve(
    ticket: Ticket, by: Person, at: datetime, code: Resolution, words: str, check: str = ""
) -> None:
    """Say that it is put right, and how.

    A ticket of danger takes `check`, and a person: a token alone is answered 409.
    """
    ticket.resolve(code, words, by, at, check or None)


@tickets.verb("closure")
def close(ticket: Ticket, by: Person, at: datetime) -> None:
    """Close a resolved ticket."""
    ticket.close(by, at)


@tickets.verb("cancellation", Because)
def cancel(ticket: Ticket, by: Person, at: datetime, why: str) -> None:
    """Cancel a ticket that should not be."""
    ticket.cancel(why, by, at)


@tickets.verb("reopening", Because)
def reopen(ticket: Ticket, by: Person, at: datetime, why: str) -> None:
    """Open it again."""
    ticket.reopen(why, by, at)
