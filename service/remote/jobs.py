"""What the clock does with remote actions."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select

from service.core.db import db
from service.remote.actions import WINDOW_S, ActionState, Effect
from service.remote.intake import not_answered, states_of
from service.remote.models import RemoteAction
from service.remote.outcomes import LINK_BROKE_OFF, NEVER_CONNECTED

# A charger that does not connect within this time is not surprised by an old wish.
ANSWERS_WITHIN = timedelta(seconds=90)
QUEUED_FOR = timedelta(hours=1)


def judge_what_is_over(at: datetime) -> None:
    """Where no effect was seen within its window, there is none."""
    states = (ActionState.ANSWERED, ActionState.NO_ANSWER)
    since = func.coalesce(RemoteAction.answered_at, RemoteAction.sent_at)
    pending = select(RemoteAction).where(
        RemoteAction.effect == Effect.PENDING, RemoteAction.state.in_(states)
    )
    shortest = timedelta(seconds=min(filter(None, WINDOW_S.values())))
    for action in db.session.scalars(pending.where(since < at - shortest).with_for_update()):
        asked = action.answered_at or action.sent_at
        window = timedelta(seconds=WINDOW_S[action.kind])
        if asked and asked + window <= at:
            action.settle(
                Effect.NONE, states_of([action.station_id])[action.station_id].as_json(), at
            )


def give_up_on_answers(at: datetime) -> None:
    """What a link took and never told of again: it broke off between sending and hearing."""
    lost = select(RemoteAction.id).where(
        RemoteAction.state == ActionState.SENT, RemoteAction.sent_at < at - ANSWERS_WITHIN
    )
    for action_id in db.session.scalars(lost):
        not_answered(action_id, LINK_BROKE_OFF, at)


def cancel_what_waits_too_long(at: datetime) -> None:
    old = select(RemoteAction).where(
        RemoteAction.state == ActionState.QUEUED, RemoteAction.requested_at < at - QUEUED_FOR
    )
    for action in db.session.scalars(old):
        action.cancel(NEVER_CONNECTED, "rule", at)
