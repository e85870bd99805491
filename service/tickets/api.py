"""Tickets in the JSON API: the list, one with its timeline, and a new one by hand."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import g
from marshmallow import fields, post_dump
from sqlalchemy import ColumnElement, true

from service.core import problems
from service.core.collection import Collection
from service.core.fields import Body, Instant, Key, Shown, Text, WholeText, Words, choice, one_of
from service.core.paging import Listed, by
from service.core.problems import ProblemError, refuse_retired
from service.monitoring.faults import Severity
from service.people.models import Person
from service.stations.models import Station
from service.tickets import story
from service.tickets.models import CheckNeededError, Ticket, WrongStateError
from service.tickets.states import OPEN, Priority, Resolution, State

problems.means(
    WrongStateError, lambda wrong: ProblemError(409, f"It cannot be done: {wrong}.", "wrong-state")
)
problems.means(
    CheckNeededError,
    lambda wrong: ProblemError(409, f"A danger: {wrong}.", "check-needed", check=wrong.check),
)


class TicketShape(Shown):
    inside = ("assignee_id",)
    id = fields.Integer()
    state = choice(State)
    priority = choice(Priority)
    severity = choice(Severity)
    fault = fields.String(metadata={"description": "The catalogue's code, or `manual`."})
    detail = fields.String()
    station_id = fields.Integer(
        allow_none=True, metadata={"description": "null where the ticket is of a whole site."}
    )
    site_id = fields.Integer(allow_none=True)
    connector = fields.Integer(metadata={"description": "0 is the whole station."})
    occurrences = fields.Integer()
    opened_at = Instant()
    last_seen_at = Instant()
    recovered_at = Instant(allow_none=True)
    resolution = choice(Resolution, allow_none=True)
    resolved_at = Instant(allow_none=True)
    assignee_id = fields.Integer(allow_none=True)
    title = fields.String(allow_none=True)


class EntryShape(Shown):
    inside = ("facts", "actor", "remote_action_id", "frame_id")
    at = Instant()
    kind = fields.String()
    text = fields.String()
    actor = fields.String()
    facts = fields.Dict()
    remote_action_id = fields.Integer(allow_none=True)
    frame_id = fields.Integer(allow_none=True)


class TicketDetailShape(TicketShape):
    timeline = fields.List(fields.Nested(EntryShape))

    @post_dump
    def keep_notes(self, shown: dict[str, Any], **_: Any) -> dict[str, Any]:
        if not g.person.sees_all:
            told = shown["timeline"]
            shown["timeline"] = [one for one in told if one["kind"] not in story.INSIDE]
        return shown


def _in_state(state: str) -> ColumnElement[bool]:
    return Ticket.state.in_(OPEN) if state == "open" else Ticket.state == State(state)


def _assigned(key: int) -> ColumnElement[bool]:
    """Who has it, a customer does not learn."""
    return Ticket.assignee_id == key if g.person.sees_all else true()


class TicketQuery(Listed):
    station_id = by(
        Ticket.is_of_station,
        WholeText(metadata={"description": "With its site's tickets that it is a part of."}),
    )
    site_id = by(Ticket.site_id, WholeText())
    state = by(
        _in_state,
        fields.String(
            validate=one_of("open", *(state.value for state in State)),
            metadata={"description": "`open` is all but resolved, closed and cancelled."},
        ),
    )
    priority = by(Ticket.priority, choice(Priority))
    severity = by(Ticket.severity, choice(Severity))
    fault = by(Ticket.fault, Text(100))
    assignee_id = by(_assigned, WholeText())


class NewTicket(Body):
    station = Key(Station, required=True, data_key="station_id")
    title = Words(200, required=True)
    priority = choice(Priority, required=True)


tickets = Collection(
    "tickets",
    "What is wrong with a station, until it is put right.",
    Ticket,
    TicketShape,
    "ticket",
    detail=TicketDetailShape,
    newest_first=True,
)
tickets.lists(TicketQuery)
tickets.shows("Get one ticket, with its timeline.")


@tickets.creation(NewTicket)
def open_ticket(
    by: Person, at: datetime, station: Station, title: str, priority: Priority
) -> Ticket:
    """Open a ticket by hand, for what the charger does not know of."""
    refuse_retired(station)
    return Ticket.open_by_hand(station, title, priority, by, at)
