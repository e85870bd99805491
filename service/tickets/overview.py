"""The first page: how the fleet is right now. Before there are stations: how to begin."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, current_app, g, render_template
from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from service.core.clock import now
from service.core.db import db
from service.monitoring.link_models import Contact
from service.monitoring.models import FaultCode
from service.people.guard import has
from service.people.models import Person
from service.stations.models import PendingCharger, Station
from service.tickets import labels
from service.tickets.desk_views import title_of
from service.tickets.models import Ticket
from service.tickets.states import OPEN, Priority, Resolution

bp = Blueprint("home", __name__)
NEWEST = 12
WEEK = timedelta(days=7)


@dataclass
class Overview:
    """The fleet as one person sees it, in a handful of queries however large it is."""

    person: Person
    at: datetime

    def __post_init__(self) -> None:
        self.labels = labels
        self._faults = FaultCode.all_by_code()

    @property
    def by_priority(self) -> dict[Priority, int]:
        open_ones = self._tickets().where(Ticket.state.in_(OPEN)).subquery()
        counts = select(open_ones.c.priority, func.count()).group_by(open_ones.c.priority)
        found = {priority: count for priority, count in db.session.execute(counts)}
        return {priority: found.get(priority, 0) for priority in Priority}

    @property
    def offline(self) -> int:
        mine = self._stations().join(Contact, Contact.station_id == Station.id)
        return _count(mine.where(Contact.is_offline))

    @property
    def stations(self) -> int:
        return _count(self._stations())

    @property
    def pending(self) -> int:
        return PendingCharger.count()

    @property
    def put_right_remotely(self) -> int:
        """Without a visit, in the last seven days."""
        how = (Resolution.REMOTE, Resolution.SELF_HEALED)
        return _count(
            self._tickets().where(Ticket.resolution.in_(how), Ticket.resolved_at > self.at - WEEK)
        )

    @property
    def newest(self) -> list[Ticket]:
        loaded = self._tickets().options(
            joinedload(Ticket.station).joinedload(Station.model),
            joinedload(Ticket.site),
            joinedload(Ticket.assignee),
        )
        open_ones = loaded.where(Ticket.state.in_(OPEN)).order_by(Ticket.id.desc())
        return list(db.session.scalars(open_ones.limit(NEWEST)))

    def title(self, ticket: Ticket) -> str:
        return title_of(ticket, self._faults.get(ticket.fault))

    def _tickets(self) -> Select[Ticket]:
        return Ticket.visible_to(self.person)

    def _stations(self) -> Select[Station]:
        return Station.visible_to(self.person).where(Station.retired_at.is_(None))


def _count(query: Select[Any]) -> int:
    return db.session.scalar(select(func.count()).select_from(query.subquery())) or 0


@bp.get("/")
def index() -> str:
    if not has("stations.edit") or _has_stations():
        return render_template("tickets/overview.html", fleet=Overview(g.person, now()))
    settings = current_app.config["SETTINGS"]
    return render_template("tickets/start.html", ocpp_url=settings.ocpp_url(settings.has_tls))


def _has_stations() -> bool:
    return bool(db.session.scalar(select(select(Station.id).exists())))
