"""Service reports: what was printed of a visit, revision by revision, and what is yet to be."""

from __future__ import annotations

import secrets
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    LargeBinary,
    Select,
    Sequence,
    UniqueConstraint,
    false,
    or_,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.core.db import Model, db
from service.core.history import record
from service.core.live import wake
from service.people.models import Person
from service.stations.models import Site
from service.visits.service_visits import ServiceVisit

CHANNEL = "laddvakt_reports"
# A minute apart at first, then twice as long each time: see `failed`.
TRIES = 5
LEASE = timedelta(minutes=5)
Doer = Person | str


class ReplacedError(Exception):
    """It has been replaced already: the newest one is corrected, or none."""


class ServiceReport(Model):
    """One revision of a visit's report. It stays as it was given out; a correction is another."""

    __tablename__ = "service_report"
    __table_args__ = (
        UniqueConstraint("number", "revision"),
        CheckConstraint("(revision = 1) = (replaces_id IS NULL)", name="replaces"),
        CheckConstraint("(replaces_id IS NULL) = (reason IS NULL)", name="reason"),
        Index("ix_service_report_stations", "station_ids", postgresql_using="gin"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # The same for all revisions.
    number: Mapped[str]
    revision: Mapped[int]
    # The one that this one corrects, and why.
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("service_report.id"), unique=True)
    reason: Mapped[str | None]
    visit_id: Mapped[int] = mapped_column(ForeignKey("service_visit.id"), index=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), index=True)
    station_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))
    # The day of the work, on the calendar of the site.
    on: Mapped[date]
    language: Mapped[str]
    # What came of it: ok, remark, fail, or nothing where nothing was checked.
    verdict: Mapped[str]
    # How many photos it has; what it could not hold is in the system.
    photos: Mapped[int]
    made_at: Mapped[datetime]
    # All that is printed: it can be made again, byte by byte. Its hash stands on the paper.
    facts: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    fingerprint: Mapped[str]
    # In the row, and not beside it: the report and its hash are kept, backed up and lost together,
    # and the grants that keep the row as it is keep the file too.
    pdf: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(index=True)
    # What the code on the paper leads to. Who has the paper has it; nobody guesses it.
    code: Mapped[str] = mapped_column(unique=True)
    # Where it was mailed.
    mailed_to: Mapped[str | None]
    visit: Mapped[ServiceVisit] = relationship()
    site: Mapped[Site] = relationship()
    replaces: Mapped[ServiceReport | None] = relationship(
        remote_side="ServiceReport.id", back_populates="replaced_by"
    )
    replaced_by: Mapped[ServiceReport | None] = relationship(back_populates="replaces")

    @classmethod
    def visible_to(cls, person: Person) -> Select[ServiceReport]:
        """A customer's person sees those of the own sites."""
        query = select(cls)
        if person.sees_all:
            return query
        mine = select(Site.id).where(Site.customer_id == person.customer_id)
        return query.where(cls.site_id.in_(mine))

    @classmethod
    def newest(cls, query: Select[ServiceReport]) -> Select[ServiceReport]:
        """Of each report the revision that holds."""
        return query.where(cls.holds())

    @classmethod
    def with_code(cls, code: str) -> ServiceReport | None:
        return db.session.scalars(select(cls).where(cls.code == code)).one_or_none()

    @property
    def is_newest(self) -> bool:
        return self.replaced_by is None

    @classmethod
    def holds(cls) -> ColumnElement[bool]:
        """No other revision has replaced it: for a query."""
        other = cls.__table__.alias()
        return ~select(other.c.id).where(other.c.replaces_id == cls.id).exists()

    @property
    def revisions(self) -> list[ServiceReport]:
        """All of its number, the newest first."""
        same = select(ServiceReport).where(ServiceReport.number == self.number)
        return list(db.session.scalars(same.order_by(ServiceReport.revision.desc())))

    @property
    def file_name(self) -> str:
        return f"{self.number}-{self.revision}.pdf"


def new_number() -> tuple[int, str]:
    """A key, and the number of a first revision that has it."""
    key = db.session.scalar(Sequence("service_report_id_seq")) or 0
    return key, f"R-{key:05}"


def new_code() -> str:
    """128 bits."""
    return secrets.token_urlsafe(16)


class ReportRequest(Model):
    """A report that is to be printed. Whoever takes the row prints it; a failed one is tried again.

    One a visit for its first revision, and one for each report that is to be corrected.
    """

    __tablename__ = "report_request"
    __table_args__ = (
        CheckConstraint("(replaces_id IS NULL) = (reason IS NULL)", name="reason"),
        Index(
            "one_first_report_per_visit",
            "visit_id",
            unique=True,
            postgresql_where=text("replaces_id IS NULL"),
        ),
        Index(
            "ix_report_request_waiting",
            "due_at",
            postgresql_where=text("report_id IS NULL AND given_up_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("service_visit.id"), index=True)
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("service_report.id"), unique=True)
    reason: Mapped[str | None]
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    taken_until: Mapped[datetime | None]
    error: Mapped[str | None]
    given_up_at: Mapped[datetime | None]
    # What came of it.
    report_id: Mapped[int | None] = mapped_column(ForeignKey("service_report.id"))
    visit: Mapped[ServiceVisit] = relationship()
    replaces: Mapped[ServiceReport | None] = relationship(foreign_keys=[replaces_id])
    report: Mapped[ServiceReport | None] = relationship(foreign_keys=[report_id])

    @classmethod
    def visible_to(cls, person: Person) -> Select[ReportRequest]:
        """The house's own people."""
        query = select(cls)
        return query if person.sees_all else query.where(false())

    @classmethod
    def open(cls) -> Select[ReportRequest]:
        """Those without a report yet, the ones that were given up too."""
        return select(cls).where(cls.report_id.is_(None)).order_by(cls.id)

    @classmethod
    def first_of(cls, visit: ServiceVisit, by: Doer, at: datetime) -> ReportRequest:
        request = cls(visit=visit, asked_at=at, due_at=at)
        db.session.add(request)
        record("ask_report", visit, by, at)
        wake(CHANNEL)
        return request

    @classmethod
    def to_correct(
        cls, report: ServiceReport, reason: str, by: Person, at: datetime
    ) -> ReportRequest:
        """Another revision, which names the old one. Raises ReplacedError."""
        # Two who ask at once come one after the other.
        mine = select(ServiceVisit.id).where(ServiceVisit.id == report.visit_id)
        db.session.execute(mine.with_for_update())
        under_way = select(cls.id).where(cls.replaces_id == report.id)
        if not report.is_newest or db.session.scalar(under_way) is not None:
            raise ReplacedError(report.number)
        request = cls(
            visit=report.visit,
            replaces=report,
            reason=reason,
            asked_by_id=by.id,
            asked_at=at,
            due_at=at,
        )
        db.session.add(request)
        record("correct", report, by, at, reason)
        wake(CHANNEL)
        return request

    @classmethod
    def take_next(cls, at: datetime) -> ReportRequest | None:
        """The oldest that is due, for this process alone until its lease runs out."""
        waiting = select(cls).where(
            cls.report_id.is_(None),
            cls.given_up_at.is_(None),
            cls.due_at <= at,
            or_(cls.taken_until.is_(None), cls.taken_until < at),
        )
        next_one = waiting.order_by(cls.due_at).limit(1).with_for_update(skip_locked=True)
        request = db.session.scalars(next_one).one_or_none()
        if request:
            request.taken_until = at + LEASE
            request.attempts += 1
        return request

    def made(self, report: ServiceReport) -> None:
        self.report, self.taken_until, self.error = report, None, None

    def failed(self, why: str, at: datetime) -> None:
        """Again in 1, 2, 4, 8 minutes; then the desk is told."""
        self.error, self.taken_until = why, None
        if self.attempts >= TRIES:
            self.given_up_at = at
        self.due_at = at + timedelta(minutes=1) * 2 ** (self.attempts - 1)

    def try_again(self, by: Person, at: datetime) -> None:
        """A fresh set of tries, beginning now."""
        if self.report_id is not None:
            return
        self.due_at, self.attempts, self.given_up_at = at, 0, None
        record("try_again", self, by, at)
        wake(CHANNEL)
