"""What a customer's person sees: the own stations as they are now, visits to come, open tickets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import contains_eager, joinedload, selectinload

from service.core.db import db
from service.core.swedish import alphabetical
from service.monitoring import fleet
from service.monitoring.health import Health
from service.monitoring.link_models import Contact
from service.people.models import Person
from service.plans.occurrences import Occurrence
from service.plans.words import OPEN as OPEN_DATES
from service.reports.service_reports import ServiceReport
from service.reports.service_subject import DUE
from service.stations.models import Connector, Site, Station
from service.tickets.models import Ticket
from service.tickets.states import OPEN as OPEN_TICKETS
from service.visits.service_visits import ServiceVisit
from service.visits.visit_states import VISIT_OPEN

# Who has more has the lists of the other pages, with search and paging.
MOST_STATIONS, MOST_VISITS, MOST_TICKETS, MOST_REPORTS, MOST_DATES = 300, 20, 50, 5, 12


@dataclass(frozen=True)
class Seen:
    """A station as it is now."""

    station: Station
    health: Health
    outlets: list[tuple[Connector, Health]]
    # When it last said anything: how old all of this may be.
    as_of: datetime | None


def stations(person: Person, at: datetime, station_id: int | None = None) -> list[Seen]:
    mine = (
        Station.visible_to(person)
        .where(Station.retired_at.is_(None))
        .outerjoin(Contact, Contact.station_id == Station.id)
        .add_columns(Contact, fleet.in_window(at))
        .options(
            contains_eager(Station.site),
            joinedload(Station.model),
            selectinload(Station.connectors),
        )
        .order_by(alphabetical(Site.name), alphabetical(Station.name))
    )
    if station_id is not None:
        mine = mine.where(Station.id == station_id)
    return [_seen(*row) for row in db.session.execute(mine.limit(MOST_STATIONS)).unique()]


def _seen(station: Station, contact: Contact | None, in_window: bool) -> Seen:
    is_offline = contact is not None and contact.is_offline
    return Seen(
        station,
        fleet.health_of(station, is_offline, in_window),
        [
            (one, health)
            for one, health in fleet.parts(station, is_offline, in_window)
            if one.number
        ],
        contact.last_seen_at if contact else None,
    )


def visits(person: Person, site_id: int | None = None) -> Sequence[ServiceVisit]:
    """Those that are planned or under way, the next one first."""
    mine = ServiceVisit.visible_to(person).where(ServiceVisit.state.in_(VISIT_OPEN))
    if site_id is not None:
        mine = mine.where(ServiceVisit.site_id == site_id)
    soonest = mine.options(joinedload(ServiceVisit.site)).order_by(ServiceVisit.starts_at)
    return db.session.scalars(soonest.limit(MOST_VISITS)).all()


def tickets(person: Person, station_id: int | None = None) -> Sequence[Ticket]:
    """Those that are open, the newest first."""
    mine = Ticket.visible_to(person).where(Ticket.state.in_(OPEN_TICKETS))
    if station_id is not None:
        mine = mine.where(Ticket.station_id == station_id)
    loaded = mine.options(joinedload(Ticket.station), joinedload(Ticket.site))
    newest = loaded.order_by(Ticket.opened_at.desc()).limit(MOST_TICKETS)
    return db.session.scalars(newest).unique().all()


def reports(person: Person, station_id: int | None = None) -> Sequence[ServiceReport]:
    """The newest revisions, the newest first."""
    mine = ServiceReport.newest(ServiceReport.visible_to(person))
    if station_id is not None:
        mine = mine.where(ServiceReport.station_ids.contains([station_id]))
    newest = mine.options(joinedload(ServiceReport.site)).order_by(
        ServiceReport.on.desc(), ServiceReport.id.desc()
    )
    return db.session.scalars(newest.limit(MOST_REPORTS)).all()


def next_dates(person: Person, station_id: int) -> Sequence[Occurrence]:
    mine = Occurrence.visible_to(person).where(
        Occurrence.station_id == station_id, Occurrence.state.in_(OPEN_DATES)
    )
    soonest = mine.options(joinedload(Occurrence.task)).order_by(DUE, Occurrence.id)
    return db.session.scalars(soonest.limit(MOST_DATES)).unique().all()
