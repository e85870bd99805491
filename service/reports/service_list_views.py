"""The list of service reports, and those of a station or a visit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, g, render_template
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import contains_eager

from service.core.db import db
from service.core.lists import Column, Filter, Listing
from service.core.swedish import alphabetical
from service.people.models import Customer
from service.reports import service_labels as labels
from service.reports.service_reports import ReportRequest, ServiceReport
from service.stations.models import Site, Station
from service.visits.service_visits import ServiceVisit

bp = Blueprint("service_reports", __name__)
Reports = Select[Any]
IN_PANEL = 10
SHOWN = (("newest", _l("newest revisions")), ("replaced", _l("replaced")))


@bp.get("/reports")
def index() -> ResponseReturnValue:
    return listing().answer("reports/index.html", labels=labels, waiting=_waiting())


@bp.get("/stations/<int:station_id>/reports")
def of_station(station_id: int) -> str:
    station = g.person.may_see(Station, station_id)
    return _panel(ServiceReport.station_ids.contains([station.id]))


@bp.get("/service-visits/<int:visit_id>/reports")
def of_visit(visit_id: int) -> str:
    visit = g.person.may_see(ServiceVisit, visit_id)
    mine = ReportRequest.visible_to(g.person).where(ReportRequest.visit_id == visit.id)
    waiting = mine.where(ReportRequest.report_id.is_(None))
    return _panel(ServiceReport.visit_id == visit.id, list(db.session.scalars(waiting)))


def listing(name: str = "reports", shown: Sequence[str] = ()) -> Listing:
    """`shown`: the columns of the page, if not all that are for it."""
    query = ServiceReport.visible_to(g.person).join(ServiceReport.site).join(Site.customer)
    loaded = query.options(contains_eager(ServiceReport.site).contains_eager(Site.customer))
    return Listing(
        name=name,
        query=loaded,
        columns=[one for one in COLUMNS if not shown or one.key in shown],
        sort="-on",
        find=_find,
        filters=(
            Filter("verdict", _l("Result"), list(labels.VERDICT.items()), _with_verdict),
            Filter("shown", _l("Shown"), SHOWN, _shown, default="newest"),
        ),
        search_hint=_l("Search number, site, station, customer …"),
    )


COLUMNS = (
    Column(
        "verdict", _l("Result"), ServiceReport.verdict, lambda one: str(labels.VERDICT[one.verdict])
    ),
    Column("number", _l("Number"), ServiceReport.number),
    Column("revision", _l("Revision"), ServiceReport.revision, number=True),
    Column("on", _l("Day"), ServiceReport.on),
    Column("site", _l("Site"), alphabetical(Site.name), lambda one: one.site.name),
    Column(
        "customer", _l("Customer"), alphabetical(Customer.name), lambda one: one.site.customer.name
    ),
    Column("made_at", _l("Made"), ServiceReport.made_at),
    Column("mailed_to", _l("Mailed to"), on_page=False),
    Column("sha256", _l("SHA-256 of the file"), on_page=False),
)


def _with_verdict(query: Reports, value: str) -> Reports:
    return query.where(ServiceReport.verdict == value)


def _shown(query: Reports, value: str) -> Reports:
    if value == "newest":
        return ServiceReport.newest(query)
    return query.where(ServiceReport.id.in_(select(ServiceReport.replaces_id)))


def _find(query: Reports, words: str) -> Reports:
    """Every word stands in its number, its place, or the name of a station of it."""
    for word in words.split():
        named = select(Station.id).where(Station.name.icontains(word, autoescape=True))
        columns = (ServiceReport.number, Site.name, Site.city, Customer.name)
        query = query.where(
            or_(
                ServiceReport.station_ids.overlap(func.array(named.scalar_subquery())),
                *(column.icontains(word, autoescape=True) for column in columns),
            )
        )
    return query


def _waiting() -> list[ReportRequest]:
    """Those that did not come about at the first try, for the house alone."""
    if not g.person.sees_all:
        return []
    tried = ReportRequest.open().where(ReportRequest.error.is_not(None))
    return list(db.session.scalars(tried.limit(50)))


def _panel(which: Any, waiting: list[ReportRequest] | None = None) -> str:
    """The newest of something. Each report by the revision that holds."""
    mine = ServiceReport.newest(ServiceReport.visible_to(g.person).where(which))
    newest = mine.order_by(ServiceReport.on.desc(), ServiceReport.id.desc())
    reports = list(db.session.scalars(newest.limit(IN_PANEL)))
    values = {"reports": reports, "waiting": waiting or [], "labels": labels}
    return render_template("reports/_panel.html", **values)
