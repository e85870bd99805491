"""Advisories, recalls and retrofits of a model: every station of it, done or not done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    Select,
    UniqueConstraint,
    func,
    select,
)
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, contains_eager, mapped_column, relationship

from service.core.db import Model, db
from service.core.history import edit, record
from service.core.live import announce
from service.people.models import Person
from service.plans.models import PlanError
from service.plans.places import local_day
from service.plans.words import (
    ANOTHER_DEVICE,
    NOT_THIS_MODEL,
    RETIRED,
    RULE,
    THIS_MODEL_AGAIN,
    RecallKind,
    RecallState,
)
from service.stations.models import Site, Station, StationModel
from service.stations.serials import StationSerial

Doer = Person | str

# Stations of the model that the recall does not name yet.
ADD_STATIONS = """
INSERT INTO recall_station (recall_id, station_id, state, added_at)
SELECT recall.id, station.id, 'open', :at FROM recall
JOIN station ON station.model_id = recall.model_id
WHERE recall.closed_at IS NULL AND station.retired_at IS NULL
AND (CAST(:only AS bigint) IS NULL OR recall.id = :only)
AND NOT EXISTS (
    SELECT FROM recall_station AS known
    WHERE known.recall_id = recall.id AND known.station_id = station.id)
ON CONFLICT (recall_id, station_id) DO NOTHING
"""


class RecallStateError(PlanError):
    """What is done is not done again, and what is open is not opened."""


class RecallClosedError(PlanError):
    """A recall that is closed asks nothing of anybody."""


@dataclass(frozen=True)
class Progress:
    """How far a recall has come. What is not affected does not count."""

    done: int
    open: int
    not_affected: int

    @property
    def total(self) -> int:
        return self.done + self.open

    @property
    def percent(self) -> int:
        """Rounded down: 100 means that nothing is left."""
        return 100 * self.done // self.total if self.total else 100


class Recall(Model):
    """One thing to be seen to at every station of a model."""

    __tablename__ = "recall"

    id: Mapped[int] = mapped_column(primary_key=True)
    model_id: Mapped[int] = mapped_column(ForeignKey("station_model.id"), index=True)
    kind: Mapped[RecallKind]
    title: Mapped[str]
    text: Mapped[str] = mapped_column(default="")
    # Who says so, and where: a maker's bulletin, an authority's decision.
    source: Mapped[str] = mapped_column(default="")
    issued_on: Mapped[date]
    # Which serial numbers or firmware are concerned, in the words of whoever issued it.
    criteria: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    model: Mapped[StationModel] = relationship()

    @classmethod
    def visible_to(cls, person: Person) -> Select[Recall]:
        """A customer sees those that concern a station of its own."""
        query = select(cls)
        if person.sees_all:
            return query
        theirs = RecallStation.visible_to(person).with_only_columns(RecallStation.recall_id)
        return query.where(cls.id.in_(theirs))

    @classmethod
    def issue(cls, model: StationModel, by: Doer, at: datetime, **facts: Any) -> Recall:
        """From now on it is to be done at every station of the model that is in use."""
        recall = cls(model=model, created_at=at, **facts)
        db.session.add(recall)
        record("create", recall, by, at)
        add_stations(at, recall)
        return recall

    @property
    def is_closed(self) -> bool:
        return self.closed_at is not None

    @property
    def progress(self) -> Progress:
        return progress_of([self.id])[self.id]

    def edit(self, by: Doer, at: datetime, **facts: Any) -> None:
        edit(self, by, at, **facts)

    def close(self, why: str, by: Doer, at: datetime) -> None:
        """No more is done about it. What was not done says so."""
        if self.closed_at:
            raise RecallClosedError(self.title)
        self.closed_at = at
        record("close", self, by, at, why)

    def reopen(self, why: str, by: Doer, at: datetime) -> None:
        if not self.closed_at:
            raise RecallStateError("open")
        self.closed_at = None
        record("reopen", self, by, at, why)
        add_stations(at, self)


class RecallStation(Model):
    """A recall at one station."""

    __tablename__ = "recall_station"
    __table_args__ = (
        UniqueConstraint("recall_id", "station_id"),
        Index("ix_recall_station_open", "recall_id", postgresql_where="state = 'open'"),
        CheckConstraint("(state = 'done') = (done_on IS NOT NULL)", name="done"),
        CheckConstraint("(state = 'open') = (settled_at IS NULL)", name="settled"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    recall_id: Mapped[int] = mapped_column(ForeignKey("recall.id"))
    station_id: Mapped[int] = mapped_column(ForeignKey("station.id"), index=True)
    state: Mapped[RecallState] = mapped_column(default=RecallState.OPEN)
    done_on: Mapped[date | None]
    # When it was said that nothing is left to do, of the device that stood there then.
    settled_at: Mapped[datetime | None]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    note: Mapped[str | None]
    added_at: Mapped[datetime]
    recall: Mapped[Recall] = relationship()
    station: Mapped[Station] = relationship()
    by: Mapped[Person | None] = relationship()

    @classmethod
    def visible_to(cls, person: Person) -> Select[RecallStation]:
        query = select(cls)
        if person.sees_all:
            return query
        mine = select(Station.id).join(Site).where(Site.customer_id == person.customer_id)
        return query.where(cls.station_id.in_(mine))

    @property
    def is_open(self) -> bool:
        return self.state is RecallState.OPEN

    def today(self, at: datetime) -> date:
        return local_day(self.station, at)

    def finish(self, on: date, by: Doer, at: datetime, note: str | None = None) -> None:
        """It was done on that day. Raises RecallStateError, RecallClosedError."""
        self._refuse_unless(RecallState.OPEN)
        self._become(RecallState.DONE, on, by, note, at)
        record("finish", self.recall, by, at, note, station=self.station.name, done_on=str(on))

    def except_(self, why: str, by: Doer, at: datetime) -> None:
        """This station is not concerned. Raises RecallStateError, RecallClosedError."""
        self._refuse_unless(RecallState.OPEN)
        self._become(RecallState.NOT_AFFECTED, None, by, why, at)
        record("except", self.recall, by, at, why, station=self.station.name)

    def leave(self, why: str, at: datetime) -> None:
        """It asks nothing of this station any more, as a rule says."""
        self._become(RecallState.NOT_AFFECTED, None, RULE, why, at)
        record("except", self.recall, RULE, at, why, station=self.station.name)

    def take_back(self, why: str, by: Doer, at: datetime) -> None:
        """It is to be done after all. Raises RecallStateError, RecallClosedError."""
        self._refuse_unless(RecallState.DONE, RecallState.NOT_AFFECTED)
        self._become(RecallState.OPEN, None, by, None, at)
        record("take_back", self.recall, by, at, why, station=self.station.name)

    def _refuse_unless(self, *states: RecallState) -> None:
        if self.recall.is_closed:
            raise RecallClosedError(self.recall.title)
        if self.state not in states:
            raise RecallStateError(self.state.value)

    def _become(
        self, state: RecallState, on: date | None, by: Doer, note: str | None, at: datetime
    ) -> None:
        self.state, self.done_on, self.note = state, on, note
        self.settled_at = None if state is RecallState.OPEN else at
        self.by_id = None if isinstance(by, str) or state is RecallState.OPEN else by.id
        announce("station", self.station_id, at)


def progress_of(recall_ids: list[int]) -> dict[int, Progress]:
    """How far each has come, with one query."""
    state = RecallStation.state
    counts = (func.count().filter(state == one) for one in ("done", "open", "not_affected"))
    columns: tuple[Any, ...] = (RecallStation.recall_id, *counts)
    mine = (
        select(*columns)
        .where(RecallStation.recall_id.in_(recall_ids))
        .group_by(RecallStation.recall_id)
    )
    found = {key: Progress(*counted) for key, *counted in db.session.execute(mine)}
    return {key: found.get(key, Progress(0, 0, 0)) for key in recall_ids}


def add_stations(at: datetime, only: Recall | None = None) -> None:
    """Name every station of the models in use, of one recall or of all that are not closed."""
    db.session.flush()
    db.session.execute(sql(ADD_STATIONS), {"at": at, "only": only.id if only else None})


def follow_stations(at: datetime) -> None:
    """A station that is retired, or of another model now, waits for nothing; one that is of the
    model again does, and one with another device than the one that was seen to.
    """
    is_gone = Station.retired_at.is_not(None)
    is_other = Station.model_id.is_distinct_from(Recall.model_id)
    is_open = RecallStation.state == RecallState.OPEN
    for one in _entries(is_open, is_gone | is_other):
        one.leave(RETIRED if one.station.is_retired else NOT_THIS_MODEL, at)
    was_left = RecallStation.note == NOT_THIS_MODEL
    for one in _entries(~is_open, was_left, RecallStation.by_id.is_(None), ~is_gone, ~is_other):
        one.take_back(THIS_MODEL_AGAIN, RULE, at)
    swapped = select(StationSerial.id).where(
        StationSerial.station_id == RecallStation.station_id,
        StationSerial.until_at > RecallStation.settled_at,
    )
    for one in _entries(~is_open, swapped.exists(), ~is_gone, ~is_other):
        one.take_back(ANOTHER_DEVICE, RULE, at)


def _entries(*wanted: ColumnElement[bool]) -> Sequence[RecallStation]:
    """Of recalls that somebody waits for."""
    query = select(RecallStation).join(RecallStation.recall).join(RecallStation.station)
    query = query.where(Recall.closed_at.is_(None), *wanted).order_by(RecallStation.id)
    loaded = contains_eager(RecallStation.recall), contains_eager(RecallStation.station)
    alone = query.with_for_update(of=RecallStation, skip_locked=True)
    return db.session.scalars(alone.options(*loaded)).all()
