"""Which devices have stood where one station stands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, Select, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.core.db import Model, db
from service.core.history import record
from service.people.models import Person
from service.stations.register import Site

if TYPE_CHECKING:
    from service.stations.models import Station


class SameDeviceError(Exception):
    """The device that is said to be new is the one that stands there."""


class StationSerial(Model):
    """A device that stood here once. The one that stands here now is the station's own serial."""

    __tablename__ = "station_serial"
    __table_args__ = (CheckConstraint("until_at >= from_at", name="until_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    station_id: Mapped[int] = mapped_column(ForeignKey("station.id"), index=True)
    # Empty where neither the register nor the charger, nor its plate, said it.
    serial_number: Mapped[str | None]
    firmware_version: Mapped[str | None]
    # Empty: since before anybody wrote it down.
    from_at: Mapped[datetime | None]
    until_at: Mapped[datetime]
    station: Mapped[Station] = relationship()

    @classmethod
    def visible_to(cls, person: Person) -> Select[StationSerial]:
        query = select(cls)
        if person.sees_all:
            return query
        return query.join(cls.station).join(Site).where(Site.customer_id == person.customer_id)

    @classmethod
    def of_station(cls, station_id: int) -> Sequence[StationSerial]:
        """The devices before the one that stands there, the latest first."""
        mine = select(cls).where(cls.station_id == station_id)
        return db.session.scalars(mine.order_by(cls.until_at.desc(), cls.id.desc())).all()


def swap(
    station: Station,
    old_serial: str | None,
    new_serial: str,
    by: Person | str,
    at: datetime,
    why: str | None,
) -> StationSerial:
    """Keep the device that goes, and forget what was known of it alone. Raises SameDeviceError."""
    before = StationSerial.of_station(station.id)
    known = station.serial_number or station.reported_serial
    later = [one for one in before if one.until_at > at]
    if not later and new_serial == station.serial_number:
        raise SameDeviceError(new_serial)
    gone = StationSerial(
        station=station,
        # Who stands before it read its plate; the register may be wrong.
        serial_number=old_serial or (None if later else known),
        from_at=next((one.until_at for one in before if one.until_at <= at), None),
        until_at=at,
    )
    if later:
        # Told late, from where there was no coverage: what stands there now came after it.
        later[-1].from_at = at
    else:
        _bring_in(station, new_serial, gone)
    db.session.add(gone)
    change = [gone.serial_number, new_serial]
    record("swap", station, by, at, why, serial_number=change, register=known)
    return gone


def _bring_in(station: Station, serial: str, gone: StationSerial) -> None:
    station.serial_number = serial
    if station.reported_serial == serial:
        # The new device has spoken already: what is known is of it.
        return
    gone.firmware_version = station.firmware_version
    station.firmware_version = station.reported_serial = None
    station.reported_maker = station.reported_model = None
