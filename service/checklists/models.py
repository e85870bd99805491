"""What was asked and answered at a station: runs, their answers, and what was found."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Self
from uuid import UUID, uuid4

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    Numeric,
    Select,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.checklists.instruments import Instrument
from service.checklists.limits import Limit
from service.checklists.templates import ChecklistTemplate, ChecklistVersion
from service.checklists.words import RunState, Verdict
from service.core.db import Model, db
from service.core.history import record
from service.people.models import Person
from service.stations.models import Site, Station

__all__ = [
    "Answer",
    "ChecklistRun",
    "ChecklistTemplate",
    "ChecklistVersion",
    "Finding",
    "Instrument",
    "Limit",
]


class ChecklistRun(Model):
    """One checklist at one station, once. Submitted, it stays; another one corrects it."""

    __tablename__ = "checklist_run"
    __table_args__ = (
        CheckConstraint("(state = 'open') = (submitted_at IS NULL)", name="submitted"),
        CheckConstraint("(amends_id IS NULL) = (amends_why IS NULL)", name="amends"),
        Index("ix_checklist_run_station", "station_id", "submitted_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # What the tablet calls it.
    uuid: Mapped[UUID] = mapped_column(default=uuid4, unique=True)
    station_id: Mapped[int] = mapped_column(ForeignKey("station.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("checklist_version.id"), index=True)
    # What the conditions ask of the station and the work, as it was when the run began.
    facts: Mapped[dict[str, Any]]
    # Where in the station answers are given: "station", "evse:1", "rcd:1".
    places: Mapped[list[str]] = mapped_column(JSONB)
    state: Mapped[RunState] = mapped_column(default=RunState.OPEN)
    started_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    reviewed_at: Mapped[datetime | None]
    # Who submitted it.
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    # The submitted run that it corrects, and what was wrong there. One is corrected once.
    amends_id: Mapped[int | None] = mapped_column(ForeignKey("checklist_run.id"), unique=True)
    amends_why: Mapped[str | None]
    station: Mapped[Station] = relationship()
    version: Mapped[ChecklistVersion] = relationship()
    person: Mapped[Person | None] = relationship()
    amends: Mapped[ChecklistRun | None] = relationship(remote_side="ChecklistRun.id")
    answers: Mapped[list[Answer]] = relationship(
        back_populates="run", order_by="(Answer.at, Answer.id)"
    )
    findings: Mapped[list[Finding]] = relationship(back_populates="run", order_by="Finding.id")

    @classmethod
    def visible_to(cls, person: Person) -> Select[ChecklistRun]:
        """A customer sees the own stations' runs once they are submitted."""
        query = select(cls)
        return query if person.sees_all else _submitted(query, person)

    @classmethod
    def with_uuid(cls, uuid: UUID) -> ChecklistRun | None:
        return db.session.scalars(select(cls).where(cls.uuid == uuid)).one_or_none()

    @property
    def is_open(self) -> bool:
        return self.state is RunState.OPEN

    def review(self, by: Person, at: datetime, why: str | None = None) -> None:
        """Somebody at the desk has looked through what was submitted."""
        if self.state is RunState.SUBMITTED:
            self.state, self.reviewed_at = RunState.REVIEWED, at
            record("review", self, by, at, why)


class _OfRun(Model):
    """A row that belongs to a run, and is seen by whoever sees that one."""

    __abstract__ = True

    run_id: Mapped[int]

    @classmethod
    def visible_to(cls, person: Person) -> Select[Self]:
        query = select(cls)
        if person.sees_all:
            return query
        return _submitted(query.join(ChecklistRun, ChecklistRun.id == cls.run_id), person)


class Answer(_OfRun):
    """One answer as it was given. It stays; the newest of an item at a place counts."""

    __tablename__ = "checklist_answer"
    __table_args__ = (
        Index("ix_checklist_answer_series", "station_id", "item", "place", "at"),
        Index("ix_checklist_answer_run", "run_id", "at", "id"),
        Index("ix_checklist_answer_photos", "photos", postgresql_using="gin"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("checklist_run.id"))
    # The operation that brought it, by the id that the tablet made.
    op: Mapped[UUID] = mapped_column(unique=True)
    item: Mapped[str]
    place: Mapped[str]
    # A word of the item's, a text, a list of parts: what its type asks for.
    value: Mapped[Any] = mapped_column(JSONB(none_as_null=True), nullable=True)
    number: Mapped[float | None] = mapped_column(Numeric(asdecimal=False))
    # Beyond what the instrument can show: it did not trip.
    over: Mapped[bool] = mapped_column(default=False)
    # Asked again, somebody said that it is so.
    confirmed: Mapped[bool] = mapped_column(default=False)
    # None: it takes back what was answered before.
    verdict: Mapped[Verdict | None]
    note: Mapped[str]
    # SHA-256 of each.
    photos: Mapped[list[str]]
    instrument_id: Mapped[int | None] = mapped_column(ForeignKey("instrument.id"))
    # Whether whoever gave it had the authorisation that the item asks for. None: it asks for none,
    # or nobody knows who gave it.
    authorised: Mapped[bool | None]
    # By the tablet's clock.
    at: Mapped[datetime]
    received_at: Mapped[datetime]
    # Which tablet it came from, and the number that it gave it. None: typed at the desk, or copied.
    tablet_id: Mapped[int | None] = mapped_column(ForeignKey("tablet.id"))
    seq: Mapped[int | None]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    # Copied from the run: a series is read without it.
    station_id: Mapped[int] = mapped_column(ForeignKey("station.id"))
    run: Mapped[ChecklistRun] = relationship(back_populates="answers")
    person: Mapped[Person | None] = relationship()
    instrument: Mapped[Instrument | None] = relationship()

    @classmethod
    def newest_first(cls) -> tuple[Any, ...]:
        """For a query: of each run, item and place the one that counts stands first.

        Of one tablet the last that it gave, whatever its clock said; between two the time.
        """
        where = (cls.run_id, cls.item, cls.place)
        last = (cls.seq.desc().nulls_last(), cls.at.desc(), cls.id.desc())
        of_tablet = func.row_number().over(partition_by=(*where, cls.tablet_id), order_by=last)
        return (*where, of_tablet, cls.at.desc(), cls.id.desc())

    @property
    def where(self) -> str:
        """As the rules name it."""
        return f"{self.item}|{self.place}"

    @property
    def given(self) -> dict[str, Any]:
        """As the rules read it, and as the tablet gave it."""
        names = ("value", "number", "over", "note", "photos", "confirmed", "instrument_id")
        known = {} if self.authorised is None else {"authorised": self.authorised}
        told = {name: getattr(self, name) for name in names}
        return {**told, **known, "at": self.at.isoformat()}


class Finding(_OfRun):
    """Something that a submitted run found, until a ticket or an order takes care of it."""

    __tablename__ = "finding"
    __table_args__ = (
        Index("ix_finding_run", "run_id", "item", "place", unique=True),
        CheckConstraint("verdict IN ('remark', 'fail')", name="found"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("checklist_run.id"))
    station_id: Mapped[int] = mapped_column(ForeignKey("station.id"), index=True)
    item: Mapped[str]
    place: Mapped[str]
    verdict: Mapped[Verdict]
    safety: Mapped[bool]
    # What it is, in the words of the checklist and of whoever found it.
    text: Mapped[str]
    recommendation: Mapped[str | None]
    # Later rooms own these: what takes care of it.
    ticket_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    work_order_line_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    made_at: Mapped[datetime]
    run: Mapped[ChecklistRun] = relationship(back_populates="findings")
    station: Mapped[Station] = relationship()

    @property
    def where(self) -> tuple[str, str]:
        return self.item, self.place

    @classmethod
    def open_at(cls, station_ids: Sequence[int]) -> Select[Finding]:
        """What nothing takes care of yet."""
        mine = select(cls).where(cls.station_id.in_(station_ids), cls.is_loose())
        return mine.order_by(cls.id)

    @classmethod
    def is_loose(cls) -> ColumnElement[bool]:
        """For a query: nothing takes care of it, and no correction says otherwise."""
        other = ChecklistRun.__table__.alias()
        mine = (other.c.amends_id == cls.run_id, other.c.submitted_at.is_not(None))
        corrected = select(other.c.id).where(*mine).exists()
        return cls.ticket_id.is_(None) & cls.work_order_line_id.is_(None) & ~corrected

    def lead_to(
        self, by: Person | str, at: datetime, *, ticket: int | None = None, line: int | None = None
    ) -> None:
        """A ticket or a line of a work order takes care of it."""
        self.ticket_id, self.work_order_line_id = ticket, line
        record("lead_to", self, by, at, ticket=ticket, line=line)


def _submitted(query: Select[Any], person: Person) -> Select[Any]:
    mine = query.where(ChecklistRun.submitted_at.is_not(None))
    own = mine.join(Station, Station.id == ChecklistRun.station_id).join(Site)
    return own.where(Site.customer_id == person.customer_id)
