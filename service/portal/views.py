"""The portal: the own stations, one of them, and the list of reports. No page needs a script."""

from __future__ import annotations

from flask import g, render_template
from flask.typing import ResponseReturnValue

from service.core.clock import now
from service.monitoring import status_labels
from service.people.models import NotVisibleError
from service.portal import labels, own_things, report_views, sign_in_views
from service.portal.blueprint import bp
from service.reports import service_labels
from service.reports.service_list_views import listing
from service.stations.models import Station
from service.tickets.list_views import Faults

__all__ = ["bp", "report_views", "sign_in_views"]


@bp.get("")
def index() -> str:
    at = now()
    return render_template(
        "portal/index.html",
        stations=own_things.stations(g.person, at),
        visits=own_things.visits(g.person),
        tickets=own_things.tickets(g.person),
        reports=own_things.reports(g.person),
        faults=Faults(),
        labels=labels,
        words=status_labels,
        report_labels=service_labels,
    )


@bp.get("/stations/<int:station_id>")
def station(station_id: int) -> str:
    mine = g.person.may_see(Station, station_id)
    seen = own_things.stations(g.person, now(), mine.id)
    if not seen:
        raise NotVisibleError(Station.__name__, station_id)
    return render_template(
        "portal/station.html",
        seen=seen[0],
        station=mine,
        visits=own_things.visits(g.person, mine.site_id),
        tickets=own_things.tickets(g.person, mine.id),
        reports=own_things.reports(g.person, mine.id),
        dates=own_things.next_dates(g.person, mine.id),
        faults=Faults(),
        labels=labels,
        words=status_labels,
        report_labels=service_labels,
    )


@bp.get("/reports")
def reports() -> ResponseReturnValue:
    mine = listing("portal-reports", ("verdict", "number", "on"))
    return mine.answer("portal/reports.html", labels=service_labels)
