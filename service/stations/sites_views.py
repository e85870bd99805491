"""Pages of the sites."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager

from service.core.clock import now
from service.core.db import db
from service.core.lists import Column, Listing
from service.core.swedish import alphabetical
from service.people.models import Customer
from service.stations import labels, pages
from service.stations.forms import SiteForm
from service.stations.models import Station
from service.stations.pages import Answer
from service.stations.register import Site

bp = Blueprint("sites", __name__, url_prefix="/sites")


@bp.get("")
def index() -> ResponseReturnValue:
    return _listing().answer("stations/sites.html")


@bp.get("/<int:site_id>")
def show(site_id: int) -> str:
    site = g.person.may_see(Site, site_id)
    standing = select(Station).where(Station.site_id == site.id, Station.retired_at.is_(None))
    stations = db.session.scalars(standing.order_by(alphabetical(Station.name)))
    return render_template(
        "stations/site.html",
        site=site,
        stations=list(stations),
        labels=labels,
        outages_url=pages.address_of("outages.of_site", site_id=site.id),
    )


@bp.get("/new")
def create_form() -> Answer:
    form = SiteForm(customer_id=request.args.get("customer", type=int))
    return pages.ask(form, _("New site"), url_for("sites.index"))


@bp.post("")
def create() -> Answer:
    form = SiteForm()
    if not form.validate():
        return pages.ask(form, _("New site"), url_for("sites.index"))
    site = Site.create(g.person, now(), **form.facts)
    db.session.flush()
    return pages.done(_("%(name)s is a site now.", name=site.name), _page(site))


@bp.get("/<int:site_id>/edit")
def edit_form(site_id: int) -> Answer:
    site = g.person.may_see(Site, site_id)
    return pages.ask(SiteForm(site), site.name, _page(site))


@bp.post("/<int:site_id>")
def edit(site_id: int) -> Answer:
    site = g.person.may_see(Site, site_id)
    form = SiteForm(site)
    if not form.validate():
        return pages.ask(form, site.name, _page(site))
    return pages.changed(lambda: site.edit(g.person, now(), **form.facts), _page(site))


@bp.post("/<int:site_id>/retirement")
def retire(site_id: int) -> Answer:
    site = g.person.may_see(Site, site_id)
    return pages.with_reason(
        lambda why: site.retire(g.person, why, now()),
        _("%(name)s is retired.", name=site.name),
        _page(site),
    )


@bp.get("/<int:site_id>/history")
def history(site_id: int) -> str:
    return pages.history(g.person.may_see(Site, site_id))


def _page(site: Site) -> str:
    return url_for("sites.show", site_id=site.id)


def _listing() -> Listing:
    at_site = (Station.site_id == Site.id, Station.retired_at.is_(None))
    stations = select(func.count()).where(*at_site).scalar_subquery().label("stations")
    visible = Site.visible_to(g.person).join(Site.customer).options(contains_eager(Site.customer))
    return Listing(
        name="sites",
        query=visible.add_columns(stations),
        columns=(
            Column("name", _l("Name"), alphabetical(Site.name), _of("name")),
            Column("customer", _l("Customer"), alphabetical(Customer.name), _customer),
            Column("address", _l("Address"), None, _of("address")),
            Column("postal_code", _l("Postal code"), None, _of("postal_code"), on_page=False),
            Column("city", _l("City"), alphabetical(Site.city), _of("city")),
            Column("latitude", _l("Latitude"), None, _of("latitude"), on_page=False),
            Column("longitude", _l("Longitude"), None, _of("longitude"), on_page=False),
            Column("environment", _l("Environment"), None, _of("environment"), on_page=False),
            Column("time_zone", _l("Time zone"), None, _of("time_zone"), on_page=False),
            Column("stations", _l("Stations"), stations, number=True),
        ),
        search=(Site.name, Site.address, Site.city, Customer.name),
        filters=(pages.in_use_filter(Site),),
        sort="name",
        search_hint=_l("Search name, address, city, customer …"),
    )


def _of(name: str) -> Callable[[Any], Any]:
    return lambda row: getattr(row.Site, name)


def _customer(row: Any) -> str:
    return str(row.Site.customer.name)
