"""Charges and tags in the JSON API."""

from __future__ import annotations

from typing import Any

from flask import g
from marshmallow import ValidationError, fields, validates_schema

from service.core import clock, problems
from service.core.api import Resource
from service.core.db import db
from service.core.fields import Body, Flag, Instant, Shown, Text, WholeText, Words
from service.core.paging import Listed, containing, page, page_of
from service.core.problems import already_exists, wrong_field
from service.people.api import seen
from service.sessions.models import ChargingSession, Tag, TagTakenError

sessions = Resource("sessions", "Charges: who, when and how much.")
tags = Resource("tags", "What may start a charge at stations that ask for a known tag.")

problems.means(TagTakenError, lambda _: already_exists("The list has this tag.", "id_tag"))


class SessionShape(Shown):
    inside = ("id_tag", "authorized", "orphan")
    id = fields.Integer()
    station_id = fields.Integer()
    connector = fields.Integer()
    transaction_id = fields.Integer()
    id_tag = fields.String()
    authorized = fields.Boolean()
    started_at = Instant(allow_none=True)
    stopped_at = Instant(allow_none=True)
    meter_start_wh = fields.Integer(allow_none=True)
    meter_stop_wh = fields.Integer(allow_none=True)
    energy_wh = fields.Integer(allow_none=True)
    stop_reason = fields.String(allow_none=True)
    orphan = fields.Boolean(metadata={"description": "A stop whose start nobody here has seen."})


class SessionQuery(Listed):
    station_id = WholeText()


@sessions.get("/sessions", page_of(SessionShape), SessionQuery)
def list_sessions(asked: dict[str, Any]) -> dict[str, Any]:
    """List charges, newest first."""
    found = ChargingSession.visible_to(g.person)
    if "station_id" in asked:
        found = found.where(ChargingSession.station_id == asked["station_id"])
    return page(ChargingSession, found, asked, newest_first=True)


@sessions.get("/sessions/<int:session_id>", SessionShape)
def show_session(session_id: int) -> ChargingSession:
    """Get one charge."""
    return seen(ChargingSession, session_id)


class TagShape(Shown):
    id = fields.Integer()
    id_tag = fields.String()
    label = fields.String()
    valid_from = Instant(allow_none=True)
    valid_until = Instant(allow_none=True)
    blocked_at = Instant(allow_none=True)
    created_at = Instant()


class TagFacts(Body):
    label = Text(100)
    valid_from = Instant(allow_none=True)
    valid_until = Instant(allow_none=True)

    @validates_schema
    def check(self, asked: dict[str, Any], **_: Any) -> None:
        since, until = asked.get("valid_from"), asked.get("valid_until")
        if since and until and until <= since:
            raise ValidationError("It must end after it begins.", "valid_until")


class NewTag(TagFacts):
    id_tag = Words(20, required=True)


class TagChange(TagFacts):
    blocked = Flag(metadata={"description": "Needs a reason."})
    reason = Words(500)


class TagQuery(Listed):
    q = Text(100, metadata={"description": "Part of the tag or its label."})
    id_tag = Text(20)


@tags.get("/tags", page_of(TagShape), TagQuery)
def list_tags(asked: dict[str, Any]) -> dict[str, Any]:
    """List tags."""
    found = Tag.visible_to(g.person)
    if words := asked.get("q"):
        found = found.where(containing(words, Tag.id_tag, Tag.label))
    if "id_tag" in asked:
        found = found.where(Tag.tag_key == asked["id_tag"].casefold())
    return page(Tag, found, asked)


@tags.get("/tags/<int:tag_id>", TagShape)
def show_tag(tag_id: int) -> Tag:
    """Get one tag."""
    return seen(Tag, tag_id)


@tags.post("/tags", TagShape, NewTag)
def create_tag(asked: dict[str, Any]) -> Tag:
    """Put a tag on the list."""
    tag = Tag.create(asked.pop("id_tag"), g.person, clock.now(), **asked)
    db.session.commit()
    return tag


@tags.patch("/tags/<int:tag_id>", TagShape, TagChange)
def change_tag(asked: dict[str, Any], tag_id: int) -> Tag:
    """Change, block or unblock a tag."""
    tag, now = seen(Tag, tag_id), clock.now()
    blocked, reason = asked.pop("blocked", None), asked.pop("reason", None)
    if blocked is not None:
        if not reason:
            raise wrong_field("reason", "Say why.")
        (tag.block if blocked else tag.unblock)(g.person, reason, now)
    _check_order(tag, asked)
    tag.edit(g.person, now, **asked)
    db.session.commit()
    return tag


def _check_order(tag: Tag, asked: dict[str, Any]) -> None:
    """One end may be in the body, and the other in the row."""
    since = asked.get("valid_from", tag.valid_from)
    until = asked.get("valid_until", tag.valid_until)
    if since and until and until <= since:
        raise wrong_field("valid_until", "It must end after it begins.")
