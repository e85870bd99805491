"""What is allowed, and who says so: limits are rows, never constants."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Numeric, Select, select
from sqlalchemy.orm import Mapped, mapped_column

from service.core.db import Model, db
from service.core.history import edit, record
from service.people.models import Person
from service.stations.words import EvidenceKind

# What an item of a published checklist gets from its limit.
NUMBERS = ("min", "max", "warn_min", "warn_max", "plausible_min", "plausible_max")
AMOUNT = Numeric(asdecimal=False)


class Limit(Model):
    """Between which numbers a measurement is good. A published checklist keeps a copy."""

    __tablename__ = "checklist_limit"
    __table_args__ = (
        CheckConstraint("min <= max", name="range"),
        CheckConstraint("warn_min <= warn_max", name="warning"),
        CheckConstraint("plausible_min <= plausible_max", name="plausible"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # As an item names it: "rcd.t1x".
    key: Mapped[str] = mapped_column(unique=True)
    unit: Mapped[str]
    min: Mapped[float | None] = mapped_column(AMOUNT)
    max: Mapped[float | None] = mapped_column(AMOUNT)
    # Good, but near the limit: outside of these.
    warn_min: Mapped[float | None] = mapped_column(AMOUNT)
    warn_max: Mapped[float | None] = mapped_column(AMOUNT)
    # Outside of these, nobody believes it without asking again.
    plausible_min: Mapped[float | None] = mapped_column(AMOUNT)
    plausible_max: Mapped[float | None] = mapped_column(AMOUNT)
    # The standard, the manual, the page.
    source: Mapped[str]
    # Whether somebody has read it there.
    evidence: Mapped[EvidenceKind]
    note: Mapped[str | None]
    valid_from: Mapped[date]
    created_at: Mapped[datetime]

    @classmethod
    def visible_to(cls, person: Person) -> Select[Limit]:
        return select(cls)

    @classmethod
    def by_key(cls) -> dict[str, Limit]:
        return {one.key: one for one in db.session.scalars(select(cls).order_by(cls.key))}

    @classmethod
    def create(cls, by: Person | str, at: datetime, **facts: Any) -> Limit:
        limit = cls(created_at=at, **facts)
        db.session.add(limit)
        record("create", limit, by, at)
        return limit

    def edit(self, by: Person | str, at: datetime, why: str | None = None, **facts: Any) -> None:
        """It counts from the next publication on; what is published keeps what it has."""
        edit(self, by, at, why, **facts)

    @property
    def copied(self) -> dict[str, Any]:
        """What stands in a published item."""
        numbers = {name: getattr(self, name) for name in NUMBERS}
        return {**numbers, "unit": self.unit, "source": self.source}
