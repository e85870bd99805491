"""What belongs to a ticket: the lines of its timeline, and the times that it waited."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, Identity, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.core.db import Model
from service.tickets.states import WaitingFor

if TYPE_CHECKING:
    from service.tickets.models import Ticket


class TimelineEntry(Model):
    """One thing that happened to a ticket. Append-only."""

    __tablename__ = "timeline_entry"
    __table_args__ = (Index("ix_timeline_entry_ticket", "ticket_id", "id"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    at: Mapped[datetime]
    # charger | opened | recovered | reopened | resolved | state | assigned | priority | note |
    # mail | action | answer | outcome | test_start | joined | site
    kind: Mapped[str]
    # In English, for the API and for reading raw; pages say it in the reader's language.
    text: Mapped[str]
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    # The person's name, `charger`, or `rule`.
    actor: Mapped[str]
    remote_action_id: Mapped[int | None]
    frame_id: Mapped[int | None]
    ticket: Mapped[Ticket] = relationship(back_populates="timeline")


class Hold(Model):
    """A time that a ticket waits for somebody else: with a who and a when, so a row of its own."""

    __tablename__ = "hold"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    waiting_for: Mapped[WaitingFor]
    why: Mapped[str]
    since: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]
    ticket: Mapped[Ticket] = relationship(back_populates="holds")
