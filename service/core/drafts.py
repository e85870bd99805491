"""A file between its preview and its confirmation: kept for the person who uploaded it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from sqlalchemy import ForeignKey, Select, delete, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from service.core.db import Model, claimed, db

if TYPE_CHECKING:
    from service.people.models import Person

KEPT = timedelta(days=7)
# A run that died gives its draft back.
LEASE = timedelta(minutes=5)


class Draft(Model):
    """`content` has `good`, rows as they will be kept, and `bad`, problems by row and column."""

    __abstract__ = True

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    uploaded_at: Mapped[datetime]
    file_name: Mapped[str]
    encoding: Mapped[str]
    separator: Mapped[str]
    ignored: Mapped[list[str]] = mapped_column(default=list)
    rows: Mapped[int]
    content: Mapped[dict[str, Any]]
    # How far the import is, while it runs and afterwards.
    done: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    @classmethod
    def visible_to(cls, person: Person) -> Select[Self]:
        return select(cls).where(cls.person_id == person.id)

    @classmethod
    def forget_old(cls, at: datetime) -> None:
        """Drafts of a week ago leave."""
        old = delete(cls).where(cls.uploaded_at < at - KEPT)
        db.session.execute(old, execution_options={"synchronize_session": False})

    @property
    def good(self) -> list[dict[str, Any]]:
        return list(self.content["good"])

    @property
    def bad(self) -> list[dict[str, Any]]:
        return list(self.content["bad"])

    @property
    def bad_rows(self) -> int:
        return len({problem["row"] for problem in self.bad})

    @property
    def is_running(self) -> bool:
        return self.started_at is not None and self.finished_at is None

    def start(self, at: datetime) -> bool:
        """Claim it. False when it runs already, or has run: two confirms import once."""
        kind = type(self)
        free = or_(kind.started_at.is_(None), kind.started_at < at - LEASE)
        mine = update(kind).where(kind.id == self.id, kind.finished_at.is_(None), free)
        return claimed(mine.values(started_at=at, cancelled_at=None, done=0))

    def cancel(self, at: datetime) -> bool:
        """Ask the run to stop. It keeps nothing of what it had done."""
        kind = type(self)
        mine = update(kind).where(kind.id == self.id, kind.finished_at.is_(None))
        return claimed(mine.where(kind.started_at.is_not(None)).values(cancelled_at=at))

    def give_back(self) -> None:
        """The run did not get through: nothing was imported, and it can be confirmed again."""
        self.started_at, self.cancelled_at, self.done = None, None, 0
