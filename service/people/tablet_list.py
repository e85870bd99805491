"""All tablets: what waits on each, and since when; how one is revoked."""

from __future__ import annotations

from typing import Any

from flask import g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select
from sqlalchemy.orm import contains_eager

from service.core.clock import now
from service.core.db import db
from service.core.lists import Column, Filter, Listing
from service.core.register import Answer
from service.core.swedish import alphabetical
from service.core.web import whole
from service.people import tablet_labels
from service.people.models import Person
from service.people.tablet_pages import bp, end
from service.people.tablets import Tablet, TabletState, may_enrol

__all__ = ["bp"]

STATES = tuple((state.value, word) for state, word in tablet_labels.STATE.items())
WAITING = (("yes", _l("something waits")), ("no", _l("nothing waits")))


@bp.get("/tablets")
def index() -> ResponseReturnValue:
    return _listing().answer(
        "people/tablets.html", labels=tablet_labels, at=now(), carriers=_carriers()
    )


@bp.get("/tablets/enrolment")
def enrol() -> Answer:
    """From the list to the page of whoever is to have a tablet."""
    chosen = request.args.get("person", type=whole)
    if chosen is None:
        return redirect(url_for("devices.index"), 303)
    person = g.person.may_see(Person, chosen)
    return redirect(url_for("devices.of_person", person_id=person.id), 303)


@bp.post("/tablets/<int:tablet_id>/revocation")
def revoke(tablet_id: int) -> Answer:
    return end(g.person.may_see(Tablet, tablet_id), url_for("devices.index"))


def _carriers() -> list[Person]:
    """For whom this person makes a code."""
    people = Person.visible_to(g.person).where(Person.active).order_by(alphabetical(Person.name))
    return [one for one in db.session.scalars(people) if may_enrol(one, g.person)]


def _listing() -> Listing:
    tablets = Tablet.visible_to(g.person).join(Tablet.person)
    return Listing(
        name="tablets",
        query=tablets.options(contains_eager(Tablet.person)),
        columns=(
            Column("person", _l("Person"), alphabetical(Person.name), lambda it: it.person.name),
            Column("name", _l("Tablet"), Tablet.name),
            Column("last_contact_at", _l("Last contact"), Tablet.last_contact_at),
            Column("waiting", _l("Said then"), Tablet.waiting),
            Column("oldest_waiting_at", _l("Waits since"), None, on_page=False),
            Column("app_version", _l("App"), Tablet.app_version),
            Column("skew_ms", _l("Clock"), Tablet.skew_ms),
            Column("state", _l("State"), None, lambda it: _word(it)),
            Column("wiped_at", _l("Wiped"), Tablet.wiped_at, on_page=False),
        ),
        search=(Person.name, Tablet.name),
        filters=(
            Filter("state", _l("State"), STATES, _in_state),
            Filter("waiting", _l("Waiting"), WAITING, _waiting),
        ),
        sort="-last_contact_at",
        search_hint=_l("Search person or tablet …"),
    )


def _word(tablet: Tablet) -> str:
    return str(tablet_labels.STATE[tablet.state(now())])


def _in_state(query: Select[Any], value: str) -> Select[Any]:
    return query.where(Tablet.is_in(TabletState(value), now()))


def _waiting(query: Select[Any], value: str) -> Select[Any]:
    return query.where(Tablet.waiting > 0 if value == "yes" else Tablet.waiting == 0)
