"""Who does the scheduled work when several nodes share one database."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import or_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from service.core.db import Model, claimed, db


class Lease(Model):
    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str | None]
    until: Mapped[datetime | None]

    @classmethod
    def take(cls, name: str, holder: str, at: datetime, lasting: timedelta) -> bool:
        """Take or renew the lease, unless another node holds it."""
        db.session.execute(insert(cls).values(name=name).on_conflict_do_nothing())
        free = or_(cls.until.is_(None), cls.until < at, cls.holder == holder)
        claim = update(cls).where(cls.name == name, free)
        return claimed(claim.values(holder=holder, until=at + lasting))

    @classmethod
    def release(cls, name: str, holder: str) -> None:
        """Let another node take over at once, on a clean stop."""
        mine = update(cls).where(cls.name == name, cls.holder == holder)
        claimed(mine.values(holder=None, until=None))
