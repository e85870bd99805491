"""One service visit: what it is, what was done on it, and what a dispatcher does to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import g, render_template, request, url_for
from flask_babel import gettext as _

from service.checklists import fields_words, runs
from service.checklists import labels as checklist_labels
from service.checklists.document import by_key
from service.checklists.sentences import said
from service.core import language
from service.core.clock import now
from service.core.db import db
from service.people.guard import can
from service.stations import pages
from service.stations.pages import Answer
from service.tickets.list_views import Faults
from service.visits import (
    after_correction,
    checking_in,
    pausing,
    reasons,
    verifying,
    visit_labels,
    visiting,
)
from service.visits import labels as order_labels
from service.visits.blueprint import visits as bp
from service.visits.forms import ReasonForm
from service.visits.needs import needs_of
from service.visits.refusals import OrderError
from service.visits.service_visits import ServiceVisit, VisitError
from service.visits.visit_forms import AnswerForm, PauseForm, VisitForm
from service.visits.visit_people import missing_skills
from service.visits.visit_rows import VisitStop
from service.visits.visit_states import VisitState, visit_may_go


@bp.app_template_filter("rule_words")
def rule_words(text: str) -> str:
    """What a rule of visits wrote, in the reader's language; a person's words as they are."""
    return reasons.said(text)


@bp.get("/visits/<int:visit_id>")
def show(visit_id: int) -> str:
    visit = g.person.may_see(ServiceVisit, visit_id)
    needs = needs_of(visit.order_lines)
    return render_template(
        "visits/visit.html",
        visit=visit,
        needs=needs,
        missing=missing_skills(visit) if g.person.sees_all else [],
        progress=lambda run: runs.evaluated(run)["progress"],
        verification=verifying.newest(visit),
        missed=verifying.missed(visit),
        still_out=after_correction.still_out(visit) if g.person.sees_all else [],
        brought=after_correction.brought_forward(visit) if g.person.sees_all else [],
        may_change=can("service_visits.edit") and visit.is_open,
        may_dispatch=_may_go(visit, VisitState.DISPATCHED) and visit.technician is not None,
        may_pause=_may_go(visit, VisitState.PAUSED),
        may_resume=visit.state is VisitState.PAUSED and can("service_visits.edit"),
        pausing=PauseForm(visit_labels.PAUSE),
        may_cancel=_may_go(visit, VisitState.CANCELLED),
        labels=visit_labels,
        orders=order_labels,
        lists=checklist_labels,
        faults=Faults(),
        place=fields_words.place,
        stopped=_stopped,
    )


def _stopped(stop: VisitStop) -> str:
    """Which item failed, and where."""
    item = by_key(stop.run.version.document).get(stop.item)
    label = said(item["label"], language.current()) if item else ""
    return f"{label or stop.item}, {fields_words.place(stop.place)}"


def _may_go(visit: ServiceVisit, after: VisitState) -> bool:
    return can("service_visits.edit") and visit_may_go(visit.state, after)


@bp.get("/visits/<int:visit_id>/history")
def history(visit_id: int) -> str:
    visit = g.person.may_see(ServiceVisit, visit_id)
    return pages.history(visit, visit_labels, order_labels.reason)


@bp.route("/visits/<int:visit_id>/edit", methods=["GET", "POST"])
def edit(visit_id: int) -> Answer:
    """Another time, another technician."""
    visit = locked(visit_id)
    form = VisitForm(visit.site.time_zone, visit)
    if not form.validate():
        title = _("Move %(number)s", number=visit.number)
        return pages.ask(form, title, page(visit), request.path)
    moved = (form.start, form.minutes.data or 0, form.technician)
    notes = form.facts["notes"]
    return carry(visit, lambda at: visiting.move(visit, *moved, g.person, at, notes=notes))


@bp.post("/visits/<int:visit_id>/dispatch")
def dispatch(visit_id: int) -> Answer:
    visit = locked(visit_id)
    return carry(visit, lambda at: visiting.dispatch(visit, g.person, at))


@bp.post("/visits/<int:visit_id>/cancellation")
def cancel(visit_id: int) -> Answer:
    visit, form = locked(visit_id), ReasonForm()
    if not form.validate():
        return pages.refuse(_("Nothing was changed: say why."), page(visit))
    why = form.reason.data or ""
    return carry(visit, lambda at: visiting.cancel(visit, why, g.person, at))


@bp.post("/visits/<int:visit_id>/pause")
def pause(visit_id: int) -> Answer:
    """The technician says so on the telephone."""
    visit, form = locked(visit_id), PauseForm(visit_labels.PAUSE)
    if not form.validate():
        return pages.refuse(_("Nothing was changed: say why."), page(visit))
    why = (form.kind.data, form.words.data or "")
    return carry(visit, lambda at: pausing.pause(visit, *why, g.person, at, at))


@bp.post("/visits/<int:visit_id>/pause/end")
def resume(visit_id: int) -> Answer:
    visit = locked(visit_id)
    if visit.state is not VisitState.PAUSED:
        return pages.refuse(_("It does not pause any more."), page(visit))
    return carry(visit, lambda at: checking_in.check_in(visit, g.person, at, at))


@bp.post("/visits/<int:visit_id>/lines/<int:line_id>/removal")
def remove(visit_id: int, line_id: int) -> Answer:
    """A line waits for another visit."""
    visit = locked(visit_id)
    mine = [one for one in visit.lines if one.work_order_line_id == line_id]

    def take_off(at: datetime) -> None:
        for one in mine:
            visiting.remove(visit, one, g.person, at)

    return carry(visit, take_off)


@bp.post("/visits/<int:visit_id>/questions/<int:review_id>/answer")
def answer(visit_id: int, review_id: int) -> Answer:
    """Somebody has looked at what the visit asks."""
    visit, form = locked(visit_id), AnswerForm()
    review = next((one for one in visit.open_reviews if one.id == review_id), None)
    if review is None:
        return pages.refuse(_("Somebody has answered it already."), page(visit))
    if not form.validate():
        return pages.refuse(_("Nothing was changed: say what becomes of it."), page(visit))
    words = form.answer.data or ""
    return carry(visit, lambda at: review.settle(words, g.person, at))


def carry(visit: ServiceVisit, deed: Callable[[datetime], Any]) -> Answer:
    """Do it, or say why not; back to the visit."""
    try:
        deed(now())
    except (VisitError, OrderError) as wrong:
        return pages.refuse(visit_labels.said(wrong), page(visit))
    return pages.done(_("Done."), page(visit))


def locked(visit_id: int) -> ServiceVisit:
    """Two people at once: the second sees what the first has done."""
    visit: ServiceVisit = g.person.may_see(ServiceVisit, visit_id)
    if request.method == "POST":
        db.session.refresh(visit, with_for_update=True)
    return visit


def page(visit: ServiceVisit) -> str:
    return url_for("service_visits.show", visit_id=visit.id)
