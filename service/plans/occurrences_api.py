"""What falls due at which station, in the JSON API."""

from __future__ import annotations

from typing import Any

from flask import g
from marshmallow import fields
from sqlalchemy.orm import selectinload

from service.core import clock, problems
from service.core.api import Resource
from service.core.db import db
from service.core.fields import (
    Body,
    CivilDay,
    Day,
    Flag,
    Instant,
    Shown,
    WholeText,
    Why,
    Words,
    choice,
)
from service.core.paging import Listed, page, page_of
from service.core.problems import ProblemError, wrong_field
from service.people.api import seen
from service.plans import deeds, reasons, triggers
from service.plans.occurrences import Occurrence
from service.plans.words import Event, OccurrenceState
from service.stations.models import Station

occurrences = Resource("occurrences", "Each date of each task at each station.")

problems.means(
    deeds.ClosedError,
    lambda wrong: ProblemError(409, f"It is {wrong} already.", "wrong-state", state=str(wrong)),
)
problems.means(
    deeds.NotClosedError,
    lambda _: ProblemError(409, "There is nothing to take back.", "wrong-state"),
)
problems.means(
    deeds.LateNewsError,
    lambda wrong: wrong_field(
        "done_on", f"{wrong} has not come yet: nothing is done in the future."
    ),
)
problems.means(
    deeds.BeforeCommissioningError,
    lambda wrong: wrong_field("done_on", f"The station was commissioned on {wrong}."),
)
problems.means(
    deeds.TooEarlyError,
    lambda wrong: ProblemError(
        409,
        f"Its window opens on {wrong}: say though_early where the work counts all the same.",
        "too-early",
        opens_on=str(wrong),
    ),
)


class OccurrenceShape(Shown):
    id = fields.Integer()
    station_id = fields.Integer()
    task_id = fields.Integer()
    series_id = fields.Integer()
    nominal_date = fields.Date(attribute="nominal_on")
    earliest = fields.Date(attribute="earliest_on")
    latest = fields.Date(attribute="latest_on")
    legal_latest = fields.Date(attribute="legal_latest_on", allow_none=True)
    state = choice(OccurrenceState)
    because = fields.Function(lambda row: reasons.of_row(row, clock.now()))
    missed = fields.Integer(metadata={"description": "Dates before it that passed unmade."})
    done_on = fields.Date(allow_none=True)
    closed_at = Instant(allow_none=True)
    closed_by_id = fields.Integer(allow_none=True)
    reason = fields.String(allow_none=True)
    superseded_by_id = fields.Integer(allow_none=True)


class OccurrenceQuery(Listed):
    station_id = WholeText()
    task_id = WholeText()
    series_id = WholeText()
    state = choice(OccurrenceState)
    since = Day(data_key="from", metadata={"description": "Nominal date, this day included."})
    until = Day(data_key="to", metadata={"description": "Nominal date, this day included."})


# What the reason of each date asks for.
SHOWN = (
    selectinload(Occurrence.task),
    selectinload(Occurrence.station).selectinload(Station.site),
    selectinload(Occurrence.superseded_by).selectinload(Occurrence.task),
)


class WorkDone(Body):
    done_on = CivilDay(required=True, metadata={"description": "On the calendar of the site."})
    though_early = Flag(
        load_default=False,
        metadata={"description": "It satisfies the date though its window is not open yet."},
    )


@occurrences.get("/occurrences", page_of(OccurrenceShape), OccurrenceQuery)
def list_occurrences(asked: dict[str, Any]) -> dict[str, Any]:
    """List dates: those that passed, and the next of each series."""
    found = Occurrence.visible_to(g.person)
    for name in ("station_id", "task_id", "series_id", "state"):
        if name in asked:
            found = found.where(getattr(Occurrence, name) == asked[name])
    if "since" in asked:
        found = found.where(Occurrence.nominal_on >= asked["since"])
    if "until" in asked:
        found = found.where(Occurrence.nominal_on <= asked["until"])
    return page(Occurrence, found, asked, with_=SHOWN)


@occurrences.get("/occurrences/<int:occurrence_id>", OccurrenceShape)
def show_occurrence(occurrence_id: int) -> Occurrence:
    """Get one date."""
    return seen(Occurrence, occurrence_id)


@occurrences.post(
    "/occurrences/<int:occurrence_id>/completion", OccurrenceShape, WorkDone, status=200
)
def complete(asked: dict[str, Any], occurrence_id: int) -> Occurrence:
    """Say that the work was done. The next date follows from it."""
    one = seen(Occurrence, occurrence_id)
    deeds.complete(one, asked["done_on"], g.person, clock.now(), asked["though_early"])
    db.session.commit()
    return one


@occurrences.post("/occurrences/<int:occurrence_id>/skip", OccurrenceShape, Why, status=200)
def skip(asked: dict[str, Any], occurrence_id: int) -> Occurrence:
    """Leave it out this time, with the reason."""
    one = seen(Occurrence, occurrence_id)
    deeds.skip(one, asked["reason"], g.person, clock.now())
    db.session.commit()
    return one


@occurrences.post("/occurrences/<int:occurrence_id>/reopening", OccurrenceShape, Why, status=200)
def reopen(asked: dict[str, Any], occurrence_id: int) -> Occurrence:
    """Take a completion or a skip back."""
    one = seen(Occurrence, occurrence_id)
    deeds.reopen(one, asked["reason"], g.person, clock.now())
    db.session.commit()
    return one


class Happening(Body):
    event = choice(Event, required=True)
    words = Words(500, required=True)


class BroughtForwardShape(Shown):
    items = fields.List(fields.Nested(OccurrenceShape))


@occurrences.post("/stations/<int:station_id>/events", BroughtForwardShape, Happening)
def report(asked: dict[str, Any], station_id: int) -> dict[str, Any]:
    """Say what happened to a station; the answer has the dates that it brings forward."""
    station = seen(Station, station_id)
    moved = triggers.happened(station, asked["event"], asked["words"], g.person, clock.now())
    db.session.commit()
    return {"items": moved}
