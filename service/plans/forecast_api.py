"""The rule of maintenance dates in the JSON API, for whoever plans beside us."""

from __future__ import annotations

from datetime import date
from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from service.core import clock
from service.core.api import Resource
from service.core.dates import HOME
from service.core.fields import Body, CivilDay, Shown, Whole, choice
from service.core.problems import wrong_field
from service.plans import reasons
from service.plans.intervals import (
    MOST_DATES,
    Expected,
    Interval,
    LateNewsError,
    Rule,
    TooManyDatesError,
    forecast,
)
from service.plans.words import Anchor, DateState

MOST_YEARS, MOST_DAYS = 100, 36_500
MOST_COMPLETIONS = 5_000

forecasts = Resource("forecast", "The dates that follow from an interval, and why.")


class IntervalShape(Body):
    """In months, days or years: one of them."""

    months = Whole(1, MOST_YEARS * 12)
    days = Whole(1, MOST_DAYS)
    years = Whole(1, MOST_YEARS)

    @validates_schema
    def _one_unit(self, data: dict[str, Any], **_: Any) -> None:
        if len(data) != 1:
            raise ValidationError("Give the interval in months, days or years: one of them.")


class ToleranceShape(Body):
    early_days = Whole(0, MOST_DAYS, load_default=0)
    late_days = Whole(0, MOST_DAYS, load_default=0)


class ForecastQuestion(Body):
    interval = fields.Nested(IntervalShape, required=True)
    anchor = choice(Anchor, required=True)
    start = CivilDay(required=True, metadata={"description": "The first nominal date."})
    legal_max = fields.Nested(
        IntervalShape,
        allow_none=True,
        load_default=None,
        metadata={"description": "The longest time between two completions that the law allows."},
    )
    tolerance = fields.Nested(ToleranceShape, load_default=lambda: ToleranceShape().load({}))
    completions = fields.List(
        CivilDay(),
        load_default=list,
        validate=lambda days: _few(days),
        metadata={"description": "Each satisfies the earliest open date whose window has begun."},
    )
    until = CivilDay(required=True, metadata={"description": "The last day that is asked for."})
    at = CivilDay(metadata={"description": "The day on which it is looked at; today if absent."})


class ExpectedShape(Shown):
    nominal_date = fields.Date()
    earliest = fields.Date()
    latest = fields.Date()
    state = choice(DateState)
    because = fields.String()


class ForecastShape(Shown):
    items = fields.List(fields.Nested(ExpectedShape))


@forecasts.post("/forecast", ForecastShape, ForecastQuestion, status=200)
def ask(asked: dict[str, Any]) -> dict[str, Any]:
    """Ask for the dates that follow from an interval. Nothing is kept."""
    rule = _rule(asked)
    at = asked.get("at") or clock.now().astimezone(HOME).date()
    try:
        found = forecast(rule, asked["completions"], asked["until"], at)
    except TooManyDatesError:
        words = f"That is more than {MOST_DATES} dates: ask for fewer."
        raise wrong_field("until", words) from None
    except LateNewsError as wrong:
        words = f"{wrong} is after {at}: nothing is done in the future."
        raise wrong_field("completions", words) from None
    return {"items": [_shown(rule, one) for one in found]}


def interval_of(asked: dict[str, int]) -> Interval:
    return Interval(asked.get("months", 0) + 12 * asked.get("years", 0), asked.get("days", 0))


def _rule(asked: dict[str, Any]) -> Rule:
    legal = asked["legal_max"]
    return Rule(
        interval=interval_of(asked["interval"]),
        anchor=asked["anchor"],
        start=asked["start"],
        early_days=asked["tolerance"]["early_days"],
        late_days=asked["tolerance"]["late_days"],
        legal_max=interval_of(legal) if legal else None,
    )


def _shown(rule: Rule, one: Expected) -> dict[str, Any]:
    return {
        "nominal_date": one.nominal.on,
        "earliest": one.earliest,
        "latest": one.latest,
        "state": one.state,
        "because": reasons.because(rule, one),
    }


def _few(days: list[date]) -> None:
    if len(days) > MOST_COMPLETIONS:
        raise ValidationError(f"That is more than {MOST_COMPLETIONS} completions.")
