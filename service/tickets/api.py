"""Tickets in the JSON API: the list, one with its timeline, and a new one by hand."""

from __future__ import annotations

from typing import Any

from flask import g
from marshmallow import fields, post_dump
from sqlalchemy import Select

from service.core import clock, problems
from service.core.api import Resource
from service.core.db import db
from service.core.fields import Body, Instant, Shown, Text, Whole, WholeText, Words, choice, one_of
from service.core.paging import Listed, page, page_of
from service.core.problems import ProblemError, refuse_retired
from service.monitoring.faults import Severity
from service.people.api import referred, seen
from service.stations.models import Station
from service.tickets.models import CheckNeededError, Ticket, WrongStateError
from service.tickets.states import OPEN, Priority, Resolution, State

tickets = Resource("tickets", "What is wrong with a station, until it is put right.")

# What is said among the house's own people.
KINDS_INSIDE = frozenset({"note", "mail"})

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
            shown["timeline"] = [one for one in told if one["kind"] not in KINDS_INSIDE]
        return shown


class TicketQuery(Listed):
    station_id = WholeText(
        metadata={"description": "With its site's tickets that it is a part of."}
    )
    site_id = WholeText()
    state = fields.String(
        validate=one_of("open", *(state.value for state in State)),
        metadata={"description": "`open` is all but resolved, closed and cancelled."},
    )
    priority = choice(Priority)
    severity = choice(Severity)
    fault = Text(100)
    assignee_id = WholeText()


class NewTicket(Body):
    station_id = Whole(required=True)
    title = Words(200, required=True)
    priority = choice(Priority, required=True)


@tickets.get("/tickets", page_of(TicketShape), TicketQuery)
def list_tickets(asked: dict[str, Any]) -> dict[str, Any]:
    """List tickets, newest first."""
    return page(Ticket, _matching(asked), asked, newest_first=True)


@tickets.get("/tickets/<int:ticket_id>", TicketDetailShape)
def show_ticket(ticket_id: int) -> Ticket:
    """Get one ticket, with its timeline."""
    return seen(Ticket, ticket_id)


@tickets.post("/tickets", TicketDetailShape, NewTicket)
def open_ticket(asked: dict[str, Any]) -> Ticket:
    """Open a ticket by hand, for what the charger does not know of."""
    station = referred(Station, asked["station_id"], "station_id")
    refuse_retired(station)
    ticket = Ticket.open_by_hand(station, asked["title"], asked["priority"], g.person, clock.now())
    db.session.commit()
    return ticket


def _matching(asked: dict[str, Any]) -> Select[Ticket]:
    found = Ticket.visible_to(g.person)
    for name in ("site_id", "priority", "severity", "fault"):
        if name in asked:
            found = found.where(getattr(Ticket, name) == asked[name])
    if "assignee_id" in asked and g.person.sees_all:
        found = found.where(Ticket.assignee_id == asked["assignee_id"])
    if "station_id" in asked:
        theirs = Ticket.of_station(asked["station_id"]).with_only_columns(Ticket.id)
        found = found.where(Ticket.id.in_(theirs))
    return _in_state(found, asked.get("state"))


def _in_state(found: Select[Ticket], state: str | None) -> Select[Ticket]:
    if state is None:
        return found
    return found.where(Ticket.state.in_(OPEN) if state == "open" else Ticket.state == State(state))
