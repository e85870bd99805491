"""Advisories, recalls and retrofits of a model in the JSON API."""

from __future__ import annotations

from typing import Any

from flask import g
from marshmallow import fields
from sqlalchemy import select

from service.core import clock, problems
from service.core.api import Resource
from service.core.db import db
from service.core.fields import (
    Body,
    CivilDay,
    Instant,
    Shown,
    Text,
    Whole,
    WholeText,
    Why,
    Words,
    choice,
    one_of,
)
from service.core.paging import Listed, containing, page, page_of
from service.core.problems import ProblemError, refuse_retired, wrong_field
from service.people.api import referred, seen
from service.people.models import NotVisibleError
from service.plans.recalls import (
    Recall,
    RecallClosedError,
    RecallStateError,
    RecallStation,
    progress_of,
)
from service.plans.words import RecallKind, RecallState
from service.stations.register import StationModel

recalls = Resource("recalls", "Advisories, recalls and retrofits: every station of a model.")

problems.means(
    RecallStateError,
    lambda wrong: ProblemError(409, f"It is {wrong} already.", "wrong-state", state=str(wrong)),
)
problems.means(
    RecallClosedError, lambda _: ProblemError(409, "The recall is closed.", "wrong-state")
)


class RecallChange(Body):
    kind = choice(RecallKind)
    title = Words(200)
    text = Text(4000)
    source = Text(300)
    issued_on = CivilDay()
    criteria = Text(1000, metadata={"description": "Serial numbers or firmware, in words."})


class NewRecall(RecallChange):
    model_id = Whole(required=True)
    kind = choice(RecallKind, required=True)
    title = Words(200, required=True)
    issued_on = CivilDay(required=True)


class ProgressShape(Shown):
    done = fields.Integer()
    open = fields.Integer()
    not_affected = fields.Integer()
    total = fields.Integer(metadata={"description": "Those that are done or open."})
    percent = fields.Integer()


class RecallShape(Shown):
    id = fields.Integer()
    model_id = fields.Integer()
    kind = choice(RecallKind)
    title = fields.String()
    text = fields.String()
    source = fields.String()
    issued_on = fields.Date()
    criteria = fields.String()
    created_at = Instant()
    closed_at = Instant(allow_none=True)
    progress = fields.Nested(ProgressShape)


class RecallQuery(Listed):
    model_id = WholeText()
    kind = choice(RecallKind)
    state = fields.String(validate=one_of("open", "closed"))
    q = Text(200, metadata={"description": "Part of the title, the text or the source."})


class RecallStationShape(Shown):
    inside = ("note", "by_id")
    station_id = fields.Integer()
    state = choice(RecallState)
    done_on = fields.Date(allow_none=True)
    by_id = fields.Integer(allow_none=True)
    note = fields.String(allow_none=True)
    added_at = Instant()


class RecallStationQuery(Listed):
    state = choice(RecallState)


class RecallStationChange(Body):
    state = choice(RecallState, required=True)
    done_on = CivilDay(metadata={"description": "For `done`; today if absent."})
    reason = Text(500, metadata={"description": "Needed unless it is done."})


@recalls.get("/recalls", page_of(RecallShape), RecallQuery)
def list_recalls(asked: dict[str, Any]) -> dict[str, Any]:
    """List recalls, newest first."""
    found = Recall.visible_to(g.person)
    for name in ("model_id", "kind"):
        if name in asked:
            found = found.where(getattr(Recall, name) == asked[name])
    if "state" in asked:
        is_open = Recall.closed_at.is_(None)
        found = found.where(is_open if asked["state"] == "open" else ~is_open)
    if words := asked.get("q"):
        found = found.where(containing(words, Recall.title, Recall.text, Recall.source))
    answer = page(Recall, found, asked, newest_first=True)
    return answer | {"items": _told(answer["items"])}


@recalls.get("/recalls/<int:recall_id>", RecallShape)
def show_recall(recall_id: int) -> dict[str, Any]:
    """Get one recall with its progress."""
    return _told([seen(Recall, recall_id)])[0]


@recalls.post("/recalls", RecallShape, NewRecall)
def issue_recall(asked: dict[str, Any]) -> dict[str, Any]:
    """Issue a recall: every station of the model in use stands on its list."""
    model = referred(StationModel, asked.pop("model_id"), "model_id")
    refuse_retired(model)
    recall = Recall.issue(model, g.person, clock.now(), **asked)
    return _kept(recall)


@recalls.patch("/recalls/<int:recall_id>", RecallShape, RecallChange)
def change_recall(asked: dict[str, Any], recall_id: int) -> dict[str, Any]:
    """Change what a recall says."""
    recall = seen(Recall, recall_id)
    recall.edit(g.person, clock.now(), **asked)
    return _kept(recall)


@recalls.post("/recalls/<int:recall_id>/closure", RecallShape, Why, status=200)
def close_recall(asked: dict[str, Any], recall_id: int) -> dict[str, Any]:
    """Close a recall: nothing more is done about it."""
    recall = seen(Recall, recall_id)
    recall.close(asked["reason"], g.person, clock.now())
    return _kept(recall)


@recalls.post("/recalls/<int:recall_id>/reopening", RecallShape, Why, status=200)
def reopen_recall(asked: dict[str, Any], recall_id: int) -> dict[str, Any]:
    """Open a closed recall again."""
    recall = seen(Recall, recall_id)
    recall.reopen(asked["reason"], g.person, clock.now())
    return _kept(recall)


@recalls.get("/recalls/<int:recall_id>/stations", page_of(RecallStationShape), RecallStationQuery)
def list_recall_stations(asked: dict[str, Any], recall_id: int) -> dict[str, Any]:
    """List the stations of a recall: done or not done."""
    seen(Recall, recall_id)
    found = RecallStation.visible_to(g.person).where(RecallStation.recall_id == recall_id)
    if "state" in asked:
        found = found.where(RecallStation.state == asked["state"])
    return page(RecallStation, found, asked)


@recalls.post(
    "/recalls/<int:recall_id>/stations/<int:station_id>/state",
    RecallStationShape,
    RecallStationChange,
    status=200,
)
def change_recall_station(asked: dict[str, Any], recall_id: int, station_id: int) -> RecallStation:
    """Say that a station is done, not affected, or open after all."""
    one, why, at = _entry(recall_id, station_id), asked.get("reason"), clock.now()
    if asked["state"] is RecallState.DONE:
        on = asked.get("done_on") or one.today(at)
        if on > one.today(at):
            raise wrong_field("done_on", f"{on} has not come yet: nothing is done in the future.")
        one.finish(on, g.person, at, why)
    elif not why:
        raise wrong_field("reason", "Say why.")
    else:
        deed = one.take_back if asked["state"] is RecallState.OPEN else one.except_
        deed(why, g.person, at)
    db.session.commit()
    return one


def _kept(recall: Recall) -> dict[str, Any]:
    db.session.commit()
    return _told([recall])[0]


def _told(them: list[Recall]) -> list[dict[str, Any]]:
    """With how far each has come, counted for all at once."""
    names = [column.name for column in Recall.__table__.columns]
    counted = progress_of([one.id for one in them])
    return [
        {name: getattr(one, name) for name in names} | {"progress": counted[one.id]} for one in them
    ]


def _entry(recall_id: int, station_id: int) -> RecallStation:
    query = (
        select(RecallStation)
        .where(RecallStation.recall_id == recall_id, RecallStation.station_id == station_id)
        .with_for_update()
    )
    found = db.session.scalars(query).one_or_none()
    if found is None:
        raise NotVisibleError(RecallStation.__name__, station_id)
    return found
