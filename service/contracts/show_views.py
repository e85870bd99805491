"""The page of one contract, and its drafts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import g, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from service.contracts import labels, periods, terms
from service.contracts.blueprint import bp
from service.contracts.forms import ContractForm
from service.contracts.list_views import today
from service.contracts.models import ContractStation, ServiceContract
from service.contracts.reminders import ContractReminder, day_of
from service.contracts.words import PRIORITIES, WorkKind
from service.core.clock import now
from service.core.db import db
from service.stations import pages
from service.stations.models import Station
from service.stations.pages import Answer
from service.stations.register import Site


@dataclass(frozen=True)
class Place:
    """What stands at one site: rows that have a `station`."""

    site: Site | None
    stations: list[Any]


@dataclass(frozen=True)
class Free:
    """A station that a contract could take in."""

    station: Station

    @property
    def station_id(self) -> int:
        return self.station.id


@bp.get("/contracts/<int:contract_id>")
def show(contract_id: int) -> str:
    contract, on = g.person.may_see(ServiceContract, contract_id), today()
    told = ContractReminder.visible_to(g.person).where(ContractReminder.contract_id == contract.id)
    covers = covers_of(contract)
    return render_template(
        "contracts/show.html",
        contract=contract,
        on=on,
        terms=contract.agreed,
        kinds=[(kind, terms.extra_price(contract.agreed, kind)) for kind in WorkKind],
        priorities=PRIORITIES,
        places=by_site([one for one in covers if one.until is None or one.until >= on]),
        left=[one for one in covers if one.until is not None and one.until < on],
        notice_day=periods.last_notice_day(contract.ends_on, contract.notice_months),
        reminders=list(db.session.scalars(told.order_by(ContractReminder.due_on.desc()))),
        ahead=_ahead(contract, on),
        day_of=day_of,
        labels=labels,
    )


def _ahead(contract: ServiceContract, on: date) -> list[periods.Due]:
    """The reminders that are to come."""
    if not contract.is_active:
        return []
    them = periods.reminders(contract.renewal, contract.ends_on, contract.notice_months)
    return [due for due in them if due.on > on]


def covers_of(contract: ServiceContract) -> list[ContractStation]:
    # A station that stands at another customer's site by now is not this customer's to see.
    of_station = joinedload(ContractStation.station, innerjoin=True).joinedload(Station.site)
    mine = select(ContractStation).where(ContractStation.contract_id == contract.id)
    return list(db.session.scalars(mine.options(of_station)))


def by_site(covers: Sequence[Any]) -> list[Place]:
    """In the order of the sites' names, and of the stations' within them."""
    places: dict[int | None, Place] = {}
    for one in sorted(covers, key=lambda it: it.station.name.casefold()):
        site = one.station.site
        place = places.setdefault(site.id if site else None, Place(site, []))
        place.stations.append(one)
    return sorted(places.values(), key=lambda it: it.site.name.casefold() if it.site else "")


@bp.get("/contracts/new")
def create_form() -> Answer:
    return _ask_new(ContractForm(customer_id=request.args.get("customer", type=int)))


@bp.post("/contracts")
def create() -> Answer:
    """A draft: its own page then asks for the stations."""
    form = ContractForm()
    if not form.validate():
        return _ask_new(form)
    contract = ServiceContract.draft(by=g.person, at=now(), **form.facts)
    words = _("%(number)s is a draft now. Add its stations, then sign it.", number=contract.number)
    return pages.done(words, page(contract))


@bp.get("/contracts/<int:contract_id>/edit")
def edit_form(contract_id: int) -> Answer:
    contract = g.person.may_see(ServiceContract, contract_id)
    if not contract.is_draft:
        return pages.refuse(_("It is signed: what was agreed stays as it is."), page(contract))
    return pages.ask(ContractForm(contract), contract.name, page(contract))


@bp.post("/contracts/<int:contract_id>")
def edit(contract_id: int) -> Answer:
    contract = g.person.may_see(ServiceContract, contract_id)
    if not contract.is_draft:
        return pages.refuse(_("It is signed: what was agreed stays as it is."), page(contract))
    form = ContractForm(contract)
    if not form.validate():
        return pages.ask(form, contract.name, page(contract))
    contract.amend(g.person, now(), **form.facts)
    return pages.done(_("Saved."), page(contract))


@bp.get("/contracts/<int:contract_id>/history")
def history(contract_id: int) -> str:
    return pages.history(g.person.may_see(ServiceContract, contract_id), labels)


def page(contract: ServiceContract) -> str:
    return url_for("contracts.show", contract_id=contract.id)


def _ask_new(form: ContractForm) -> Answer:
    return pages.ask(
        form,
        _("New contract"),
        url_for("contracts.index"),
        about=_("It begins as a draft, which binds nobody until it is signed."),
    )


def not_covered(contract: ServiceContract, on: date) -> list[Place]:
    """The customer's stations that this contract has not, by site."""
    mine = select(Station).join(Station.site).where(Site.customer_id == contract.customer_id)
    there = select(ContractStation.station_id).where(
        ContractStation.contract_id == contract.id,
        ContractStation.until.is_(None) | (ContractStation.until >= on),
    )
    free = mine.where(Station.retired_at.is_(None), Station.id.not_in(there))
    found = db.session.scalars(free.options(joinedload(Station.site)))
    return by_site([Free(one) for one in found])
