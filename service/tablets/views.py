"""What tablets sent, as it came: for the visit, for the tablet, and where somebody is asked."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import Select, String, cast, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import contains_eager, selectinload
from wtforms import RadioField, StringField
from wtforms.validators import DataRequired, Length

from service.checklists.models import Answer
from service.core import files
from service.core.clock import now
from service.core.db import db
from service.core.files import Blob
from service.core.forms import WebForm
from service.core.lists import Column, Filter, Listing
from service.core.swedish import alphabetical
from service.people.guard import can
from service.people.models import Person
from service.people.tablets import Tablet
from service.tablets import labels, raw, settling
from service.tablets.api import is_open
from service.tablets.models import NotToSettleError, Operation, OperationRival
from service.tablets.settling import NotAppliedStillError
from service.tablets.words import Kind, OperationState, Settled
from service.visits import reasons
from service.visits.service_visits import ServiceVisit

bp = Blueprint("operations", __name__)

ASKED = (("yes", _l("somebody is asked")), ("no", _l("nobody is asked")))
STATES = tuple((one.value, word) for one, word in labels.STATE.items())
KINDS = tuple((one.value, word) for one, word in labels.KIND.items())


class SettlementForm(WebForm):
    what = RadioField(_l("What becomes of it"), validators=[DataRequired()])
    why = StringField(_l("Why"), validators=[DataRequired(), Length(max=500)])

    def __init__(self, may_apply: bool = True, **values: Any) -> None:
        super().__init__(**values)
        choices = [Settled.APPLY, Settled.DISMISS] if may_apply else [Settled.DISMISS]
        self.what.choices = [(one.value, labels.SETTLED[one]) for one in choices]


@bp.get("/tablets/operations")
def index() -> ResponseReturnValue:
    values = {"labels": labels, "reason": reasons.said, "to_settle": _to_settle()}
    return _listing().answer("operations/index.html", **values)


@bp.get("/tablets/operations/<int:operation_id>")
def show(operation_id: int) -> str:
    return _page(g.person.may_see(Operation, operation_id))


@bp.get("/tablets/operations/<int:operation_id>/file")
def export(operation_id: int) -> Response:
    """As it came, to be carried elsewhere."""
    operation = g.person.may_see(Operation, operation_id)
    headers = {"Content-Disposition": f"attachment; filename=laddvakt-{operation.id}.json"}
    return Response(pretty(operation.raw), mimetype="application/json", headers=headers)


@bp.post("/tablets/operations/<int:operation_id>/settlement")
def settle(operation_id: int) -> ResponseReturnValue:
    operation = g.person.may_see(Operation, operation_id)
    form = SettlementForm(operation.is_waiting)
    return _carry_out(operation, form, settling.settle, operation)


@bp.post("/tablets/operations/rivals/<int:rival_id>/settlement")
def settle_rival(rival_id: int) -> ResponseReturnValue:
    rival = g.person.may_see(OperationRival, rival_id)
    return _carry_out(rival.operation, SettlementForm(), settling.settle_rival, rival)


@bp.post("/tablets/operations/visits/<int:visit_id>/settlement")
def settle_visit(visit_id: int) -> ResponseReturnValue:
    """All that somebody is asked about of one visit, with one reason."""
    visit, form = g.person.may_see(ServiceVisit, visit_id), SettlementForm()
    if not form.validate():
        flash(_("Nothing was changed: say what becomes of it, and why."), "warning")
        return redirect(url_for("operations.index", visit=visit.id), 303)
    what, why = Settled(form.what.data), form.why.data or ""
    left = settling.settle_visit(visit, what, g.person, now(), why)
    db.session.commit()
    if left:
        flash(_left(left), "warning")
    return redirect(url_for("operations.index", visit=visit.id), 303)


@bp.get("/files/<sha>")
def blob(sha: str) -> ResponseReturnValue:
    """A photo, for whoever may see something that names it."""
    found = Blob.with_sha(sha) if files.is_sha(sha) else None
    if found is None or not _may_see(found):
        abort(404)
    try:
        return files.served(found)
    except FileNotFoundError:
        abort(404)


def _may_see(found: Blob) -> bool:
    person: Person = g.person
    sent = Operation.visible_to(person).where(Operation.blobs.contains([found.sha])).limit(1)
    if found.by_id == person.id or db.session.scalars(sent).first():
        return True
    answers = Answer.visible_to(person).where(Answer.photos.contains([found.sha])).limit(1)
    return db.session.scalars(answers).first() is not None


def _carry_out(
    operation: Operation, form: SettlementForm, verb: Any, row: Operation | OperationRival
) -> ResponseReturnValue:
    if not form.validate():
        return _page(operation, form), 422
    try:
        verb(row, Settled(form.what.data), g.person, now(), form.why.data)
        db.session.commit()
    except (NotToSettleError, IntegrityError):
        db.session.rollback()
        flash(_("Somebody has settled it already."), "warning")
    except NotAppliedStillError as wrong:
        db.session.rollback()
        flash(_("It cannot be applied: %(why)s", why=str(wrong)), "warning")
    return redirect(url_for("operations.show", operation_id=operation.id), 303)


def _page(operation: Operation, form: SettlementForm | None = None) -> str:
    return render_template(
        "operations/show.html",
        operation=operation,
        form=form or SettlementForm(operation.is_waiting),
        rival_form=form or SettlementForm(),
        labels=labels,
        pretty=pretty,
        reason=reasons.said,
    )


def pretty(text: str) -> str:
    """All of it, a value a line, so that two can be compared."""
    return json.dumps(raw.cleaned(json.loads(text)), indent=2, sort_keys=True, ensure_ascii=False)


def _left(count: int) -> str:
    return str(
        ngettext(
            "%(num)d cannot be applied, and stays asked.",
            "%(num)d cannot be applied, and stay asked.",
            count,
        )
    )


def _to_settle() -> dict[str, Any] | None:
    """For the list of one visit, where somebody is asked."""
    key = request.args.get("visit", "")
    if not (key.isascii() and key.isdecimal() and len(key) < 19 and can("operations.settle_visit")):
        return None
    count = len(settling.asked_of(int(key)))
    return {"visit_id": int(key), "count": count, "form": SettlementForm()} if count else None


def _listing() -> Listing:
    sent = Operation.visible_to(g.person).join(Operation.tablet).join(Operation.person)
    loaded = sent.options(
        contains_eager(Operation.tablet),
        contains_eager(Operation.person),
        selectinload(Operation.settlements),
        selectinload(Operation.rivals).joinedload(OperationRival.settlement),
    )
    return Listing(
        name="operations",
        query=loaded,
        columns=(
            Column("at", _l("Done"), Operation.at),
            Column("received_at", _l("Received"), Operation.received_at),
            Column("person", _l("Person"), alphabetical(Person.name), lambda it: it.person.name),
            Column("tablet", _l("Tablet"), Tablet.name, lambda it: it.tablet.name),
            Column("visit_id", _l("Visit"), Operation.visit_id),
            Column("kind", _l("What"), Operation.kind, lambda it: str(labels.kind(it.kind))),
            Column("state", _l("State"), Operation.state, lambda it: str(labels.state(it))),
            Column("uuid", _l("Id"), None, on_page=False),
            Column("review", _l("Question"), None, on_page=False),
        ),
        search=(Person.name, Tablet.name, cast(Operation.uuid, String)),
        filters=(
            Filter("asked", _l("Asked"), ASKED, _asked),
            Filter("state", _l("State"), STATES, _in_state),
            Filter("kind", _l("What"), KINDS, _of_kind),
            Filter("visit", _l("Visit"), _visits(), _of_visit),
            Filter("tablet", _l("Tablet"), _tablets(), _of_tablet),
        ),
        sort="-received_at",
        search_hint=_l("Search person, tablet or id …"),
    )


def _asked(query: Select[Any], value: str) -> Select[Any]:
    return query.where(is_open(value == "yes"))


def _in_state(query: Select[Any], value: str) -> Select[Any]:
    return query.where(Operation.state == OperationState(value))


def _of_kind(query: Select[Any], value: str) -> Select[Any]:
    return query.where(Operation.kind == Kind(value).value)


def _of_visit(query: Select[Any], value: str) -> Select[Any]:
    return query.where(Operation.visit_id == int(value))


def _of_tablet(query: Select[Any], value: str) -> Select[Any]:
    return query.where(Operation.tablet_id == int(value))


def _tablets() -> list[tuple[str, Any]]:
    rows = db.session.scalars(Tablet.visible_to(g.person).order_by(Tablet.id.desc()).limit(200))
    return [(str(one.id), f"{one.person.name} · {one.name}") for one in rows]


def _visits() -> list[tuple[str, Any]]:
    mine = Operation.visible_to(g.person).where(Operation.visit_id.is_not(None)).subquery()
    query = select(mine.c.visit_id).distinct().order_by(mine.c.visit_id.desc()).limit(200)
    return [(str(key), f"V-{key:05}") for key in db.session.scalars(query)]
