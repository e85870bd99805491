"""Enrolled tablets: which device speaks for whom, and what it last said of itself."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    Select,
    and_,
    delete,
    not_,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.core import codes
from service.core.db import Model, claimed, db
from service.core.history import record
from service.people.models import Person
from service.people.roles import Role
from service.people.web_sessions import fingerprint

PREFIX = "lvt_"
# From the last contact on: longer than any leave, shorter than a season in a drawer.
LASTS = timedelta(days=30)
CODE_LASTS = timedelta(minutes=15)
# Whose work is done on a tablet.
CARRIERS = frozenset(Role) - {Role.CUSTOMER}
DESK = CARRIERS - {Role.TECHNICIAN}


class TabletState(StrEnum):
    IN_FORCE = "in_force"
    EXPIRED = "expired"
    REVOKED = "revoked"
    WIPED = "wiped"


class NotACarrierError(Exception):
    """This person's work is not done on a tablet, or they may not sign in at all."""


class NotForThemError(Exception):
    """Whoever holds a code becomes that person: only an administrator makes one for the desk."""


@dataclass(frozen=True)
class Said:
    """What a tablet tells of itself with each call. None: it did not say, or not readably."""

    waiting: int | None = None
    oldest_waiting_at: datetime | None = None
    version: str | None = None
    clock: datetime | None = None


class Tablet(Model):
    """One device of one person. The house keeps only what its token hashes to."""

    __tablename__ = "tablet"
    __table_args__ = (CheckConstraint("waiting >= 0", name="waiting"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    hash: Mapped[str] = mapped_column(unique=True)
    enrolled_at: Mapped[datetime]
    last_contact_at: Mapped[datetime]
    # How many operations it had not handed over at its last contact, and since when the oldest.
    waiting: Mapped[int] = mapped_column(default=0)
    oldest_waiting_at: Mapped[datetime | None]
    app_version: Mapped[str] = mapped_column(default="")
    # How far its clock was ahead of ours, in milliseconds; empty until it has said.
    skew_ms: Mapped[int | None]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_why: Mapped[str | None]
    # It said that it has wiped itself. From then on its token opens nothing.
    wiped_at: Mapped[datetime | None]
    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)

    @classmethod
    def visible_to(cls, person: Person) -> Select[Tablet]:
        """The desk plans with all of them; somebody else sees the own ones."""
        query = select(cls)
        return query if person.role in DESK else query.where(cls.person_id == person.id)

    @classmethod
    def of(cls, person: Person) -> Select[Tablet]:
        """A person's tablets, the one that spoke last first."""
        return select(cls).where(cls.person_id == person.id).order_by(cls.last_contact_at.desc())

    @classmethod
    def enrol(cls, person: Person, name: str, at: datetime) -> tuple[Tablet, str]:
        """A new tablet and its token, which is kept nowhere. Raises NotACarrierError."""
        refuse_if_no_carrier(person)
        token = PREFIX + secrets.token_urlsafe(32)
        tablet = cls(
            name=name,
            person=person,
            hash=fingerprint(token),
            enrolled_at=at,
            last_contact_at=at,
            expires_at=at + LASTS,
        )
        db.session.add(tablet)
        record("enrol", tablet, person, at, name=name)
        return tablet, token

    @classmethod
    def with_token(cls, token: str) -> Tablet | None:
        """The tablet of this token, in force or not."""
        # Looked up by hash: nothing to compare.
        return db.session.scalars(select(cls).where(cls.hash == fingerprint(token))).one_or_none()

    @property
    def is_revoked(self) -> bool:
        """By a person, or because its person may not work here any more."""
        return self.revoked_at is not None or not is_carrier(self.person)

    def is_expired(self, at: datetime) -> bool:
        """It was silent for too long. What is revoked stays so: it has yet to wipe itself."""
        return not self.is_revoked and self.expires_at <= at

    def state(self, at: datetime) -> TabletState:
        if self.wiped_at is not None:
            return TabletState.WIPED
        if self.is_revoked:
            return TabletState.REVOKED
        return TabletState.EXPIRED if self.expires_at <= at else TabletState.IN_FORCE

    @classmethod
    def is_in(cls, state: TabletState, at: datetime) -> ColumnElement[bool]:
        """For a query that is joined to the person: the same as `state`."""
        works = and_(Person.active, Person.role.in_(CARRIERS), Person.is_service.is_(False))
        is_revoked = or_(cls.revoked_at.is_not(None), not_(works))
        rules = {
            TabletState.WIPED: cls.wiped_at.is_not(None),
            TabletState.REVOKED: and_(cls.wiped_at.is_(None), is_revoked),
            TabletState.EXPIRED: and_(not_(is_revoked), cls.expires_at <= at),
            TabletState.IN_FORCE: and_(not_(is_revoked), cls.expires_at > at),
        }
        return rules[state]

    def touch(self, said: Said, at: datetime) -> None:
        """Keep what it says of itself. One statement: every call of every tablet does this."""
        facts: dict[str, object] = {"last_contact_at": at}
        if not self.is_revoked:
            facts["expires_at"] = at + LASTS
        if said.waiting is not None:
            facts |= {"waiting": said.waiting, "oldest_waiting_at": said.oldest_waiting_at}
        if said.version is not None:
            facts["app_version"] = said.version
        if said.clock is not None:
            facts["skew_ms"] = round((said.clock - at) / timedelta(milliseconds=1))
        for name, value in facts.items():
            setattr(self, name, value)

    def revoke(self, by: Person | str, at: datetime, why: str | None = None) -> None:
        """At its next contact it hands over what it has not sent, and wipes itself."""
        if self.revoked_at is None:
            self.revoked_at, self.revoked_why = at, why
            record("revoke", self, by, at, why, name=self.name)

    def wipe(self, at: datetime) -> None:
        """It says that nothing is left on it. Saying it twice changes nothing."""
        if self.wiped_at is not None:
            return
        self.revoke(self.person, at, "wiped by its own hand")
        self.wiped_at, self.waiting, self.oldest_waiting_at = at, 0, None
        record("wipe", self, self.person, at, name=self.name)


class HoldsWorkError(Exception):
    """What it has not handed over would go out in another one's name."""


class TabletCode(Model):
    """A code that enrols one tablet once, within a quarter of an hour."""

    __tablename__ = "tablet_code"
    __table_args__ = (Index("ix_tablet_code_person_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    hash: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    person: Mapped[Person] = relationship()

    @classmethod
    def make(cls, person: Person, by: Person, at: datetime) -> str:
        """A new code for this person; earlier ones are worth nothing.

        Raises NotACarrierError, NotForThemError.
        """
        refuse_if_no_carrier(person)
        if not may_enrol(person, by):
            raise NotForThemError(person.name)
        db.session.execute(delete(cls).where(cls.person_id == person.id, cls.used_at.is_(None)))
        code = codes.new_code()
        row = cls(hash=fingerprint(code), person=person, created_at=at, expires_at=at + CODE_LASTS)
        db.session.add(row)
        record("make_tablet_code", person, by, at)
        return code

    @classmethod
    def redeem(cls, words: str, at: datetime, only: int | None = None) -> Person | None:
        """Whose code this is, once and in time. None for every other.

        `only`: the person whose work the tablet holds. Another one's code is not used up: raises
        HoldsWorkError.
        """
        mine = select(cls).where(cls.hash == fingerprint(codes.read_code(words)))
        row = db.session.scalars(mine).one_or_none()
        if row is None or row.expires_at <= at or not is_carrier(row.person):
            return None
        if only is not None and row.person_id != only:
            raise HoldsWorkError(str(only))
        first = update(cls).where(cls.id == row.id, cls.used_at.is_(None)).values(used_at=at)
        return row.person if claimed(first) else None

    @classmethod
    def sweep(cls, at: datetime) -> None:
        """Forget what opens nothing any more."""
        old = delete(cls).where(cls.expires_at < at)
        db.session.execute(old, execution_options={"synchronize_session": False})


def is_carrier(person: Person) -> bool:
    return person.active and not person.is_service and person.role in CARRIERS


def may_enrol(person: Person, by: Person) -> bool:
    """One's own; the desk a technician's, whose work it hands out; an administrator everybody's."""
    if by.id == person.id or by.role is Role.ADMINISTRATOR:
        return is_carrier(person)
    return is_carrier(person) and by.role in DESK and person.role is Role.TECHNICIAN


def refuse_if_no_carrier(person: Person) -> None:
    if not is_carrier(person):
        raise NotACarrierError(person.name)
