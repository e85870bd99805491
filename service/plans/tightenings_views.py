"""Pages of what asks for more than a plan does: a site, a customer's contract, the law."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select
from sqlalchemy.orm import joinedload

from service.contracts import labels as work
from service.contracts.models import ServiceContract
from service.contracts.words import WorkKind
from service.core.clock import now
from service.core.lists import Column, Filter, Listing
from service.people.models import Customer
from service.plans import labels, reasons
from service.plans.assignments import Reach, loosen, tighten
from service.plans.forms import ReasonForm, TightenForm
from service.plans.occurrences import Tightening
from service.plans.words import Scope
from service.stations import pages
from service.stations.models import Site, Station
from service.stations.pages import Answer

bp = Blueprint("tightenings", __name__, url_prefix="/plans/tightenings")
WHERE: dict[Scope, type[Station | Site | Customer | ServiceContract]] = {
    Scope.STATION: Station,
    Scope.SITE: Site,
    Scope.CUSTOMER: Customer,
    Scope.CONTRACT: ServiceContract,
}


@bp.get("")
def index() -> ResponseReturnValue:
    return _listing().answer("plans/tightenings.html", labels=labels)


@bp.route("/new", methods=["GET", "POST"])
def create() -> Answer:
    """`?station=3`, `?site=3`, `?customer=3` or `?contract=3`; none of them: everywhere, by law."""
    scope, form = _scope(), TightenForm()
    title = scope.name if scope else str(labels.SCOPE[Scope.LAW])
    if not form.validate():
        page = render_template("plans/tightening.html", form=form, title=title, back=_back())
        return (page, 422) if form.is_submitted() else page
    kind = WorkKind(form.kind.data) if form.kind.data else None
    tighten(scope, kind, form.why.data or "", g.person, now(), **form.span)
    return pages.done(_("It holds from now on. Dates that it changes are planned anew."), _back())


@bp.post("/<int:tightening_id>/end")
def end(tightening_id: int) -> Answer:
    one, form = g.person.may_see(Tightening, tightening_id), ReasonForm()
    if not form.validate() or one.ended_at:
        return pages.refuse(_("Nothing was changed: say why."), _back())
    loosen(one, str(form.reason.data), g.person, now())
    return pages.done(_("It is asked for no more. Dates are planned anew."), _back())


def _back() -> str:
    return url_for("tightenings.index")


def _scope() -> Reach:
    for scope, kind in WHERE.items():
        if key := request.args.get(scope.value):
            if not key.isdecimal():
                abort(404)
            found: Reach = g.person.may_see(kind, int(key))
            return found
    return None


def where_of(one: Tightening) -> str:
    named = one.station or one.site or one.customer or one.contract
    return named.name if named else str(labels.SCOPE[Scope.LAW])


def every_of(one: Tightening) -> str:
    return reasons.in_words(one.interval)


def _kind(one: Tightening) -> str:
    return str(work.WORK_KIND[one.kind]) if one.kind else str(_("every kind of work"))


@bp.context_processor
def _words() -> dict[str, Any]:
    return {"where_of": where_of, "every_of": every_of, "kind_of": _kind}


def _listing() -> Listing:
    query = Tightening.visible_to(g.person).options(
        joinedload(Tightening.station), joinedload(Tightening.site), joinedload(Tightening.customer)
    )
    states = [("now", _l("in force")), ("ended", _l("ended"))]
    return Listing(
        name="tightenings",
        query=query,
        columns=(
            Column("where", _l("Where"), None, where_of),
            Column("kind", _l("Kind of work"), None, _kind),
            Column("every", _l("At least every"), None, every_of),
            Column("why", _l("Why"), Tightening.why),
            Column("created_at", _l("Since"), Tightening.created_at),
            Column("deed", _l("End"), in_file=False),
        ),
        search=(Tightening.why,),
        filters=(Filter("state", _l("State"), states, _in_state, "now"),),
        sort="created_at",
    )


def _in_state(query: Select[Any], value: str) -> Select[Any]:
    ended = Tightening.ended_at.is_not(None)
    return query.where(ended if value == "ended" else ~ended)
