"""People, what they may do, and the customers they work for."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from sqlalchemy import CheckConstraint, ForeignKey, Select, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.core.db import Model, Visible, db

Row = TypeVar("Row", bound=Visible)


class NotVisibleError(LookupError):
    """The row is not there, or not for this person: from outside the two look the same."""


class Role(StrEnum):
    TECHNICIAN = "technician"
    DISPATCHER = "dispatcher"
    OPERATIONS = "operations"
    CUSTOMER = "customer"
    ADMINISTRATOR = "administrator"


class Customer(Model):
    """Who owns stations and pays for their care."""

    __tablename__ = "customer"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    organisation_number: Mapped[str | None]
    email: Mapped[str | None]
    phone: Mapped[str | None]
    notes: Mapped[str | None]
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]

    @classmethod
    def visible_to(cls, person: Person) -> Select[Customer]:
        query = select(cls)
        return query if person.sees_all else query.where(cls.id == person.customer_id)


class Person(Model):
    """Somebody who signs in, or a service that does so by token."""

    __tablename__ = "person"
    __table_args__ = (
        # A customer's person belongs to a customer, and nobody else does.
        CheckConstraint("(role = 'customer') = (customer_id IS NOT NULL)", name="customer"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    # Empty for a service person, which signs in by token alone.
    email: Mapped[str | None] = mapped_column(unique=True)
    role: Mapped[Role]
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"))
    is_service: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    language: Mapped[str | None]
    created_at: Mapped[datetime]
    customer: Mapped[Customer | None] = relationship()

    @property
    def sees_all(self) -> bool:
        """True for the house's own people; a customer's person sees what is that customer's."""
        return self.role is not Role.CUSTOMER

    @classmethod
    def visible_to(cls, person: Person) -> Select[Person]:
        if person.role is Role.ADMINISTRATOR:
            return select(cls)
        if person.sees_all:
            return select(cls).where(cls.role != Role.CUSTOMER)
        return select(cls).where(cls.id == person.id)

    def may_see(self, kind: type[Row], key: int) -> Row:
        """The row with this key. Raises NotVisibleError where this person's query has it not."""
        row = db.session.scalars(kind.visible_to(self).where(kind.id == key)).unique().one_or_none()
        if row is None:
            raise NotVisibleError(kind.__name__, key)
        return row
