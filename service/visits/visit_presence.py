"""What hangs on coming and going: pauses, where it was told, and whether all was well after it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.core.db import Model
from service.people.models import Person
from service.stations.outlets import Connector
from service.visits.visit_states import Moment, PauseKind

if TYPE_CHECKING:
    from service.visits.service_visits import ServiceVisit


class VisitVerification(Model):
    """An outlet that was left, and whether the charger said afterwards that it is Available.

    All times are those of arrival here: a charger's clock proves nothing, and a check-out that
    comes late is verified from when it came.
    """

    __tablename__ = "visit_verification"
    __table_args__ = (
        UniqueConstraint("visit_id", "connector_id", "since"),
        CheckConstraint("(missed_at IS NULL) = (instead IS NULL)", name="missed"),
        CheckConstraint("seen_at >= since", name="seen"),
        Index("ix_visit_verification_waits", "since", postgresql_where="seen_at IS NULL"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("service_visit.id"))
    connector_id: Mapped[int] = mapped_column(ForeignKey("connector.id"))
    # When it became known here that nobody works there any more.
    since: Mapped[datetime]
    # When the charger said *Available*; later than `missed_at` where it took too long.
    seen_at: Mapped[datetime | None]
    # When the time for it was over, and what was seen instead.
    missed_at: Mapped[datetime | None]
    instead: Mapped[str | None]
    visit: Mapped[ServiceVisit] = relationship(back_populates="verifications")
    connector: Mapped[Connector] = relationship()

    @property
    def waits(self) -> bool:
        return self.seen_at is None and self.missed_at is None

    @property
    def is_missed(self) -> bool:
        return self.seen_at is None and self.missed_at is not None

    @property
    def outlet(self) -> str:
        """`Hamnen 1 · 2`, in every language; `verified_words.outlet_of` says it in one."""
        return f"{self.connector.station.name} · {self.connector.number}"


class VisitPause(Model):
    """Away for a while, and why."""

    __tablename__ = "visit_pause"
    __table_args__ = (CheckConstraint("until >= since", name="order"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("service_visit.id"), index=True)
    kind: Mapped[PauseKind]
    words: Mapped[str] = mapped_column(default="")
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    visit: Mapped[ServiceVisit] = relationship(back_populates="pauses")
    by: Mapped[Person] = relationship()


class VisitPosition(Model):
    """Where the tablet was when somebody came or left, where its browser was allowed to say so.

    It is forgotten after a while: see `positions`.
    """

    __tablename__ = "visit_position"
    __table_args__ = (Index("ix_visit_position_kept_at", "kept_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("service_visit.id"), index=True)
    moment: Mapped[Moment]
    lat: Mapped[float]
    lon: Mapped[float]
    accuracy_m: Mapped[int | None]
    # When the tablet found it, which may be minutes before it was told.
    taken_at: Mapped[datetime]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kept_at: Mapped[datetime]
    visit: Mapped[ServiceVisit] = relationship(back_populates="positions")
