"""What hangs on a service visit: its lines, runs, hours, parts, material, signature, questions."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.checklists.models import ChecklistRun
from service.core.db import Model
from service.core.history import record
from service.core.live import announce
from service.monitoring.models import MaintenanceWindow
from service.parts.models import Part
from service.people.models import Person
from service.remote.models import RemoteAction
from service.stations.models import Station
from service.tickets.models import Ticket
from service.visits.lines import WorkOrderLine
from service.visits.visit_states import TimeKind

if TYPE_CHECKING:
    from service.visits.service_visits import ServiceVisit


class VisitLine(Model):
    """A line of a work order that is to be done on the visit."""

    __tablename__ = "visit_line"
    __table_args__ = (
        UniqueConstraint("visit_id", "work_order_line_id"),
        # What stands on two visits is driven to twice.
        Index(
            "one_open_visit_per_line",
            "work_order_line_id",
            unique=True,
            postgresql_where="released_at IS NULL",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("service_visit.id"))
    work_order_line_id: Mapped[int] = mapped_column(ForeignKey("work_order_line.id"))
    # The visit ended without it, so that another one may have it.
    released_at: Mapped[datetime | None]
    visit: Mapped[ServiceVisit] = relationship(back_populates="lines")
    line: Mapped[WorkOrderLine] = relationship()


class VisitRun(Model):
    """A checklist that is gone through on the visit."""

    __tablename__ = "visit_run"

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("service_visit.id"), index=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("checklist_run.id"), unique=True)
    visit: Mapped[ServiceVisit] = relationship(back_populates="runs")
    run: Mapped[ChecklistRun] = relationship()


class VisitWindow(Model):
    """A planned outage of a station that the visit's check-in opened."""

    __tablename__ = "visit_window"

    window_id: Mapped[int] = mapped_column(ForeignKey("maintenance_window.id"), primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("service_visit.id"), index=True)
    visit: Mapped[ServiceVisit] = relationship(back_populates="windows")
    window: Mapped[MaintenanceWindow] = relationship()


class VisitTime(Model):
    """Hours for the invoice."""

    __tablename__ = "visit_time"
    __table_args__ = (CheckConstraint("minutes BETWEEN 1 AND 10080", name="minutes"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("service_visit.id"), index=True)
    # The operation that brought it: the second time it changes nothing. None: typed at the desk.
    op: Mapped[UUID | None] = mapped_column(unique=True)
    kind: Mapped[TimeKind]
    minutes: Mapped[int]
    spent_on: Mapped[date]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    visit: Mapped[ServiceVisit] = relationship(back_populates="times")
    person: Mapped[Person] = relationship()


class VisitMaterial(Model):
    """What was used and is no part of the register: three metres of cable, a lift for an hour."""

    __tablename__ = "visit_material"
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("service_visit.id"), index=True)
    op: Mapped[UUID | None] = mapped_column(unique=True)
    text: Mapped[str]
    quantity: Mapped[Decimal] = mapped_column(Numeric(10, 3))
    unit: Mapped[str] = mapped_column(default="")
    used_at: Mapped[datetime]
    visit: Mapped[ServiceVisit] = relationship(back_populates="materials")


class PartUsage(Model):
    """A part that was put in. The row is the booking."""

    __tablename__ = "part_usage"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("part_id IS NOT NULL OR text <> ''", name="named"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("service_visit.id"), index=True)
    op: Mapped[UUID | None] = mapped_column(unique=True)
    station_id: Mapped[int | None] = mapped_column(ForeignKey("station.id"), index=True)
    part_id: Mapped[int | None] = mapped_column(ForeignKey("part.id"), index=True)
    # What stands on it, where the register does not have it.
    text: Mapped[str] = mapped_column(default="")
    quantity: Mapped[Decimal] = mapped_column(Numeric(10, 3))
    serial_old: Mapped[str | None]
    serial_new: Mapped[str | None]
    used_at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    visit: Mapped[ServiceVisit] = relationship(back_populates="parts")
    part: Mapped[Part | None] = relationship()
    station: Mapped[Station | None] = relationship()

    @property
    def title(self) -> str:
        return self.part.title if self.part else self.text


class VisitSignature(Model):
    """The customer's name on glass, or why there is none. The newest counts."""

    __tablename__ = "visit_signature"
    __table_args__ = (
        CheckConstraint("(png IS NOT NULL) <> (refused IS NOT NULL)", name="signed_or_refused"),
        CheckConstraint("png IS NULL OR name <> ''", name="name"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("service_visit.id"), index=True)
    op: Mapped[UUID | None] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(default="")
    role: Mapped[str] = mapped_column(default="")
    # SHA-256 of the picture.
    png: Mapped[str | None]
    # The lines themselves, as they were drawn.
    strokes: Mapped[list[Any] | None] = mapped_column(JSONB(none_as_null=True))
    refused: Mapped[str | None]
    signed_at: Mapped[datetime]
    visit: Mapped[ServiceVisit] = relationship(back_populates="signatures")


class VisitStop(Model):
    """A safety item failed, and what was done about it. The same one may fail again later."""

    __tablename__ = "visit_stop"
    __table_args__ = (Index("ix_visit_stop_of", "run_id", "item", "place"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("service_visit.id"), index=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("checklist_run.id"))
    item: Mapped[str]
    place: Mapped[str]
    why: Mapped[str]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    # None: a car charged there, or the station was not asked for another reason.
    remote_action_id: Mapped[int | None] = mapped_column(ForeignKey("remote_action.id"))
    at: Mapped[datetime]
    visit: Mapped[ServiceVisit] = relationship(back_populates="stops")
    run: Mapped[ChecklistRun] = relationship()
    ticket: Mapped[Ticket] = relationship()
    action: Mapped[RemoteAction | None] = relationship()


class VisitReview(Model):
    """A question for the dispatcher: what came from a tablet and does not fit what is planned."""

    __tablename__ = "visit_review"
    __table_args__ = (
        CheckConstraint("(settled_at IS NULL) = (settled_by_id IS NULL)", name="settled"),
        Index("ix_visit_review_open", "visit_id", postgresql_where="settled_at IS NULL"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("service_visit.id"), index=True)
    op: Mapped[UUID | None]
    # In English, as a rule says it; the pages know the words of each.
    question: Mapped[str]
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    asked_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    answer: Mapped[str | None]
    visit: Mapped[ServiceVisit] = relationship(back_populates="reviews")
    settled_by: Mapped[Person | None] = relationship()

    def settle(self, answer: str, by: Person, at: datetime) -> None:
        """Somebody has looked at it. The second time changes nothing."""
        if self.settled_at is not None:
            return
        self.settled_at, self.settled_by, self.answer = at, by, answer
        record("answer_question", self.visit, by, at, answer, question=self.question)
        announce("service_visit", self.visit_id, at)
