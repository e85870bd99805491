"""Pages of the service levels: how soon somebody comes, and how soon it works again."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, g, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from service.contracts import labels
from service.contracts.forms import SlaForm
from service.contracts.packages import SlaPolicy
from service.contracts.words import PRIORITIES
from service.core.clock import now
from service.core.lists import Column, Listing
from service.core.swedish import alphabetical
from service.stations import pages
from service.stations.pages import Answer

bp = Blueprint("sla", __name__, url_prefix="/service-levels")


@bp.get("")
def index() -> ResponseReturnValue:
    listing = Listing(
        name="service-levels",
        query=SlaPolicy.visible_to(g.person),
        columns=(
            Column("name", _l("Name"), alphabetical(SlaPolicy.name)),
            Column("hours", _l("Hours")),
            *(Column(one, one, None, _times_of(one)) for one in PRIORITIES),
        ),
        search=(SlaPolicy.name,),
        filters=(pages.in_use_filter(SlaPolicy),),
        sort="name",
    )
    return listing.answer("contracts/sla_policies.html", priorities=PRIORITIES)


@bp.get("/<int:policy_id>")
def show(policy_id: int) -> str:
    policy = g.person.may_see(SlaPolicy, policy_id)
    return render_template("contracts/sla_policy.html", policy=policy, priorities=PRIORITIES)


@bp.get("/new")
def create_form() -> Answer:
    return _ask(SlaForm(), _("New service level"), url_for("sla.index"))


@bp.post("")
def create() -> Answer:
    form = SlaForm()
    if not form.validate():
        return _ask(form, _("New service level"), url_for("sla.index"))
    policy = SlaPolicy.create(g.person, now(), **form.facts)
    return pages.done(_("Saved."), _page(policy))


@bp.get("/<int:policy_id>/edit")
def edit_form(policy_id: int) -> Answer:
    policy = g.person.may_see(SlaPolicy, policy_id)
    return _ask(SlaForm(policy), policy.name, _page(policy))


@bp.post("/<int:policy_id>")
def edit(policy_id: int) -> Answer:
    policy = g.person.may_see(SlaPolicy, policy_id)
    form = SlaForm(policy)
    if not form.validate():
        return _ask(form, policy.name, _page(policy))
    policy.edit(g.person, now(), **form.facts)
    return pages.done(_("Saved. Contracts that are signed keep what was agreed."), _page(policy))


@bp.post("/<int:policy_id>/retirement")
def retire(policy_id: int) -> Answer:
    policy = g.person.may_see(SlaPolicy, policy_id)
    return pages.with_reason(
        lambda why: policy.retire(g.person, why, now()),
        _("%(name)s is not offered any more.", name=policy.name),
        _page(policy),
    )


@bp.get("/<int:policy_id>/history")
def history(policy_id: int) -> str:
    return pages.history(g.person.may_see(SlaPolicy, policy_id), labels)


def _page(policy: SlaPolicy) -> str:
    return url_for("sla.show", policy_id=policy.id)


def _ask(form: SlaForm, title: str, back: str) -> Answer:
    values = {"form": form, "title": title, "back": back, "priorities": PRIORITIES}
    page = render_template("contracts/sla_form.html", **values)
    return (page, 422) if form.is_submitted() else page


def _times_of(priority: str) -> Callable[[SlaPolicy], str]:
    def both(policy: SlaPolicy) -> str:
        times = policy.targets.get(priority, {})
        return " / ".join(str(times.get(time) or "–") for time in ("response", "repair"))

    return both
