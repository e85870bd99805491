"""Who is signed in where. The cookie is a random number; what it opens, and when it ends, is here.

A signed cookie works after sign-out, for whoever kept a copy; a row does not.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import ForeignKey, Index, Select, delete, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.core.db import Model, changed, db
from service.core.history import record
from service.people.models import LastAdministratorError, NotVisibleError, Person, Role

IDLE = timedelta(hours=12)
ABSOLUTE = timedelta(days=30)
# Somebody who has not signed in: long enough to fill in a form.
ANONYMOUS = timedelta(hours=2)
# How exact "last seen" is: a write per page would be a price without a use.
TOUCH = timedelta(minutes=1)


def fingerprint(secret: str) -> str:
    """What is kept of a random secret. Nothing to stretch: it cannot be guessed."""
    return sha256(secret.encode()).hexdigest()


class WebSession(Model):
    __tablename__ = "web_session"
    __table_args__ = (Index("ix_web_session_last_seen_at", "last_seen_at"),)

    # SHA-256 of the cookie: who reads this table cannot sign in with it.
    id: Mapped[str] = mapped_column(primary_key=True)
    # Names the session on pages and in addresses, where its key has no business.
    number: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    # "Firefox, Linux".
    device: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")
    # How the person proved to be themselves: "password", "password+authenticator", "webauthn" …
    level: Mapped[str] = mapped_column(default="")
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    person: Mapped[Person | None] = relationship()

    @classmethod
    def begin(
        cls,
        data: dict[str, Any],
        at: datetime,
        person: Person | None = None,
        device: str = "",
        address: str = "",
        level: str = "",
    ) -> tuple[WebSession, str]:
        """A new session, and the cookie that opens it."""
        cookie = secrets.token_urlsafe(32)
        row = cls(
            id=fingerprint(cookie),
            number=secrets.token_hex(8),
            person=person,
            created_at=at,
            last_seen_at=at,
            device=device,
            address=address,
            level=level,
            data=data,
        )
        db.session.add(row)
        return row, cookie

    @classmethod
    def opened_by(cls, cookie: str, at: datetime) -> WebSession | None:
        """The session that this cookie opens, unless it has ended."""
        row = db.session.get(cls, fingerprint(cookie), populate_existing=True)
        return row if row and row.is_live(at) else None

    @classmethod
    def is_open(cls, cookie: str, at: datetime) -> bool:
        """Whether whoever holds this cookie is signed in still: a live page asks now and then."""
        row = cls.opened_by(cookie, at)
        return row is not None and row.person is not None

    def is_live(self, at: datetime) -> bool:
        if self.revoked_at is not None or self.created_at + ABSOLUTE <= at:
            return False
        if self.person is None:
            return "_user_id" not in self.data and self.last_seen_at + ANONYMOUS > at
        is_theirs = self.data.get("_user_id") == self.person.fs_uniquifier
        return self.person.active and is_theirs and self.last_seen_at + IDLE > at

    @classmethod
    def of(cls, person: Person, at: datetime) -> Select[WebSession]:
        """Where this person is signed in now, the latest first."""
        mine = select(cls).where(
            cls.person_id == person.id,
            cls.revoked_at.is_(None),
            cls.last_seen_at > at - IDLE,
            cls.created_at > at - ABSOLUTE,
        )
        return mine.order_by(cls.last_seen_at.desc())

    @classmethod
    def numbered(cls, person: Person, number: str) -> WebSession:
        """This person's session of that number. Raises NotVisibleError."""
        mine = select(cls).where(cls.person_id == person.id, cls.number == number)
        row = db.session.scalars(mine).one_or_none()
        if row is None:
            raise NotVisibleError(cls.__name__, number)
        return row

    def end(self, by: Person, at: datetime) -> None:
        self.revoked_at = at
        if self.person:
            record("end_session", self.person, by, at, device=self.device)

    @classmethod
    def end_all(cls, person: Person, by: Person | str, at: datetime, why: str) -> None:
        """Sign a person out everywhere, at once."""
        mine = update(cls).where(cls.person_id == person.id, cls.revoked_at.is_(None))
        ended = changed(mine.values(revoked_at=at))
        if ended:
            record("end_sessions", person, by, at, why, sessions=ended)

    @classmethod
    def sweep(cls, at: datetime) -> int:
        """Forget what ended a month ago, and visitors who never signed in."""
        gone = or_(
            cls.last_seen_at < at - ABSOLUTE,
            cls.person_id.is_(None) & (cls.last_seen_at < at - ANONYMOUS),
        )
        result = db.session.execute(
            delete(cls).where(gone), execution_options={"synchronize_session": False}
        )
        return int(getattr(result, "rowcount", 0))


def change_person(person: Person, facts: dict[str, Any], by: Person, at: datetime) -> None:
    """Change somebody. What they may do is asked anew: a new role, or none, ends their sessions.

    Raises LastAdministratorError.
    """
    before = (person.role, person.customer_id, person.active)
    if person.role is Role.ADMINISTRATOR:
        # Two who take each other's right away come one after the other: one of them stays.
        Person.hold_administrators()
    person.change(by, at, **facts)
    if (person.role, person.customer_id, person.active) == before:
        return
    db.session.flush()
    if before[0] is Role.ADMINISTRATOR and not Person.administrator_exists():
        raise LastAdministratorError
    WebSession.end_all(person, by, at, "role or access changed")
