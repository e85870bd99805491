"""The brake on sign-in: whoever guesses must wait; whoever knows the password must not.

Attempts are rows, so that the count holds for all processes together. What a stranger does from
elsewhere never locks a person out of an address that they have signed in from before.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import ip_address

from flask import Flask, request, session
from sqlalchemy import ColumnElement, Identity, Index, delete, func, or_, select
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.exceptions import TooManyRequests

from service.core import clock
from service.core.db import Model, db
from service.people.models import Person
from service.people.web_sessions import WebSession

WINDOW = timedelta(minutes=15)
PER_ACCOUNT_AND_ADDRESS = 10
PER_ADDRESS = 50
PER_ACCOUNT = 100
# Where something that can be guessed is typed in.
BRAKED = frozenset(
    {
        "security.login",
        "security.two_factor_token_validation",
        "security.mf_recovery",
        "security.wan_signin_response",
        "security.forgot_password",
        "security.reset_password",
        "security.verify",
        "security.change_password",
        "people.first",
        "people.invitation",
        "portal.ask",
        "portal.enter",
        "verifying.compare",
    }
)


class Attempt(Model):
    """Somebody tried to sign in. Forgotten when they succeed, or after a day."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (
        Index("ix_sign_in_attempt_address", "address", "at"),
        Index("ix_sign_in_attempt_account", "account", "at"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    at: Mapped[datetime]
    address: Mapped[str]
    # A fingerprint of what was typed, known here or not: equal for both.
    account: Mapped[str]

    @classmethod
    def allowed(cls, account: str, address: str, at: datetime) -> bool:
        """Count one more attempt, unless there were too many. A refused one does not count."""
        address, mark = network(address), fingerprint(account)
        # Two at once count one after the other.
        db.session.execute(select(func.pg_advisory_xact_lock(func.hashtext(address))))
        since = cls.at > at - WINDOW
        if cls._count(since, cls.address == address) >= PER_ADDRESS:
            return False
        if mark and not cls._account_allowed(mark, account, address, since):
            return False
        db.session.add(cls(at=at, address=address, account=mark))
        return True

    @classmethod
    def _account_allowed(
        cls, mark: str, account: str, address: str, since: ColumnElement[bool]
    ) -> bool:
        from_here = cls._count(since, cls.address == address, cls.account == mark)
        if from_here >= PER_ACCOUNT_AND_ADDRESS:
            return False
        everywhere = cls._count(since, cls.account == mark)
        return everywhere < PER_ACCOUNT or is_at_home(account, address)

    @classmethod
    def _count(cls, *which: ColumnElement[bool]) -> int:
        return db.session.scalar(select(func.count()).select_from(cls).where(*which)) or 0

    @classmethod
    def forgive(cls, person: Person, address: str) -> None:
        """Who succeeded was no guesser."""
        marks = (fingerprint(person.email or ""), fingerprint(person.fs_uniquifier))
        mine = delete(cls).where(cls.address == network(address), cls.account.in_(marks))
        db.session.execute(mine, execution_options={"synchronize_session": False})

    @classmethod
    def sweep(cls, at: datetime) -> None:
        old = delete(cls).where(cls.at < at - timedelta(days=1))
        db.session.execute(old, execution_options={"synchronize_session": False})


def is_at_home(account: str, address: str) -> bool:
    """Whether this person has been signed in from this address before."""
    named = or_(func.lower(Person.email) == account, Person.fs_uniquifier == account)
    here = select(WebSession.id).join(Person).where(named, WebSession.address == address)
    return db.session.scalar(here.limit(1)) is not None


def network(address: str) -> str:
    """One household: an IPv4 address, or the /64 that an IPv6 address is in."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    return ":".join(parsed.exploded.split(":")[:4])


def fingerprint(account: str) -> str:
    return sha256(account.encode()).hexdigest()[:32] if account else ""


def init(app: Flask) -> None:
    app.before_request(brake)


def brake() -> None:
    if request.method != "POST" or request.endpoint not in BRAKED:
        return
    allowed = Attempt.allowed(_account(), request.remote_addr or "", clock.now())
    db.session.commit()
    if not allowed:
        raise TooManyRequests(retry_after=int(WINDOW.total_seconds()))


def _account() -> str:
    """Who somebody says they are: the person of a half-done sign-in, or the address typed."""
    known = session.get("_user_id") or session.get("tf_user_id")
    body = request.get_json(silent=True) if request.is_json else None
    typed = (body if isinstance(body, dict) else request.form).get("email", "")
    return str(known or typed).strip().lower()
