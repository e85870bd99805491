"""Runs with their answers, measured values as series, instruments and limits in the JSON API."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time
from typing import Any

from flask import g
from marshmallow import fields
from sqlalchemy import Select

from service.checklists import measurements
from service.checklists.models import Answer, ChecklistRun
from service.checklists.runs import current_answers
from service.checklists.words import RunState, Verdict
from service.core import dates
from service.core.api import Resource
from service.core.fields import Body, Day, Instant, Shown, Text, WholeText, choice
from service.core.paging import Cursor, Listed, by, cursor, narrowed, page, page_of
from service.people.api import seen
from service.stations.models import Station

runs = Resource("checklist-runs", "Checklists as they were answered at stations.")
measured = Resource("measurements", "Measured values, as series by item and place.")


class AnswerShape(Shown):
    item = fields.String()
    place = fields.String(metadata={"description": "visit, station, evse:1, rcd:1 …"})
    value = fields.Raw(allow_none=True)
    number = fields.Float(allow_none=True)
    over = fields.Boolean(metadata={"description": "Beyond what the instrument can show."})
    verdict = choice(Verdict, allow_none=True)
    note = fields.String()
    photos = fields.List(fields.String())
    confirmed = fields.Boolean()
    instrument_id = fields.Integer(allow_none=True)
    authorised = fields.Boolean(
        allow_none=True,
        metadata={"description": "Whether whoever gave it had what the item asks for."},
    )
    at = Instant(metadata={"description": "By the tablet's clock."})
    received_at = Instant()
    person_id = fields.Integer(allow_none=True)
    counts = fields.Boolean(metadata={"description": "Not amended by a later one."})


class FindingShape(Shown):
    inside = ("ticket_id", "work_order_line_id")
    id = fields.Integer()
    run_id = fields.Integer()
    station_id = fields.Integer()
    item = fields.String()
    place = fields.String()
    verdict = choice(Verdict)
    safety = fields.Boolean()
    text = fields.String()
    recommendation = fields.String(allow_none=True)
    ticket_id = fields.Integer(allow_none=True)
    work_order_line_id = fields.Integer(allow_none=True)
    made_at = Instant()


class RunShape(Shown):
    id = fields.Integer()
    uuid = fields.UUID()
    station_id = fields.Integer()
    version_id = fields.Integer()
    state = choice(RunState)
    started_at = Instant()
    submitted_at = Instant(allow_none=True)
    reviewed_at = Instant(allow_none=True)
    person_id = fields.Integer(allow_none=True)
    amends_id = fields.Integer(allow_none=True)
    amends_why = fields.String(allow_none=True)


class RunDetail(RunShape):
    facts = fields.Dict()
    places = fields.List(fields.String())
    answers = fields.List(fields.Nested(AnswerShape))
    findings = fields.List(fields.Nested(FindingShape))


# Which runs a visit has: the room of visits, which comes later, says so under "visit_id".
LATER: dict[str, Callable[[int], Select[int]]] = {}


class RunQuery(Listed):
    station_id = by(ChecklistRun.station_id, WholeText())
    version_id = by(ChecklistRun.version_id, WholeText())
    visit_id = by(lambda key: ChecklistRun.id.in_(LATER["visit_id"](key)), WholeText())
    state = by(ChecklistRun.state, choice(RunState))


@runs.get("/checklist-runs", page_of(RunShape), RunQuery)
def list_runs(asked: dict[str, Any]) -> dict[str, Any]:
    """List runs, newest first."""
    found = narrowed(ChecklistRun.visible_to(g.person), RunQuery, asked)
    return page(ChecklistRun, found, asked, newest_first=True)


@runs.get("/checklist-runs/<int:run_id>", RunDetail)
def show_run(run_id: int) -> dict[str, Any]:
    """Get one run with every answer that was given, and which of them count."""
    return detail(seen(ChecklistRun, run_id))


def detail(run: ChecklistRun) -> dict[str, Any]:
    counting = {one.id for one in current_answers(run).values()}
    shown: dict[str, Any] = RunShape().dump(run) | {"facts": run.facts, "places": run.places}
    answers = [_answer(one, one.id in counting) for one in run.answers]
    instants = {name: getattr(run, name) for name in ("started_at", "submitted_at", "reviewed_at")}
    return shown | instants | {"state": run.state, "answers": answers, "findings": run.findings}


def _answer(one: Answer, counts: bool) -> dict[str, Any]:
    names = [name for name in AnswerShape._declared_fields if name != "counts"]
    return {name: getattr(one, name) for name in names} | {"counts": counts}


class OldValueShape(Shown):
    number = fields.Float(allow_none=True)
    over = fields.Boolean()
    verdict = choice(Verdict, allow_none=True)
    run_id = fields.Integer()


class ValueShape(Shown):
    at = Instant()
    number = fields.Float(allow_none=True)
    over = fields.Boolean()
    verdict = choice(Verdict, allow_none=True)
    run_id = fields.Integer()
    run = fields.UUID(attribute="run.uuid")
    instrument_id = fields.Integer(allow_none=True)
    corrects = fields.List(
        fields.Nested(OldValueShape),
        metadata={"description": "What stood there before it was corrected, the newest first."},
    )


class TrendShape(Shown):
    per_year = fields.Function(lambda one: round(one.slope * 365.25, 6))
    limit = fields.Float(metadata={"description": "The one that it moves towards."})
    crosses_on = fields.Date(allow_none=True)
    is_near = fields.Boolean()


class SeriesShape(Shown):
    item = fields.String()
    place = fields.String()
    title = fields.Function(lambda one: one.asked.get("label"))
    unit = fields.String()
    limit = fields.Function(
        lambda one: (
            {name: one.asked.get(name) for name in measurements.BOUNDS}
            | {"source": one.asked.get("source")}
        )
    )
    values = fields.List(fields.Nested(ValueShape))
    trend = fields.Nested(
        TrendShape,
        allow_none=True,
        metadata={"description": "Null where the values move towards no limit."},
    )


class SeriesPage(Body):
    items = fields.List(fields.Nested(SeriesShape), required=True)
    total = fields.Integer(required=True)
    next = fields.String(required=True, allow_none=True)


class SeriesQuery(Body):
    item = Text(60, metadata={"description": "How the item's key begins: rcd.t1x"})
    place = Text(60, metadata={"description": "rcd:1"})
    since = Day(data_key="from", metadata={"description": "This day included."})
    until = Day(data_key="to", metadata={"description": "This day included."})
    per_page = WholeText(1, 200, load_default=50)
    cursor = Cursor(load_default=None)


@measured.get("/stations/<int:station_id>/measurements", SeriesPage, SeriesQuery)
def list_measurements(asked: dict[str, Any], station_id: int) -> dict[str, Any]:
    """Measured values of a station: a series for each item at each place, oldest value first."""
    station = seen(Station, station_id)
    every = measurements.of_station(
        g.person,
        station.id,
        item=asked.get("item", ""),
        place=asked.get("place", ""),
        since=_begins(asked.get("since")),
        until=_ends(asked.get("until")),
    )
    start, size = asked["cursor"] or 0, asked["per_page"]
    more = len(every) > start + size
    return {
        "items": every[start : start + size],
        "total": len(every),
        "next": cursor(start + size) if more else None,
    }


def _begins(on: Any) -> datetime | None:
    return datetime.combine(on, time(), dates.HOME).astimezone(UTC) if on else None


def _ends(on: Any) -> datetime | None:
    return datetime.combine(on, time.max, dates.HOME).astimezone(UTC) if on else None
