"""Pages of advisories, recalls and retrofits: how far they are, and station by station."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, case, select
from sqlalchemy.orm import contains_eager, joinedload

from service.core.clock import now
from service.core.db import db
from service.core.lists import Column, Filter, Listing
from service.core.swedish import alphabetical
from service.plans import recall_labels as labels
from service.plans.models import PlanError
from service.plans.recall_forms import DoneForm, NewRecallForm, ReasonForm, RecallForm, future
from service.plans.recalls import Recall, RecallStation, progress_of
from service.plans.words import RecallKind, RecallState
from service.stations import pages
from service.stations.models import Site, Station, StationModel
from service.stations.pages import Answer

bp = Blueprint("recalls", __name__)
Recalls = Select[Any]
ROWS = 40


@bp.get("/recalls")
def index() -> ResponseReturnValue:
    listing = _listing(Recall.visible_to(g.person))
    return listing.answer("plans/recalls.html", labels=labels, counted=_Counted())


@bp.get("/models/<int:model_id>/recalls")
def of_model(model_id: int) -> str:
    """The newest of a model, for its page."""
    model = g.person.may_see(StationModel, model_id)
    mine = Recall.visible_to(g.person).where(Recall.model_id == model.id)
    newest = mine.order_by(Recall.closed_at.is_not(None), Recall.id.desc()).limit(20)
    found = list(db.session.scalars(newest))
    counted = progress_of([one.id for one in found])
    return render_template(
        "plans/_recalls.html", model=model, recalls=found, counted=counted, labels=labels
    )


class _Counted:
    """How far each of a page's recalls has come, asked once the page is known."""

    def of(self, rows: list[Recall]) -> dict[int, Any]:
        return progress_of([one.id for one in rows])


def _listing(query: Recalls) -> Listing:
    return Listing(
        name="recalls",
        query=query.join(Recall.model).options(contains_eager(Recall.model)),
        columns=(
            Column("kind", _l("Kind"), Recall.kind, lambda one: str(labels.KIND[one.kind])),
            Column("title", _l("Title"), alphabetical(Recall.title)),
            Column("model", _l("Model"), StationModel.name, lambda one: one.model.title),
            Column("issued_on", _l("Issued on"), Recall.issued_on),
            Column("source", _l("Source"), on_page=False),
            Column("progress", _l("Progress"), None, lambda one: one.progress.percent),
        ),
        sort="-issued_on",
        per_page=ROWS,
        search=(Recall.title, Recall.text, Recall.source, StationModel.name, StationModel.maker),
        filters=(
            Filter("state", _l("State"), _STATES, _in_state, default="open"),
            Filter("kind", _l("Kind"), list(labels.KIND.items()), _of_kind),
        ),
        search_hint=_l("Search title, text, source, model …"),
    )


_STATES = [("open", _l("ongoing")), ("closed", _l("closed"))]


def _in_state(query: Recalls, value: str) -> Recalls:
    is_open = Recall.closed_at.is_(None)
    return query.where(is_open if value == "open" else ~is_open)


def _of_kind(query: Recalls, value: str) -> Recalls:
    return query.where(Recall.kind == RecallKind(value))


@bp.get("/recalls/<int:recall_id>")
def show(recall_id: int) -> ResponseReturnValue:
    recall = g.person.may_see(Recall, recall_id)
    return _stations(recall).answer(
        "plans/recall.html", recall=recall, progress=recall.progress, labels=labels
    )


def _stations(recall: Recall) -> Listing:
    query = (
        RecallStation.visible_to(g.person)
        .where(RecallStation.recall_id == recall.id)
        .join(RecallStation.station)
        .outerjoin(Station.site)
        .options(
            contains_eager(RecallStation.station).contains_eager(Station.site),
            joinedload(RecallStation.by),
        )
    )
    waiting = case((RecallStation.state == RecallState.OPEN, 0), else_=1)
    columns = (
        Column("state", _l("State"), waiting, lambda one: str(labels.STATE[one.state])),
        Column("station", _l("Station"), alphabetical(Station.name), lambda one: one.station.name),
        Column("site", _l("Site"), None, _site, on_page=False),
        Column("serial", _l("Serial number"), None, lambda one: one.station.serial_number),
        Column("firmware", _l("Firmware"), None, lambda one: one.station.firmware_version),
        Column("done_on", _l("Done on"), RecallStation.done_on),
        Column("note", _l("Note"), in_file=g.person.sees_all),
    )
    return Listing(
        name="recall-stations",
        query=query,
        columns=columns,
        sort="state",
        per_page=ROWS,
        search=(Station.name, Site.name, Station.serial_number, Station.firmware_version),
        filters=(Filter("state", _l("State"), list(labels.STATE.items()), _station_in_state),),
        search_hint=_l("Search station, site, serial number, firmware …"),
        kept={"recall_id": recall.id},
    )


def _site(one: RecallStation) -> str:
    return one.station.site.name if one.station.site else ""


def _station_in_state(query: Recalls, value: str) -> Recalls:
    return query.where(RecallStation.state == RecallState(value))


@bp.get("/recalls/<int:recall_id>/history")
def history(recall_id: int) -> str:
    return pages.history(g.person.may_see(Recall, recall_id), labels, labels.reason)


@bp.route("/recalls/new", methods=["GET", "POST"])
def create() -> Answer:
    """With `model` in the address, that one is chosen already."""
    form = NewRecallForm(model_id=request.args.get("model", type=int))
    if not form.validate():
        return pages.ask(form, _("New recall"), url_for("recalls.index"), request.path)
    facts = {name: value for name, value in form.facts.items() if name != "model_id"}
    recall = Recall.issue(form.model, g.person, now(), **facts)
    words = _("Every station of %(model)s stands on its list.", model=recall.model.title)
    return pages.done(words, _page(recall))


@bp.route("/recalls/<int:recall_id>/edit", methods=["GET", "POST"])
def edit(recall_id: int) -> Answer:
    recall = g.person.may_see(Recall, recall_id)
    form = RecallForm(recall)
    if not form.validate():
        return pages.ask(form, _("Edit the recall"), _page(recall), request.path)
    recall.edit(g.person, now(), **form.facts)
    return pages.done(_("Saved."), _page(recall))


@bp.post("/recalls/<int:recall_id>/closure")
def close(recall_id: int) -> Answer:
    recall = g.person.may_see(Recall, recall_id)
    return _with_reason(recall, lambda why: recall.close(why, g.person, now()))


@bp.post("/recalls/<int:recall_id>/reopening")
def reopen(recall_id: int) -> Answer:
    recall = g.person.may_see(Recall, recall_id)
    return _with_reason(recall, lambda why: recall.reopen(why, g.person, now()))


@bp.route("/recalls/<int:recall_id>/stations/<int:station_id>", methods=["GET", "POST"])
def finish(recall_id: int, station_id: int) -> Answer:
    """A station is done: by hand, where no work order says so."""
    one, at = _entry(recall_id, station_id), now()
    form = DoneForm(done_on=one.today(at))
    is_ready = form.validate()
    if is_ready and form.done_on.data and form.done_on.data > one.today(at):
        future(form)
        is_ready = False
    if not is_ready:
        return _ask_done(one, form)
    note = form.note.data or None
    return _carry(one.recall, lambda: one.finish(form.done_on.data, g.person, at, note))  # type: ignore[arg-type]


def _ask_done(one: RecallStation, form: DoneForm) -> Answer:
    page = render_template("plans/recall_station.html", one=one, form=form, labels=labels)
    return (page, 422) if form.is_submitted() else page


@bp.post("/recalls/<int:recall_id>/stations/<int:station_id>/exception")
def except_(recall_id: int, station_id: int) -> Answer:
    one = _entry(recall_id, station_id)
    return _with_reason(one.recall, lambda why: one.except_(why, g.person, now()))


@bp.post("/recalls/<int:recall_id>/stations/<int:station_id>/reopening")
def take_back(recall_id: int, station_id: int) -> Answer:
    one = _entry(recall_id, station_id)
    return _with_reason(one.recall, lambda why: one.take_back(why, g.person, now()))


def _entry(recall_id: int, station_id: int) -> RecallStation:
    mine = select(RecallStation.id).where(
        RecallStation.recall_id == recall_id, RecallStation.station_id == station_id
    )
    one: RecallStation = g.person.may_see(RecallStation, db.session.scalar(mine) or 0)
    return one


def _with_reason(recall: Recall, deed: Callable[[str], Any]) -> Answer:
    form = ReasonForm()
    if not form.validate():
        return pages.refuse(_("Nothing was changed: say why."), _page(recall))
    return _carry(recall, lambda: deed(form.reason.data or ""))


def _carry(recall: Recall, deed: Callable[[], Any]) -> Answer:
    try:
        deed()
    except PlanError:
        words = _("Nothing was changed: somebody was first. Look at it again.")
        return pages.refuse(words, _page(recall))
    return pages.done(_("Done."), _page(recall))


def _page(recall: Recall) -> str:
    return url_for("recalls.show", recall_id=recall.id)
