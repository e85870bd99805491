"""Chargers that knock and that nobody here knows: a person adopts or refuses each."""

from __future__ import annotations

from flask import Blueprint, g, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from service.core.clock import now
from service.core.lists import Column, Filter, Listing
from service.stations import pages
from service.stations.pages import Answer
from service.stations.pending import PendingCharger

bp = Blueprint("pending", __name__, url_prefix="/pending")


@bp.get("")
def index() -> ResponseReturnValue:
    return _listing().answer("stations/pending.html")


@bp.post("/<int:charger_id>/refusal")
def refuse(charger_id: int) -> Answer:
    charger = g.person.may_see(PendingCharger, charger_id)
    charger.refuse(g.person, now())
    words = _("%(identity)s is refused, and stays so.", identity=charger.identity)
    return pages.done(words, url_for("pending.index"))


@bp.post("/<int:charger_id>/waiting")
def unrefuse(charger_id: int) -> Answer:
    charger = g.person.may_see(PendingCharger, charger_id)
    charger.unrefuse(g.person, now())
    words = _("%(identity)s waits again.", identity=charger.identity)
    return pages.done(words, url_for("pending.index"))


def _listing() -> Listing:
    kind = PendingCharger
    return Listing(
        name="pending",
        query=kind.visible_to(g.person),
        columns=(
            Column("identity", _l("OCPP identity"), kind.identity_key),
            Column("address", _l("From"), kind.address),
            Column("tries", _l("Tries"), kind.tries, number=True),
            Column("last_tried_at", _l("Last tried"), kind.last_tried_at),
            Column("first_tried_at", _l("First tried"), kind.first_tried_at),
            Column("decision", _l("Decision"), in_file=False),
        ),
        search=(kind.identity, kind.address),
        filters=(Filter("shown", _l("Shown"), CHOICES, _shown, default="waiting"),),
        sort="-last_tried_at",
        search_hint=_l("Search identity, address …"),
    )


CHOICES = (("waiting", _l("waiting")), ("refused", _l("refused")))


def _shown(query: Select[PendingCharger], value: str) -> Select[PendingCharger]:
    refused = PendingCharger.refused_at.is_not(None)
    return query.where(refused if value == "refused" else ~refused)
