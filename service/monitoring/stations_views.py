"""What is known live of stations: their list, the state of one, and whether it is connected."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, func
from sqlalchemy.orm import contains_eager, selectinload

from service.core import language
from service.core.clock import now
from service.core.db import db
from service.core.lists import Column, Filter, Listing
from service.core.swedish import alphabetical
from service.monitoring import fleet, status_labels
from service.monitoring import labels as labels_of
from service.monitoring.health import Kind
from service.monitoring.link_models import Connection, Contact
from service.monitoring.models import FaultCode, windows_over
from service.monitoring.rivals import Rival
from service.people.guard import has
from service.people.models import Customer
from service.stations import labels
from service.stations.label_views import MOST, sheet
from service.stations.models import Site, Station, StationModel
from service.stations.views import bp as stations

__all__ = ["bp", "stations"]

bp = Blueprint("states", __name__, url_prefix="/stations")


@stations.get("")
def index() -> ResponseReturnValue:
    return _listing(now()).answer(
        "stations/index.html",
        health_of=fleet.health_of,
        labels=status_labels,
        labels_url=_with_choices("stations.labels"),
    )


@stations.get("/labels", endpoint="labels")
def labels_of_list() -> str:
    """Labels of the stations that the list shows with this search and these filters."""
    listing = _listing(now())
    chosen = listing.sorted(listing.narrowed(request.args), request.args).limit(MOST + 1)
    found = db.session.execute(chosen).unique().scalars().all()
    return sheet(found, _with_choices("stations.index"))


def _with_choices(endpoint: str) -> str:
    """The address, with the search, filters and order of this one."""
    said = request.query_string.decode("ascii", "ignore")
    return url_for(endpoint) + (f"?{said}" if said else "")


@bp.get("/<int:station_id>/state")
def of_station(station_id: int) -> str:
    station, at = g.person.may_see(Station, station_id), now()
    contact = db.session.get(Contact, station.id)
    windows = list(db.session.scalars(windows_over(station, at)))
    is_offline = contact is not None and contact.is_offline
    return render_template(
        "stations/_state.html",
        station=station,
        contact=contact,
        windows=windows,
        rival=Rival.of(station, at) if has("stations.take_over") else None,
        whole=fleet.health_of(station, is_offline, bool(windows)),
        parts=fleet.parts(station, is_offline, bool(windows)),
        labels=status_labels,
        status=labels_of.status,
        errors=_errors(),
    )


@bp.get("/<int:station_id>/connection/state")
def link(station_id: int) -> str:
    station = g.person.may_see(Station, station_id)
    return render_template(
        "stations/_link.html",
        station=station,
        contact=db.session.get(Contact, station.id),
        connection=Connection.newest(station.id),
    )


def _errors() -> dict[str, str]:
    """What the errorCodes of chargers are called in the catalogue."""
    tongue = language.current()
    return {one.ocpp16: one.title(tongue) for one in FaultCode.all_by_code().values()}


def _listing(at: datetime) -> Listing:
    visible = Station.visible_to(g.person)
    if g.person.sees_all:
        visible = visible.outerjoin(Station.site)
    loaded = (
        visible.outerjoin(Site.customer)
        .outerjoin(Station.model)
        .outerjoin(Contact, Contact.station_id == Station.id)
        .options(
            contains_eager(Station.site).contains_eager(Site.customer),
            contains_eager(Station.model),
            selectinload(Station.connectors),
        )
    )
    return Listing(
        name="stations",
        query=loaded.add_columns(Contact, fleet.in_window(at).label("in_window")),
        columns=_columns(at),
        search=_searched(),
        filters=(
            Filter("state", _l("State"), status_labels.KINDS, lambda q, v: _in_state(q, v, at)),
            Filter("access", _l("Access"), list(labels.ACCESS.items()), _with_access),
            Filter("shown", _l("Shown"), SHOWN, _shown, default="in_use"),
        ),
        sort="name",
        search_hint=_l("Search name, site, customer, label, serial number …"),
    )


def _searched() -> tuple[Any, ...]:
    """Whoever may not see an identity may not find it by guessing either."""
    # With its dash and without: one text is looked through faster than two.
    parts = (func.left(Station.code, 4), "-", func.right(Station.code, 4))
    label = func.concat(Station.code, " ", *parts)
    known = (Station.name, label, Station.serial_number, Site.name, Site.city, Customer.name)
    return (*known, Station.ocpp_identity) if has("stations.connect") else known


def _columns(at: datetime) -> tuple[Column, ...]:
    identity = Column(
        "ocpp_identity", _l("OCPP identity"), Station.identity_key, lambda it: it[0].ocpp_identity
    )
    return (
        Column("state", _l("State"), fleet.rank(at), _state),
        Column("name", _l("Name"), alphabetical(Station.name), lambda it: it[0].name),
        *((identity,) if has("stations.connect") else ()),
        Column("site", _l("Site"), alphabetical(Site.name), _site("name")),
        Column("customer", _l("Customer"), alphabetical(Customer.name), _customer),
        Column("maker", _l("Maker"), None, _model("maker"), on_page=False),
        Column("model", _l("Model"), alphabetical(StationModel.name), _model("name")),
        Column(
            "article_number", _l("Article number"), None, _model("article_number"), False, False
        ),
        Column("last_seen_at", _l("Last contact"), Contact.last_seen_at, _last_seen),
        *(
            Column(name, labels.column(name), None, _site(name), on_page=False)
            for name in ("address", "postal_code", "city", "latitude", "longitude", "time_zone")
        ),
        Column("code", labels.column("code"), None, _own("label"), on_page=False),
        *(
            Column(name, labels.column(name), None, _own(name), on_page=False)
            for name in (
                "serial_number",
                "firmware_version",
                "access",
                "authorization",
                "commissioned_on",
            )
        ),
    )


def _state(row: Any) -> str:
    is_offline = row[1] is not None and row[1].is_offline
    return str(status_labels.word(fleet.health_of(row[0], is_offline, row[2])))


def _site(name: str) -> Any:
    return lambda row: getattr(row[0].site, name) if row[0].site else None


def _model(name: str) -> Any:
    return lambda row: getattr(row[0].model, name) if row[0].model else None


def _own(name: str) -> Any:
    return lambda row: getattr(row[0], name)


def _customer(row: Any) -> str | None:
    return row[0].site.customer.name if row[0].site else None


def _last_seen(row: Any) -> datetime | None:
    return row[1].last_seen_at if row[1] else None


SHOWN = (("in_use", _l("in use")), ("retired", _l("retired")))


def _shown(query: Select[Any], value: str) -> Select[Any]:
    gone: ColumnElement[bool] = Station.retired_at.is_not(None)
    return query.where(gone if value == "retired" else ~gone)


def _in_state(query: Select[Any], value: str, at: datetime) -> Select[Any]:
    return query.where(fleet.is_kind(Kind(value), at))


def _with_access(query: Select[Any], value: str) -> Select[Any]:
    return query.where(Station.access == value)
