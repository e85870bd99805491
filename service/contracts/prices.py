"""What a station under a contract costs, through time."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.core.db import Model

if TYPE_CHECKING:
    from service.contracts.models import ServiceContract


class ContractPrice(Model):
    """What a station costs from a day on, öre without VAT. An index moves it; the past stays."""

    __tablename__ = "contract_price"
    __table_args__ = (
        CheckConstraint("price_ore >= 0", name="price_ore"),
        Index("uq_contract_price_since", "contract_id", "since", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("service_contract.id"))
    since: Mapped[date]
    price_ore: Mapped[int]
    contract: Mapped[ServiceContract] = relationship(back_populates="prices")
