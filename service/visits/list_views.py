"""The list of work orders, and those of a station, a site or a recall."""

from __future__ import annotations

from typing import Any

from flask import g, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, bindparam, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from service.contracts.list_views import today
from service.core.db import db
from service.core.lists import Column, Filter, Listing
from service.core.money import in_kronor
from service.core.swedish import alphabetical
from service.people.models import Customer, Person
from service.plans.recalls import Recall
from service.stations.models import Site, Station
from service.visits import labels
from service.visits.blueprint import bp
from service.visits.models import WorkOrder, WorkOrderLine
from service.visits.states import ENDED, OPEN, Kind, State

Orders = Select[Any]
ROWS = 40
# So many sites are offered in the toolbar: those that have an open order.
MOST_SITES = 300
IN_PANEL = 10
# A search finds the orders of so many stations and sites; who means more types more.
MOST_PLACES = 500


@bp.get("/work-orders")
def index() -> ResponseReturnValue:
    return _listing().answer("visits/index.html", labels=labels, today=today())


@bp.get("/stations/<int:station_id>/work-orders")
def of_station(station_id: int) -> str:
    station = g.person.may_see(Station, station_id)
    lines = select(WorkOrderLine.work_order_id).where(WorkOrderLine.station_id == station.id)
    return _panel(WorkOrder.id.in_(lines), station.name)


@bp.get("/sites/<int:site_id>/work-orders")
def of_site(site_id: int) -> str:
    site = g.person.may_see(Site, site_id)
    return _panel(WorkOrder.site_id == site.id, site.name)


@bp.get("/recalls/<int:recall_id>/work-orders")
def of_recall(recall_id: int) -> str:
    recall = g.person.may_see(Recall, recall_id)
    return _panel(WorkOrder.recall_id == recall.id, recall.title, recall)


def _panel(which: Any, name: str, recall: Recall | None = None) -> str:
    """The newest orders of something, the open ones first."""
    mine = (
        WorkOrder.visible_to(g.person)
        .where(which)
        .options(joinedload(WorkOrder.site), joinedload(WorkOrder.recall))
    )
    newest = mine.order_by(WorkOrder.state.in_(OPEN).desc(), WorkOrder.id.desc())
    orders = list(db.session.scalars(newest.limit(IN_PANEL + 1)))
    return render_template(
        "visits/_panel.html",
        orders=orders[:IN_PANEL],
        is_more=len(orders) > IN_PANEL,
        name=name,
        recall=recall,
        labels=labels,
    )


def _listing() -> Listing:
    # Outer joins: they filter nothing, so that a page is read along its index and no further.
    query = WorkOrder.visible_to(g.person).outerjoin(WorkOrder.site).outerjoin(Site.customer)
    options = (
        contains_eager(WorkOrder.site).contains_eager(Site.customer),
        joinedload(WorkOrder.assignee),
        joinedload(WorkOrder.recall),
        selectinload(WorkOrder.lines),
    )
    return Listing(
        name="work-orders",
        query=query.options(*options),
        columns=tuple(_columns()),
        sort="due_on",
        per_page=ROWS,
        find=_find,
        filters=tuple(_filters()),
        search_hint=_l("Search number, title, site, station, customer …"),
    )


def _columns() -> list[Column]:
    inside = g.person.sees_all
    columns = [
        Column("state", _l("State"), None, lambda one: str(labels.STATE[one.state])),
        Column("number", _l("Number"), WorkOrder.id, lambda one: one.number),
        Column("kind", _l("Kind"), None, lambda one: str(labels.KIND[one.kind]), on_page=False),
        Column("title", _l("Work"), None, labels.title),
        Column("site", _l("Site"), alphabetical(Site.name), lambda one: one.site.name),
        Column("customer", _l("Customer"), None, _customer, on_page=False),
        Column("due_on", _l("Latest day"), WorkOrder.due_on),
        Column("planned_on", _l("Planned day"), WorkOrder.planned_on),
        Column("assignee", _l("Technician"), None, _assignee, on_page=inside, in_file=inside),
        Column("progress", _l("Done"), number=True),
        Column("extra", _l("Extras"), None, lambda one: in_kronor(one.extra_ore), number=True),
    ]
    return columns


def _customer(order: WorkOrder) -> str:
    return order.site.customer.name


def _assignee(order: WorkOrder) -> str:
    return order.assignee.name if order.assignee else ""


def _filters() -> list[Filter]:
    states = [("open", _("All open")), *((one.value, word) for one, word in labels.STATE.items())]
    filters = [
        Filter(
            "state",
            _l("State"),
            [*states, ("ended", _("All ended"))],
            _in_state,
            default="open",
        ),
        Filter(
            "kind",
            _l("Kind"),
            [(one.value, word) for one, word in labels.KIND.items()],
            lambda query, value: query.where(WorkOrder.kind == Kind(value)),
        ),
        Filter(
            "site",
            _l("Site"),
            _sites(),
            lambda query, value: query.where(WorkOrder.site_id == int(value)),
        ),
        Filter(
            "late",
            _l("Latest day"),
            [("overdue", _("overdue"))],
            lambda query, value: query.where(WorkOrder.due_on < today()),
        ),
    ]
    if g.person.sees_all:
        filters.append(Filter("assignee", _l("Technician"), _assignees(), _assigned))
    return filters


def _in_state(query: Orders, value: str) -> Orders:
    if value in ("open", "ended"):
        return query.where(_is_open() if value == "open" else WorkOrder.state.in_(ENDED))
    return query.where(WorkOrder.state == State(value))


def _is_open() -> Any:
    """In the words of the partial index, so that all that has ended costs nothing."""
    return WorkOrder.state.in_(bindparam("open", OPEN, expanding=True, literal_execute=True))


def _sites() -> list[tuple[str, Any]]:
    busy = WorkOrder.visible_to(g.person).where(_is_open())
    mine = Site.visible_to(g.person).where(Site.id.in_(busy.with_only_columns(WorkOrder.site_id)))
    rows = mine.with_only_columns(Site.id, Site.name).order_by(alphabetical(Site.name))
    return [(str(key), name) for key, name in db.session.execute(rows.limit(MOST_SITES))]


def _assignees() -> list[tuple[str, Any]]:
    having = select(WorkOrder.assignee_id).where(_is_open(), WorkOrder.assignee_id.is_not(None))
    others = select(Person.id, Person.name).where(Person.id.in_(having), Person.id != g.person.id)
    rows = db.session.execute(others.order_by(alphabetical(Person.name)))
    return [
        ("mine", _("mine")),
        ("nobody", _("nobody's")),
        *((str(key), name) for key, name in rows),
    ]


def _assigned(query: Orders, value: str) -> Orders:
    if value == "nobody":
        return query.where(WorkOrder.assignee_id.is_(None))
    return query.where(WorkOrder.assignee_id == (g.person.id if value == "mine" else int(value)))


def _find(query: Orders, words: str) -> Orders:
    """Every word stands in its number, its title, its place, or the name of a station on it.

    Places are found first: the orders' own indexes then find theirs.
    """
    for word in words.split():
        stations = select(Station.id).where(Station.name.icontains(word, autoescape=True))
        places = (
            select(Site.id)
            .join(Site.customer)
            .where(
                or_(
                    *(
                        column.icontains(word, autoescape=True)
                        for column in (Site.name, Site.city, Customer.name)
                    )
                )
            )
        )
        on_line = WorkOrderLine.station_id.in_(_keys(stations))
        query = query.where(
            or_(
                WorkOrder.number.icontains(word, autoescape=True),
                WorkOrder.title.icontains(word, autoescape=True),
                WorkOrder.site_id.in_(_keys(places)),
                WorkOrder.id.in_(select(WorkOrderLine.work_order_id).where(on_line)),
            )
        )
    return query


def _keys(query: Select[Any]) -> list[int]:
    return list(db.session.scalars(query.limit(MOST_PLACES)))
