"""Pages of what falls due: the list for everybody, one date with its reason, a station's part."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, g, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import ColumnElement, Select, any_, literal, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from service.contracts import labels as work
from service.core import language
from service.core.clock import now
from service.core.db import db
from service.core.lists import Column, Filter, Listing
from service.core.swedish import alphabetical
from service.people.models import Customer
from service.plans import deeds, labels, outlook, reasons, triggers
from service.plans.forms import DoneForm, EventForm, ReasonForm
from service.plans.models import MaintenancePlan, MaintenanceTask, PlanError
from service.plans.occurrences import Occurrence, PlanAssignment, Tightening
from service.plans.places import Days, local_day
from service.plans.words import OPEN, OccurrenceState
from service.stations import pages
from service.stations.models import Site, Station
from service.stations.pages import Answer

bp = Blueprint("service", __name__)
PAST_SHOWN = 12


@bp.get("/service")
def index() -> ResponseReturnValue:
    return _listing().answer(
        "plans/service.html",
        labels=labels,
        work=work,
        load=outlook.load_of_fleet(now()),
        is_overdue_by_law=is_overdue_by_law,
    )


@bp.get("/service/<int:occurrence_id>")
def show(occurrence_id: int) -> Answer:
    return _page(g.person.may_see(Occurrence, occurrence_id))


@bp.post("/service/<int:occurrence_id>/completion")
def complete(occurrence_id: int) -> Answer:
    one, form = g.person.may_see(Occurrence, occurrence_id), DoneForm()
    if not form.validate() or form.done_on.data is None:
        return _page(one, form)
    on, early = form.done_on.data, bool(form.though_early.data)
    return _do(one, lambda: deeds.complete(one, on, g.person, now(), early), _("It is done."), form)


@bp.post("/service/<int:occurrence_id>/skip")
def skip(occurrence_id: int) -> Answer:
    one = g.person.may_see(Occurrence, occurrence_id)
    return _with_reason(one, lambda why: deeds.skip(one, why, g.person, now()), _("It is skipped."))


@bp.post("/service/<int:occurrence_id>/reopening")
def reopen(occurrence_id: int) -> Answer:
    one = g.person.may_see(Occurrence, occurrence_id)
    return _with_reason(
        one, lambda why: deeds.reopen(one, why, g.person, now()), _("It is open again.")
    )


@bp.get("/service/<int:occurrence_id>/history")
def history(occurrence_id: int) -> str:
    return pages.history(g.person.may_see(Occurrence, occurrence_id), why=reasons.given)


@bp.get("/stations/<int:station_id>/service")
def of_station(station_id: int) -> str:
    """What was done, what is due, and what follows in the next two years."""
    station = g.person.may_see(Station, station_id)
    mine = select(Occurrence).where(Occurrence.station_id == station.id)
    rows = mine.options(joinedload(Occurrence.task)).order_by(Occurrence.nominal_on.desc())
    open_ones = db.session.scalars(rows.where(Occurrence.state.in_(OPEN))).all()
    past = rows.where(Occurrence.state.not_in((*OPEN, OccurrenceState.VOID)))
    return render_template(
        "plans/_of_station.html",
        station=station,
        assignment=_assignment(station),
        offered=_offered(station),
        due=sorted(open_ones, key=lambda one: one.latest_on),
        past=db.session.scalars(past.limit(PAST_SHOWN)).all(),
        ahead=outlook.of_station(station, now()),
        tight=_tightenings(station),
        because=because,
        labels=labels,
    )


@bp.route("/stations/<int:station_id>/events/new", methods=["GET", "POST"])
def report(station_id: int) -> Answer:
    """Something happened: what looks at it is due sooner."""
    station, form = g.person.may_see(Station, station_id), EventForm()
    back = url_for("stations.show", station_id=station.id)
    if not form.validate():
        page = render_template("plans/event.html", station=station, form=form, back=back)
        return (page, 422) if form.is_submitted() else page
    moved = triggers.happened(station, form.event.data, form.reason.data or "", g.person, now())
    words = ngettext(
        "%(num)d date is brought forward.", "%(num)d dates are brought forward.", len(moved)
    )
    return pages.done(words, back)


def because(one: Occurrence) -> str:
    return reasons.of_row(one, now(), reasons.on_page)


def is_overdue_by_law(one: Occurrence) -> bool:
    return one.is_overdue_by_law(local_day(one.station, now()))


def _assignment(station: Station) -> PlanAssignment | None:
    mine = (PlanAssignment.station_id == station.id, PlanAssignment.ended_at.is_(None))
    return db.session.scalars(
        select(PlanAssignment).where(*mine).options(joinedload(PlanAssignment.plan))
    ).one_or_none()


def _offered(station: Station) -> list[MaintenancePlan]:
    """Plans that its model has, for a station without one."""
    if station.model_id is None:
        return []
    return list(db.session.scalars(MaintenancePlan.published(station.model_id)))


def _tightenings(station: Station) -> list[Tightening]:
    reach: list[ColumnElement[bool]] = [
        Tightening.scope == "law",
        Tightening.station_id == station.id,
    ]
    reach.append(literal(station.id) == any_(Tightening.reached))
    if station.site:
        reach += [
            Tightening.site_id == station.site_id,
            Tightening.customer_id == station.site.customer_id,
        ]
    standing = select(Tightening).where(Tightening.ended_at.is_(None), or_(*reach))
    return list(db.session.scalars(standing))


def _page(one: Occurrence, form: DoneForm | None = None) -> Answer:
    form = form or DoneForm(done_on=local_day(one.station, now()))
    page = render_template(
        "plans/occurrence.html",
        one=one,
        form=form,
        because=because(one),
        labels=labels,
        work=work,
    )
    return (page, 422) if form.is_submitted() else page


def _do(
    one: Occurrence, deed: Callable[[], None], words: str, form: DoneForm | None = None
) -> Answer:
    try:
        deed()
    except (PlanError, deeds.LateNewsError) as wrong:
        db.session.rollback()
        said = why_not(wrong)
        if form is None:
            return pages.refuse(said, _at(one))
        wrong_field = form.though_early if isinstance(wrong, deeds.TooEarlyError) else form.done_on
        wrong_field.errors = [said]
        return _page(one, form)
    return pages.done(words, _at(one))


def _with_reason(one: Occurrence, deed: Callable[[str], None], words: str) -> Answer:
    form = ReasonForm()
    if not form.validate():
        return pages.refuse(_("Nothing was changed: say why."), _at(one))
    return _do(one, lambda: deed(str(form.reason.data)), words)


def why_not(wrong: Exception) -> str:
    """What kept a date as it was, and what to do."""
    if isinstance(wrong, deeds.TooEarlyError):
        return str(
            _("The window is not open yet on that day. Say that it counts all the same, or wait.")
        )
    if isinstance(wrong, deeds.LateNewsError):
        return str(_("That day has not come yet where the station stands."))
    if isinstance(wrong, deeds.BeforeCommissioningError):
        return str(_("The station was not commissioned yet on that day."))
    if isinstance(wrong, deeds.NotClosedError):
        return str(_("Nothing was changed: what followed from it is done already."))
    return str(_("Nothing was changed: it is not open any more."))


def _at(one: Occurrence) -> str:
    return url_for("service.show", occurrence_id=one.id)


def _listing() -> Listing:
    query = Occurrence.visible_to(g.person).join(Occurrence.station).join(Occurrence.task)
    loaded = (
        query.outerjoin(Station.site)
        .outerjoin(Site.customer)
        .options(
            contains_eager(Occurrence.station)
            .contains_eager(Station.site)
            .contains_eager(Site.customer),
            contains_eager(Occurrence.task),
        )
    )
    spoken = language.current()
    title = MaintenanceTask.title_sv if spoken == "sv" else MaintenanceTask.title_en
    states = [(state.value, word) for state, word in labels.OCCURRENCE_STATE.items()]
    kinds = [(kind.value, word) for kind, word in work.WORK_KIND.items()]
    return Listing(
        name="service",
        query=loaded,
        columns=(
            Column("state", _l("State"), None, _state),
            Column("latest_on", _l("Latest"), Occurrence.latest_on),
            Column("task", _l("Task"), alphabetical(title), lambda it: it.task.title(spoken)),
            Column(
                "station", _l("Station"), alphabetical(Station.name), lambda it: it.station.name
            ),
            Column("site", _l("Site"), alphabetical(Site.name), _site),
            Column(
                "customer", _l("Customer"), alphabetical(Customer.name), _customer, on_page=False
            ),
            Column("nominal_on", _l("Date"), Occurrence.nominal_on),
            Column("done_on", _l("Done on"), Occurrence.done_on, on_page=False),
            Column("because", _l("Why this date"), None, because, on_page=False),
        ),
        search=(Station.name, Site.name, Customer.name, title),
        filters=(
            Filter("state", _l("State"), [("todo", _l("due and overdue")), *states], _in, "todo"),
            Filter("kind", _l("Kind of work"), kinds, _of_kind),
            Filter("when", _l("Latest"), WHEN, _within(now())),
        ),
        sort="latest_on",
        search_hint=_l("Search station, site, customer, task …"),
    )


WHEN: list[tuple[str, Any]] = [
    ("30", _l("within 30 days")),
    ("90", _l("within 90 days")),
    ("365", _l("within a year")),
]


def _state(one: Occurrence) -> str:
    return str(labels.OCCURRENCE_STATE[one.state])


def _station(one: Occurrence) -> str:
    return one.station.name


def _site(one: Occurrence) -> str:
    return one.station.site.name if one.station.site else ""


def _customer(one: Occurrence) -> str:
    return one.station.site.customer.name if one.station.site else ""


def _in(query: Select[Any], value: str) -> Select[Any]:
    if value == "todo":
        return query.where(Occurrence.state.in_(("due", "overdue")))
    return query.where(Occurrence.state == value)


def _of_kind(query: Select[Any], value: str) -> Select[Any]:
    return query.where(MaintenanceTask.kind == value)


def _within(at: datetime) -> Callable[[Select[Any], str], Select[Any]]:
    today = Days(at)[None]
    return lambda query, value: query.where(Occurrence.latest_on <= today + timedelta(int(value)))
