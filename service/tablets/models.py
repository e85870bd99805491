"""Operations as tablets sent them. They stay as they came: what becomes of one is another row."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    Select,
    UniqueConstraint,
    false,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.core.db import Model, db
from service.core.history import record
from service.people.models import Person
from service.people.roles import Role
from service.people.tablets import DESK, Tablet
from service.tablets.words import Kind, OperationState, Settled


class NotToSettleError(Exception):
    """Nobody asks about it, or somebody has answered."""


class _Sent(Model):
    """The desk sees what all tablets sent, whoever sent it their own."""

    __abstract__ = True

    person_id: Mapped[int]

    @classmethod
    def visible_to(cls, person: Person) -> Select[Self]:
        query = select(cls)
        if person.role in DESK:
            return query
        if person.role is Role.TECHNICIAN:
            return query.where(cls.person_id == person.id)
        return query.where(false())


class Operation(_Sent):
    """Something that was done, once: its id was made on the tablet."""

    __tablename__ = "operation"
    __table_args__ = (
        # What could not be read had perhaps no id: the same again is no second row.
        UniqueConstraint("uuid"),
        Index(
            "uq_operation_unreadable",
            "tablet_id",
            "fingerprint",
            unique=True,
            postgresql_where="uuid IS NULL",
        ),
        CheckConstraint("uuid IS NOT NULL OR state = 'refused'", name="uuid"),
        CheckConstraint("state <> 'review' OR review IS NOT NULL", name="review"),
        Index("ix_operation_visit", "visit_id", "seq"),
        Index("ix_operation_tablet", "tablet_id", "id"),
        Index("ix_operation_blobs", "blobs", postgresql_using="gin"),
        Index("ix_operation_review", "id", postgresql_where="state = 'review'"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[UUID | None]
    tablet_id: Mapped[int] = mapped_column(ForeignKey("tablet.id"))
    # Whose tablet it was: nobody does anything in another's name. Who made it stands in `raw`.
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    # As it was said: that visit may be another's.
    visit_id: Mapped[int | None] = mapped_column(BigInteger)
    seq: Mapped[int | None]
    kind: Mapped[str]
    # When it was done: the tablet's word, put right by how far its clock was off.
    at: Mapped[datetime]
    # By the tablet's own clock, and how far that was ahead of ours.
    said_at: Mapped[datetime | None]
    zone: Mapped[str]
    skew_ms: Mapped[int | None]
    received_at: Mapped[datetime] = mapped_column(index=True)
    body: Mapped[dict[str, Any] | None]
    blobs: Mapped[list[str]]
    # All of it, as JSON with sorted keys, and its SHA-256.
    raw: Mapped[str]
    fingerprint: Mapped[str]
    state: Mapped[OperationState]
    # Whether it was applied, be it with a question.
    took_effect: Mapped[bool]
    # Why somebody has to look at it.
    review: Mapped[str | None]
    errors: Mapped[dict[str, Any] | None]
    tablet: Mapped[Tablet] = relationship()
    person: Mapped[Person] = relationship()
    rivals: Mapped[list[OperationRival]] = relationship(
        back_populates="operation", order_by="OperationRival.id"
    )
    settlements: Mapped[list[OperationSettlement]] = relationship(
        back_populates="operation", order_by="OperationSettlement.id"
    )

    @classmethod
    def with_uuid(cls, uuid: UUID) -> Operation | None:
        return db.session.scalars(select(cls).where(cls.uuid == uuid)).one_or_none()

    @classmethod
    def counts(cls) -> ColumnElement[bool]:
        """It took effect, at once or since a dispatcher says that it counts: for a query."""
        own = OperationSettlement.rival_id.is_(None)
        is_applied = cls.settlements.any(own & (OperationSettlement.what == Settled.APPLY))
        return or_(cls.took_effect, is_applied)

    @property
    def settlement(self) -> OperationSettlement | None:
        """What was said of the operation itself, not of a rival."""
        return next((one for one in self.settlements if one.rival_id is None), None)

    @property
    def is_waiting(self) -> bool:
        """It could still be applied."""
        return self.is_open and not self.took_effect and self.kind != Kind.DRAFT

    @property
    def open_rivals(self) -> list[OperationRival]:
        return [one for one in self.rivals if one.settlement is None]

    @property
    def is_open(self) -> bool:
        """Somebody is asked about it, and nobody has answered."""
        return self.state is OperationState.REVIEW and self.settlement is None

    def settle(self, what: Settled, by: Person, at: datetime, why: str) -> OperationSettlement:
        """Raises NotToSettleError."""
        if not self.is_open:
            raise NotToSettleError(self.id)
        return self._settle(None, what, by, at, why)

    def _settle(
        self, rival: OperationRival | None, what: Settled, by: Person, at: datetime, why: str
    ) -> OperationSettlement:
        said = OperationSettlement(what=what, why=why, by=by, at=at)
        said.rival_id = rival.id if rival else None
        self.settlements.append(said)
        record("settle_operation", self, by, at, why, what=what.value)
        return said


class OperationRival(_Sent):
    """Another body under an id that was taken. Both are kept for a person to look at."""

    __tablename__ = "operation_rival"
    __table_args__ = (UniqueConstraint("operation_id", "fingerprint"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    operation_id: Mapped[int] = mapped_column(ForeignKey("operation.id"))
    tablet_id: Mapped[int] = mapped_column(ForeignKey("tablet.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    received_at: Mapped[datetime]
    skew_ms: Mapped[int | None]
    raw: Mapped[str]
    fingerprint: Mapped[str]
    operation: Mapped[Operation] = relationship(back_populates="rivals")
    tablet: Mapped[Tablet] = relationship()
    person: Mapped[Person] = relationship()
    settlement: Mapped[OperationSettlement | None] = relationship(back_populates="rival")

    def settle(self, what: Settled, by: Person, at: datetime, why: str) -> OperationSettlement:
        """Raises NotToSettleError."""
        if self.settlement is not None:
            raise NotToSettleError(self.id)
        return self.operation._settle(self, what, by, at, why)


class OperationSettlement(Model):
    """What a person at the desk said of an operation, or of a rival."""

    __tablename__ = "operation_settlement"
    __table_args__ = (
        Index(
            "uq_operation_settlement_operation",
            "operation_id",
            unique=True,
            postgresql_where="rival_id IS NULL",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    operation_id: Mapped[int] = mapped_column(ForeignKey("operation.id"))
    rival_id: Mapped[int | None] = mapped_column(ForeignKey("operation_rival.id"), unique=True)
    what: Mapped[Settled]
    why: Mapped[str]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    operation: Mapped[Operation] = relationship(back_populates="settlements")
    rival: Mapped[OperationRival | None] = relationship(back_populates="settlement")
    by: Mapped[Person] = relationship()


class TabletVisit(Model):
    """A visit that a tablet was given: it is told when that is no more its person's."""

    __tablename__ = "tablet_visit"

    tablet_id: Mapped[int] = mapped_column(ForeignKey("tablet.id"), primary_key=True)
    visit_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    given_at: Mapped[datetime]
