"""The secret address of a person's own calendar, and what of its events was told when."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import ForeignKey, Index, Select, Table, Text, any_, delete, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.core.db import Model, db
from service.core.history import record
from service.people.models import Person
from service.people.web_sessions import fingerprint

# How exact "last used" is: a write per call would be a price without a use.
TOUCH = timedelta(minutes=15)
AT_ONCE = 2_000
# No calendar shows what has not changed for so long.
KEPT = timedelta(days=3 * 365)


class CalendarLink(Model):
    """Who has the address reads that person's dates, and nothing else. One in force at a time."""

    __tablename__ = "calendar_link"
    __table_args__ = (
        Index(
            "ix_calendar_link_in_force",
            "person_id",
            unique=True,
            postgresql_where="revoked_at IS NULL",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # SHA-256 of the secret, which is shown once and never again.
    hash: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)

    @classmethod
    def visible_to(cls, person: Person) -> Select[CalendarLink]:
        return select(cls).where(cls.person_id == person.id)

    @classmethod
    def of(cls, person: Person) -> CalendarLink | None:
        """The one that is in force."""
        return db.session.scalars(
            cls.visible_to(person).where(cls.revoked_at.is_(None))
        ).one_or_none()

    @classmethod
    def make(cls, person: Person, at: datetime) -> str:
        """A new secret. The address before it works no more."""
        if before := cls.of(person):
            before.revoke(person, at)
            db.session.flush()
        secret = secrets.token_urlsafe(32)
        link = cls(hash=fingerprint(secret), person=person, created_at=at)
        db.session.add(link)
        record("create", link, person, at)
        return secret

    @classmethod
    def with_secret(cls, secret: str) -> CalendarLink | None:
        """While it is in force, and its person may come in. Looked up by hash."""
        mine = select(cls).where(cls.hash == fingerprint(secret), cls.revoked_at.is_(None))
        link = db.session.scalars(mine).one_or_none()
        return link if link and link.person.active else None

    def touch(self, at: datetime) -> bool:
        """It was used. False where that is written down already."""
        if self.last_used_at and self.last_used_at + TOUCH >= at:
            return False
        self.last_used_at = at
        return True

    def revoke(self, by: Person, at: datetime) -> None:
        self.revoked_at = at
        record("revoke", self, by, at)


class CalendarEvent(Model):
    """How often what an event tells has changed: a calendar takes the later of two for true."""

    __tablename__ = "calendar_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(unique=True)
    fingerprint: Mapped[str]
    sequence: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime]

    @classmethod
    def tell(cls, told: dict[str, str], at: datetime) -> dict[str, CalendarEvent]:
        """Each event by its UID, a step further where its fingerprint is another than before."""
        table = cast("Table", cls.__table__)
        values = [
            {"uid": uid, "fingerprint": mark, "sequence": 0, "changed_at": at}
            for uid, mark in sorted(told.items())
        ]
        for start in range(0, len(values), AT_ONCE):
            news = insert(table).values(values[start : start + AT_ONCE])
            change = {
                "fingerprint": news.excluded.fingerprint,
                "sequence": table.c.sequence + 1,
                "changed_at": news.excluded.changed_at,
            }
            is_news = table.c.fingerprint != news.excluded.fingerprint
            db.session.execute(
                news.on_conflict_do_update(index_elements=["uid"], set_=change, where=is_news)
            )
        known = select(cls).where(cls.uid == any_(literal(list(told), ARRAY(Text))))
        fresh = known.execution_options(populate_existing=True)
        return {event.uid: event for event in db.session.scalars(fresh)}

    @classmethod
    def forget_old(cls, at: datetime) -> None:
        old = delete(cls).where(cls.changed_at < at - KEPT)
        db.session.execute(old, execution_options={"synchronize_session": False})
