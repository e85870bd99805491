"""Who charged, when and how much, and the tags that may."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, Identity, Index, Select, UniqueConstraint, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.core.db import Model, db
from service.core.history import edit, record
from service.sessions.authorization import TagFacts, verdict
from service.sessions.words import Verdict
from service.stations.models import Site, Station
from service.stations.words import Authorization

if TYPE_CHECKING:
    from service.people.models import Person


class TagTakenError(Exception):
    """The list has this tag already."""


class Tag(Model):
    """A card, fob or other identity that may start a charge."""

    __tablename__ = "tag"

    id: Mapped[int] = mapped_column(primary_key=True)
    # As the charger sends it, without regard to case (OCPP: CiString20).
    id_tag: Mapped[str]
    tag_key: Mapped[str] = mapped_column(unique=True)
    label: Mapped[str] = mapped_column(default="")
    valid_from: Mapped[datetime | None]
    valid_until: Mapped[datetime | None]
    blocked_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    @classmethod
    def visible_to(cls, person: Person) -> Select[Tag]:
        return select(cls)

    @classmethod
    def known(cls, id_tag: str) -> Tag | None:
        key = id_tag.strip().casefold()
        return db.session.scalars(select(cls).where(cls.tag_key == key)).one_or_none()

    @classmethod
    def create(cls, id_tag: str, by: Person | str, at: datetime, **facts: Any) -> Tag:
        """Raises TagTakenError where the list has it already, in whatever case."""
        tag = cls(id_tag=id_tag.strip(), tag_key=id_tag.strip().casefold(), created_at=at, **facts)
        try:
            with db.session.begin_nested():
                db.session.add(tag)
                db.session.flush()
        except IntegrityError:
            raise TagTakenError(id_tag) from None
        record("create", tag, by, at)
        return tag

    @property
    def facts(self) -> TagFacts:
        """What the rule of who may charge asks for."""
        return TagFacts(self.blocked_at is not None, self.valid_from, self.valid_until)

    def verdict(self, at: datetime) -> Verdict:
        """What a station of known tags would answer."""
        return verdict(Authorization.KNOWN_TAGS, self.facts, at)

    def edit(self, by: Person | str, at: datetime, **facts: Any) -> None:
        edit(self, by, at, **facts)

    def block(self, by: Person, why: str, at: datetime) -> None:
        """It starts no charge any more, at any station. Blocking twice changes nothing."""
        if self.blocked_at is None:
            self.blocked_at = at
            record("block", self, by, at, why)

    def unblock(self, by: Person, why: str, at: datetime) -> None:
        if self.blocked_at is not None:
            self.blocked_at = None
            record("unblock", self, by, at, why)


class ChargingSession(Model):
    """One charge. Its `transaction_id` is ours, random, and means nothing at another station."""

    __tablename__ = "charging_session"
    __table_args__ = (
        Index(
            "one_session_per_transaction",
            "station_id",
            "transaction_id",
            unique=True,
            postgresql_where=text("NOT orphan"),
        ),
        # A stop of nobody's is kept once, too.
        Index(
            "one_orphan_per_stop",
            "station_id",
            "transaction_id",
            "stopped_said",
            "meter_stop_wh",
            unique=True,
            postgresql_where=text("orphan"),
            postgresql_nulls_not_distinct=True,
        ),
        # A start that is sent again is the same start.
        Index(
            "one_session_per_start",
            "station_id",
            "connector",
            "id_tag",
            "meter_start_wh",
            "started_said",
            unique=True,
            postgresql_where=text("NOT orphan AND said_id IS NULL"),
            postgresql_nulls_not_distinct=True,
        ),
        # A charge that its charger has named is that charge, in whatever order it is told.
        Index(
            "one_session_per_name",
            "station_id",
            "said_id",
            unique=True,
            postgresql_where=text("said_id IS NOT NULL"),
        ),
        Index("ix_charging_session_station", "station_id", "id"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    station_id: Mapped[int] = mapped_column(ForeignKey("station.id"))
    transaction_id: Mapped[int]
    # What the charger calls it, where chargers name their charges themselves (OCPP 2.x).
    said_id: Mapped[str | None]
    # 0 where an orphan stop does not say.
    connector: Mapped[int]
    id_tag: Mapped[str]
    # True when it was allowed by the rule that then held.
    authorized: Mapped[bool] = mapped_column(default=True)
    started_at: Mapped[datetime | None]
    started_said: Mapped[str]
    meter_start_wh: Mapped[int | None]
    stopped_at: Mapped[datetime | None]
    stopped_said: Mapped[str | None]
    meter_stop_wh: Mapped[int | None]
    stop_reason: Mapped[str | None]
    # A stop whose start nobody here has seen: kept, never guessed to a connector.
    orphan: Mapped[bool] = mapped_column(default=False)
    station: Mapped[Station] = relationship()

    @classmethod
    def visible_to(cls, person: Person) -> Select[ChargingSession]:
        query = select(cls)
        if person.sees_all:
            return query
        return query.join(Station).join(Site).where(Site.customer_id == person.customer_id)

    @classmethod
    def named(cls, station_id: int, transaction_id: int) -> str:
        """What its charger calls that charge; empty where it has no name of its own."""
        query = select(cls.said_id).where(
            cls.station_id == station_id, cls.transaction_id == transaction_id, ~cls.orphan
        )
        return db.session.scalar(query.limit(1)) or ""

    @property
    def energy_wh(self) -> int | None:
        if self.meter_start_wh is None or self.meter_stop_wh is None:
            return None
        return self.meter_stop_wh - self.meter_start_wh

    @property
    def is_good(self) -> bool:
        """It delivered energy and ended: proof that the connector works."""
        return self.stopped_at is not None and (self.energy_wh or 0) > 0


class MeterReading(Model):
    """One sampled value of a meter, kept once however often it is sent."""

    __tablename__ = "meter_reading"
    __table_args__ = (
        UniqueConstraint("station_id", "connector", "transaction_id", "said_at", "what"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    station_id: Mapped[int] = mapped_column(ForeignKey("station.id"))
    connector: Mapped[int]
    # 0 where the reading belongs to no transaction.
    transaction_id: Mapped[int] = mapped_column(default=0)
    said_at: Mapped[str]
    received_at: Mapped[datetime]
    # `Energy.Active.Import.Register/L1/Outlet/Sample.Periodic`
    what: Mapped[str]
    value: Mapped[float]
    unit: Mapped[str]
