"""What was found, put in or exchanged at a station."""

from __future__ import annotations

from typing import Any

from service.core.db import db
from service.stations import serials
from service.stations.components import Component
from service.tablets.fact import Fact, NotAppliedError, short, station_of
from service.tickets.models import Ticket


def new_fault(fact: Fact) -> str | None:
    body = fact.body
    station = station_of(fact, body["station_id"])
    place = body["connector"] or 0
    title, priority = short(body["title"]), body["priority"]
    ticket = Ticket.open_by_hand(station, title, priority, fact.person, fact.at, place)
    told = {"photos": body["photos"], "operation": str(fact.uuid)}
    ticket.tell("note", body["title"], fact.at, fact.person, **told)
    return None


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
