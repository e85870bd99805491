"""Stations that vanish together from one site are one ticket: its power or its network."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

from sqlalchemy import select

from service.core.db import db
from service.monitoring.faults import OFFLINE
from service.monitoring.link_models import Contact
from service.monitoring.models import Alarm, AlarmState, FaultCode
from service.stations.models import Station
from service.tickets.models import Ticket
from service.tickets.opening import Call, open_tickets
from service.tickets.states import OPEN

# Last heard within so long of each other, give or take a heartbeat, they went together.
TOGETHER = timedelta(minutes=3)


def open_offline(alarm_ids: list[int], at: datetime) -> None:
    """Join what belongs to a site's outage; the rest gets tickets of its own."""
    open_tickets(alarm_ids, at)
    alarms = db.session.scalars(
        select(Alarm).where(Alarm.id.in_(alarm_ids), Alarm.ticket_id.is_not(None))
    )
    by_site: defaultdict[int, list[Alarm]] = defaultdict(list)
    for alarm in alarms:
        if alarm.station.site_id:
            by_site[alarm.station.site_id].append(alarm)
    for site_id in by_site:
        _join(site_id, at)


def _join(site_id: int, at: datetime) -> None:
    """Where several stations of a site went together, the oldest ticket becomes the site's."""
    gone = _gone_together(site_id)
    tickets = {ticket.id: ticket for _, ticket in gone}
    if len(gone) < 2 or len(tickets) < 2:
        return
    if before := _of_site(site_id):
        tickets[before.id] = before
        before.recovered_at = None
    first, *others = sorted(tickets.values(), key=lambda one: (one.station_id is not None, one.id))
    first.station_id, first.connector = None, 0
    code = FaultCode.with_code(OFFLINE)
    for alarm, ticket in gone:
        if code and ticket is not first:
            alarm.ticket_id = first.id
            first.occurrences += 1
            first.tell("joined", alarm.station.name, at, **Call(alarm, code).facts)
    for other in others:
        other.become_part_of(first, at)
    first.tell("site", f"{len(gone)} stations of the site at once", at, stations=len(gone))


def _of_site(site_id: int) -> Ticket | None:
    """The site's own ticket that is still open, perhaps from an outage that is over."""
    mine = select(Ticket).where(Ticket.site_id == site_id, Ticket.station_id.is_(None))
    query = mine.where(Ticket.fault == OFFLINE, Ticket.state.in_(OPEN))
    return db.session.scalars(query).one_or_none()


def _gone_together(site_id: int) -> list[tuple[Alarm, Ticket]]:
    """The site's stations that went when its latest one went, with their open tickets."""
    query = (
        select(Alarm, Ticket, Contact.last_seen_at)
        .join(Station, Station.id == Alarm.station_id)
        .join(Ticket, Ticket.id == Alarm.ticket_id)
        .join(Contact, Contact.station_id == Alarm.station_id)
        .where(
            Station.site_id == site_id,
            Alarm.fault == OFFLINE,
            Alarm.state == AlarmState.ACTIVE,
            Ticket.state.in_(OPEN),
        )
        .order_by(Contact.last_seen_at.desc(), Alarm.id)
    )
    rows = db.session.execute(query).all()
    latest = rows[0][2] if rows else None
    return [
        (alarm, ticket)
        for alarm, ticket, seen in rows
        if latest and seen and latest - seen <= TOGETHER
    ]
