"""A person's tablets: on the own profile, and on a page that the desk opens."""

from __future__ import annotations

import segno
from flask import Blueprint, abort, current_app, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from service.core import codes, register
from service.core.clock import now
from service.core.db import db
from service.core.register import Answer
from service.people import tablet_labels
from service.people.models import NotVisibleError, Person
from service.people.tablets import CARRIERS, NotACarrierError, NotForThemError, Tablet, TabletCode
from service.people.tablets import may_enrol as may

bp = Blueprint("devices", __name__)


@bp.get("/profile/tablets")
def own() -> str:
    return _show(g.person)


@bp.post("/profile/tablets")
def make_own_code() -> ResponseReturnValue:
    return _make(g.person)


@bp.post("/profile/tablets/<int:tablet_id>/revocation")
def revoke_own(tablet_id: int) -> ResponseReturnValue:
    tablet = g.person.may_see(Tablet, tablet_id)
    if tablet.person_id != g.person.id:
        raise NotVisibleError(Tablet.__name__, tablet_id)
    return end(tablet, url_for("people.profile"))


@bp.get("/people/<int:person_id>/tablets")
def of_person(person_id: int) -> str:
    return _show(_carrier(person_id))


@bp.post("/people/<int:person_id>/tablets")
def make_code(person_id: int) -> ResponseReturnValue:
    return _make(_carrier(person_id))


def end(tablet: Tablet, back: str) -> Answer:
    words = _("%(name)s wipes itself at its next contact.", name=tablet.name)
    return register.with_reason(lambda why: tablet.revoke(g.person, now(), why), words, back)


def _carrier(person_id: int) -> Person:
    person: Person = g.person.may_see(Person, person_id)
    if person.is_service or person.role not in CARRIERS:
        raise NotVisibleError(Person.__name__, person_id)
    return person


def _make(person: Person) -> ResponseReturnValue:
    try:
        code = TabletCode.make(person, g.person, now())
    except (NotACarrierError, NotForThemError):
        abort(403)
    db.session.commit()
    # Shown in this answer alone: it stands in no address, no session and no log.
    return _show(person, code), {"Cache-Control": "no-store"}


def _show(person: Person, code: str = "") -> str:
    """The panel for a page that asks for it; for everybody else a page around it."""
    is_part = request.headers.get("HX-Request")
    settings, is_own = current_app.config["SETTINGS"], person.id == g.person.id
    return render_template(
        "people/_tablets.html" if is_part else "people/tablets_of.html",
        someone=person,
        is_own=is_own,
        may_make=may(person, g.person),
        make_url=_page(person),
        tablets=db.session.scalars(Tablet.of(person)).all(),
        code=codes.shown(code) if code else "",
        picture=_picture(code) if code else "",
        works=settings.tablets_work,
        address=_home(),
        labels=tablet_labels,
    )


def _page(person: Person) -> str:
    if person.id == g.person.id:
        return url_for("devices.own")
    return url_for("devices.of_person", person_id=person.id)


def _picture(code: str) -> str:
    """The address that a tablet's camera opens, with the code in it."""
    address = f"{_home()}/t/#/enrol/{code}"
    return segno.make(address, micro=False).svg_data_uri(scale=5, border=4, light="white")


def _home() -> str:
    return str(current_app.config["SETTINGS"].web_url).rstrip("/")
