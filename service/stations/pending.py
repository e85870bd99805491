"""Chargers that nobody here knows: they wait for a person, and are never accepted by themselves."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Delete, ForeignKey, Index, Select, delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.core.db import Model, db
from service.core.history import record
from service.core.live import announce
from service.people.models import Person

if TYPE_CHECKING:
    from sqlalchemy.sql.dml import ReturningInsert

# Anybody may knock with any name: more than this many waiting are noise, and the oldest go.
MOST_WAITING = 1000


class PendingCharger(Model):
    """A charger that nobody here knows tried to connect. A person adopts or refuses it."""

    __tablename__ = "pending_charger"
    __table_args__ = (
        Index(
            "ix_pending_charger_waiting",
            "last_tried_at",
            postgresql_where=text("refused_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # As the charger last spelled it.
    identity: Mapped[str]
    identity_key: Mapped[str] = mapped_column(unique=True)
    address: Mapped[str]
    first_tried_at: Mapped[datetime]
    last_tried_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=1)
    refused_at: Mapped[datetime | None]
    refused_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    refused_by: Mapped[Person | None] = relationship()

    @classmethod
    def tried(cls, identity: str, address: str, at: datetime) -> None:
        """Write down that it knocked. Once per identity, however often; refused stays refused."""
        tries = db.session.scalar(_once_more(identity, address, at))
        if tries == 1:
            db.session.execute(_too_many(), execution_options={"synchronize_session": False})
            announce("pending_charger", 0, at)

    @classmethod
    def waiting(cls) -> Select[PendingCharger]:
        return select(cls).where(cls.refused_at.is_(None)).order_by(cls.last_tried_at.desc())

    @classmethod
    def refused(cls) -> Select[PendingCharger]:
        return select(cls).where(cls.refused_at.is_not(None)).order_by(cls.refused_at.desc())

    @classmethod
    def count(cls) -> int:
        return db.session.scalar(select(func.count()).where(cls.refused_at.is_(None))) or 0

    @classmethod
    def visible_to(cls, person: Person) -> Select[PendingCharger]:
        query = select(cls)
        return query if person.sees_all else query.where(text("false"))

    @classmethod
    def forget(cls, identity_key: str, at: datetime) -> None:
        """It has a station now, so nobody needs to decide about it any more."""
        gone = delete(cls).where(cls.identity_key == identity_key).returning(cls.id)
        if db.session.scalar(gone) is not None:
            announce("pending_charger", 0, at)

    def refuse(self, by: Person, at: datetime) -> None:
        self.refused_at, self.refused_by_id = at, by.id
        record("refuse", self, by, at, identity=self.identity)
        announce("pending_charger", self.id, at)

    def unrefuse(self, by: Person, at: datetime) -> None:
        """Let it wait again, as if nobody had decided."""
        self.refused_at = self.refused_by_id = None
        record("unrefuse", self, by, at, identity=self.identity)
        announce("pending_charger", self.id, at)


def _once_more(identity: str, address: str, at: datetime) -> ReturningInsert[int]:
    first = insert(PendingCharger).values(
        identity=identity,
        identity_key=identity.casefold(),
        address=address,
        first_tried_at=at,
        last_tried_at=at,
        tries=1,
    )
    again = {
        "identity": identity,
        "address": address,
        "last_tried_at": at,
        "tries": PendingCharger.tries + 1,
    }
    keyed = first.on_conflict_do_update(index_elements=["identity_key"], set_=again)
    return keyed.returning(PendingCharger.tries)


def _too_many() -> Delete:
    """Deletes those that knocked longest ago; two links at once do not wait for each other."""
    kept = (
        PendingCharger.waiting()
        .with_only_columns(PendingCharger.id)
        .offset(MOST_WAITING)
        .with_for_update(skip_locked=True)
    )
    return delete(PendingCharger).where(PendingCharger.id.in_(kept))
