"""Stations that vanish together from one site are one ticket: its power or its network."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

from sqlalchemy import select

from service.core.db import db
from service.monitoring.faults import OFFLINE
from service.monitoring.link_models import Contact
from service.monitoring.models import Alarm
from service.stations.models import Station
from service.tickets.models import Ticket
from service.tickets.opening import Call, claim_calls, open_for
from service.tickets.states import OPEN

# Last heard within so long of each other, give or take a heartbeat, they went together.
TOGETHER = timedelta(minutes=3)


def open_offline(alarm_ids: list[int], at: datetime) -> None:
    """What belongs to a site's outage joins the site's ticket; the rest has its own."""
    by_site: defaultdict[int | None, list[Call]] = defaultdict(list)
    for call in claim_calls(alarm_ids, at):
        by_site[call.alarm.station.site_id].append(call)
    open_for(by_site.pop(None, []), at)
    for site_id, calls in by_site.items():
        if site_id:
            _open_at(site_id, calls, at)


def _open_at(site_id: int, calls: list[Call], at: datetime) -> None:
    ticket = _ticket_to_join(site_id, calls)
    if ticket is None:
        first, *calls = calls
        open_for([first], at)
        ticket = db.session.get_one(Ticket, first.alarm.ticket_id)
    for call in calls:
        _join(ticket, call, at)


def _ticket_to_join(site_id: int, calls: list[Call]) -> Ticket | None:
    """The site's open ticket, or that of a station which went when these did."""
    query = (
        select(Ticket)
        .where(Ticket.site_id == site_id, Ticket.fault == OFFLINE, Ticket.state.in_(OPEN))
        .order_by(Ticket.station_id.is_not(None), Ticket.id)
        .with_for_update()
    )
    own = {call.alarm.station_id for call in calls}
    gone = [_heard(one) for one in own]
    for ticket in db.session.scalars(query):
        if ticket.station_id in own:
            continue
        if ticket.station_id is None and len(calls) > 1:
            return ticket
        if any(_together(seen, one) for seen in _heard_on(ticket) for one in gone):
            return ticket
    return None


def _heard_on(ticket: Ticket) -> list[datetime | None]:
    """When the stations of a ticket that are still away were last heard."""
    away = (
        select(Contact.last_seen_at)
        .join(Alarm, Alarm.station_id == Contact.station_id)
        .where(Alarm.ticket_id == ticket.id, Alarm.cleared_at.is_(None))
    )
    return list(db.session.scalars(away))


def _heard(station_id: int) -> datetime | None:
    return db.session.scalar(select(Contact.last_seen_at).where(Contact.station_id == station_id))


def _together(one: datetime | None, other: datetime | None) -> bool:
    return one is not None and other is not None and abs(one - other) <= TOGETHER


def _join(ticket: Ticket, call: Call, at: datetime) -> None:
    """One more station of the same outage; with the second, the ticket is the site's."""
    if ticket.station_id is not None:
        station = db.session.get_one(Station, ticket.station_id)
        ticket.station_id, ticket.connector = None, 0
        ticket.tell("site", f"the site's, no longer {station.name}'s alone", at)
    call.alarm.ticket_id = ticket.id
    ticket.occurrences += 1
    ticket.last_seen_at, ticket.recovered_at = at, None
    ticket.tell("joined", call.alarm.station.name, at, **call.facts)
