"""What the package reads: each kind of thing with one statement, however many visits there are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from service.checklists.models import ChecklistRun, ChecklistVersion, Instrument
from service.checklists.series import last_values
from service.core.db import db
from service.parts.models import Kit, KitLine, Part
from service.people.models import Person
from service.people.roles import Role
from service.plans.models import MaintenanceTask
from service.plans.occurrences import Occurrence
from service.stations.components import Component
from service.stations.models import Site, Station, StationModel
from service.tablets import package_shapes
from service.tickets.models import Ticket
from service.tickets.states import OPEN
from service.visits.lines import WorkOrderLine
from service.visits.service_visits import ServiceVisit
from service.visits.visit_rows import VisitLine, VisitRun
from service.visits.visit_states import ON_TABLET, UNDER_WAY, VISIT_ENDED, VisitState

MOST_PARTS = 2000
HISTORY = 3
LINE = selectinload(ServiceVisit.lines).joinedload(VisitLine.line)
RUN = selectinload(ServiceVisit.runs).joinedload(VisitRun.run)
TASK = joinedload(WorkOrderLine.occurrence).joinedload(Occurrence.task)


def visits_of(person: Person, since: datetime, until: datetime) -> list[ServiceVisit]:
    """What is planned within these days, what was done in them, and all that is under way."""
    shown = (*ON_TABLET, VisitState.FINISHED, VisitState.ABORTED)
    within = and_(ServiceVisit.starts_at.between(since, until), ServiceVisit.state.in_(shown))
    mine = (
        select(ServiceVisit)
        .where(ServiceVisit.technician_id == person.id)
        .where(or_(within, ServiceVisit.state.in_(UNDER_WAY)))
        .order_by(ServiceVisit.starts_at, ServiceVisit.id)
        .options(
            joinedload(ServiceVisit.site).joinedload(Site.customer),
            LINE.options(
                TASK.joinedload(MaintenanceTask.kit)
                .selectinload(Kit.lines)
                .joinedload(KitLine.part),
                joinedload(WorkOrderLine.station),
                joinedload(WorkOrderLine.ticket),
                joinedload(WorkOrderLine.recall_station),
            ),
            RUN.selectinload(ChecklistRun.version).joinedload(ChecklistVersion.template),
        )
    )
    return list(db.session.scalars(mine).unique())


def components(keys: Iterable[int]) -> dict[int, list[Component]]:
    """What sits in each station now."""
    there = select(Component).where(
        Component.station_id.in_(list(keys)), Component.removed_on.is_(None)
    )
    found: dict[int, list[Component]] = {}
    for one in db.session.scalars(there.order_by(Component.evse.nulls_first(), Component.id)):
        found.setdefault(one.station_id, []).append(one)
    return found


def stations(keys: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Each station with what was measured, done and reported there."""
    wanted = list(keys)
    if not wanted:
        return {}
    rows = _stations(wanted)
    values, past, tickets = last_values(wanted), _history(wanted), _tickets(wanted)
    return {
        one.id: package_shapes.station(one)
        | {
            "last": {
                where: [package_shapes.measurement(each) for each in found]
                for where, found in values.get(one.id, {}).items()
            },
            "history": past.get(one.id, []),
            "tickets": tickets.get(one.id, []),
        }
        for one in rows
    }


def _stations(keys: list[int]) -> Sequence[Station]:
    query = select(Station).where(Station.id.in_(keys)).order_by(Station.id)
    more = (
        selectinload(Station.connectors),
        joinedload(Station.model).selectinload(StationModel.documents),
    )
    # They were read with their lines already, without these.
    return db.session.scalars(query.options(*more).execution_options(populate_existing=True)).all()


def _history(keys: list[int]) -> dict[int, list[dict[str, Any]]]:
    """The last visits that have ended at each."""
    number = func.row_number().over(
        partition_by=WorkOrderLine.station_id, order_by=func.max(ServiceVisit.starts_at).desc()
    )
    ranked = (
        select(WorkOrderLine.station_id, ServiceVisit.id, number.label("rank"))
        .join(VisitLine, VisitLine.work_order_line_id == WorkOrderLine.id)
        .join(ServiceVisit, ServiceVisit.id == VisitLine.visit_id)
        .where(WorkOrderLine.station_id.in_(keys), ServiceVisit.state.in_(VISIT_ENDED))
        .where(ServiceVisit.state != VisitState.CANCELLED)
        .group_by(WorkOrderLine.station_id, ServiceVisit.id)
        .subquery()
    )
    rows = (
        select(ranked.c.station_id, ServiceVisit)
        .join(ServiceVisit, ServiceVisit.id == ranked.c.id)
        .where(ranked.c.rank <= HISTORY)
        .order_by(ranked.c.station_id, ranked.c.rank)
        .options(joinedload(ServiceVisit.technician))
    )
    found: dict[int, list[dict[str, Any]]] = {}
    for station_id, visit in db.session.execute(rows):
        found.setdefault(station_id, []).append(package_shapes.past_visit(visit))
    return found


def _tickets(keys: list[int]) -> dict[int, list[dict[str, Any]]]:
    open_ones = select(Ticket).where(Ticket.station_id.in_(keys), Ticket.state.in_(OPEN))
    found: dict[int, list[dict[str, Any]]] = {}
    for one in db.session.scalars(open_ones.order_by(Ticket.priority, Ticket.id)):
        found.setdefault(one.station_id or 0, []).append(package_shapes.ticket(one))
    return found


def parts() -> Sequence[Part]:
    query = select(Part).where(Part.retired_at.is_(None)).order_by(Part.number)
    return db.session.scalars(query.limit(MOST_PARTS)).all()


def instruments(person: Person) -> Sequence[Instrument]:
    """One's own first, then what lies in the store, then the colleagues'."""
    own = (Instrument.person_id == person.id).desc().nulls_last()
    query = select(Instrument).where(Instrument.retired_at.is_(None))
    order = (own, Instrument.person_id.nulls_first(), Instrument.id)
    return db.session.scalars(query.order_by(*order)).all()


def colleagues(person: Person) -> Sequence[Person]:
    """To whom a visit can be handed over."""
    others = select(Person).where(Person.role == Role.TECHNICIAN, Person.active)
    return db.session.scalars(others.where(Person.id != person.id).order_by(Person.name)).all()
