"""Where a car is connected, with what the charger last said of it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.core.db import Model

if TYPE_CHECKING:
    from service.stations.models import Station


class Evse(Model):
    """A charging point: what can serve one car at a time."""

    __tablename__ = "evse"
    __table_args__ = (UniqueConstraint("station_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    station_id: Mapped[int] = mapped_column(ForeignKey("station.id"))
    number: Mapped[int]
    station: Mapped[Station] = relationship(back_populates="evses")


class Connector(Model):
    """An outlet or a cable, with what the charger last said of it. 0 is the whole station."""

    __tablename__ = "connector"
    __table_args__ = (
        UniqueConstraint("station_id", "number"),
        {"postgresql_with": {"fillfactor": 70}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    station_id: Mapped[int] = mapped_column(ForeignKey("station.id"))
    evse_id: Mapped[int | None] = mapped_column(ForeignKey("evse.id"), index=True)
    number: Mapped[int]
    # False when only the charger knows of it, not the register.
    confirmed: Mapped[bool] = mapped_column(default=True)
    # The trade's words as OCPP 1.6 spells them, or None until the charger has spoken.
    status: Mapped[str | None]
    error_code: Mapped[str | None]
    vendor_error_code: Mapped[str | None]
    info: Mapped[str | None]
    # Since when the status stands, by arrival; and the charger's own word for that, as evidence.
    since: Mapped[datetime]
    said_at: Mapped[str | None]
    reported_at: Mapped[datetime | None]
    station: Mapped[Station] = relationship(back_populates="connectors")
    evse: Mapped[Evse | None] = relationship()

    @property
    def is_charging(self) -> bool:
        """A car is connected and has, or may get, energy."""
        return self.status in {"Charging", "SuspendedEV", "SuspendedEVSE"}
