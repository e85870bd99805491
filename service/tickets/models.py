"""Something is wrong with a station, until somebody or something has put it right."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Identity,
    Index,
    Select,
    any_,
    func,
    select,
    text,
    union_all,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.core.db import Model, db
from service.core.history import record
from service.core.live import announce
from service.monitoring.faults import Severity
from service.monitoring.models import Alarm, FaultCode
from service.people.models import Person
from service.stations.models import Site, Station
from service.tickets.states import (
    OPEN,
    Priority,
    Resolution,
    State,
    WaitingFor,
    may_go,
)
from service.tickets.timeline import Hold, TimelineEntry

MANUAL = "manual"
IS_OPEN = "state IN ('new', 'triaged', 'in_progress', 'waiting')"


class TicketError(Exception):
    """A rule forbids it. The words are for the person who asked."""


class WrongStateError(TicketError):
    def __init__(self, before: State, after: State) -> None:
        super().__init__(f"a ticket that is {before.value} cannot become {after.value}")
        self.before, self.after = before, after


class CheckNeededError(TicketError):
    """A ticket of danger is resolved by a named person who says that the check was done."""

    def __init__(self, check: str | None) -> None:
        super().__init__(f"confirm the check first: {check or 'a named person must resolve it'}")
        self.check = check


class Ticket(Model):
    __tablename__ = "ticket"
    __table_args__ = (
        # However often a charger repeats itself, one fault is one ticket.
        Index(
            "one_open_ticket_per_fault",
            "station_id",
            "connector",
            "fault",
            "detail",
            unique=True,
            postgresql_where=text(f"{IS_OPEN} AND fault <> '{MANUAL}'"),
        ),
        Index(
            "one_open_ticket_per_site",
            "site_id",
            "fault",
            unique=True,
            postgresql_where=text(f"{IS_OPEN} AND station_id IS NULL AND fault <> '{MANUAL}'"),
        ),
        Index("ix_ticket_open", "priority", "id", postgresql_where=text(IS_OPEN)),
        # For the desk's lists of a million tickets.
        Index("ix_ticket_priority", "priority", "id"),
        Index("ix_ticket_fault", "fault", "id"),
        Index("ix_ticket_resolved", "resolved_at"),
        Index(
            "ix_ticket_remotely",
            "resolved_at",
            postgresql_where=text("resolution IN ('remote', 'self_healed')"),
        ),
        Index("ix_ticket_key", "station_id", "fault", "connector", "detail"),
        CheckConstraint("station_id IS NOT NULL OR site_id IS NOT NULL", name="place"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    # Empty for a ticket of a whole site; `site_id` alone then says where.
    station_id: Mapped[int | None] = mapped_column(ForeignKey("station.id"))
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"), index=True)
    connector: Mapped[int] = mapped_column(default=0)
    # The catalogue's code, or `manual`.
    fault: Mapped[str]
    detail: Mapped[str] = mapped_column(default="")
    # A person's own words, for a manual ticket.
    title: Mapped[str | None]
    severity: Mapped[Severity]
    priority: Mapped[Priority]
    state: Mapped[State] = mapped_column(default=State.NEW)
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    opened_at: Mapped[datetime]
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    occurrences: Mapped[int] = mapped_column(default=1)
    last_seen_at: Mapped[datetime]
    # Since when the charger has been well again, while the ticket is still open.
    recovered_at: Mapped[datetime | None]
    resolution: Mapped[Resolution | None]
    resolved_at: Mapped[datetime | None]
    resolved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    closed_at: Mapped[datetime | None]
    reopened: Mapped[int] = mapped_column(default=0)
    recurrence_of_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
    station: Mapped[Station | None] = relationship()
    site: Mapped[Site | None] = relationship()
    assignee: Mapped[Person | None] = relationship(foreign_keys=[assignee_id])
    resolved_by: Mapped[Person | None] = relationship(foreign_keys=[resolved_by_id])
    timeline: Mapped[list[TimelineEntry]] = relationship(
        back_populates="ticket", order_by="TimelineEntry.id"
    )
    holds: Mapped[list[Hold]] = relationship(back_populates="ticket", order_by="Hold.id")

    @classmethod
    def visible_to(cls, person: Person) -> Select[Ticket]:
        query = select(cls)
        if person.sees_all:
            return query
        return query.join(Site, cls.site_id == Site.id).where(
            Site.customer_id == person.customer_id
        )

    @classmethod
    def open_by_hand(
        cls,
        station: Station,
        title: str,
        priority: Priority,
        by: Person,
        at: datetime,
        connector: int = 0,
    ) -> Ticket:
        """A person saw something that the charger does not know of."""
        ticket = cls(
            station=station,
            site_id=station.site_id,
            connector=connector,
            fault=MANUAL,
            title=title,
            severity=Severity("S" + priority.value[1]),
            priority=priority,
            opened_at=at,
            opened_by_id=by.id,
            last_seen_at=at,
        )
        db.session.add(ticket)
        db.session.flush()
        ticket.tell("opened", title, at, by)
        record("open", ticket, by, at, title)
        return ticket

    @classmethod
    def is_of_station(cls, station_id: int) -> ColumnElement[bool]:
        """The station's own tickets, and its site's where the station's alarm is part of it."""
        own = select(cls.id).where(cls.station_id == station_id)
        shared = select(Alarm.ticket_id).where(Alarm.station_id == station_id)
        # As an array: the planner would read a million tickets for those that are IN a query.
        return cls.id == any_(func.array(union_all(own, shared).scalar_subquery()))

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def is_taken(self) -> bool:
        """A person has it: no rule closes it over their head."""
        return self.assignee_id is not None

    @property
    def is_danger(self) -> bool:
        return self.severity is Severity.S1 and self.fault != MANUAL

    @property
    def hold(self) -> Hold | None:
        """What it waits for now."""
        return next((hold for hold in self.holds if hold.ended_at is None), None)

    def tell(
        self,
        kind: str,
        text: str,
        at: datetime,
        by: Person | str = "rule",
        remote_action_id: int | None = None,
        **facts: Any,
    ) -> None:
        """Add to the timeline, and let whoever looks at the ticket know."""
        entry = TimelineEntry(
            ticket_id=self.id,
            at=at,
            kind=kind,
            text=text,
            facts=facts,
            person_id=None if isinstance(by, str) else by.id,
            actor=by if isinstance(by, str) else by.name,
            remote_action_id=remote_action_id,
        )
        db.session.add(entry)
        announce("ticket", self.id, at)

    def note(self, words: str, by: Person, at: datetime) -> None:
        self.tell("note", words, at, by)
        record("note", self, by, at)

    def assign(self, to: Person | None, by: Person, at: datetime) -> None:
        self.assignee = to
        self.tell("assigned", to.name if to else "nobody", at, by, to=to.name if to else None)
        record("assign", self, by, at, to=to.name if to else None)

    def set_priority(self, priority: Priority, why: str, by: Person, at: datetime) -> None:
        before, self.priority = self.priority, priority
        text = f"{before.value} → {priority.value}: {why}"
        self.tell("priority", text, at, by, before=before.value, after=priority.value, why=why)
        record("set_priority", self, by, at, why, priority=[before.value, priority.value])

    def triage(self, by: Person, at: datetime) -> None:
        self._go(State.TRIAGED, by, at)

    def start(self, by: Person, at: datetime) -> None:
        """Somebody works on it; whoever starts an unassigned ticket has it."""
        self._go(State.IN_PROGRESS, by, at)
        if self.assignee_id is None:
            self.assign(by, by, at)

    def wait(self, for_what: WaitingFor, why: str, by: Person, at: datetime) -> None:
        self._go(State.WAITING, by, at, why, waiting_for=for_what.value)
        self.holds.append(Hold(waiting_for=for_what, why=why, since=at, by_id=by.id))

    def resolve(
        self, how: Resolution, words: str, by: Person, at: datetime, check: str | None = None
    ) -> None:
        """Put right, by a person. A ticket of danger takes the check that its fault asks for.

        `check` says in words what was checked. Raises CheckNeededError, WrongStateError.
        """
        if self.is_danger:
            fault = FaultCode.with_code(self.fault)
            needed = fault.needs_check_before_close if fault else None
            if by.is_service or (needed and not check):
                raise CheckNeededError(needed)
        self._end(how, words, at, by, check=check)
        self.resolved_by_id = by.id

    def resolve_by_rule(self, how: Resolution, words: str, at: datetime, **facts: Any) -> None:
        """Put right, by proof. Rules see to it that it is no danger and that nobody has it."""
        self._end(how, words, at, "rule", **facts)

    def close(self, by: Person | str, at: datetime) -> None:
        self._go(State.CLOSED, by, at)
        self.closed_at = at

    def cancel(self, why: str, by: Person, at: datetime) -> None:
        self._go(State.CANCELLED, by, at, why)

    def reopen(self, why: str, by: Person | str, at: datetime) -> None:
        after = State.NEW if isinstance(by, str) else State.TRIAGED
        if self.is_open:
            raise WrongStateError(self.state, after)
        self._go(after, by, at, why, kind="reopened")
        self.reopened += 1
        self.resolution = self.resolved_at = self.resolved_by_id = self.closed_at = None
        self.recovered_at = None

    def _end(
        self, how: Resolution, words: str, at: datetime, by: Person | str, **facts: Any
    ) -> None:
        self._go(State.RESOLVED, by, at, words, kind="resolved", how=how.value, **facts)
        self.resolution, self.resolved_at = how, at

    def _go(
        self,
        after: State,
        by: Person | str,
        at: datetime,
        why: str | None = None,
        kind: str = "state",
        **facts: Any,
    ) -> None:
        before = self.state
        if not may_go(before, after):
            raise WrongStateError(before, after)
        if hold := self.hold:
            hold.ended_at = at
        self.state = after
        words = why or f"{before.value} → {after.value}"
        self.tell(kind, words, at, by, before=before.value, after=after.value, **facts)
        record(after.value, self, by, at, why, state=[before.value, after.value], **facts)
