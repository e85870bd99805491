"""What a contract costs us. A customer sees none of it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Select, false, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.contracts.models import ServiceContract
from service.contracts.words import CostKind
from service.core.db import Model, db
from service.core.history import record
from service.people.models import Person

BY_HAND = "by hand"


class ContractCost(Model):
    """One cost. It stays as it is; what was wrong is put right by another with a minus sign."""

    __tablename__ = "contract_cost"
    __table_args__ = (
        CheckConstraint("ore <> 0", name="ore"),
        Index("ix_contract_cost_spent_on", "contract_id", "spent_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("service_contract.id"))
    spent_on: Mapped[date]
    kind: Mapped[CostKind]
    # Without VAT.
    ore: Mapped[int]
    note: Mapped[str]
    # Where it comes from: "by hand", "work order 12".
    source: Mapped[str]
    created_at: Mapped[datetime]
    contract: Mapped[ServiceContract] = relationship()

    @classmethod
    def visible_to(cls, person: Person) -> Select[ContractCost]:
        return select(cls) if person.sees_all else select(cls).where(false())

    @classmethod
    def enter(
        cls,
        contract: ServiceContract,
        spent_on: date,
        kind: CostKind,
        ore: int,
        note: str,
        by: Person | str,
        at: datetime,
        source: str = BY_HAND,
    ) -> ContractCost:
        cost = cls(contract=contract, kind=kind, ore=ore, note=note, source=source)
        cost.spent_on, cost.created_at = spent_on, at
        db.session.add(cost)
        # Of the cost, not of the contract: whoever may read that one's history may not read this.
        record("create", cost, by, at, note, ore=ore)
        return cost
