"""A service visit: one technician, one site, one time, and lines of one or more work orders."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Select, Sequence, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.checklists.chain import chains
from service.checklists.models import ChecklistRun
from service.core.db import Model, db
from service.core.history import edit, record
from service.core.live import announce
from service.people.models import Person
from service.people.roles import Role
from service.stations.models import Site, Station
from service.visits.lines import WorkOrderLine
from service.visits.visit_presence import VisitPause, VisitPosition, VisitVerification
from service.visits.visit_rows import (
    PartUsage,
    VisitLine,
    VisitMaterial,
    VisitReview,
    VisitRun,
    VisitSignature,
    VisitStop,
    VisitTime,
    VisitWindow,
)
from service.visits.visit_states import (
    VISIT_OPEN,
    AbortKind,
    VisitState,
    visit_may_go,
)

__all__ = ["ServiceVisit", "VisitEndedError", "WrongVisitStateError"]

Doer = Person | str
REV = Sequence("service_visit_rev")
IS_OPEN = "state NOT IN ('finished', 'aborted', 'cancelled')"


class VisitError(Exception):
    """A rule forbids it. The words are for the person who asked."""


class WrongVisitStateError(VisitError):
    def __init__(self, before: VisitState, after: VisitState) -> None:
        super().__init__(f"a visit that is {before.value} cannot become {after.value}")
        self.before, self.after = before, after


class VisitEndedError(VisitError):
    """Nothing about it changes any more."""


class NobodyError(VisitError):
    """No technician has it."""

    def __init__(self) -> None:
        super().__init__("give it to a technician first")


class NotThereError(VisitError):
    """Nobody has checked in: there is nothing to leave."""

    def __init__(self) -> None:
        super().__init__("nobody has checked in on the visit")


class ServiceVisit(Model):
    __tablename__ = "service_visit"
    __table_args__ = (
        CheckConstraint("minutes BETWEEN 1 AND 10080", name="minutes"),
        CheckConstraint("(state = 'aborted') = (abort_kind IS NOT NULL)", name="aborted"),
        CheckConstraint(
            "state NOT IN ('aborted', 'cancelled') OR state_reason IS NOT NULL", name="reason"
        ),
        CheckConstraint(
            "state IN ('tentative', 'cancelled') OR technician_id IS NOT NULL", name="technician"
        ),
        CheckConstraint("checked_out_at >= checked_in_at", name="order"),
        Index("ix_service_visit_open", "starts_at", "id", postgresql_where=IS_OPEN),
        Index("ix_service_visit_of", "technician_id", "starts_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), index=True)
    technician_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    starts_at: Mapped[datetime]
    minutes: Mapped[int]
    state: Mapped[VisitState] = mapped_column(default=VisitState.TENTATIVE)
    # Why it was cancelled, ended early, paused or handed over.
    state_reason: Mapped[str | None]
    abort_kind: Mapped[AbortKind | None]
    checked_in_at: Mapped[datetime | None]
    checked_out_at: Mapped[datetime | None]
    # What was scanned or typed to show that this is the place.
    scanned: Mapped[str | None]
    # For the technician and colleagues.
    notes: Mapped[str | None]
    # Grows with each change of any visit: a tablet asks for what changed since.
    rev: Mapped[int] = mapped_column(BigInteger, index=True)
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    site: Mapped[Site] = relationship()
    technician: Mapped[Person | None] = relationship()
    lines: Mapped[list[VisitLine]] = relationship(
        back_populates="visit", order_by="VisitLine.id", cascade="all, delete-orphan"
    )
    runs: Mapped[list[VisitRun]] = relationship(back_populates="visit", order_by="VisitRun.id")
    times: Mapped[list[VisitTime]] = relationship(back_populates="visit", order_by="VisitTime.id")
    materials: Mapped[list[VisitMaterial]] = relationship(
        back_populates="visit", order_by="VisitMaterial.id"
    )
    parts: Mapped[list[PartUsage]] = relationship(back_populates="visit", order_by="PartUsage.id")
    signatures: Mapped[list[VisitSignature]] = relationship(
        back_populates="visit", order_by="VisitSignature.id"
    )
    reviews: Mapped[list[VisitReview]] = relationship(
        back_populates="visit", order_by="VisitReview.id"
    )
    stops: Mapped[list[VisitStop]] = relationship(back_populates="visit", order_by="VisitStop.id")
    windows: Mapped[list[VisitWindow]] = relationship(
        back_populates="visit", order_by="VisitWindow.window_id"
    )
    verifications: Mapped[list[VisitVerification]] = relationship(
        back_populates="visit", order_by="VisitVerification.id", cascade="all, delete-orphan"
    )
    pauses: Mapped[list[VisitPause]] = relationship(
        back_populates="visit", order_by="VisitPause.id"
    )
    positions: Mapped[list[VisitPosition]] = relationship(
        back_populates="visit", order_by="VisitPosition.id"
    )

    @classmethod
    def visible_to(cls, person: Person) -> Select[ServiceVisit]:
        """A technician sees the own ones, a customer those at its own sites; both what is fixed."""
        query = select(cls)
        if person.role is Role.TECHNICIAN:
            return query.where(cls.technician_id == person.id, cls.state != VisitState.TENTATIVE)
        if person.sees_all:
            return query
        mine = select(Site.id).where(Site.customer_id == person.customer_id)
        return query.where(cls.site_id.in_(mine), cls.state != VisitState.TENTATIVE)

    @classmethod
    def draft(
        cls, site: Site, starts_at: datetime, minutes: int, by: Doer, at: datetime, **facts: Any
    ) -> ServiceVisit:
        """A new visit, with the next number. See `visiting.plan` for its lines."""
        key = db.session.scalar(Sequence("service_visit_id_seq")) or 0
        visit = cls(id=key, number=f"V-{key:05}", site=site, starts_at=starts_at, minutes=minutes)
        visit.created_at, visit.rev = at, _next_rev()
        for name, value in facts.items():
            setattr(visit, name, value)
        db.session.add(visit)
        record("create", visit, by, at)
        announce("service_visit", visit.id, at)
        return visit

    @property
    def is_open(self) -> bool:
        return self.state in VISIT_OPEN

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def order_lines(self) -> list[WorkOrderLine]:
        return [one.line for one in self.lines]

    @property
    def stations(self) -> list[Station]:
        """Where there is something to do, each once, in the order of the lines."""
        found = {line.station.id: line.station for line in self.order_lines if line.station}
        return list(found.values())

    @property
    def chains(self) -> list[list[ChecklistRun]]:
        """Of each of its checklists that one, and those that correct it in turn."""
        found = chains(one.run_id for one in self.runs)
        # The database keeps an open one from customers: they find the row without its run.
        return [found[one.run_id] for one in self.runs if one.run_id in found]

    @property
    def held_runs(self) -> list[ChecklistRun]:
        """Its checklists as they hold: of a corrected one, the last correction."""
        return [chain[-1] for chain in self.chains]

    @property
    def open_reviews(self) -> list[VisitReview]:
        return [one for one in self.reviews if one.settled_at is None]

    @property
    def verification(self) -> list[VisitVerification]:
        """Of the last check-out; nothing while somebody is there."""
        if self.checked_out_at is None:
            return []
        last = max((one.since for one in self.verifications), default=None)
        return [one for one in self.verifications if one.since == last]

    @property
    def minutes_worked(self) -> int:
        return sum(one.minutes for one in self.times)

    @property
    def signature(self) -> VisitSignature | None:
        return self.signatures[-1] if self.signatures else None

    def edit(self, by: Doer, at: datetime, **facts: Any) -> None:
        """Another time, other words. Raises VisitEndedError."""
        self.refuse_unless_open()
        if edit(self, by, at, **facts):
            self.touch(at)

    def give_to(self, technician: Person | None, by: Doer, at: datetime) -> None:
        """Another technician has it, who has neither accepted it nor set out.

        Raises VisitEndedError, and WrongVisitStateError where nobody is to have what is begun.
        """
        self.refuse_unless_open()
        before = self.technician
        if technician is before:
            return
        after = VisitState.CONFIRMED if technician else VisitState.TENTATIVE
        if self.state not in (VisitState.TENTATIVE, after):
            self.go(after, by, at)
        self.technician = technician
        names = [one.name if one else None for one in (before, technician)]
        record("assign", self, by, at, technician=names)
        self.touch(at)

    def cancel(self, why: str, by: Doer, at: datetime) -> None:
        """Its lines are free for another visit."""
        self.go(VisitState.CANCELLED, by, at, why)
        self.ended_at = at

    def go(
        self, after: VisitState, by: Doer, at: datetime, why: str | None = None, **facts: Any
    ) -> None:
        """Raises WrongVisitStateError."""
        before = self.state
        if not visit_may_go(before, after):
            raise WrongVisitStateError(before, after)
        self.state, self.state_reason = after, why
        told = {"state": [before.value, after.value], **facts}
        record(f"visit_{after.value}", self, by, at, why, **told)
        self.touch(at)

    def touch(self, at: datetime) -> None:
        """Whoever has it on a tablet gets it anew."""
        self.rev = _next_rev()
        announce("service_visit", self.id, at)

    def ask(self, question: str, at: datetime, **facts: Any) -> VisitReview:
        """Something that a dispatcher has to look at. What was done is kept either way."""
        review = VisitReview(question=question, asked_at=at, facts=facts)
        self.reviews.append(review)
        record("ask_dispatcher", self, "rule", at, question=question)
        announce("service_visit", self.id, at)
        return review

    def refuse_unless_open(self) -> None:
        if not self.is_open:
            raise VisitEndedError(f"the visit is {self.state.value}")


def _next_rev() -> int:
    return db.session.scalar(REV) or 0
