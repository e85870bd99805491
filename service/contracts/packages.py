"""The service packages as products: what an administrator offers, before anybody has bought it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Select, UniqueConstraint, false, func, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.contracts.terms import Sla, Terms
from service.contracts.words import Family, Parts, PricePer, Renewal, WorkKind
from service.core.db import Model, db
from service.core.history import edit, record
from service.people.models import Person


class Offered(Model):
    """What SLA policies and packages have in common: a name that is taken once, and an end."""

    __abstract__ = True

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]

    @classmethod
    def visible_to(cls, person: Person) -> Select[Any]:
        """What is for sale is the house's own business; a customer sees what it has bought."""
        return select(cls) if person.sees_all else select(cls).where(false())

    @classmethod
    def in_use(cls) -> Select[Any]:
        return select(cls).where(cls.retired_at.is_(None)).order_by(cls.name)

    @classmethod
    def named(cls, name: str) -> Any:
        same = select(cls).where(func.lower(cls.name) == name.lower())
        return db.session.scalars(same.limit(1)).one_or_none()

    def retire(self, by: Person, why: str, at: datetime) -> None:
        """Not offered any more. Contracts keep what they copied."""
        self.retired_at = at
        record("retire", self, by, at, why)


class SlaPolicy(Offered):
    """How soon somebody comes, and how soon it works again."""

    __tablename__ = "sla_policy"

    # When its clock runs, in words: "24/7", "weekdays 8 to 17".
    hours: Mapped[str]
    # {"P1": {"response": 60, "repair": 240}}: minutes, null where nothing is promised.
    targets: Mapped[dict[str, Any]]

    @classmethod
    def create(cls, by: Person | str, at: datetime, **facts: Any) -> SlaPolicy:
        policy = cls(created_at=at, **facts)
        db.session.add(policy)
        record("create", policy, by, at)
        return policy

    def edit(self, by: Person | str, at: datetime, **facts: Any) -> None:
        edit(self, by, at, **facts)

    def copied(self) -> Sla:
        return Sla(self.name, self.hours, self.targets)


class ServicePackage(Offered):
    """A product: what is included, for how long, and what it costs for each station.

    Versions are made by copying: a contract takes the terms with it when it is signed, so a
    package may change at any time and changes nothing that was agreed.
    """

    __tablename__ = "service_package"
    __table_args__ = (
        CheckConstraint("price_ore >= 0", name="price_ore"),
        CheckConstraint("vat_percent BETWEEN 0 AND 100", name="vat_percent"),
        CheckConstraint("index_cap_percent BETWEEN 0 AND 100", name="index_cap_percent"),
        CheckConstraint("visits_per_year >= 0", name="visits_per_year"),
        CheckConstraint("period_months BETWEEN 1 AND 240", name="period_months"),
        CheckConstraint("notice_months BETWEEN 0 AND 60", name="notice_months"),
    )
    COPIED: ClassVar[tuple[str, ...]] = (
        "family",
        "remote_monitoring",
        "help_desk_hours",
        "parts",
        "visits_per_year",
        "price_per",
        "vat_percent",
        "index_clause",
        "index_cap_percent",
    )

    family: Mapped[Family]
    included: Mapped[list[str]]
    remote_monitoring: Mapped[bool] = mapped_column(default=False)
    help_desk_hours: Mapped[str] = mapped_column(default="")
    sla_policy_id: Mapped[int | None] = mapped_column(ForeignKey("sla_policy.id"), index=True)
    parts: Mapped[Parts] = mapped_column(default=Parts.NONE)
    # None: as many as are needed.
    visits_per_year: Mapped[int | None]
    # For each station, without VAT.
    price_ore: Mapped[int]
    price_per: Mapped[PricePer]
    vat_percent: Mapped[int] = mapped_column(default=25)
    index_clause: Mapped[str] = mapped_column(default="")
    index_cap_percent: Mapped[int | None]
    period_months: Mapped[int] = mapped_column(default=12)
    notice_months: Mapped[int] = mapped_column(default=3)
    renewal: Mapped[Renewal] = mapped_column(default=Renewal.AUTO)
    sla_policy: Mapped[SlaPolicy | None] = relationship()
    extras: Mapped[list[PackageExtraPrice]] = relationship(
        cascade="all, delete-orphan", order_by="PackageExtraPrice.id"
    )

    @classmethod
    def create(
        cls,
        by: Person | str,
        at: datetime,
        extra_prices: dict[WorkKind, int] | None = None,
        **facts: Any,
    ) -> ServicePackage:
        package = cls(created_at=at, **facts)
        package._set_extra_prices(extra_prices or {})
        db.session.add(package)
        record("create", package, by, at)
        return package

    @property
    def extra_prices(self) -> dict[WorkKind, int]:
        """What work that is not included costs, öre without VAT."""
        return {extra.kind: extra.price_ore for extra in self.extras}

    def edit(
        self,
        by: Person | str,
        at: datetime,
        extra_prices: dict[WorkKind, int] | None = None,
        **facts: Any,
    ) -> None:
        """Change what is offered. `extra_prices` replaces all of them."""
        edit(self, by, at, **facts)
        before = self.extra_prices
        if extra_prices is not None and extra_prices != before:
            changed: dict[str, Any] = {
                f"extra_{kind}": [before.get(kind), extra_prices.get(kind)]
                for kind in WorkKind
                if before.get(kind) != extra_prices.get(kind)
            }
            self._set_extra_prices(extra_prices)
            record("edit", self, by, at, **changed)

    def terms(self) -> Terms:
        """What a contract takes with it."""
        return Terms(
            package=self.name,
            included=tuple(WorkKind(kind) for kind in self.included),
            sla=self.sla_policy.copied() if self.sla_policy else None,
            extra_prices=self.extra_prices,
            **{name: getattr(self, name) for name in self.COPIED},
        )

    def _set_extra_prices(self, prices: dict[WorkKind, int]) -> None:
        kept = {extra.kind: extra for extra in self.extras}
        for kind in kept.keys() - prices.keys():
            self.extras.remove(kept[kind])
        for kind, ore in prices.items():
            if kind in kept:
                kept[kind].price_ore = ore
            else:
                self.extras.append(PackageExtraPrice(kind=kind, price_ore=ore))


class PackageExtraPrice(Model):
    """What one kind of work costs that the package does not include: for each station, once."""

    __tablename__ = "package_extra_price"
    __table_args__ = (
        UniqueConstraint("package_id", "kind"),
        CheckConstraint("price_ore >= 0", name="price_ore"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    package_id: Mapped[int] = mapped_column(ForeignKey("service_package.id"))
    kind: Mapped[WorkKind]
    price_ore: Mapped[int]
