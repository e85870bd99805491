"""What is measured with, by whom, and until when it can be trusted."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Select, UniqueConstraint, false, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.checklists.words import InstrumentKind
from service.core.db import Model, db
from service.core.history import edit, record
from service.core.retired import refuse_if_retired
from service.people.models import Person


class Instrument(Model):
    """One instrument. A report names it with its serial number and its calibration."""

    __tablename__ = "instrument"
    __table_args__ = (UniqueConstraint("make", "model", "serial"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[InstrumentKind]
    make: Mapped[str]
    model: Mapped[str]
    serial: Mapped[str]
    # Its last day. None: it is not calibrated, or nobody knows.
    calibrated_until: Mapped[date | None]
    # Who carries it; nobody: it lies in the store.
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
    person: Mapped[Person | None] = relationship()

    @classmethod
    def visible_to(cls, person: Person) -> Select[Instrument]:
        return select(cls) if person.sees_all else select(cls).where(false())

    @classmethod
    def in_use(cls) -> Select[Instrument]:
        return select(cls).where(cls.retired_at.is_(None)).order_by(cls.make, cls.model, cls.serial)

    @classmethod
    def create(cls, by: Person | str, at: datetime, **facts: Any) -> Instrument:
        instrument = cls(created_at=at, **facts)
        db.session.add(instrument)
        record("create", instrument, by, at)
        return instrument

    @property
    def title(self) -> str:
        return f"{self.make} {self.model} · {self.serial}"

    def is_expired(self, on: date) -> bool:
        """Whether what it showed on that day should be doubted."""
        return self.calibrated_until is None or self.calibrated_until < on

    def edit(self, by: Person | str, at: datetime, **facts: Any) -> None:
        refuse_if_retired(self)
        edit(self, by, at, **facts)

    def calibrate(
        self, until: date, by: Person | str, at: datetime, why: str | None = None
    ) -> None:
        """It came back with a new certificate; `why` is where that one is found."""
        refuse_if_retired(self)
        record("calibrate", self, by, at, why, until=str(until), before=str(self.calibrated_until))
        self.calibrated_until = until

    def retire(self, by: Person | str, why: str, at: datetime) -> None:
        refuse_if_retired(self)
        self.retired_at, self.person_id = at, None
        record("retire", self, by, at, why)
