"""What a fleet stands on: the sites, and what the makers sell."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import Computed, ForeignKey, Numeric, Select, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.core.db import Model, db
from service.core.history import edit, record
from service.people.models import Customer, Person
from service.stations.words import Current

if TYPE_CHECKING:
    from service.stations.models import Station

Doer = Person | str


class StillInUseError(Exception):
    """It cannot be retired while others stand on it. `names` are the first of those."""

    def __init__(self, what: str, names: list[str]) -> None:
        super().__init__(f"still in use by {what}: {', '.join(names)}")
        self.names = names


class Site(Model):
    """A place with an address, where one or more stations stand."""

    __tablename__ = "site"

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    name: Mapped[str]
    address: Mapped[str] = mapped_column(default="")
    postal_code: Mapped[str] = mapped_column(default="")
    city: Mapped[str] = mapped_column(default="")
    # What a search reads: name and town in small letters, a line each.
    search_key: Mapped[str] = mapped_column(
        Computed("lower(name || chr(10) || city)", persisted=True), deferred=True
    )
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

    @classmethod
    def in_use(cls) -> Select[Site]:
        return select(cls).where(cls.retired_at.is_(None)).order_by(cls.name)

    @classmethod
    def named(cls, name: str, customer_id: int) -> Site | None:
        """The customer's site of that name, however its letters' case is spelled."""
        same = cls.in_use().where(cls.customer_id == customer_id, _key(cls.name) == name.lower())
        return db.session.scalars(same.limit(1)).one_or_none()

    @classmethod
    def create(cls, by: Doer, at: datetime, **facts: Any) -> Site:
        site = cls(created_at=at, **facts)
        db.session.add(site)
        record("create", site, by, at)
        return site

    def edit(self, by: Doer, at: datetime, **facts: Any) -> None:
        edit(self, by, at, **facts)

    def retire(self, by: Person, why: str, at: datetime) -> None:
        """No longer ours to care for. Raises StillInUseError while stations stand there."""
        standing = [one.name for one in self.stations if one.retired_at is None]
        if standing:
            raise StillInUseError("stations", standing[:5])
        self.retired_at = at
        record("retire", self, by, at, why)


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

    @classmethod
    def in_use(cls) -> Select[StationModel]:
        return select(cls).where(cls.retired_at.is_(None)).order_by(cls.maker, cls.name)

    @classmethod
    def named(cls, maker: str, name: str, article_number: str) -> StationModel | None:
        wanted = (maker.lower(), name.lower(), article_number.lower())
        columns = (cls.maker, cls.name, cls.article_number)
        same = [_key(column) == word for column, word in zip(columns, wanted, strict=True)]
        return db.session.scalars(select(cls).where(*same).limit(1)).one_or_none()

    @classmethod
    def create(cls, by: Doer, at: datetime, **facts: Any) -> StationModel:
        model = cls(created_at=at, **facts)
        db.session.add(model)
        record("create", model, by, at)
        return model

    @property
    def title(self) -> str:
        return f"{self.maker} {self.name}"

    def edit(self, by: Doer, at: datetime, **facts: Any) -> None:
        edit(self, by, at, **facts)

    def retire(self, by: Person, why: str, at: datetime) -> None:
        """Not offered for new stations any more. Those that stand keep it."""
        self.retired_at = at
        record("retire", self, by, at, why)


def retire_customer(customer: Customer, by: Person, why: str, at: datetime) -> None:
    """Raises StillInUseError while a site of that customer is in use."""
    sites = Site.in_use().where(Site.customer_id == customer.id)
    names = [site.name for site in db.session.scalars(sites.limit(5))]
    if names:
        raise StillInUseError("sites", names)
    customer.retire(by, why, at)


def _key(column: Any) -> Any:
    return func.lower(column)
