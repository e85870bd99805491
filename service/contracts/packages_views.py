"""Pages of the service packages: what an administrator offers."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from service.contracts import labels
from service.contracts.forms import PackageForm
from service.contracts.models import ServiceContract
from service.contracts.packages import ServicePackage
from service.contracts.terms import extra_price
from service.contracts.words import PRIORITIES, State, WorkKind
from service.core.clock import now
from service.core.lists import Column, Filter, Listing
from service.core.money import in_kronor
from service.core.swedish import alphabetical
from service.stations import pages
from service.stations.pages import Answer

bp = Blueprint("packages", __name__, url_prefix="/packages")


@bp.get("")
def index() -> ResponseReturnValue:
    return _listing().answer("contracts/packages.html", labels=labels)


@bp.get("/<int:package_id>")
def show(package_id: int) -> str:
    package = g.person.may_see(ServicePackage, package_id)
    terms = package.terms()
    return render_template(
        "contracts/package.html",
        package=package,
        terms=terms,
        kinds=[(kind, extra_price(terms, kind)) for kind in WorkKind],
        priorities=PRIORITIES,
        labels=labels,
    )


@bp.get("/new")
def create_form() -> Answer:
    return _ask(PackageForm(), _("New package"), url_for("packages.index"))


@bp.post("")
def create() -> Answer:
    form = PackageForm()
    if not form.validate():
        return _ask(form, _("New package"), url_for("packages.index"))
    package = ServicePackage.create(g.person, now(), **form.facts)
    return pages.done(_("%(name)s can be sold now.", name=package.name), _page(package))


@bp.get("/<int:package_id>/edit")
def edit_form(package_id: int) -> Answer:
    package = g.person.may_see(ServicePackage, package_id)
    return _ask(PackageForm(package), package.name, _page(package))


@bp.post("/<int:package_id>")
def edit(package_id: int) -> Answer:
    package = g.person.may_see(ServicePackage, package_id)
    form = PackageForm(package)
    if not form.validate():
        return _ask(form, package.name, _page(package))
    package.edit(g.person, now(), **form.facts)
    return pages.done(_("Saved. Contracts that are signed keep what was agreed."), _page(package))


@bp.post("/<int:package_id>/retirement")
def retire(package_id: int) -> Answer:
    package = g.person.may_see(ServicePackage, package_id)
    return pages.with_reason(
        lambda why: package.retire(g.person, why, now()),
        _("%(name)s is not offered any more.", name=package.name),
        _page(package),
    )


@bp.get("/<int:package_id>/history")
def history(package_id: int) -> str:
    return pages.history(g.person.may_see(ServicePackage, package_id), labels)


def _page(package: ServicePackage) -> str:
    return url_for("packages.show", package_id=package.id)


def _ask(form: PackageForm, title: str, back: str) -> Answer:
    values = {"form": form, "title": title, "back": back, "kinds": WorkKind, "labels": labels}
    page = render_template("contracts/package_form.html", **values)
    return (page, 422) if form.is_submitted() else page


def _listing() -> Listing:
    kind = ServicePackage
    active = (ServiceContract.package_id == kind.id, ServiceContract.state == State.ACTIVE)
    sold = select(func.count()).where(*active).scalar_subquery().label("sold")
    query = kind.visible_to(g.person).options(joinedload(kind.sla_policy)).add_columns(sold)
    return Listing(
        name="packages",
        query=query,
        columns=(
            Column("name", _l("Name"), alphabetical(kind.name), lambda row: _of(row).name),
            Column("family", _l("Family"), kind.family, _family),
            Column("price", _l("Price"), kind.price_ore, _price, number=True),
            Column("price_per", _l("Price is"), None, _price_per),
            Column("period_months", _l("Period"), kind.period_months, _period, number=True),
            Column("renewal", _l("At the end"), None, _renewal),
            Column("sla", _l("Service level"), None, _sla),
            Column("sold", _l("Active contracts"), sold, number=True),
        ),
        search=(kind.name,),
        filters=(
            Filter("family", _l("Family"), list(labels.FAMILY.items()), _in_family),
            pages.in_use_filter(kind),
        ),
        sort="name",
        search_hint=_l("Search name …"),
    )


def _of(row: Any) -> ServicePackage:
    package: ServicePackage = row.ServicePackage
    return package


def _in_family(query: Select[Any], family: str) -> Select[Any]:
    return query.where(ServicePackage.family == family)


def _family(row: Any) -> str:
    return str(labels.FAMILY[_of(row).family])


def _price(row: Any) -> Any:
    return in_kronor(_of(row).price_ore)


def _price_per(row: Any) -> str:
    return str(labels.PRICE_PER[_of(row).price_per])


def _period(row: Any) -> int:
    return _of(row).period_months


def _renewal(row: Any) -> str:
    return str(labels.RENEWAL[_of(row).renewal])


def _sla(row: Any) -> str:
    policy = _of(row).sla_policy
    return policy.name if policy else "–"
