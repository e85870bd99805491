"""Where a car is connected, with what the charger last said of it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.core.db import Model

if TYPE_CHECKING:
    from service.stations.models import Station

# A car is there, and nobody has told what it does (OCPP 2.x).
OCCUPIED = "Occupied"
# A car is connected and has, or may get, energy.
BUSY = frozenset({OCCUPIED, "Charging", "SuspendedEV", "SuspendedEVSE"})


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
    # What each plug of it said last, by its number, where a charger tells them apart (OCPP 2.x);
    # `~2` is what the second said before the last boot, and has not said again.
    plugs: Mapped[dict[str, Any] | None]
    # Since when the status stands, by arrival; and the charger's own word for that, as evidence.
    since: Mapped[datetime]
    said_at: Mapped[str | None]
    reported_at: Mapped[datetime | None]
    station: Mapped[Station] = relationship(back_populates="connectors")
    evse: Mapped[Evse | None] = relationship()

    @property
    def known_plugs(self) -> list[int]:
        """By their numbers; the first alone where the charger has told of none."""
        return sorted(_number(plug) for plug in self.plugs or {}) or [1]

    @property
    def plug_in_question(self) -> int:
        """The one that the outlet is what it is for."""
        alike = {self.status} | ({OCCUPIED} if self.is_charging else set())
        found = [_number(plug) for plug, said in (self.plugs or {}).items() if said in alike]
        return min(found, default=1)

    @property
    def is_charging(self) -> bool:
        """A car is connected and has, or may get, energy."""
        return self.status in BUSY


def _number(plug: str) -> int:
    return int(plug.removeprefix("~"))
