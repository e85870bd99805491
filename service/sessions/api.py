"""Charges and tags in the JSON API."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from service.core import problems
from service.core.collection import Collection
from service.core.fields import Body, Flag, Instant, Shown, Text, WholeText, Words
from service.core.paging import Listed, by, search
from service.core.problems import already_exists, wrong_field
from service.people.models import Person
from service.sessions.models import ChargingSession, Tag, TagTakenError

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
    station_id = by(ChargingSession.station_id, WholeText())


sessions = Collection(
    "sessions",
    "Charges: who, when and how much.",
    ChargingSession,
    SessionShape,
    "charge",
    key="session",
    newest_first=True,
)
sessions.lists(SessionQuery)
sessions.shows()


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
    q = search("Part of the tag or its label.", Tag.id_tag, Tag.label, most=100)
    id_tag = by(lambda words: Tag.tag_key == words.casefold(), Text(20))


tags = Collection(
    "tags",
    "What may start a charge at stations that ask for a known tag.",
    Tag,
    TagShape,
    "tag",
)
tags.lists(TagQuery)
tags.shows()


@tags.creation(NewTag)
def create_tag(by: Person, at: datetime, id_tag: str, **facts: Any) -> Tag:
    """Put a tag on the list."""
    return Tag.create(id_tag, by, at, **facts)


@tags.change(TagChange)
def change_tag(
    tag: Tag,
    by: Person,
    at: datetime,
    blocked: bool | None = None,
    reason: str = "",
    **facts: Any,
) -> None:
    """Change, block or unblock a tag."""
    if blocked is not None:
        if not reason:
            raise wrong_field("reason", "Say why.")
        (tag.block if blocked else tag.unblock)(by, reason, at)
    _check_order(tag, facts)
    tag.edit(by, at, **facts)


def _check_order(tag: Tag, asked: dict[str, Any]) -> None:
    """One end may be in the body, and the other in the row."""
    since = asked.get("valid_from", tag.valid_from)
    until = asked.get("valid_until", tag.valid_until)
    if since and until and until <= since:
        raise wrong_field("valid_until", "It must end after it begins.")
