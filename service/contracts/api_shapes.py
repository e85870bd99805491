"""What the JSON API takes and answers of contracts."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema

from service.contracts.words import Family, Parts, PricePer, Renewal, State, WorkKind
from service.core.fields import (
    Body,
    CivilDay,
    Day,
    Instant,
    Shown,
    Text,
    Whole,
    WholeText,
    Words,
    choice,
)
from service.core.money import MOST_ORE
from service.core.paging import Listed


class SlaShape(Schema):
    name = fields.String()
    hours = fields.String()
    targets = fields.Dict(metadata={"description": "Minutes by priority: response and repair."})


class TermsShape(Schema):
    package = fields.String()
    family = choice(Family)
    included = fields.List(choice(WorkKind))
    remote_monitoring = fields.Boolean()
    help_desk_hours = fields.String()
    sla = fields.Nested(SlaShape, allow_none=True)
    parts = choice(Parts)
    visits_per_year = fields.Integer(allow_none=True)
    price_per = choice(PricePer)
    vat_percent = fields.Integer()
    index_clause = fields.String()
    index_cap_percent = fields.Integer(allow_none=True)
    extra_prices = fields.Dict(keys=choice(WorkKind), values=fields.Integer())


class PriceShape(Schema):
    since = fields.Date()
    price_ore = fields.Integer()


class CoveredShape(Schema):
    station_id = fields.Integer()
    since = fields.Date()
    until = fields.Date(allow_none=True)


class ServiceContractShape(Shown):
    inside = ("package_id",)
    id = fields.Integer()
    number = fields.String()
    customer_id = fields.Integer()
    package_id = fields.Integer()
    name = fields.String()
    family = choice(Family)
    state = choice(State)
    starts_on = fields.Date()
    ends_on = fields.Date(metadata={"description": "The last day that it holds."})
    period_months = fields.Integer()
    notice_months = fields.Integer()
    renewal = choice(Renewal)
    prices = fields.List(fields.Nested(PriceShape))
    terms = fields.Nested(TermsShape, attribute="agreed")
    created_at = Instant()
    signed_at = Instant(allow_none=True)


class WholeContractShape(ServiceContractShape):
    stations = fields.List(fields.Nested(CoveredShape), attribute="covers")


class ContractChange(Body):
    name = Words(120)
    number = Words(40)
    package_id = Whole()
    starts_on = CivilDay()
    ends_on = CivilDay(allow_none=True)
    price_ore = Whole(0, MOST_ORE)

    @validates_schema
    def check(self, asked: dict[str, Any], **_: Any) -> None:
        start, end = asked.get("starts_on"), asked.get("ends_on")
        if start and end and end < start:
            raise ValidationError("The last day must not come before the first.", "ends_on")


class NewContract(ContractChange):
    customer_id = Whole(required=True)
    package_id = Whole(required=True)
    name = Words(120, required=True)
    starts_on = CivilDay(required=True)


class ContractQuery(Listed):
    q = Text(200, metadata={"description": "Part of the number, name or customer's name."})
    customer_id = WholeText()
    station_id = WholeText(metadata={"description": "Those that cover it now or later."})
    state = choice(State)
    ends_before = Day(metadata={"description": "Active ones whose last day comes before."})


class NewStations(Body):
    station_ids = fields.List(Whole(), load_default=list)
    site_ids = fields.List(
        Whole(),
        load_default=list,
        metadata={"description": "All stations that stand there now."},
    )
    since = CivilDay(metadata={"description": "Else the contract's first day."})

    @validates_schema
    def check(self, asked: dict[str, Any], **_: Any) -> None:
        if not asked["station_ids"] and not asked["site_ids"]:
            raise ValidationError("Give station_ids or site_ids.", "station_ids")


class Removal(Body):
    station_ids = fields.List(Whole(), required=True)
    until = CivilDay(required=True, metadata={"description": "The last day that they are covered."})
    reason = Words(500, required=True)


class Cancellation(Body):
    reason = Words(500, required=True)
    last_day = CivilDay(metadata={"description": "Else today."})
