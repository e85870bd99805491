"""Pages of one station. The list stands where its live state is known: in `monitoring`."""

from __future__ import annotations

from flask import Blueprint, g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from service.core.clock import now
from service.core.db import db
from service.stations import connection_views, labels, pages
from service.stations.forms import StationForm
from service.stations.models import IdentityTakenError, Station, StationSerial
from service.stations.pages import Answer

bp = Blueprint("stations", __name__, url_prefix="/stations")

# What later rooms know of a station. Each panel loads itself from its own room's address.
PANELS = (
    ("states.of_station", _l("State now")),
    ("tickets.of_station", _l("Tickets")),
    ("service.of_station", _l("Service")),
    ("work_orders.of_station", _l("Work orders")),
    ("measurements.of_station", _l("Measured values")),
    ("service_reports.of_station", _l("Service reports")),
    ("service_visits.of_station", _l("Visits")),
    ("contracts.of_station", _l("Covered by")),
    ("components.of_station", _l("Components")),
    ("availability.of_station", _l("Availability")),
    ("remote.of_station", _l("Remote actions")),
    ("outages.of_station", _l("Planned outages")),
    ("sessions.of_station", _l("Charging sessions")),
    ("stations.history", _l("History")),
)


@bp.get("/<int:station_id>")
def show(station_id: int) -> str:
    station = g.person.may_see(Station, station_id)
    panels = [
        (pages.address_of(endpoint, station_id=station.id), title) for endpoint, title in PANELS
    ]
    return render_template(
        "stations/show.html",
        station=station,
        panels=[panel for panel in panels if panel[0]],
        devices=StationSerial.of_station(station.id),
        frames_url=pages.address_of("frames.index", station_id=station.id),
        labels=labels,
    )


@bp.get("/new")
def create_form() -> Answer:
    values = {"ocpp_identity": request.args.get("identity"), "name": request.args.get("identity")}
    form = StationForm(site_id=request.args.get("site", type=int), **values)
    return pages.ask(form, _("New station"), url_for("stations.index"))


@bp.post("")
def create() -> Answer:
    """The answer is its connection page, with the key: it is shown this once."""
    form = StationForm()
    if not form.validate():
        return pages.ask(form, _("New station"), url_for("stations.index"))
    try:
        station = Station.create(
            by=g.person, at=now(), security_profile=pages.usual_profile(), **form.facts
        )
    except IdentityTakenError as wrong:
        _say_taken(form, wrong)
        return pages.ask(form, _("New station"), url_for("stations.index"))
    key = station.give_key(g.person, now())
    db.session.commit()
    return connection_views.with_key(station, key)


@bp.get("/<int:station_id>/edit")
def edit_form(station_id: int) -> Answer:
    station = g.person.may_see(Station, station_id)
    return pages.ask(StationForm(station), station.name, _page(station))


@bp.post("/<int:station_id>")
def edit(station_id: int) -> Answer:
    station = g.person.may_see(Station, station_id)
    form = StationForm(station)
    if not form.validate():
        return pages.ask(form, station.name, _page(station))
    try:
        return pages.changed(lambda: station.edit(g.person, now(), **form.facts), _page(station))
    except IdentityTakenError as wrong:
        _say_taken(form, wrong)
        return pages.ask(form, station.name, _page(station))


@bp.post("/<int:station_id>/retirement")
def retire(station_id: int) -> Answer:
    station = g.person.may_see(Station, station_id)
    return pages.with_reason(
        lambda why: station.retire(g.person, why, now()),
        _("%(name)s is retired.", name=station.name),
        _page(station),
    )


@bp.get("/<int:station_id>/history")
def history(station_id: int) -> str:
    return pages.history(g.person.may_see(Station, station_id))


def _page(station: Station) -> str:
    return url_for("stations.show", station_id=station.id)


def _say_taken(form: StationForm, wrong: IdentityTakenError) -> None:
    form.refuse("ocpp_identity", _("Another station has this identity already."))
