"""Planned outages: what keeps tickets silent, where, from when to when, and why."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import joinedload

from service.core.clock import now
from service.core.dates import HOME, moment
from service.core.db import db
from service.core.forms import soon
from service.core.lists import Column, Filter, Listing
from service.monitoring.forms import OutageForm
from service.monitoring.health import Kind
from service.monitoring.models import MaintenanceWindow
from service.people.guard import can
from service.stations.models import Site, Station

bp = Blueprint("outages", __name__)
SHOWN = 5
TIMES: dict[str, Any] = {
    "ahead": _l("now and ahead"),
    "current": _l("now"),
    "future": _l("ahead"),
    "past": _l("past"),
}
Windows = Select[Any]


@bp.get("/outages")
def index() -> ResponseReturnValue:
    at = now()
    place = select(Station.id).join(Site, isouter=True)
    planner = Column("created_by", _l("Planned by"), value=lambda one: one.created_by.name)
    listing = Listing(
        name="outages",
        query=MaintenanceWindow.visible_to(g.person).options(
            joinedload(MaintenanceWindow.station).joinedload(Station.site),
            joinedload(MaintenanceWindow.site),
            joinedload(MaintenanceWindow.created_by),
        ),
        columns=(
            Column("state", _l("State"), value=lambda one: str(TIMES[time_of(one, at)])),
            Column("place", _l("Where"), value=place_of),
            Column("since", _l("From"), MaintenanceWindow.since),
            Column("until", _l("To"), MaintenanceWindow.until),
            Column("reason", _l("Reason")),
            # Who planned it and may end it is the house's business.
            *((planner,) if g.person.sees_all else ()),
            *((Column("deed", _l("End"), in_file=False),) if can("outages.end") else ()),
        ),
        sort="since",
        find=lambda query, words: query.where(_has(words, place)),
        filters=(Filter("time", _l("When"), list(TIMES.items()), _at_time(at), default="ahead"),),
        search_hint=_l("Search station, site, reason …"),
    )
    return listing.answer("monitoring/outages.html", at=at)


@bp.get("/stations/<int:station_id>/outages")
def of_station(station_id: int) -> str:
    """The outages that hold for a station: its own and its site's, those to come first."""
    station, at = g.person.may_see(Station, station_id), now()
    mine = [MaintenanceWindow.station_id == station.id]
    if station.site_id:
        mine.append(MaintenanceWindow.site_id == station.site_id)
    return _panel(station, or_(*mine), at)


@bp.get("/sites/<int:site_id>/outages")
def of_site(site_id: int) -> str:
    """The outages of a site, and those of its stations."""
    site = g.person.may_see(Site, site_id)
    standing = select(Station.id).where(Station.site_id == site.id)
    mine = or_(MaintenanceWindow.site_id == site.id, MaintenanceWindow.station_id.in_(standing))
    return _panel(site, mine, now())


def _panel(place: Station | Site, mine: ColumnElement[bool], at: datetime) -> str:
    query = MaintenanceWindow.visible_to(g.person).where(mine)
    newest = query.order_by(MaintenanceWindow.until.desc()).limit(SHOWN)
    plan_url = "" if place.retired_at else _plan_url(place)
    return render_template(
        "monitoring/_outages.html",
        windows=list(db.session.scalars(newest)),
        at=at,
        plan_url=plan_url if can("outages.plan") else "",
        is_site=isinstance(place, Site),
    )


def _plan_url(place: Station | Site) -> str:
    if isinstance(place, Station):
        return url_for("outages.plan", station_id=place.id)
    return url_for("outages.plan_site", site_id=place.id)


@bp.route("/stations/<int:station_id>/outages/new", methods=["GET", "POST"])
def plan(station_id: int) -> ResponseReturnValue:
    station = g.person.may_see(Station, station_id)
    return _plan(station, url_for("stations.show", station_id=station.id))


@bp.route("/sites/<int:site_id>/outages/new", methods=["GET", "POST"])
def plan_site(site_id: int) -> ResponseReturnValue:
    site = g.person.may_see(Site, site_id)
    return _plan(site, url_for("sites.show", site_id=site.id))


@bp.post("/outages/<int:outage_id>/end")
def end(outage_id: int) -> ResponseReturnValue:
    window, at = g.person.may_see(MaintenanceWindow, outage_id), now()
    db.session.refresh(window, with_for_update=True)
    if window.until <= at:
        flash(_("Nothing was changed: it is over already."), "warning")
        return redirect(url_for("outages.index"))
    window.end(g.person, at)
    db.session.commit()
    flash(_("The planned outage is over. Tickets open again."))
    return redirect(url_for("outages.index"))


def _plan(place: Station | Site, back: str) -> ResponseReturnValue:
    if place.retired_at:
        abort(404)
    at, zone = now(), zone_of(place)
    form = OutageForm(since=soon(at), until=soon(at, minutes=120), zone=zone)
    if not form.validate():
        words = {"place": place, "back": back, "zone": zone.key}
        page = render_template("monitoring/outage_form.html", form=form, **words)
        return (page, 422) if form.is_submitted() else page

    since, until, reason = form.since.data, form.until.data, form.reason.data or ""
    MaintenanceWindow.plan(place, since, until, reason, g.person, at)  # type: ignore[arg-type]
    db.session.commit()
    flash(_("The planned outage is kept. Tickets stay silent from its beginning to its end."))
    return redirect(back)


def zone_of(place: Station | Site | None) -> ZoneInfo:
    site = place.site if isinstance(place, Station) else place
    return ZoneInfo(site.time_zone) if site else HOME


def place_of(window: MaintenanceWindow) -> str:
    if window.station:
        return window.station.name
    return _("%(site)s, the whole site", site=window.site.name) if window.site else ""


def time_of(window: MaintenanceWindow, at: datetime) -> str:
    if window.until <= at:
        return "past"
    return "current" if window.since <= at else "future"


LOOK = {"past": Kind.UNKNOWN, "current": Kind.SERVICE, "future": Kind.UNKNOWN}


@bp.context_processor
def _words() -> dict[str, Any]:
    return {"place_of": place_of, "time_of": time_of, "TIMES": TIMES, "LOOK": LOOK}


@bp.app_template_filter("there")
def there(at: datetime, window: MaintenanceWindow) -> str:
    """On the clock of the place, and which clock that is where it is another one."""
    zone = zone_of(window.station or window.site)
    words = moment(at, str(get_locale() or "en"), now(), zone)
    return words if zone == HOME else f"{words} ({zone.key})"


def _at_time(at: datetime) -> Any:
    begun, over = MaintenanceWindow.since <= at, MaintenanceWindow.until <= at
    times = {"ahead": ~over, "current": begun & ~over, "future": ~begun, "past": over}
    return lambda query, value: query.where(times[value])


def _has(words: str, place: Windows) -> Any:
    stations = place.where(
        or_(*(one.icontains(words, autoescape=True) for one in (Station.name, Site.name)))
    )
    sites = select(Site.id).where(Site.name.icontains(words, autoescape=True))
    return or_(
        MaintenanceWindow.reason.icontains(words, autoescape=True),
        MaintenanceWindow.station_id.in_(stations),
        MaintenanceWindow.site_id.in_(sites),
    )
