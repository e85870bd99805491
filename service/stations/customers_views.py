"""Pages of the customers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, g, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from service.core.clock import now
from service.core.db import db
from service.core.lists import Column, Listing
from service.core.swedish import alphabetical
from service.people.models import Customer
from service.stations import pages
from service.stations.forms import CustomerForm
from service.stations.pages import Answer
from service.stations.register import Site, retire_customer

bp = Blueprint("customers", __name__, url_prefix="/customers")


@bp.get("")
def index() -> ResponseReturnValue:
    return _listing().answer("stations/customers.html")


@bp.get("/<int:customer_id>")
def show(customer_id: int) -> str:
    customer = g.person.may_see(Customer, customer_id)
    sites = Site.visible_to(g.person).where(Site.customer_id == customer.id)
    return render_template(
        "stations/customer.html",
        customer=customer,
        contracts_url=pages.address_of("contracts.of_customer", customer_id=customer.id),
        sites=list(db.session.scalars(sites.order_by(alphabetical(Site.name)))),
    )


@bp.get("/new")
def create_form() -> Answer:
    return pages.ask(CustomerForm(), _("New customer"), url_for("customers.index"))


@bp.post("")
def create() -> Answer:
    form = CustomerForm()
    if not form.validate():
        return pages.ask(form, _("New customer"), url_for("customers.index"))
    customer = Customer.create(g.person, now(), **form.facts)
    db.session.flush()
    return pages.done(_("%(name)s is a customer now.", name=customer.name), _page(customer))


@bp.get("/<int:customer_id>/edit")
def edit_form(customer_id: int) -> Answer:
    customer = g.person.may_see(Customer, customer_id)
    return pages.ask(CustomerForm(customer), customer.name, _page(customer))


@bp.post("/<int:customer_id>")
def edit(customer_id: int) -> Answer:
    customer = g.person.may_see(Customer, customer_id)
    form = CustomerForm(customer)
    if not form.validate():
        return pages.ask(form, customer.name, _page(customer))
    return pages.changed(lambda: customer.edit(g.person, now(), **form.facts), _page(customer))


@bp.post("/<int:customer_id>/retirement")
def retire(customer_id: int) -> Answer:
    customer = g.person.may_see(Customer, customer_id)
    return pages.with_reason(
        lambda why: retire_customer(customer, g.person, why, now()),
        _("%(name)s is no longer a customer.", name=customer.name),
        _page(customer),
    )


@bp.get("/<int:customer_id>/history")
def history(customer_id: int) -> str:
    return pages.history(g.person.may_see(Customer, customer_id))


def _page(customer: Customer) -> str:
    return url_for("customers.show", customer_id=customer.id)


def _listing() -> Listing:
    of_customer = (Site.customer_id == Customer.id, Site.retired_at.is_(None))
    sites = select(func.count()).where(*of_customer).scalar_subquery().label("sites")
    return Listing(
        name="customers",
        query=Customer.visible_to(g.person).add_columns(sites),
        columns=(
            Column("name", _l("Name"), alphabetical(Customer.name), _of("name")),
            Column(
                "organisation_number", _l("Organisation number"), None, _of("organisation_number")
            ),
            Column("email", _l("E-mail"), None, _of("email")),
            Column("phone", _l("Telephone"), None, _of("phone")),
            Column("sites", _l("Sites"), sites, number=True),
        ),
        search=(Customer.name, Customer.organisation_number, Customer.email),
        filters=(pages.in_use_filter(Customer),),
        sort="name",
        search_hint=_l("Search name, number, e-mail …"),
    )


def _of(name: str) -> Callable[[Any], Any]:
    return lambda row: getattr(row.Customer, name)
