"""Tablets in the JSON API: whose each is, what it said last, and how it is revoked."""

from __future__ import annotations

from datetime import datetime

from marshmallow import fields
from sqlalchemy import ColumnElement

from service.core import clock
from service.core.collection import Collection
from service.core.fields import FlagText, Instant, Shown, WholeText, Why
from service.core.paging import Listed, by
from service.people.models import Person
from service.people.tablets import Tablet, TabletState


class TabletShape(Shown):
    id = fields.Integer()
    name = fields.String()
    person_id = fields.Integer()
    state = fields.Function(
        lambda tablet: tablet.state(clock.now()).value,
        metadata={"type": "string", "enum": [state.value for state in TabletState]},
    )
    enrolled_at = Instant()
    last_contact_at = Instant()
    waiting = fields.Integer(
        metadata={"description": "Operations that it had not handed over at its last contact."}
    )
    oldest_waiting_at = Instant(allow_none=True)
    app_version = fields.String()
    skew_ms = fields.Integer(
        allow_none=True, metadata={"description": "How far its clock is ahead of ours."}
    )
    expires_at = Instant()
    revoked_at = Instant(allow_none=True)
    revoked_why = fields.String(allow_none=True)
    wiped_at = Instant(allow_none=True)


def _waits(wanted: bool) -> ColumnElement[bool]:
    return Tablet.waiting > 0 if wanted else Tablet.waiting == 0


class TabletQuery(Listed):
    person_id = by(Tablet.person_id, WholeText())
    waiting = by(_waits, FlagText(metadata={"description": "Whether something waits on it."}))


tablets = Collection(
    "tablets", "Enrolled tablets, and what waits on each.", Tablet, TabletShape, "tablet"
)
tablets.lists(TabletQuery)
tablets.shows()


@tablets.verb("revocation", Why)
def revoke_tablet(tablet: Tablet, by: Person, at: datetime, reason: str) -> None:
    """Revoke a tablet: at its next contact it hands over what it has, and wipes itself."""
    tablet.revoke(by, at, reason)
