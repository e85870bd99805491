"""One-time links: for the first administrator, whoever is invited, and customers who sign in."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from enum import StrEnum

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import ForeignKey, delete, func, select, update
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.core.db import Model, claimed, db
from service.core.history import record
from service.core.outbox import WEB, Mail
from service.people.models import Person
from service.people.web_sessions import fingerprint

INVITATION_LASTS = timedelta(days=7)
SIGN_IN_LASTS = timedelta(minutes=15)
# So many links within that time: more would only fill somebody's mailbox.
MOST_SIGN_INS = 3


class Purpose(StrEnum):
    FIRST = "first"
    INVITATION = "invitation"
    SIGN_IN = "sign_in"


LASTS = {Purpose.INVITATION: INVITATION_LASTS, Purpose.SIGN_IN: SIGN_IN_LASTS}


class OneTimeLink(Model):
    """A link that opens one door once. The house keeps only what the token hashes to."""

    __tablename__ = "one_time_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    hash: Mapped[str] = mapped_column(unique=True)
    purpose: Mapped[Purpose]
    # Empty where the person is yet to be made.
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    person: Mapped[Person | None] = relationship()

    @classmethod
    def make(cls, purpose: Purpose, at: datetime, person: Person | None = None) -> str:
        """A new link's token; the ones before it for the same door are worth nothing now."""
        same = cls.person_id.is_(None) if person is None else cls.person_id == person.id
        db.session.execute(delete(cls).where(cls.purpose == purpose, same, cls.used_at.is_(None)))
        return cls._add(purpose, at, person)

    @classmethod
    def to_sign_in(cls, person: Person, at: datetime) -> str | None:
        """One more, beside those that are under way: mails overtake each other. None where there
        are enough."""
        mine = (cls.purpose == Purpose.SIGN_IN, cls.person_id == person.id)
        # Two who ask at once are counted one after the other.
        db.session.execute(select(Person.id).where(Person.id == person.id).with_for_update())
        db.session.execute(delete(cls).where(*mine, cls.expires_at <= at))
        made = db.session.scalar(select(func.count()).select_from(cls).where(*mine)) or 0
        return None if made >= MOST_SIGN_INS else cls._add(Purpose.SIGN_IN, at, person)

    @classmethod
    def _add(cls, purpose: Purpose, at: datetime, person: Person | None) -> str:
        token = secrets.token_urlsafe(32)
        link = cls(
            hash=fingerprint(token),
            purpose=purpose,
            person=person,
            created_at=at,
            expires_at=at + LASTS[purpose] if person else None,
        )
        db.session.add(link)
        return token

    @classmethod
    def with_token(cls, token: str, purpose: Purpose, at: datetime) -> OneTimeLink | None:
        mine = select(cls).where(cls.hash == fingerprint(token), cls.purpose == purpose)
        link = db.session.scalars(mine.where(cls.used_at.is_(None))).one_or_none()
        return link if link and link.is_open(at) else None

    def is_open(self, at: datetime) -> bool:
        if self.purpose is Purpose.FIRST:
            return not Person.administrator_exists()
        in_time = self.expires_at is not None and self.expires_at > at
        return in_time and self.person is not None and self.person.active

    def use(self, at: datetime) -> bool:
        """False for whoever comes second."""
        mine = update(OneTimeLink).where(OneTimeLink.id == self.id, OneTimeLink.used_at.is_(None))
        return claimed(mine.values(used_at=at))


def first_link(at: datetime) -> str | None:
    """The path of a link to create the first administrator; nothing where there is one already."""
    if Person.administrator_exists():
        return None
    return f"/first/{OneTimeLink.make(Purpose.FIRST, at)}"


def invite(person: Person, by: Person, at: datetime) -> None:
    """Mail a person the link that lets them choose a password, in their own language."""
    token = OneTimeLink.make(Purpose.INVITATION, at, person)
    with force_locale(person.language or "sv"):
        body = _(
            "Hello %(name)s,\n\n"
            "%(by)s has invited you to Laddvakt. Choose a password here, within 7 days:\n\n"
            "%(link)s\n\n"
            "The link works once.\n",
            name=person.name,
            by=by.name,
            link=f"{WEB}/invitation/{token}",
        )
        subject = _("An invitation to Laddvakt")
    Mail.queue(person.email or "", subject, body, at, about=f"person {person.id}")
    record("invite", person, by, at)
