"""API tokens: what another system signs in with, and how often it may call."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import ForeignKey, Select, func, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.core.db import Model, claimed, db, need_not_reach_the_disk
from service.core.history import record
from service.people.models import Customer, Person, Role
from service.people.web_sessions import fingerprint

PREFIX = "lv_"
MINUTE = timedelta(minutes=1)


class TokenError(Exception):
    """A token cannot be made so. The words are for the person who asked."""


class TooManyCallsError(Exception):
    """More calls than a token may make. `wait_s` is when there is room for one more."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(f"no room for another call within {wait}")
        self.wait_s = max(1, ceil(wait.total_seconds()))


class ApiToken(Model):
    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    # SHA-256 of the token, which is shown once and never again.
    hash: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    # Each call takes its share of a minute; until then the calls made so far have taken all.
    busy_until: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    person: Mapped[Person] = relationship(lazy="joined", innerjoin=True)

    @classmethod
    def visible_to(cls, person: Person) -> Select[ApiToken]:
        query = select(cls)
        if person.role is Role.ADMINISTRATOR:
            return query
        return query.where(cls.person_id == person.id)

    @classmethod
    def call(cls, token: str, per_minute: int, at: datetime) -> Person | None:
        """Who calls with this token, while it is in force. Raises TooManyCallsError.

        All that a minute has room for may come at once; a share of it is free again after a share
        of a minute. A refused call counts for nothing. The row counts for all processes together.
        """
        # Looked up by hash: nothing to compare.
        mine = select(cls).where(cls.hash == fingerprint(token), cls.revoked_at.is_(None))
        row = db.session.scalars(mine).one_or_none()
        if row is None or not row.person.active:
            return None
        share = MINUTE / per_minute
        latest = at + MINUTE - share
        has_room = or_(cls.busy_until.is_(None), cls.busy_until <= latest)
        taken = {"last_used_at": at, "busy_until": func.greatest(cls.busy_until, at) + share}
        need_not_reach_the_disk()
        if not claimed(update(cls).where(cls.id == row.id, has_room).values(taken)):
            raise TooManyCallsError((row.busy_until or at) - latest)
        return row.person

    def revoke(self, by: Person, at: datetime) -> None:
        self.revoked_at = at
        record("revoke", self, by, at, name=self.name)


def create_token(
    role: Role,
    name: str,
    at: datetime,
    customer: Customer | None = None,
    by: Person | str = "command line",
) -> str:
    """A token for a service person of that name and role, who stands in the history.

    Raises TokenError. The token itself is kept nowhere.
    """
    if (role is Role.CUSTOMER) != (customer is not None):
        raise TokenError("a customer's token, and no other, needs a customer")
    person = Person(name=name, role=role, customer=customer, is_service=True, created_at=at)
    person.join(by, at)
    token = PREFIX + secrets.token_urlsafe(32)
    row = ApiToken(hash=fingerprint(token), name=name, person=person, created_at=at)
    db.session.add(row)
    record("create", row, by, at, name=name, role=role.value)
    return token
