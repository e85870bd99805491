"""What was found, put in or exchanged at a station."""

from __future__ import annotations

from typing import Any

from service.checklists.models import ChecklistRun, Finding
from service.core.db import db
from service.stations import serials
from service.stations.components import Component
from service.tablets.fact import Fact, NotAppliedError, short, station_of
from service.tickets.models import Ticket
from service.visits import asked_tickets
from service.visits.asked_tickets import Where


def new_fault(fact: Fact) -> str | None:
    body = fact.body
    finding = _finding_of(fact)
    ticket = db.session.get(Ticket, finding.ticket_id) if finding and finding.ticket_id else None
    if ticket is None:
        ticket = _opened(fact)
    told = {"photos": body["photos"], "operation": str(fact.uuid), **_where(body)}
    ticket.tell("note", body["title"], fact.at, fact.person, **told)
    if finding and finding.ticket_id is None:
        finding.ticket_id = ticket.id
    return None


def _opened(fact: Fact) -> Ticket:
    body = fact.body
    station = station_of(fact, body["station_id"])
    title, priority, place = short(body["title"]), body["priority"], body["connector"] or 0
    return Ticket.open_by_hand(station, title, priority, fact.person, fact.at, place)


def _where(body: dict[str, Any]) -> Where | dict[str, str]:
    if not (body["run"] and body["item"] and body["place"]):
        return {}
    return Where(run=str(body["run"]), item=body["item"], place=body["place"])


def _finding_of(fact: Fact) -> Finding | None:
    """Where its list was handed in before this came."""
    run = ChecklistRun.with_uuid(fact.body["run"]) if fact.body["run"] else None
    where = fact.body["item"] or "", fact.body["place"] or ""
    return asked_tickets.finding_of(run, *where) if run else None


def component(fact: Fact) -> str | None:
    body = fact.body
    station = station_of(fact, body["station_id"])
    names = ("maker", "type", "serial", "rating")
    facts: dict[str, Any] = {name: body[name] or "" for name in names}
    facts["evse"] = body["evse"]
    if body["removes_id"] is None:
        Component.install(station, body["kind"], fact.person, fact.at, **facts)
        return None
    old = db.session.get(Component, body["removes_id"])
    if old is None or old.station_id != station.id:
        raise NotAppliedError("What is said to have come out is not at that station.")
    old.replace(fact.person, fact.at, kind=body["kind"], **facts)
    return None


def swap(fact: Fact) -> str | None:
    body = fact.body
    station = station_of(fact, body["station_id"])
    known = station.serial_number or station.reported_serial
    old, new, note = body["old_serial"] or None, body["new_serial"], body["note"] or None
    serials.swap(station, old, new, fact.person, fact.at, note)
    if old and known and old != known:
        return f"The register said that {known} stood there, and its plate said {old}."
    return None
