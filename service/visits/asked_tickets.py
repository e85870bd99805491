"""Tickets that a technician opened for an item of a checklist: its finding leads there, once."""

from __future__ import annotations

from typing import TypedDict

from sqlalchemy import select

from service.checklists.models import ChecklistRun, Finding
from service.core.db import db
from service.tickets.models import Ticket
from service.tickets.timeline import TimelineEntry


class Where(TypedDict):
    """As a ticket's timeline keeps it."""

    run: str
    item: str
    place: str


def asked(run: ChecklistRun) -> dict[tuple[str, str], int]:
    """The first ticket of each item at each place."""
    facts = TimelineEntry.facts
    mine = (
        select(facts["item"].as_string(), facts["place"].as_string(), Ticket.id)
        .join(Ticket, Ticket.id == TimelineEntry.ticket_id)
        .where(Ticket.station_id == run.station_id, facts["run"].as_string() == str(run.uuid))
        .order_by(Ticket.id.desc())
    )
    return {(item, place): key for item, place, key in db.session.execute(mine)}


def finding_of(run: ChecklistRun, item: str, place: str) -> Finding | None:
    """What a submitted run found there, where the ticket is told of late."""
    return next((one for one in run.findings if (one.item, one.place) == (item, place)), None)
