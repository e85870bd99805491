"""Planning a visit from a work order, and putting more of its site on one."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash, g, render_template, request, url_for
from flask_babel import gettext as _

from service.core import language
from service.core.clock import now
from service.core.db import db
from service.plans.places import Days
from service.stations import pages
from service.stations.pages import Answer
from service.tickets.list_views import Faults
from service.visits import labels, visit_labels, visiting
from service.visits.blueprint import visits as bp
from service.visits.forms import NOBODY
from service.visits.lines import WorkOrderLine
from service.visits.models import WorkOrder
from service.visits.needs import needs_of
from service.visits.refusals import OrderError
from service.visits.service_visit_views import carry, locked
from service.visits.service_visit_views import page as visit_page
from service.visits.service_visits import ServiceVisit
from service.visits.states import OPEN, State
from service.visits.visit_forms import LinesForm, PlanVisitForm, next_morning
from service.visits.visit_people import missing_skills

# So many other orders of the site are offered to go along.
OFFERED = 50
Offer = tuple[WorkOrder, list[WorkOrderLine]]


@bp.route("/work-orders/<int:order_id>/visits/new", methods=["GET", "POST"])
def plan(order_id: int) -> Answer:
    """A visit for an order's lines; others of its site may go along."""
    order = g.person.may_see(WorkOrder, order_id)
    offers = _offers(order.site_id, first=order)
    own = [line for one, lines in offers if one is order for line in lines]
    zone = order.site.time_zone
    form = PlanVisitForm(
        zone,
        technician_id=order.assignee_id or NOBODY,
        starts_at=next_morning(now(), zone),
        minutes=needs_of(own).minutes or visiting.USUAL_MINUTES,
    )
    if not form.is_submitted():
        form.lines.data = [line.id for line in own]
    if not form.validate():
        return _plan_page(order, offers, form)
    return _plan(order, offers, form)


def _plan(order: WorkOrder, offers: Sequence[Offer], form: PlanVisitForm) -> Answer:
    back = url_for("service_visits.plan", order_id=order.id)
    lines = _chosen(offers, form.lines.data)
    if not lines:
        return pages.refuse(_("Nothing was planned: choose at least one line."), back)
    at, facts = now(), {"minutes": form.minutes.data, "notes": form.facts["notes"]}
    starts = form.starts_at.data
    try:
        visit = visiting.plan(order.site, lines, starts, g.person, at, form.technician, **facts)
    except OrderError as wrong:
        return pages.refuse(visit_labels.said(wrong), back)
    _warn(visit)
    return pages.done(_("%(number)s is planned.", number=visit.number), visit_page(visit))


def _warn(visit: ServiceVisit) -> None:
    """It is planned all the same: who plans may know better."""
    if names := ", ".join(one.title(language.current()) for one in missing_skills(visit)):
        who = visit.technician.name if visit.technician else ""
        words = _("%(name)s lacks on that day: %(skills)s.", name=who, skills=names)
        flash(words, "warning")


@bp.route("/visits/<int:visit_id>/lines/new", methods=["GET", "POST"])
def add(visit_id: int) -> Answer:
    """More of what waits at the site."""
    visit, form = locked(visit_id), LinesForm()
    offers = _offers(visit.site_id)
    if not form.validate():
        values = {"visit": visit, "offers": offers, "labels": labels, "faults": Faults()}
        return render_template("visits/visit_add.html", **values)
    lines = _chosen(offers, form.lines.data)
    if not lines:
        return pages.refuse(_("Nothing was changed: choose at least one."), request.path)
    return carry(visit, lambda at: visiting.add(visit, lines, g.person, at))


def _plan_page(order: WorkOrder, offers: Sequence[Offer], form: PlanVisitForm) -> Answer:
    lines = [line for _order, lines in offers for line in lines]
    page = render_template(
        "visits/visit_plan.html",
        order=order,
        offers=offers,
        form=form,
        needs=needs_of(lines),
        today=Days(now())[order.site.time_zone],
        labels=labels,
        faults=Faults(),
    )
    return (page, 422) if form.is_submitted() else page


def _offers(site_id: int, first: WorkOrder | None = None) -> list[Offer]:
    """The orders of the site with open lines that stand on no visit; the one asked for first."""
    states = [state for state in OPEN if state is not State.DRAFT]
    there = WorkOrder.visible_to(g.person).where(
        WorkOrder.site_id == site_id, WorkOrder.state.in_(states)
    )
    ordered = there.order_by(WorkOrder.due_on.nulls_last(), WorkOrder.id).limit(OFFERED)
    found = list(db.session.scalars(ordered))
    if first is not None and first.state in states:
        found = [first, *(one for one in found if one is not first)]
    offers = [(one, visiting.free_lines(one)) for one in found]
    return [(one, lines) for one, lines in offers if lines]


def _chosen(offers: Sequence[Offer], keys: list[int] | None) -> list[WorkOrderLine]:
    return [line for _order, lines in offers for line in lines if line.id in (keys or [])]
