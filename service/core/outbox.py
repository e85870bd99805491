"""What leaves the house: one row per message, sent at least once, tried again for hours."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, Index, LargeBinary, Select, false, or_, select, text, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.core.db import Model, db
from service.core.history import record
from service.core.live import wake

if TYPE_CHECKING:
    from service.people.models import Person

CHANNEL = "laddvakt_outbox"
ATTEMPTS = 12
LEASE = timedelta(minutes=2)
# Stands in a body for the pages' address, which whoever queues a mail need not know.
WEB = "{web}"


class Mail(Model):
    """A mail on its way out. Its `uuid` is its Message-ID, so that a second copy is recognised."""

    __tablename__ = "mail"
    __table_args__ = (
        Index(
            "ix_mail_waiting",
            "due_at",
            postgresql_where=text("sent_at IS NULL AND given_up_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[UUID] = mapped_column(default=uuid4, unique=True)
    recipient: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str]
    # Who asked for it, in words: "ticket 12". Shown where a person looks for what was sent.
    about: Mapped[str | None]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    taken_until: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    given_up_at: Mapped[datetime | None]
    error: Mapped[str | None]
    attachments: Mapped[list[MailAttachment]] = relationship(
        back_populates="mail", order_by="MailAttachment.id"
    )

    @classmethod
    def queue(cls, to: str, subject: str, body: str, at: datetime, about: str = "") -> Mail:
        one_line = " ".join(subject.split())
        mail = cls(recipient=to, subject=one_line, body=body, about=about, created_at=at, due_at=at)
        db.session.add(mail)
        wake(CHANNEL)
        return mail

    def attach(self, name: str, media_type: str, content: bytes) -> None:
        """A file that goes along. It is let go of when the mail is sent."""
        attached = MailAttachment(
            name=name, media_type=media_type, size=len(content), content=content
        )
        self.attachments.append(attached)

    @classmethod
    def take_next(cls, at: datetime) -> Mail | None:
        """The oldest mail that is due, for this process alone until its lease runs out."""
        waiting = select(cls).where(
            cls.sent_at.is_(None),
            cls.given_up_at.is_(None),
            cls.due_at <= at,
            or_(cls.taken_until.is_(None), cls.taken_until < at),
        )
        next_one = waiting.order_by(cls.due_at).limit(1).with_for_update(skip_locked=True)
        mail = db.session.scalars(next_one).one_or_none()
        if mail:
            mail.taken_until = at + LEASE
            mail.attempts += 1
        return mail

    @classmethod
    def visible_to(cls, person: Person) -> Select[Mail]:
        """The house's own people; which of them, the table of rights says."""
        return select(cls).where(true() if person.sees_all else false())

    def try_again(self, by: Person, at: datetime) -> None:
        """A fresh set of tries, beginning now. What was sent is not sent twice."""
        if self.sent_at:
            return
        self.due_at, self.attempts, self.given_up_at = at, 0, None
        record("try_again", self, by, at)
        wake(CHANNEL)

    def sent(self, at: datetime) -> None:
        self.sent_at, self.taken_until, self.error = at, None, None
        for one in self.attachments:
            one.content = None

    def failed(self, why: str, at: datetime) -> None:
        """Try again later: 30 s, 1 min, 2 min … at most an hour apart; give up after ATTEMPTS."""
        self.error, self.taken_until = why, None
        if self.attempts >= ATTEMPTS:
            self.given_up_at = at
        self.due_at = at + min(timedelta(seconds=30) * 2 ** (self.attempts - 1), timedelta(hours=1))


class MailAttachment(Model):
    """A file of a mail: whoever queued the mail keeps it elsewhere, so that none is kept twice."""

    __tablename__ = "mail_attachment"

    id: Mapped[int] = mapped_column(primary_key=True)
    mail_id: Mapped[int] = mapped_column(ForeignKey("mail.id"), index=True)
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    # Nothing once it is sent.
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    mail: Mapped[Mail] = relationship(back_populates="attachments")
