"""What the pages of stations and customers show of contracts."""

from __future__ import annotations

from flask import g, render_template
from sqlalchemy import or_

from service.contracts import labels
from service.contracts.blueprint import bp
from service.contracts.list_views import today
from service.contracts.models import ContractStation, ServiceContract
from service.contracts.words import State
from service.core.db import db
from service.people.models import Customer
from service.stations.models import Station


@bp.get("/stations/<int:station_id>/contracts")
def of_station(station_id: int) -> str:
    """What it is covered by now, and what is agreed for later."""
    station, on = g.person.may_see(Station, station_id), today()
    mine = ServiceContract.visible_to(g.person).join(ContractStation)
    holding = mine.where(
        ContractStation.station_id == station.id,
        ServiceContract.state.in_((State.ACTIVE, State.CANCELLED)),
        ServiceContract.signed_at.is_not(None),
        or_(ContractStation.until.is_(None), ContractStation.until >= on),
        or_(ServiceContract.state == State.ACTIVE, ServiceContract.ends_on >= on),
    )
    contracts = list(db.session.scalars(holding.order_by(ServiceContract.starts_on)).unique())
    return render_template(
        "contracts/_of_station.html", station=station, contracts=contracts, on=on, labels=labels
    )


@bp.get("/customers/<int:customer_id>/contracts")
def of_customer(customer_id: int) -> str:
    customer, on = g.person.may_see(Customer, customer_id), today()
    mine = ServiceContract.visible_to(g.person).where(ServiceContract.customer_id == customer.id)
    newest = mine.order_by(ServiceContract.ends_on.desc(), ServiceContract.id)
    contracts = list(db.session.scalars(newest.limit(50)))
    return render_template(
        "contracts/_of_customer.html", customer=customer, contracts=contracts, on=on, labels=labels
    )
