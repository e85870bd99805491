"""What a fleet stands on: the sites, and what the makers sell."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    CheckConstraint,
    Computed,
    ForeignKey,
    Numeric,
    Select,
    UniqueConstraint,
    func,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from service.core.db import Model, db
from service.core.history import edit, record
from service.core.retired import refuse_if_retired
from service.people.models import Customer, Person
from service.stations.words import Current, Environment

if TYPE_CHECKING:
    from service.stations.knowledge import ModelDocument, ModelEvidence, ProtectiveDevice
    from service.stations.models import Station

Doer = Person | str


class StillInUseError(Exception):
    """It cannot be retired while others stand on it. `names` are the first of those."""

    def __init__(self, what: str, names: list[str]) -> None:
        super().__init__(f"still in use by {what}: {', '.join(names)}")
        self.names = names


class NothingToReadError(Exception):
    """A default stands nowhere: nobody can have read it there."""


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
    environment: Mapped[Environment] = mapped_column(default=Environment.NORMAL)
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
        """Raises RetiredError."""
        refuse_if_retired(self)
        edit(self, by, at, **facts)

    def retire(self, by: Person, why: str, at: datetime) -> None:
        """No longer ours to care for. Raises RetiredError, StillInUseError while stations stand."""
        refuse_if_retired(self)
        standing = [one.name for one in self.stations if one.retired_at is None]
        if standing:
            raise StillInUseError("stations", standing[:5])
        self.retired_at = at
        record("retire", self, by, at, why)


class StationModel(Model):
    """What a maker sells: what is true of every station of this kind."""

    __tablename__ = "station_model"
    __table_args__ = (
        UniqueConstraint("maker", "name", "article_number"),
        CheckConstraint("visit_months > 0", name="visit_months"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    maker: Mapped[str]
    name: Mapped[str]
    article_number: Mapped[str] = mapped_column(default="")
    current: Mapped[Current]
    # Kilowatts of the whole station.
    power_kw: Mapped[Decimal | None] = mapped_column(Numeric(7, 1))
    connectors: Mapped[int] = mapped_column(default=1)
    # How often somebody should come, in a normal environment.
    visit_months: Mapped[int | None]
    # Words of `Capability`.
    capabilities: Mapped[list[str]] = mapped_column(default=list)
    notes: Mapped[str | None]
    # Somebody has read in the maker's own words what is said here of its service.
    verified_at: Mapped[datetime | None]
    verified_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
    verified_by: Mapped[Person | None] = relationship()
    evidence: Mapped[list[ModelEvidence]] = relationship(
        back_populates="model", order_by="ModelEvidence.id", cascade="all, delete-orphan"
    )
    protection: Mapped[list[ProtectiveDevice]] = relationship(
        back_populates="model", order_by="ProtectiveDevice.id", cascade="all, delete-orphan"
    )
    documents: Mapped[list[ModelDocument]] = relationship(
        back_populates="model", order_by="ModelDocument.title", cascade="all, delete-orphan"
    )

    @classmethod
    def visible_to(cls, person: Person) -> Select[StationModel]:
        return select(cls)

    @classmethod
    def in_use(cls) -> Select[StationModel]:
        return select(cls).where(cls.retired_at.is_(None)).order_by(cls.maker, cls.name)

    @classmethod
    def named(cls, maker: str, name: str, article_number: str = "") -> StationModel | None:
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

    @validates("capabilities")
    def _as_text(self, _column: str, words: list[str]) -> list[str]:
        """The driver would keep a member of an enumeration by its name."""
        return [str(word) for word in words]

    @property
    def title(self) -> str:
        return f"{self.maker} {self.name}"

    @property
    def full_title(self) -> str:
        """With the article number, for a choice among models of one name."""
        return f"{self.title} · {self.article_number}" if self.article_number else self.title

    def edit(self, by: Doer, at: datetime, **facts: Any) -> None:
        """Raises RetiredError."""
        refuse_if_retired(self)
        edit(self, by, at, **facts)

    def retire(self, by: Person, why: str, at: datetime) -> None:
        """Not offered for new stations any more. Those that stand keep it. Raises RetiredError."""
        refuse_if_retired(self)
        self.retired_at = at
        record("retire", self, by, at, why)

    @property
    def is_verified(self) -> bool:
        return self.verified_at is not None

    def verify(self, by: Doer, at: datetime, evidence: ModelEvidence) -> None:
        """Somebody has read it there. Raises NothingToReadError for a default."""
        if not evidence.can_be_verified:
            raise NothingToReadError(evidence.id)
        reader = None if isinstance(by, str) else by
        for row in (evidence, self):
            row.verified_at, row.verified_by = at, reader
        record("verify", self, by, at, evidence=_named(evidence))

    def doubt(self, by: Person, why: str, at: datetime) -> None:
        """What is said of its service is a default again. The evidence stays."""
        self.verified_at = self.verified_by = None
        record("doubt", self, by, at, why)

    def add_evidence(self, evidence: ModelEvidence, by: Doer, at: datetime) -> None:
        self.evidence.append(evidence)
        record("add_evidence", self, by, at, evidence=_named(evidence), says=evidence.says)

    def remove_evidence(self, evidence: ModelEvidence, by: Doer, at: datetime) -> None:
        """With the last evidence that somebody has read, the model is verified no more."""
        self.evidence.remove(evidence)
        if not any(one.verified_at for one in self.evidence):
            self.verified_at = self.verified_by = None
        record("remove_evidence", self, by, at, evidence=_named(evidence), says=evidence.says)

    def add_protection(self, device: ProtectiveDevice, by: Doer, at: datetime) -> None:
        self.protection.append(device)
        record("add_protection", self, by, at, device=device.rcd_type.value)

    def remove_protection(self, device: ProtectiveDevice, by: Doer, at: datetime) -> None:
        self.protection.remove(device)
        record("remove_protection", self, by, at, device=device.rcd_type.value)

    def add_document(self, document: ModelDocument, by: Doer, at: datetime) -> None:
        self.documents.append(document)
        record("add_document", self, by, at, document=document.title)

    def remove_document(self, document: ModelDocument, by: Doer, at: datetime) -> None:
        self.documents.remove(document)
        record("remove_document", self, by, at, document=document.title)


def retire_customer(customer: Customer, by: Person, why: str, at: datetime) -> None:
    """Raises StillInUseError while a site of that customer is in use."""
    sites = Site.in_use().where(Site.customer_id == customer.id)
    names = [site.name for site in db.session.scalars(sites.limit(5))]
    if names:
        raise StillInUseError("sites", names)
    customer.retire(by, why, at)


def _named(evidence: ModelEvidence) -> str:
    """As the history tells it from others."""
    return f"{evidence.document} {evidence.page}".strip() or evidence.kind.value


def _key(column: Any) -> Any:
    return func.lower(column)
