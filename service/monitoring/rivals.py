"""Two holders of one identity: the one that is connected, and the one that was refused."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, case, delete, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.core.db import Model, db
from service.core.history import record
from service.core.live import announce
from service.people.models import Person
from service.stations.models import Station

# So long after it knocked somebody may let it in, and so long it then has to knock again.
WITHIN = timedelta(hours=1)
RULE = "link"


class NoRivalError(Exception):
    """Nobody knocks with this identity any more, or from another address than was shown."""


class Rival(Model):
    """The latest one that proved the identity of a station while another connection of it lives."""

    __tablename__ = "rival"

    station_id: Mapped[int] = mapped_column(ForeignKey("station.id"), primary_key=True)
    address: Mapped[str]
    # Of the connection that lived and stayed.
    held_by: Mapped[str]
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    # The person who said that it may take over, until it has.
    let_in_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    let_in_at: Mapped[datetime | None]

    station: Mapped[Station] = relationship(lazy="raise_on_sql")
    let_in_by: Mapped[Person | None] = relationship(lazy="raise_on_sql")

    @classmethod
    def knocked(cls, station_id: int, held_by: str, address: str, at: datetime) -> None:
        """It was refused. Another one than before has not been let in by anybody."""
        new = insert(cls).values(
            station_id=station_id, address=address, held_by=held_by, first_at=at, last_at=at
        )
        is_another = or_(cls.address != address, cls.last_at < at - WITHIN)
        known = new.on_conflict_do_update(
            index_elements=["station_id"],
            set_={
                "address": address,
                "held_by": held_by,
                "first_at": case((is_another, at), else_=cls.first_at),
                "last_at": at,
                "let_in_by_id": case((is_another, None), else_=cls.let_in_by_id),
                "let_in_at": case((is_another, None), else_=cls.let_in_at),
            },
        )
        db.session.execute(known)
        announce("station", station_id, at)

    @classmethod
    def of(cls, station: Station, at: datetime) -> Rival | None:
        """Whoever knocked lately."""
        query = select(cls).where(cls.station_id == station.id, cls.last_at > at - WITHIN)
        return db.session.scalars(query).one_or_none()

    @classmethod
    def let_in(cls, station: Station, address: str, by: Person, why: str, at: datetime) -> None:
        """The next time it knocks, it takes over. Raises NoRivalError."""
        query = select(cls).where(cls.station_id == station.id).with_for_update()
        rival = db.session.scalars(query).one_or_none()
        if rival is None or rival.address != address or rival.last_at <= at - WITHIN:
            raise NoRivalError(station.name)
        rival.let_in_by_id, rival.let_in_at = by.id, at
        record("let_in", station, by, at, why, newcomer=address, connected=rival.held_by)
        announce("station", station.id, at)

    @classmethod
    def takes_over(cls, station_id: int, address: str, at: datetime) -> bool:
        """Whether a person let this one in; true once."""
        mine = delete(cls).where(
            cls.station_id == station_id, cls.address == address, cls.let_in_at > at - WITHIN
        )
        held_by = db.session.scalars(mine.returning(cls.held_by)).one_or_none()
        if held_by is None:
            return False
        station = db.session.get_one(Station, station_id)
        announce("station", station_id, at)
        record("take_over", station, RULE, at, newcomer=address, connected=held_by)
        return True
