"""Tickets that a technician opened for an item of a checklist: its finding leads there, once."""

from __future__ import annotations

from collections.abc import Iterable
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


def asked(runs: Iterable[ChecklistRun]) -> dict[tuple[int, str, str], int]:
    """The first ticket of each item at each place, by the run's id. One statement."""
    of_run = {str(one.uuid): one for one in runs}
    facts = TimelineEntry.facts
    uuid = facts["run"].as_string()
    mine = (
        select(uuid, facts["item"].as_string(), facts["place"].as_string(), Ticket.id)
        .join(Ticket, Ticket.id == TimelineEntry.ticket_id)
        .where(Ticket.station_id.in_({one.station_id for one in of_run.values()}))
        .where(uuid.in_(of_run))
        .order_by(Ticket.id.desc())
    )
    found = db.session.execute(mine)
    return {(of_run[run].id, item, place): key for run, item, place, key in found}


def finding_of(run: ChecklistRun, item: str, place: str) -> Finding | None:
    """What a submitted run found there, where the ticket is told of late."""
    return next((one for one in run.findings if (one.item, one.place) == (item, place)), None)
