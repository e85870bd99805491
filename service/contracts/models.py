"""What a customer has bought: the contract, its stations, and its price through time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Select, Sequence, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.contracts import periods, stations
from service.contracts.packages import ServicePackage
from service.contracts.prices import ContractPrice
from service.contracts.refusals import (
    IndexCapError,
    NoStationsError,
    OutsideError,
    WrongStateError,
)
from service.contracts.stations import ContractStation
from service.contracts.terms import Terms
from service.contracts.words import Family, Renewal, State, WorkKind
from service.core.db import Model, db
from service.core.history import edit, record
from service.people.models import Customer, Person
from service.stations.models import Station

__all__ = ["ContractPrice", "ContractStation", "ServiceContract"]

Doer = Person | str


class ServiceContract(Model):
    """One agreement with one customer. From its signing on, its terms are what was agreed."""

    __tablename__ = "service_contract"
    __table_args__ = (
        CheckConstraint("ends_on >= starts_on", name="ends_on"),
        CheckConstraint("(signed_at IS NULL) = (terms IS NULL)", name="signed"),
        CheckConstraint("state = 'cancelled' OR (state = 'draft') = (terms IS NULL)", name="draft"),
        CheckConstraint("period_months >= 1", name="period_months"),
        CheckConstraint("notice_months >= 0", name="notice_months"),
        Index("ix_service_contract_active", "ends_on", postgresql_where=text("state = 'active'")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    package_id: Mapped[int] = mapped_column(ForeignKey("service_package.id"), index=True)
    name: Mapped[str]
    family: Mapped[Family]
    state: Mapped[State] = mapped_column(default=State.DRAFT)
    # The first and the last day that it holds.
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    # Periods are counted from here: the first day, unless the first period had an end of its own.
    anchor_on: Mapped[date]
    period_months: Mapped[int]
    notice_months: Mapped[int]
    renewal: Mapped[Renewal]
    # Copied from the package at signing: what becomes of the package later changes nothing.
    terms: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    created_at: Mapped[datetime]
    signed_at: Mapped[datetime | None]
    customer: Mapped[Customer] = relationship()
    package: Mapped[ServicePackage] = relationship()
    covers: Mapped[list[ContractStation]] = relationship(
        back_populates="contract", order_by="ContractStation.id"
    )
    prices: Mapped[list[ContractPrice]] = relationship(
        back_populates="contract", order_by="ContractPrice.since", cascade="all, delete-orphan"
    )

    @classmethod
    def visible_to(cls, person: Person) -> Select[ServiceContract]:
        """A customer sees its own, once they are signed."""
        query = select(cls)
        if person.sees_all:
            return query
        mine = cls.customer_id == person.customer_id
        return query.where(mine, cls.signed_at.is_not(None))

    @classmethod
    def numbered(cls, number: str) -> ServiceContract | None:
        return db.session.scalars(select(cls).where(cls.number == number)).one_or_none()

    @classmethod
    def draft(
        cls,
        package: ServicePackage,
        customer: Customer,
        name: str,
        starts_on: date,
        by: Doer,
        at: datetime,
        number: str = "",
        ends_on: date | None = None,
        price_ore: int | None = None,
    ) -> ServiceContract:
        """A contract to be: it binds nobody, and may be changed until it is signed.

        Without `ends_on` the first period is the package's; without `price_ore`, so is the price.
        """
        key = db.session.scalar(Sequence("service_contract_id_seq")) or 0
        contract = cls(id=key, number=number or f"SA-{key:05}", name=name, created_at=at)
        contract.customer, contract.package = customer, package
        facts = _copied(package)
        facts |= _run(starts_on, package.period_months, ends_on)
        for column, value in facts.items():
            setattr(contract, column, value)
        price = package.price_ore if price_ore is None else price_ore
        contract.prices.append(ContractPrice(since=starts_on, price_ore=price))
        db.session.add(contract)
        record("create", contract, by, at)
        return contract

    @property
    def agreed(self) -> Terms:
        """What holds; for a draft, what would hold if it were signed now."""
        return Terms.read(self.terms) if self.terms else self.package.terms()

    @property
    def package_name(self) -> str:
        return str(self.terms["package"]) if self.terms else self.package.name

    @property
    def is_draft(self) -> bool:
        return self.state is State.DRAFT

    @property
    def is_active(self) -> bool:
        return self.state is State.ACTIVE

    def holds(self, on: date) -> bool:
        """Whether anything is covered by it on that day."""
        return self.signed_at is not None and self.starts_on <= on <= self.ends_on

    def includes(self, kind: WorkKind, on: date) -> bool:
        return self.holds(on) and self.agreed.includes(kind)

    def price_ore(self, on: date) -> int:
        """For each station, without VAT; before it begins, the first one."""
        begun = [step for step in self.prices if step.since <= on]
        return (begun or self.prices[:1])[-1].price_ore

    def waits_for_decision(self, on: date) -> bool:
        """Its period is over, it asks before it is renewed, and nobody has answered."""
        return self.is_active and self.renewal is Renewal.ASK and self.ends_on < on

    @property
    def next_renewal(self) -> date | None:
        if not self.is_active:
            return None
        return periods.next_renewal(self.renewal, self.ends_on)

    def amend(
        self,
        by: Doer,
        at: datetime,
        price_ore: int | None = None,
        ends_on: date | None = None,
        **facts: Any,
    ) -> None:
        """Change a draft. Without `ends_on` its first period is the package's.

        Raises WrongStateError once it is signed.
        """
        self._refuse_unless(State.DRAFT)
        package, start = facts.get("package", self.package), self.starts_on
        facts |= _copied(package)
        facts |= _run(facts.get("starts_on", start), facts["period_months"], ends_on)
        edit(self, by, at, **facts)
        self.prices[0].since = self.starts_on
        for one in self.covers:
            one.since = self.starts_on if one.since == start else one.since
        stations.bind(self)
        before = self.prices[0].price_ore
        if price_ore is not None and price_ore != before:
            self.prices[0].price_ore = price_ore
            record("edit", self, by, at, price_ore=[before, price_ore])

    def rename(self, name: str, by: Doer, at: datetime) -> None:
        edit(self, by, at, name=name)

    def sign(self, by: Doer, at: datetime) -> None:
        """From now on it binds.

        Raises WrongStateError, NoStationsError, ForeignStationError, DoubleCoverError.
        """
        self._refuse_unless(State.DRAFT)
        if not self.covers:
            raise NoStationsError(self.number)
        stations.refuse_foreign(self, [one.station for one in self.covers])
        self.family = self.package.family
        self.terms, self.signed_at, self.state = self.package.terms().written(), at, State.ACTIVE
        stations.bind(self)
        record("sign", self, by, at)

    def cover(
        self, them: Iterable[Station], since: date, by: Doer, at: datetime
    ) -> list[ContractStation]:
        """Cover these from that day on. Returns those that were not covered yet.

        Raises WrongStateError, OutsideError, ForeignStationError, DoubleCoverError.
        """
        self._refuse_unless(State.DRAFT, State.ACTIVE)
        self._refuse_outside(since)
        added = stations.cover(self, them, since)
        if added:
            names = ", ".join(one.station.name for one in added[:20])
            record("cover", self, by, at, count=len(added), stations=names, since=str(since))
        return added

    def uncover(
        self, them: Iterable[ContractStation], until: date, by: Doer, why: str, at: datetime
    ) -> int:
        """That is the last day that these are covered. Returns how many were."""
        self._refuse_unless(State.DRAFT, State.ACTIVE)
        gone = stations.uncover(self, them, until)
        if gone:
            names = ", ".join(one.station.name for one in gone[:20])
            told = {"number": len(gone), "stations": names, "until": str(until)}
            record("uncover", self, by, at, why, **told)
        return len(gone)

    def renew(self, by: Doer, at: datetime, why: str | None = None) -> None:
        """One more period. Raises WrongStateError, DoubleCoverError."""
        self._refuse_unless(State.ACTIVE)
        before = self.ends_on
        self.ends_on = periods.next_end(self.anchor_on, self.period_months, before)
        stations.bind(self)
        record("renew", self, by, at, why, ends_on=[str(before), str(self.ends_on)])

    def choose_renewal(self, renewal: Renewal, by: Doer, at: datetime, why: str) -> None:
        """What happens at the end of the period: notice is given, or taken back."""
        self._refuse_unless(State.ACTIVE)
        edit(self, by, at, why, renewal=renewal)
        stations.bind(self)

    def adjust_price(self, price_ore: int, since: date, by: Doer, at: datetime, why: str) -> None:
        """Another price from that day on. Raises WrongStateError, OutsideError, IndexCapError."""
        self._refuse_unless(State.ACTIVE)
        self._refuse_outside(since, self.prices[-1].since + periods.DAY)
        before, cap = self.prices[-1].price_ore, self.agreed.index_cap_percent
        if cap is not None and price_ore * 100 > before * (100 + cap):
            raise IndexCapError(cap)
        self.prices.append(ContractPrice(since=since, price_ore=price_ore))
        record("adjust_price", self, by, at, why, price_ore=[before, price_ore], since=str(since))

    def end(self, by: Doer, at: datetime) -> None:
        """Its last day is over."""
        self._refuse_unless(State.ACTIVE)
        self.state = State.ENDED
        stations.bind(self)
        record("end", self, by, at)

    def cancel(self, last_day: date, by: Doer, why: str, at: datetime) -> None:
        """It ends before its time: that is the last day that it holds."""
        self._refuse_unless(State.DRAFT, State.ACTIVE)
        before = self.ends_on
        self.state = State.CANCELLED
        self.ends_on = max(self.starts_on, min(before, last_day))
        if last_day < self.starts_on:
            # It never begins: nobody is covered by it, and nothing is paid.
            stations.uncover(self, list(self.covers), last_day)
        stations.bind(self)
        record("cancel", self, by, at, why, ends_on=[str(before), str(self.ends_on)])

    def _refuse_unless(self, *states: State) -> None:
        if self.state not in states:
            raise WrongStateError(self.state)

    def _refuse_outside(self, day: date, first: date | None = None) -> None:
        first = first or self.starts_on
        if not first <= day <= self.ends_on:
            raise OutsideError(first, self.ends_on)


def _copied(package: ServicePackage) -> dict[str, Any]:
    """What a draft has of its package; the rest follows when it is signed."""
    names = ("family", "renewal", "period_months", "notice_months")
    return {name: getattr(package, name) for name in names}


def _run(starts_on: date, months: int, ends_on: date | None) -> dict[str, date]:
    """From when to when it holds at first, and from where its periods are counted."""
    usual = periods.period_end(starts_on, months, 1)
    if ends_on is None or ends_on == usual:
        return {"starts_on": starts_on, "ends_on": usual, "anchor_on": starts_on}
    return {"starts_on": starts_on, "ends_on": ends_on, "anchor_on": ends_on + periods.DAY}
