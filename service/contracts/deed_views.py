"""What a person does to a contract: each deed is a noun of its own, and a page that asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from flask import g, render_template, request
from flask_babel import gettext as _

from service.contracts import labels
from service.contracts.blueprint import bp
from service.contracts.deed_forms import (
    CancelForm,
    CoverForm,
    PriceForm,
    ReasonForm,
    RenewalForm,
    UncoverForm,
)
from service.contracts.list_views import today
from service.contracts.models import ContractStation, ServiceContract
from service.contracts.refusals import (
    DoubleCoverError,
    ForeignStationError,
    IndexCapError,
    NoStationsError,
    OutsideError,
    RefusedError,
)
from service.contracts.show_views import Free, Place, by_site, covers_of, not_covered, page
from service.core.clock import now
from service.core.db import db
from service.stations import pages
from service.stations.forms import RegisterForm
from service.stations.pages import Answer


def said(wrong: RefusedError) -> str:
    """Why it was refused, for the person who asked."""
    return str(_said(wrong))


def _said(wrong: RefusedError) -> Any:
    if isinstance(wrong, DoubleCoverError):
        names = ", ".join(wrong.names)
        return _("Another contract of this family covers them then: %(names)s.", names=names)
    if isinstance(wrong, ForeignStationError):
        names = ", ".join(wrong.names)
        return _("These stand at no site of the customer, or are retired: %(names)s.", names=names)
    if isinstance(wrong, IndexCapError):
        return _("The contract lets the price rise by %(cap)s %% at once.", cap=wrong.cap_percent)
    if isinstance(wrong, OutsideError):
        first, last = labels.day(wrong.first), labels.day(wrong.last)
        if wrong.last < wrong.first:
            return _("There is no day left for that: it ends on %(last)s.", last=last)
        return _("Choose a day from %(first)s to %(last)s.", first=first, last=last)
    if isinstance(wrong, NoStationsError):
        return _("Add stations first: it covers none.")
    return _("Its state does not allow that any more. Look at it again.")


def _mine(contract_id: int) -> ServiceContract:
    contract: ServiceContract = g.person.may_see(ServiceContract, contract_id)
    return contract


def carry_out(deed: Callable[[], Any], words: str, contract: ServiceContract) -> Answer:
    """Without a form: do it, or say why not."""
    try:
        deed()
    except RefusedError as wrong:
        return pages.refuse(said(wrong), page(contract))
    return pages.done(words, page(contract))


def ask_and_do(
    contract: ServiceContract,
    form: RegisterForm,
    title: str,
    deed: Callable[[Any], Any],
    about: str = "",
) -> Answer:
    """The form at an address of its own; sent, the deed."""
    if not form.validate():
        return pages.ask(form, title, page(contract), request.path, about)
    try:
        deed(form)
    except RefusedError as wrong:
        db.session.rollback()
        form.form_errors.append(said(wrong))
        return pages.ask(form, title, page(contract), request.path, about)
    return pages.done(_("Saved."), page(contract))


@bp.post("/contracts/<int:contract_id>/signature")
def sign(contract_id: int) -> Answer:
    contract = _mine(contract_id)
    words = _("%(number)s is signed, and holds.", number=contract.number)
    return carry_out(lambda: contract.sign(g.person, now()), words, contract)


@bp.route("/contracts/<int:contract_id>/period", methods=["GET", "POST"])
def renew(contract_id: int) -> Answer:
    contract = _mine(contract_id)
    about = _("One more period, from the day after %(day)s.", day=labels.day(contract.ends_on))
    return ask_and_do(
        contract,
        ReasonForm(),
        _("Renew %(number)s", number=contract.number),
        lambda form: contract.renew(g.person, now(), form.reason.data),
        about,
    )


@bp.route("/contracts/<int:contract_id>/renewal", methods=["GET", "POST"])
def choose_renewal(contract_id: int) -> Answer:
    contract = _mine(contract_id)
    return ask_and_do(
        contract,
        RenewalForm(renewal=contract.renewal),
        _("The end of %(number)s", number=contract.number),
        lambda form: contract.choose_renewal(form.renewal.data, g.person, now(), form.reason.data),
        _("Notice was given: it ends. Nobody has decided yet: it asks."),
    )


@bp.route("/contracts/<int:contract_id>/price", methods=["GET", "POST"])
def adjust_price(contract_id: int) -> Answer:
    contract = _mine(contract_id)
    return ask_and_do(
        contract,
        PriceForm(since=today()),
        _("New price for %(number)s", number=contract.number),
        lambda form: contract.adjust_price(
            form.price_ore.data, form.since.data, g.person, now(), form.reason.data
        ),
    )


@bp.route("/contracts/<int:contract_id>/cancellation", methods=["GET", "POST"])
def cancel(contract_id: int) -> Answer:
    contract = _mine(contract_id)
    return ask_and_do(
        contract,
        CancelForm(last_day=min(today(), contract.ends_on)),
        _("Cancel %(number)s", number=contract.number),
        lambda form: contract.cancel(form.last_day.data, g.person, form.reason.data, now()),
        _("It cannot be taken back. Its stations are covered until its last day."),
    )


@bp.route("/contracts/<int:contract_id>/stations", methods=["GET", "POST"])
def cover(contract_id: int) -> Answer:
    """More stations, a site at a time or one by one."""
    contract, form = _mine(contract_id), CoverForm()
    if not form.is_submitted():
        form.since.data = max(contract.starts_on, min(today(), contract.ends_on))
        if contract.is_draft:
            form.since.data = contract.starts_on
    return _choose(contract, form, not_covered(contract, today()), _cover, "cover")


@bp.route("/contracts/<int:contract_id>/stations/removal", methods=["GET", "POST"])
def uncover(contract_id: int) -> Answer:
    contract, form = _mine(contract_id), UncoverForm()
    if not form.is_submitted():
        form.until.data = today()
    there = by_site([one for one in covers_of(contract) if one.is_covered_after(today())])
    return _choose(contract, form, there, _uncover, "uncover")


def _choose(
    contract: ServiceContract,
    form: Any,
    places: list[Place],
    deed: Callable[[ServiceContract, Any, list[Any]], Any],
    what: str,
) -> Answer:
    """The page with every site and station to choose from; sent, the deed."""
    if form.validate():
        picked = list(_picked(form, places))
        try:
            if not picked:
                raise NoStationsError
            deed(contract, form, picked)
            return pages.done(_("Saved."), page(contract))
        except RefusedError as wrong:
            db.session.rollback()
            words = said(wrong) if picked else _("Choose at least one site or station.")
            form.form_errors.append(words)
    values = {"contract": contract, "form": form, "places": places, "back": page(contract)}
    shown = render_template(f"contracts/{what}.html", **values)
    return (shown, 422) if form.is_submitted() else shown


def _picked(form: Any, places: list[Place]) -> Iterable[Any]:
    """Of what can be chosen, what was."""
    for place in places:
        whole = place.site is not None and place.site.id in form.sites.data
        for one in place.stations:
            if whole or one.station_id in form.chosen.data:
                yield one


def _cover(contract: ServiceContract, form: Any, picked: list[Free]) -> None:
    contract.cover([one.station for one in picked], form.since.data, g.person, now())


def _uncover(contract: ServiceContract, form: Any, picked: list[ContractStation]) -> None:
    contract.uncover(picked, form.until.data, g.person, form.reason.data, now())
