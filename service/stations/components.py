"""What is built into one station: the device with its serial, not its kind in the catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import CheckConstraint, ForeignKey, Select, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.core import dates
from service.core.db import Model, db
from service.core.history import edit, record
from service.core.retired import refuse_if_retired
from service.people.models import Person
from service.stations.register import Site
from service.stations.words import ComponentKind

if TYPE_CHECKING:
    from service.stations.models import Station

Doer = Person | str


class RemovedError(Exception):
    """It sits there no more: nothing is done to it."""


class Component(Model):
    """One part of one station. What was taken out stays as a row: the past does not change."""

    __tablename__ = "component"
    __table_args__ = (
        CheckConstraint("evse > 0", name="evse"),
        CheckConstraint("removed_on >= installed_on", name="removed_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    station_id: Mapped[int] = mapped_column(ForeignKey("station.id"), index=True)
    kind: Mapped[ComponentKind]
    maker: Mapped[str] = mapped_column(default="")
    type: Mapped[str] = mapped_column(default="")
    serial: Mapped[str] = mapped_column(default="")
    # As its plate says it: "40 A, 30 mA, type B".
    rating: Mapped[str] = mapped_column(default="")
    # The number of the connector that it serves; empty where that is the whole station.
    evse: Mapped[int | None]
    note: Mapped[str | None]
    # A day of the site's calendar; empty where nobody knows.
    installed_on: Mapped[date | None]
    removed_on: Mapped[date | None]
    removed_why: Mapped[str | None]
    # What came out when this went in.
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("component.id"), unique=True)
    created_at: Mapped[datetime]
    station: Mapped[Station] = relationship()

    @classmethod
    def visible_to(cls, person: Person) -> Select[Component]:
        query = select(cls)
        if person.sees_all:
            return query
        return query.join(cls.station).join(Site).where(Site.customer_id == person.customer_id)

    @classmethod
    def of_station(cls, station_id: int) -> Sequence[Component]:
        """What sits there, and what did: the latest of what is out first."""
        mine = select(cls).where(cls.station_id == station_id)
        order = (cls.removed_on.desc().nulls_first(), cls.evse.nulls_first(), cls.kind, cls.id)
        return db.session.scalars(mine.order_by(*order)).all()

    @classmethod
    def installed_at(cls, station_id: int) -> Sequence[Component]:
        """What sits there now."""
        mine = select(cls).where(cls.station_id == station_id, cls.removed_on.is_(None))
        return db.session.scalars(mine.order_by(cls.evse.nulls_first(), cls.kind, cls.id)).all()

    @classmethod
    def install(
        cls,
        station: Station,
        kind: ComponentKind,
        by: Doer,
        at: datetime,
        *,
        on: date | None = None,
        **facts: Any,
    ) -> Component:
        """A new part, there since `on`, or else since the day of `at`. Raises RetiredError."""
        refuse_if_retired(station)
        since = on or _day(station, at)
        one = cls(station=station, kind=kind, installed_on=since, created_at=at, **facts)
        db.session.add(one)
        record("install", one, by, at, station=station.id, kind=kind.value, serial=one.serial)
        return one

    @property
    def is_there(self) -> bool:
        return self.removed_on is None

    def edit(self, by: Doer, at: datetime, **facts: Any) -> None:
        """Put right what was written down wrong. Raises RemovedError."""
        self._refuse_if_removed()
        edit(self, by, at, **facts)

    def remove(self, by: Doer, at: datetime, why: str | None, *, on: date | None = None) -> None:
        """It comes out. Raises RemovedError."""
        self._refuse_if_removed()
        day = on or _day(self.station, at)
        # Told by a tablet whose day was wrong: it cannot have come out before it went in.
        self.removed_on = max(day, self.installed_on or day)
        self.removed_why = why
        record("remove", self, by, at, why, station=self.station_id, kind=self.kind.value)

    def replace(
        self,
        by: Doer,
        at: datetime,
        why: str | None = None,
        *,
        on: date | None = None,
        **facts: Any,
    ) -> Component:
        """Another of its kind goes in at its place. Raises RemovedError, RetiredError."""
        self.remove(by, at, why, on=on)
        place = {"evse": self.evse, "replaces_id": self.id}
        return Component.install(
            self.station, facts.pop("kind", self.kind), by, at, on=on, **(place | facts)
        )

    def _refuse_if_removed(self) -> None:
        if self.removed_on is not None:
            raise RemovedError(self.id)


def _day(station: Station, at: datetime) -> date:
    """The calendar's day where the station stands."""
    return dates.today(at, ZoneInfo(station.site.time_zone)) if station.site else dates.today(at)
