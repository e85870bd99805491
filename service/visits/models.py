"""Work to be done at one site: from a draft to an order that is approved and closed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Select, Sequence, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.core.db import Model, db
from service.core.history import edit, record
from service.core.live import announce
from service.people.models import Person
from service.people.roles import Role
from service.plans.recalls import Recall
from service.stations.models import Site
from service.visits import standing
from service.visits.lines import WorkOrderLine
from service.visits.needs import Needs, needs_of
from service.visits.refusals import (
    EndedError,
    NoLinesError,
    NothingDoneError,
    NotPlannedError,
    OpenLinesError,
    ReasonNeededError,
    WorkDoneError,
    WrongStateError,
)
from service.visits.states import (
    LOCKED,
    OPEN,
    WITH_REASON,
    Kind,
    LineState,
    State,
    may_go,
    needs_reason,
)

__all__ = ["WorkOrder", "WorkOrderLine"]

Doer = Person | str
IS_OPEN = "state IN ('draft', 'unscheduled', 'scheduled', 'in_progress', 'on_hold')"


class WorkOrder(Model):
    __tablename__ = "work_order"
    __table_args__ = (
        CheckConstraint("state <> 'scheduled' OR planned_on IS NOT NULL", name="scheduled"),
        CheckConstraint(
            "state NOT IN ('on_hold', 'cannot_complete', 'cancelled') OR state_reason IS NOT NULL",
            name="reason",
        ),
        Index("ix_work_order_open", "due_on", "id", postgresql_where=IS_OPEN),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[Kind]
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), index=True)
    # None: its kind and its site say it.
    title: Mapped[str | None]
    state: Mapped[State] = mapped_column(default=State.DRAFT)
    # Why it is on hold, cancelled, or cannot be completed.
    state_reason: Mapped[str | None]
    planned_on: Mapped[date | None]
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    # What could not be completed, and is carried on here.
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("work_order.id"), index=True)
    # The campaign that it is a part of.
    recall_id: Mapped[int | None] = mapped_column(ForeignKey("recall.id"), index=True)
    # For colleagues.
    notes: Mapped[str | None]
    created_at: Mapped[datetime]
    # The earliest day on which something still open on it must be done. Kept for the list, which
    # sorts by it: `keep_due` and the clock see to it that it is that of the dates.
    due_on: Mapped[date | None]
    site: Mapped[Site] = relationship()
    assignee: Mapped[Person | None] = relationship()
    recall: Mapped[Recall | None] = relationship()
    parent: Mapped[WorkOrder | None] = relationship(
        remote_side="WorkOrder.id", back_populates="follow_ups"
    )
    follow_ups: Mapped[list[WorkOrder]] = relationship(
        back_populates="parent", order_by="WorkOrder.id"
    )
    lines: Mapped[list[WorkOrderLine]] = relationship(
        back_populates="order", order_by="WorkOrderLine.id", cascade="all, delete-orphan"
    )

    @classmethod
    def visible_to(cls, person: Person) -> Select[WorkOrder]:
        """A technician sees the own ones, a customer what is no draft at its own sites."""
        query = select(cls)
        if person.role is Role.TECHNICIAN:
            return query.where(cls.assignee_id == person.id)
        if person.sees_all:
            return query
        mine = select(Site.id).where(Site.customer_id == person.customer_id)
        return query.where(cls.site_id.in_(mine), cls.state != State.DRAFT)

    @classmethod
    def draft(cls, site: Site, kind: Kind, by: Doer, at: datetime, **facts: Any) -> WorkOrder:
        """A new order, with the next number. Nobody is sent by it before it is released."""
        key = db.session.scalar(Sequence("work_order_id_seq")) or 0
        order = cls(id=key, number=f"WO-{key:05}", site=site, kind=kind, created_at=at, **facts)
        db.session.add(order)
        record("create", order, by, at)
        announce("work_order", order.id, at)
        return order

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def is_locked(self) -> bool:
        return self.state in LOCKED

    @property
    def open_lines(self) -> list[WorkOrderLine]:
        return [line for line in self.lines if line.is_open]

    def is_overdue(self, today: date) -> bool:
        """Something on it should have been done by that day at the site."""
        return self.is_open and self.due_on is not None and self.due_on < today

    @property
    def needs(self) -> Needs:
        return needs_of(self.lines)

    @property
    def progress(self) -> str:
        """`3 / 5`: done, of what is not given up."""
        kept = [line for line in self.lines if line.state is not LineState.NOT_DONE]
        return f"{sum(line.is_done for line in kept)} / {len(kept)}"

    @property
    def extra_ore(self) -> int:
        """All priced extras that are not given up, without VAT."""
        kept = (one for one in self.lines if one.state is not LineState.NOT_DONE)
        return sum(one.extra_price_ore or 0 for one in kept)

    def edit(self, by: Doer, at: datetime, **facts: Any) -> None:
        """Raises EndedError once it is locked."""
        self.refuse_if_locked()
        if edit(self, by, at, **facts):
            announce("work_order", self.id, at)

    def release(self, by: Doer, at: datetime) -> None:
        """It is to be done, and waits for a day. Raises WrongStateError, NoLinesError."""
        if not self.lines:
            raise NoLinesError
        self._go(State.UNSCHEDULED, by, at)
        if self.planned_on:
            self._go(State.SCHEDULED, by, at)

    def plan(self, on: date | None, assignee: Person | None, by: Doer, at: datetime) -> None:
        """Who does it, and on which day. What waits for a day is scheduled by having one.

        Raises EndedError.
        """
        self.refuse_unless_open()
        self.assignee_id = assignee.id if assignee else None
        before, self.planned_on = self.planned_on, on
        told: dict[str, Any] = {"assignee": assignee.name if assignee else None}
        told["planned_on"] = [str(before) if before else None, str(on) if on else None]
        # Before the state goes: none is scheduled without a day.
        if on is None and self.state is State.SCHEDULED:
            self._go(State.UNSCHEDULED, by, at)
        record("plan", self, by, at, **told)
        if on is not None and self.state is State.UNSCHEDULED:
            self._go(State.SCHEDULED, by, at)
        announce("work_order", self.id, at)

    def schedule(self, by: Doer, at: datetime) -> None:
        """Raises NotPlannedError, WrongStateError."""
        if self.planned_on is None:
            raise NotPlannedError
        self._go(State.SCHEDULED, by, at)

    def unschedule(self, by: Doer, at: datetime) -> None:
        """It has no day any more, and waits for another."""
        self._go(State.UNSCHEDULED, by, at)
        self.planned_on = None

    def start(self, by: Doer, at: datetime, why: str | None = None) -> None:
        """Somebody works on it. With a reason where it was completed already."""
        self._go(State.IN_PROGRESS, by, at, why)

    def hold(self, why: str | None, by: Doer, at: datetime) -> None:
        self._go(State.ON_HOLD, by, at, why)

    def complete(self, by: Doer, at: datetime) -> None:
        """Raises WrongStateError, OpenLinesError, NothingDoneError."""
        self.refuse_way_to(State.COMPLETED)
        if self.open_lines:
            raise OpenLinesError(len(self.open_lines))
        if not any(line.is_done for line in self.lines):
            raise NothingDoneError
        self._go(State.COMPLETED, by, at)

    def give_up(self, why: str | None, by: Doer, at: datetime) -> None:
        """It cannot be completed: what is not done is let go. See `carrying.cannot_complete`."""
        self._go(State.CANNOT_COMPLETE, by, at, why)
        self._let_go(at)

    def approve(self, by: Doer, at: datetime) -> None:
        """Somebody has looked at it. From now on it is locked."""
        self._go(State.APPROVED, by, at)

    def close(self, by: Doer, at: datetime) -> None:
        self._go(State.CLOSED, by, at)

    def cancel(self, why: str | None, by: Doer, at: datetime) -> None:
        """It is not done; its dates stay due. Raises WrongStateError, WorkDoneError."""
        self.refuse_way_to(State.CANCELLED)
        if any(line.is_done for line in self.lines):
            raise WorkDoneError
        self._go(State.CANCELLED, by, at, why)
        self._let_go(at)

    def restore(self, why: str | None, by: Doer, at: datetime) -> None:
        """It was cancelled by mistake. See `carrying.reopen` for its lines."""
        self.refuse_way_to(State.UNSCHEDULED)
        self.planned_on = None
        self._go(State.UNSCHEDULED, by, at, why)

    def refuse_unless_open(self) -> None:
        if not self.is_open:
            raise EndedError(self.state)

    def refuse_if_locked(self) -> None:
        if self.is_locked:
            raise EndedError(self.state)

    def keep_due(self) -> None:
        """The latest day follows from the lines that are open."""
        dates = (line.occurrence for line in self.open_lines)
        latest = (one.latest_on for one in dates if one is not None and one.is_open)
        self.due_on = min(latest, default=None)

    def _let_go(self, at: datetime) -> None:
        lines = self.open_lines
        for line in lines:
            line.let_go(self.state_reason or "")
        standing.let_go(lines, self.state_reason or "", at)
        self.keep_due()

    def refuse_way_to(self, after: State) -> None:
        if not may_go(self.state, after):
            raise WrongStateError(self.state, after)

    def _go(self, after: State, by: Doer, at: datetime, why: str | None = None) -> None:
        before = self.state
        self.refuse_way_to(after)
        if needs_reason(before, after) and not why:
            raise ReasonNeededError(after)
        # One statement with what the caller has changed: the database checks them together.
        self.state, self.state_reason = after, why if after in WITH_REASON else None
        record(after.value, self, by, at, why, state=[before.value, after.value])
        announce("work_order", self.id, at)
