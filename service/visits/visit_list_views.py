"""The list of service visits, and those of an order, a station or a site."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from flask import g, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload, selectinload

from service.core import dates
from service.core.clock import now
from service.core.db import db
from service.core.lists import Column, Filter, Listing
from service.core.swedish import alphabetical
from service.people.models import Customer, Person
from service.stations.models import Site, Station
from service.stations.outlets import Connector
from service.visits import verifying
from service.visits import visit_labels as labels
from service.visits.blueprint import visits as bp
from service.visits.lines import WorkOrderLine
from service.visits.models import WorkOrder
from service.visits.service_visits import ServiceVisit
from service.visits.visit_presence import VisitVerification
from service.visits.visit_rows import VisitLine, VisitReview
from service.visits.visit_states import VISIT_ENDED, VISIT_OPEN, VisitState

Visits = Select[Any]
ROWS = 40
MOST_SITES = 300
IN_PANEL = 10
Technician = aliased(Person)
DAYS = (
    ("today", _l("today")),
    ("tomorrow", _l("tomorrow")),
    ("week", _l("the next seven days")),
    ("past", _l("before today")),
)


@bp.get("/visits")
def index() -> ResponseReturnValue:
    return _listing().answer("visits/visits.html", labels=labels, missed=verifying.missed)


@bp.get("/work-orders/<int:order_id>/visits")
def of_order(order_id: int) -> str:
    order = g.person.may_see(WorkOrder, order_id)
    return _panel(_with(WorkOrderLine.work_order_id == order.id), order.site.name)


@bp.get("/stations/<int:station_id>/visits")
def of_station(station_id: int) -> str:
    station = g.person.may_see(Station, station_id)
    return _panel(_with(WorkOrderLine.station_id == station.id), station.name)


@bp.get("/sites/<int:site_id>/visits")
def of_site(site_id: int) -> str:
    site = g.person.may_see(Site, site_id)
    return _panel(ServiceVisit.site_id == site.id, site.name)


def _with(which: Any) -> Any:
    """Those that have such a line."""
    lines = select(VisitLine.visit_id).join(VisitLine.line).where(which)
    return ServiceVisit.id.in_(lines)


def _panel(which: Any, name: str) -> str:
    """The open ones first, the next before the others; then the newest."""
    mine = ServiceVisit.visible_to(g.person).where(which).options(joinedload(ServiceVisit.site))
    newest = mine.order_by(ServiceVisit.state.in_(VISIT_OPEN).desc(), ServiceVisit.starts_at.desc())
    found = list(db.session.scalars(newest.limit(IN_PANEL + 1)))
    values = {"visits": found[:IN_PANEL], "is_more": len(found) > IN_PANEL}
    return render_template("visits/_visits.html", labels=labels, name=name, **values)


def _listing() -> Listing:
    query = (
        ServiceVisit.visible_to(g.person)
        .outerjoin(ServiceVisit.site)
        .outerjoin(Site.customer)
        .outerjoin(Technician, ServiceVisit.technician_id == Technician.id)
    )
    options = (
        contains_eager(ServiceVisit.site).contains_eager(Site.customer),
        contains_eager(ServiceVisit.technician.of_type(Technician)),
        selectinload(ServiceVisit.lines).joinedload(VisitLine.line),
        selectinload(ServiceVisit.reviews),
        selectinload(ServiceVisit.verifications)
        .joinedload(VisitVerification.connector)
        .joinedload(Connector.station),
    )
    return Listing(
        name="visits",
        query=query.options(*options),
        columns=tuple(_columns()),
        sort="starts_at",
        per_page=ROWS,
        find=_find,
        filters=tuple(_filters()),
        search_hint=_l("Search number, site, station, customer …"),
    )


def _columns() -> list[Column]:
    inside = g.person.sees_all
    name = alphabetical(Technician.name)
    return [
        Column("state", _l("State"), None, lambda one: str(labels.STATE[one.state])),
        Column("number", _l("Number"), ServiceVisit.id, lambda one: one.number),
        Column("starts_at", _l("Time"), ServiceVisit.starts_at),
        Column("minutes", _l("Minutes"), None, number=True, on_page=False),
        Column("site", _l("Site"), alphabetical(Site.name), lambda one: one.site.name),
        Column("customer", _l("Customer"), None, lambda one: one.site.customer.name, on_page=False),
        Column("technician", _l("Technician"), name, _technician, on_page=inside, in_file=inside),
        Column("lines", _l("Lines"), None, lambda one: len(one.lines), number=True),
        Column("asked", _l("Questions"), None, _asked, number=True, on_page=inside, in_file=inside),
    ]


def _technician(visit: ServiceVisit) -> str:
    return visit.technician.name if visit.technician else ""


def _asked(visit: ServiceVisit) -> int:
    return len(visit.open_reviews)


def _filters() -> list[Filter]:
    states = [("open", _("All open")), *((one.value, word) for one, word in labels.STATE.items())]
    filters = [
        Filter("state", _l("State"), [*states, ("ended", _("All ended"))], _in_state, "open"),
        Filter("day", _l("Day"), DAYS, _on_day),
        Filter("site", _l("Site"), _sites(), _at_site),
    ]
    if g.person.sees_all:
        filters.append(Filter("technician", _l("Technician"), _technicians(), _whose))
        asked = [("yes", _("with questions"))]
        filters.append(Filter("asked", _l("Questions"), asked, _with_questions))
    return filters


def _in_state(query: Visits, value: str) -> Visits:
    if value in ("open", "ended"):
        which = VISIT_OPEN if value == "open" else VISIT_ENDED
        return query.where(ServiceVisit.state.in_(which))
    return query.where(ServiceVisit.state == VisitState(value))


def _on_day(query: Visits, value: str) -> Visits:
    """On the house's calendar."""
    midnight = datetime.combine(dates.today(now()), time(), dates.HOME)
    if value == "past":
        return query.where(ServiceVisit.starts_at < midnight)
    first, last = {"today": (0, 1), "tomorrow": (1, 2), "week": (0, 7)}[value]
    since, until = (midnight + timedelta(days=days) for days in (first, last))
    return query.where(ServiceVisit.starts_at >= since, ServiceVisit.starts_at < until)


def _at_site(query: Visits, value: str) -> Visits:
    return query.where(ServiceVisit.site_id == int(value))


def _sites() -> list[tuple[str, Any]]:
    busy = ServiceVisit.visible_to(g.person).with_only_columns(ServiceVisit.site_id)
    mine = Site.visible_to(g.person).where(Site.id.in_(busy))
    rows = mine.with_only_columns(Site.id, Site.name).order_by(alphabetical(Site.name))
    return [(str(key), name) for key, name in db.session.execute(rows.limit(MOST_SITES))]


def _technicians() -> list[tuple[str, Any]]:
    having = select(ServiceVisit.technician_id).where(ServiceVisit.technician_id.is_not(None))
    others = select(Person.id, Person.name).where(Person.id.in_(having), Person.id != g.person.id)
    rows = db.session.execute(others.order_by(alphabetical(Person.name)))
    own = [("mine", _("mine")), ("nobody", _("nobody's"))]
    return [*own, *((str(key), name) for key, name in rows)]


def _whose(query: Visits, value: str) -> Visits:
    if value == "nobody":
        return query.where(ServiceVisit.technician_id.is_(None))
    key = g.person.id if value == "mine" else int(value)
    return query.where(ServiceVisit.technician_id == key)


def _with_questions(query: Visits, _value: str) -> Visits:
    open_one = VisitReview.settled_at.is_(None)
    return query.where(exists().where(VisitReview.visit_id == ServiceVisit.id, open_one))


def _find(query: Visits, words: str) -> Visits:
    """Every word stands in its number, its place, or the name of a station on it."""
    for word in words.split():
        named = [
            column.icontains(word, autoescape=True)
            for column in (ServiceVisit.number, Site.name, Site.city, Customer.name)
        ]
        stations = select(Station.id).where(Station.name.icontains(word, autoescape=True))
        query = query.where(or_(*named, _with(WorkOrderLine.station_id.in_(stations))))
    return query
