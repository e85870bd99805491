"""People, what they may do, and the customers they work for."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, Select, Text, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.core.db import Model, Visible, db
from service.core.history import edit, record
from service.core.retired import refuse_if_retired
from service.people.roles import Role

if TYPE_CHECKING:
    # Flask-Security declares columns that ours differ from.
    class UserMixin:
        pass

    class WebAuthnMixin:
        pass
else:
    from flask_security import UserMixin, WebAuthnMixin

__all__ = [
    "Customer",
    "LastAdministratorError",
    "NotVisibleError",
    "Passkey",
    "Person",
    "Role",
]

Row = TypeVar("Row", bound=Visible)


class NotVisibleError(LookupError):
    """The row is not there, or not for this person: from outside the two look the same."""


class LastAdministratorError(Exception):
    """Nobody would be left who can let people in."""


def is_key(number: int) -> bool:
    """An address may hold a number that is no key of any table."""
    return 0 < number < 2**63


def random_name() -> str:
    return uuid4().hex


class Customer(Model):
    """Who owns stations and pays for their care."""

    __tablename__ = "customer"
    __table_args__ = (CheckConstraint("language IN ('sv', 'en')", name="language"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    organisation_number: Mapped[str | None]
    email: Mapped[str | None]
    phone: Mapped[str | None]
    # What documents for this customer are written in.
    language: Mapped[str] = mapped_column(default="sv")
    # Where service reports are mailed, if not to the address above.
    report_email: Mapped[str | None]
    notes: Mapped[str | None]
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]

    @property
    def reports_to(self) -> str | None:
        return self.report_email or self.email

    @classmethod
    def visible_to(cls, person: Person) -> Select[Customer]:
        query = select(cls)
        return query if person.sees_all else query.where(cls.id == person.customer_id)

    @classmethod
    def in_use(cls) -> Select[Customer]:
        return select(cls).where(cls.retired_at.is_(None)).order_by(cls.name)

    @classmethod
    def named(cls, name: str) -> Customer | None:
        """The customer of that name, however its letters' case is spelled."""
        same = select(cls).where(func.lower(cls.name) == name.lower())
        return db.session.scalars(same.limit(1)).one_or_none()

    @classmethod
    def create(cls, by: Person | str, at: datetime, **facts: Any) -> Customer:
        customer = cls(created_at=at, **facts)
        db.session.add(customer)
        record("create", customer, by, at)
        return customer

    def edit(self, by: Person | str, at: datetime, **facts: Any) -> None:
        """Raises RetiredError."""
        refuse_if_retired(self)
        edit(self, by, at, **facts)

    def retire(self, by: Person, why: str, at: datetime) -> None:
        """No longer a customer. The past stays. Raises RetiredError."""
        refuse_if_retired(self)
        self.retired_at = at
        record("retire", self, by, at, why)


class Person(Model, UserMixin):
    """Somebody who signs in, or a service that does so by token."""

    __tablename__ = "person"
    __table_args__ = (
        # A customer's person belongs to a customer, and nobody else does.
        CheckConstraint("(role = 'customer') = (customer_id IS NOT NULL)", name="customer"),
        CheckConstraint("weekly_minutes BETWEEN 0 AND 10080", name="weekly_minutes"),
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
    # How long somebody works in a week, for whoever plans it.
    weekly_minutes: Mapped[int | None]
    created_at: Mapped[datetime]
    # What Flask-Security keeps of a person, under the names that it asks for.
    password: Mapped[str | None]
    # What a signed-in session holds of the person: a new one ends every session.
    fs_uniquifier: Mapped[str] = mapped_column(unique=True, default=random_name)
    fs_webauthn_user_handle: Mapped[str | None] = mapped_column(unique=True)
    tf_primary_method: Mapped[str | None]
    tf_totp_secret: Mapped[str | None]
    tf_last_counter: Mapped[int | None]
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(ARRAY(Text)))
    customer: Mapped[Customer | None] = relationship()
    webauthn: Mapped[list[Passkey]] = relationship(
        back_populates="person", cascade="all, delete-orphan", order_by="Passkey.id"
    )
    # Flask-Security asks for roles; what a person may do stands in `rights` alone.
    roles = ()

    @classmethod
    def with_email(cls, email: str) -> Person | None:
        """Case makes no difference in an address that somebody types."""
        same = func.lower(cls.email) == email.strip().lower()
        return db.session.scalars(select(cls).where(same)).one_or_none()

    @classmethod
    def administrator_exists(cls) -> bool:
        """Whether somebody can let others in: a service person cannot."""
        found = select(cls.id).where(
            cls.role == Role.ADMINISTRATOR, cls.active, cls.is_service.is_(False)
        )
        return db.session.scalar(found.limit(1)) is not None

    @classmethod
    def hold_administrators(cls) -> None:
        """Nobody else changes one of them before this transaction is over."""
        them = select(cls.id).where(cls.role == Role.ADMINISTRATOR).order_by(cls.id)
        db.session.execute(them.with_for_update(key_share=True))

    @property
    def has_second_factor(self) -> bool:
        return bool(self.tf_primary_method)

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
        mine = kind.visible_to(self).where(kind.id == key)
        row = db.session.scalars(mine).unique().one_or_none() if is_key(key) else None
        if row is None:
            raise NotVisibleError(kind.__name__, key)
        return row

    def join(self, by: Person | str, at: datetime) -> None:
        """Become one of the people here."""
        db.session.add(self)
        record("join", self, by, at, role=self.role.value)

    def change(self, by: Person, at: datetime, **facts: Any) -> None:
        """Change what others know of a person."""
        edit(self, by, at, **facts)

    def forget_second_factor(self, by: Person, at: datetime) -> None:
        """For somebody who lost the telephone and the recovery codes."""
        self.tf_primary_method = self.tf_totp_secret = self.mf_recovery_codes = None
        self.webauthn.clear()
        record("reset_second_factor", self, by, at)


class Passkey(Model, WebAuthnMixin):
    """A key of a person's device; the columns are the ones that Flask-Security asks for."""

    __tablename__ = "passkey"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(default=0)
    transports: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    backup_state: Mapped[bool]
    device_type: Mapped[str]
    extensions: Mapped[str | None]
    lastuse_datetime: Mapped[datetime]
    name: Mapped[str]
    usage: Mapped[str]
    person: Mapped[Person] = relationship(back_populates="webauthn")
