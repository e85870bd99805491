"""Where the chargers stand, what they are, and how they connect."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, Numeric, Select, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.core.db import Model, db
from service.core.history import record
from service.people.models import Customer
from service.stations import keys

if TYPE_CHECKING:
    from service.people.models import Person


class Current(StrEnum):
    AC = "ac"
    DC = "dc"


class Access(StrEnum):
    PUBLIC = "public"
    INTERNAL = "internal"


class Authorization(StrEnum):
    """Who may charge, until user groups and prices come."""

    ACCEPT_ALL = "accept_all"
    KNOWN_TAGS = "known_tags"
    REFUSE = "refuse"


class Site(Model):
    """A place with an address, where one or more stations stand."""

    __tablename__ = "site"

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    name: Mapped[str]
    address: Mapped[str] = mapped_column(default="")
    postal_code: Mapped[str] = mapped_column(default="")
    city: Mapped[str] = mapped_column(default="")
    # Degrees, WGS 84.
    latitude: Mapped[Decimal | None] = mapped_column(Numeric(8, 6))
    longitude: Mapped[Decimal | None] = mapped_column(Numeric(9, 6))
    time_zone: Mapped[str] = mapped_column(default="Europe/Stockholm")
    access_notes: Mapped[str | None]
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
    customer: Mapped[Customer] = relationship()
    stations: Mapped[list[Station]] = relationship(back_populates="site")

    @classmethod
    def visible_to(cls, person: Person) -> Select[Site]:
        query = select(cls)
        return query if person.sees_all else query.where(cls.customer_id == person.customer_id)


class StationModel(Model):
    """What a maker sells: what is true of every station of this kind."""

    __tablename__ = "station_model"
    __table_args__ = (UniqueConstraint("maker", "name", "article_number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    maker: Mapped[str]
    name: Mapped[str]
    article_number: Mapped[str] = mapped_column(default="")
    current: Mapped[Current]
    # Kilowatts of the whole station.
    power_kw: Mapped[Decimal | None] = mapped_column(Numeric(7, 1))
    connectors: Mapped[int] = mapped_column(default=1)
    notes: Mapped[str | None]
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]

    @classmethod
    def visible_to(cls, person: Person) -> Select[StationModel]:
        return select(cls)

    @property
    def title(self) -> str:
        return f"{self.maker} {self.name}"


class Station(Model):
    """One charging station: one OCPP identity, one cabinet, one or more connectors."""

    __tablename__ = "station"
    __table_args__ = (
        CheckConstraint("security_profile BETWEEN 0 AND 2", name="security_profile"),
        # Chargers and people spell an identity in either case: the same one is not given twice.
        UniqueConstraint("identity_key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    # As the charger spells it. Never shown to the public: it is half of a credential.
    ocpp_identity: Mapped[str]
    identity_key: Mapped[str]
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"), index=True)
    model_id: Mapped[int | None] = mapped_column(ForeignKey("station_model.id"), index=True)
    serial_number: Mapped[str | None]
    firmware_version: Mapped[str | None]
    # What the charger says of itself when it boots; the register above is what people know.
    reported_maker: Mapped[str | None]
    reported_model: Mapped[str | None]
    reported_serial: Mapped[str | None]
    access: Mapped[Access] = mapped_column(default=Access.INTERNAL)
    authorization: Mapped[Authorization] = mapped_column(default=Authorization.KNOWN_TAGS)
    commissioned_on: Mapped[date | None]
    security_profile: Mapped[int] = mapped_column(default=1)
    # Salted SHA-256 of a random 160-bit key: `salt$digest`, both hexadecimal.
    key_hash: Mapped[str | None]
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
    site: Mapped[Site | None] = relationship(back_populates="stations")
    model: Mapped[StationModel | None] = relationship()
    evses: Mapped[list[Evse]] = relationship(
        back_populates="station", order_by="Evse.number", cascade="all, delete-orphan"
    )
    connectors: Mapped[list[Connector]] = relationship(
        back_populates="station", order_by="Connector.number", cascade="all, delete-orphan"
    )

    @classmethod
    def visible_to(cls, person: Person) -> Select[Station]:
        query = select(cls)
        if person.sees_all:
            return query
        return query.join(Site).where(Site.customer_id == person.customer_id)

    @classmethod
    def with_identity(cls, identity: str) -> Station | None:
        """The station that a charger means, however it spells the letters' case."""
        key = identity.casefold()
        return db.session.scalars(select(cls).where(cls.identity_key == key)).one_or_none()

    @classmethod
    def create(
        cls, name: str, ocpp_identity: str, by: Person | str, at: datetime, **facts: object
    ) -> Station:
        """A new station with connector 0, the whole of it, and those that its model has."""
        station = cls(
            name=name,
            ocpp_identity=ocpp_identity,
            identity_key=ocpp_identity.casefold(),
            created_at=at,
            **facts,
        )
        db.session.add(station)
        db.session.flush()
        known = station.model.connectors if station.model else 0
        for number in range(known + 1):
            station.add_connector(number, at)
        record("create", station, by, at)
        return station

    @property
    def is_retired(self) -> bool:
        return self.retired_at is not None

    @property
    def most_connectors(self) -> int:
        """A charger may name two more than its model has, and no ocean of them."""
        return self.model.connectors + 2 if self.model else 64

    def add_connector(self, number: int, at: datetime, confirmed: bool = True) -> Connector:
        """Connector 0 is the whole station. In OCPP 1.6 every other one is an EVSE of its own."""
        evse = None
        if number:
            evse = Evse(number=number)
            self.evses.append(evse)
        connector = Connector(number=number, evse=evse, since=at, confirmed=confirmed)
        self.connectors.append(connector)
        db.session.flush()
        return connector

    def give_key(self, by: Person | str, at: datetime) -> str:
        """A new random key, shown once. The old one stops working with the commit."""
        key = keys.new_key()
        self.key_hash = keys.hashed(key)
        record("give_key", self, by, at)
        return key

    def retire(self, by: Person, why: str, at: datetime) -> None:
        """Take it out of the fleet for good. Its past stays; its identity is free again."""
        self.retired_at = at
        self.identity_key = f"{self.identity_key}#{self.id}"
        self.key_hash = None
        record("retire", self, by, at, why)


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
    def is_faulted(self) -> bool:
        return self.status == "Faulted"

    @property
    def is_charging(self) -> bool:
        """A car is connected and has, or may get, energy."""
        return self.status in {"Charging", "SuspendedEV", "SuspendedEVSE"}


class PendingCharger(Model):
    """A charger that nobody here knows tried to connect. A person adopts or refuses it."""

    __tablename__ = "pending_charger"

    id: Mapped[int] = mapped_column(primary_key=True)
    identity: Mapped[str] = mapped_column(unique=True)
    address: Mapped[str]
    first_tried_at: Mapped[datetime]
    last_tried_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=1)
    refused_at: Mapped[datetime | None]
    refused_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    @classmethod
    def waiting(cls) -> Select[PendingCharger]:
        return select(cls).where(cls.refused_at.is_(None)).order_by(cls.last_tried_at.desc())

    @classmethod
    def count(cls) -> int:
        return db.session.scalar(select(func.count()).where(cls.refused_at.is_(None))) or 0

    @classmethod
    def visible_to(cls, person: Person) -> Select[PendingCharger]:
        return select(cls)

    def refuse(self, by: Person, at: datetime) -> None:
        self.refused_at, self.refused_by_id = at, by.id
        record("refuse", self, by, at)
