"""Live updates: a row says what changed, NOTIFY only wakes whoever shows it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Identity, func, select
from sqlalchemy.orm import Mapped, mapped_column

from service.core.db import Model, db, later

CHANNEL = "laddvakt_change"


CHANGED = (
    "WITH changed AS (INSERT INTO change (topic, ref, at)"
    " SELECT %(topic)s, ref, %(at)s FROM unnest(CAST(%(refs)s AS bigint[])) AS n(ref))"
    " SELECT pg_notify(%(channel)s, '')"
)


class Change(Model):
    """`topic` and `ref` name what a page should fetch anew, with its own rights."""

    __tablename__ = "change"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    topic: Mapped[str]
    ref: Mapped[int]

    @classmethod
    def after(cls, last_id: int, limit: int = 500) -> list[Change]:
        query = select(cls).where(cls.id > last_id).order_by(cls.id).limit(limit)
        return list(db.session.scalars(query))


def announce(topic: str, ref: int, at: datetime) -> None:
    """Say that something changed: `ticket`, `station`, `remote_action`, `pending_charger`."""
    db.session.add(Change(topic=topic, ref=ref, at=at))
    wake(CHANNEL)


def announce_many(topic: str, refs: Iterable[int], at: datetime) -> None:
    """The same for many rows, with one statement."""
    if found := list(refs):
        later(CHANGED, topic=topic, refs=found, at=at, channel=CHANNEL)


def wake(channel: str) -> None:
    """Wake whoever listens, once this transaction is kept."""
    db.session.execute(select(func.pg_notify(channel, "")))
