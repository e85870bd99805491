"""The lines of a work order: one station, one thing to do."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, Index, Select, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.contracts.models import ServiceContract
from service.contracts.words import WorkKind
from service.core.db import Model
from service.core.history import in_both
from service.people.models import Person
from service.plans.models import MaintenanceTask
from service.plans.occurrences import Occurrence
from service.plans.recalls import RecallStation
from service.stations.models import Station
from service.tickets.models import Ticket
from service.visits.charges import USUAL_VAT_PERCENT, Charge, Quote
from service.visits.states import LineState

if TYPE_CHECKING:
    from service.visits.models import WorkOrder

# What a line can be about; its own words are the fourth.
ABOUT = ("occurrence", "ticket", "recall_station")


class WorkOrderLine(Model):
    """A date of a plan, a ticket, a recall, or something in words, at one station."""

    __tablename__ = "work_order_line"
    __table_args__ = (
        CheckConstraint(
            "num_nonnulls(occurrence_id, ticket_id, recall_station_id, text) = 1", name="about"
        ),
        CheckConstraint("station_id IS NOT NULL OR ticket_id IS NOT NULL", name="station"),
        CheckConstraint("(state = 'done') = (done_on IS NOT NULL)", name="done"),
        CheckConstraint("(state = 'not_done') = (reason IS NOT NULL)", name="not_done"),
        CheckConstraint("minutes > 0", name="minutes"),
        CheckConstraint("extra_price_ore >= 0", name="extra_price"),
        CheckConstraint("vat_percent BETWEEN 0 AND 100", name="vat"),
        # What is planned twice is done twice.
        *(
            Index(
                f"one_open_line_per_{what}",
                f"{what}_id",
                unique=True,
                postgresql_where="state = 'open'",
            )
            for what in ABOUT
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    work_order_id: Mapped[int] = mapped_column(ForeignKey("work_order.id"), index=True)
    # None: the whole site, for a ticket that is of all of it.
    station_id: Mapped[int | None] = mapped_column(ForeignKey("station.id"), index=True)
    occurrence_id: Mapped[int | None] = mapped_column(ForeignKey("occurrence.id"), index=True)
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), index=True)
    recall_station_id: Mapped[int | None] = mapped_column(
        ForeignKey("recall_station.id"), index=True
    )
    text: Mapped[str | None]
    # What a contract may include; None for what no contract speaks of.
    work_kind: Mapped[WorkKind | None]
    state: Mapped[LineState] = mapped_column(default=LineState.OPEN)
    # Why it was not done.
    reason: Mapped[str | None]
    done_on: Mapped[date | None]
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    minutes: Mapped[int | None]
    charge: Mapped[Charge | None]
    # The contract that includes it, or in which its price was agreed.
    contract_id: Mapped[int | None] = mapped_column(ForeignKey("service_contract.id"))
    # Without VAT.
    extra_price_ore: Mapped[int | None]
    vat_percent: Mapped[int] = mapped_column(default=USUAL_VAT_PERCENT)
    # For colleagues.
    note: Mapped[str | None]
    created_at: Mapped[datetime]
    order: Mapped[WorkOrder] = relationship(back_populates="lines")
    station: Mapped[Station | None] = relationship()
    occurrence: Mapped[Occurrence | None] = relationship()
    ticket: Mapped[Ticket | None] = relationship()
    recall_station: Mapped[RecallStation | None] = relationship()
    contract: Mapped[ServiceContract | None] = relationship()
    done_by: Mapped[Person | None] = relationship()

    @classmethod
    def open_ones(cls) -> Select[WorkOrderLine]:
        return select(cls).where(cls.state == LineState.OPEN)

    @property
    def is_open(self) -> bool:
        return self.state is LineState.OPEN

    @property
    def is_done(self) -> bool:
        return self.state is LineState.DONE

    @property
    def task(self) -> MaintenanceTask | None:
        return self.occurrence.task if self.occurrence else None

    @property
    def due_on(self) -> date | None:
        return self.occurrence.latest_on if self.occurrence else None

    @property
    def about(self) -> str:
        """In English, where one language has to do."""
        return self.named("en")

    @property
    def told(self) -> dict[str, str]:
        """For the history."""
        return in_both(self.named)

    def named(self, language: str) -> str:
        if self.occurrence:
            return self.occurrence.task.title(language)
        if self.ticket:
            return f"{'ärende' if language == 'sv' else 'ticket'} {self.ticket_id}"
        return self.recall_station.recall.title if self.recall_station else self.text or ""

    def price_as(self, quoted: Quote) -> None:
        self.charge, self.contract_id = quoted.charge, quoted.contract_id
        self.extra_price_ore = quoted.price.ore if quoted.price else None
        self.vat_percent = quoted.price.vat_percent if quoted.price else USUAL_VAT_PERCENT

    def let_go(self, why: str) -> None:
        """It is not done here. What it was about is free for another order."""
        self.state, self.reason = LineState.NOT_DONE, why

    def open_again(self) -> None:
        self.state = LineState.OPEN
        self.reason = self.done_on = self.done_by_id = None
