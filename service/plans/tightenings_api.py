"""What asks for more than the plans, in the JSON API."""

from __future__ import annotations

from typing import Any

from flask import g
from marshmallow import ValidationError, fields, validates_schema

from service.contracts.models import ServiceContract
from service.contracts.words import WorkKind
from service.core import clock
from service.core.api import Resource
from service.core.db import db
from service.core.fields import Body, Instant, Shown, Whole, WholeText, Why, Words, choice
from service.core.paging import Listed, page, page_of
from service.core.problems import ProblemError
from service.people.api import referred, seen
from service.people.models import Customer
from service.plans.assignments import loosen, tighten
from service.plans.forecast_api import IntervalShape, interval_of
from service.plans.occurrences import Tightening
from service.plans.tasks_api import SpanShape
from service.plans.words import Scope
from service.stations.models import Site, Station

tightenings = Resource("tightenings", "What a site, a customer or the law asks for beyond plans.")

REACH: dict[str, type[Station | Site | Customer | ServiceContract]] = {
    "station_id": Station,
    "site_id": Site,
    "customer_id": Customer,
    "contract_id": ServiceContract,
}


class NewTightening(Body):
    """Without a station, site, customer or contract it holds everywhere: that is the law."""

    station_id = Whole()
    site_id = Whole()
    customer_id = Whole()
    contract_id = Whole()
    kind = choice(WorkKind, allow_none=True, load_default=None)
    interval = fields.Nested(IntervalShape, required=True)
    why = Words(300, required=True)

    @validates_schema
    def _one_reach(self, data: dict[str, Any], **_: Any) -> None:
        if len(REACH.keys() & data) > 1:
            raise ValidationError("Give one of station, site, customer and contract.", "station_id")


class TighteningShape(Shown):
    id = fields.Integer()
    scope = choice(Scope)
    station_id = fields.Integer(allow_none=True)
    site_id = fields.Integer(allow_none=True)
    customer_id = fields.Integer(allow_none=True)
    contract_id = fields.Integer(allow_none=True)
    kind = choice(WorkKind, allow_none=True)
    interval = fields.Nested(SpanShape)
    why = fields.String()
    created_at = Instant()
    ended_at = Instant(allow_none=True)


class TighteningQuery(Listed):
    station_id = WholeText()
    site_id = WholeText()
    customer_id = WholeText()
    contract_id = WholeText()


@tightenings.get("/tightenings", page_of(TighteningShape), TighteningQuery)
def list_tightenings(asked: dict[str, Any]) -> dict[str, Any]:
    """List them, the ended ones too."""
    found = Tightening.visible_to(g.person)
    for name in REACH.keys() & asked:
        found = found.where(getattr(Tightening, name) == asked[name])
    return page(Tightening, found, asked)


@tightenings.post("/tightenings", TighteningShape, NewTightening)
def create_tightening(asked: dict[str, Any]) -> Tightening:
    """Ask for more than the plans; dates that become earlier are planned anew at once."""
    scope = None
    for name in REACH.keys() & asked:
        scope = referred(REACH[name], asked[name], name)
    span = interval_of(asked["interval"])
    lengths = {"months": span.months or None, "days": span.days or None}
    one = tighten(scope, asked["kind"], asked["why"], g.person, clock.now(), **lengths)
    db.session.commit()
    return one


@tightenings.post("/tightenings/<int:tightening_id>/end", TighteningShape, Why, status=200)
def end_tightening(asked: dict[str, Any], tightening_id: int) -> Tightening:
    """Ask for it no more."""
    one = seen(Tightening, tightening_id)
    if one.ended_at:
        raise ProblemError(409, "It has ended already.", "wrong-state")
    loosen(one, asked["reason"], g.person, clock.now())
    db.session.commit()
    return one
