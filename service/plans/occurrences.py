"""Each date of each task at each station, as a row that never vanishes."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Select,
    UniqueConstraint,
    and_,
    false,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.contracts.models import ServiceContract
from service.contracts.words import WorkKind
from service.core.db import Model
from service.people.models import Customer, Person
from service.plans.intervals import Interval, Nominal, Origin, has_passed, state_on
from service.plans.models import MaintenancePlan, MaintenanceTask
from service.plans.words import OPEN, OccurrenceState, Scope
from service.stations.models import Site, Station

STILL_OPEN = "state IN ('forecast', 'due', 'overdue')"


class PlanAssignment(Model):
    """This station is cared for by this version of a plan."""

    __tablename__ = "plan_assignment"
    __table_args__ = (
        # One plan at a time: two would plan the same work twice.
        Index(
            "ix_plan_assignment_now", "station_id", unique=True, postgresql_where="ended_at IS NULL"
        ),
        Index("ix_plan_assignment_waiting", "id", postgresql_where="begun_at IS NULL"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    station_id: Mapped[int] = mapped_column(ForeignKey("station.id"), index=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("maintenance_plan.id"), index=True)
    # Dates before this day are nobody's fault: whoever had the station then did them, or not.
    since: Mapped[date]
    # What the dates are counted from where it is not the day of commissioning.
    counted_from: Mapped[date | None]
    # What they were made from: the day, the environment, the site. None until there are any.
    begun_from: Mapped[str | None]
    begun_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    station: Mapped[Station] = relationship()
    plan: Mapped[MaintenancePlan] = relationship()

    @classmethod
    def visible_to(cls, person: Person) -> Select[PlanAssignment]:
        query = select(cls)
        if person.sees_all:
            return query
        return query.join(Station).join(Site).where(Site.customer_id == person.customer_id)


class Tightening(Model):
    """More often than the plan says, at one station, site or customer, or everywhere by law."""

    __tablename__ = "tightening"
    __table_args__ = (
        CheckConstraint("months > 0 OR days > 0", name="interval"),
        CheckConstraint("months IS NULL OR days IS NULL", name="one_unit"),
        CheckConstraint(
            "(scope = 'station') = (station_id IS NOT NULL)"
            " AND (scope = 'site') = (site_id IS NOT NULL)"
            " AND (scope = 'customer') = (customer_id IS NOT NULL)"
            " AND (scope = 'contract') = (contract_id IS NOT NULL)",
            name="reach",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    scope: Mapped[Scope]
    station_id: Mapped[int | None] = mapped_column(ForeignKey("station.id"), index=True)
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"), index=True)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"), index=True)
    contract_id: Mapped[int | None] = mapped_column(ForeignKey("service_contract.id"), index=True)
    # The stations that a contract covered when their dates were last planned by it.
    reached: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), default=list)
    # None: every kind of work.
    kind: Mapped[WorkKind | None]
    months: Mapped[int | None]
    days: Mapped[int | None]
    # The contract, the paragraph of the law, or what else asks for it.
    why: Mapped[str]
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    station: Mapped[Station | None] = relationship()
    site: Mapped[Site | None] = relationship()
    customer: Mapped[Customer | None] = relationship()
    contract: Mapped[ServiceContract | None] = relationship()

    @property
    def interval(self) -> Interval:
        return Interval(self.months or 0, self.days or 0)

    @classmethod
    def visible_to(cls, person: Person) -> Select[Tightening]:
        """The house alone: whom a rule of one customer reaches says who the others are."""
        return select(cls) if person.sees_all else select(cls).where(false())


class Occurrence(Model):
    """One date of one task at one station."""

    __tablename__ = "occurrence"
    __table_args__ = (
        UniqueConstraint("station_id", "series_id", "nominal_on"),
        Index("ix_occurrence_opening", "earliest_on", postgresql_where="state = 'forecast'"),
        Index("ix_occurrence_ending", "latest_on", postgresql_where="state IN ('forecast', 'due')"),
        Index("ix_occurrence_open", "latest_on", "id", postgresql_where=STILL_OPEN),
        Index("ix_occurrence_runs_on", "nominal_on", postgresql_where="runs_on"),
        Index(
            "ix_occurrence_superseded_by_id",
            "superseded_by_id",
            postgresql_where="superseded_by_id IS NOT NULL",
        ),
        CheckConstraint("earliest_on <= latest_on", name="window"),
        CheckConstraint("state <> 'done' OR done_on IS NOT NULL", name="done"),
        CheckConstraint("state <> 'skipped' OR reason IS NOT NULL", name="skipped"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    station_id: Mapped[int] = mapped_column(ForeignKey("station.id"))
    task_id: Mapped[int] = mapped_column(ForeignKey("maintenance_task.id"), index=True)
    # The task in the first version of its plan: the same series in every version.
    series_id: Mapped[int] = mapped_column(ForeignKey("maintenance_task.id"))
    nominal_on: Mapped[date]
    earliest_on: Mapped[date]
    latest_on: Mapped[date]
    legal_latest_on: Mapped[date | None]
    state: Mapped[OccurrenceState] = mapped_column(default=OccurrenceState.FORECAST)
    # Where the date comes from: `times` intervals after `counted_from`.
    origin: Mapped[Origin] = mapped_column(default=Origin.GRID)
    counted_from: Mapped[date]
    times: Mapped[int] = mapped_column(default=0)
    # The interval as it stood, for the sentence: the plan's, or what tightened it.
    months: Mapped[int] = mapped_column(default=0)
    days: Mapped[int] = mapped_column(default=0)
    tightened_by: Mapped[str | None]
    last_done_on: Mapped[date | None]
    # How many dates before it passed while nothing ran.
    missed: Mapped[int] = mapped_column(default=0)
    # The last of a fixed series: when its day has come, the clock adds the next.
    runs_on: Mapped[bool] = mapped_column(default=False)
    done_on: Mapped[date | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    closed_at: Mapped[datetime | None]
    # Why it was skipped, made void or brought forward.
    reason: Mapped[str | None]
    superseded_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("occurrence.id", deferrable=True, initially="DEFERRED")
    )
    station: Mapped[Station] = relationship()
    task: Mapped[MaintenanceTask] = relationship(foreign_keys=[task_id])
    closed_by: Mapped[Person | None] = relationship()
    superseded_by: Mapped[Occurrence | None] = relationship(remote_side="Occurrence.id")

    @classmethod
    def visible_to(cls, person: Person) -> Select[Occurrence]:
        query = select(cls)
        if person.sees_all:
            return query
        mine = select(Station.id).join(Site).where(Site.customer_id == person.customer_id)
        return query.where(cls.station_id.in_(mine))

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def is_to_do(self) -> bool:
        """By itself, or along with a bigger service that is not done yet."""
        return self.is_open or (self.state is OccurrenceState.SUPERSEDED and self.done_on is None)

    @property
    def brought_to(self) -> date | None:
        """The day by which something asked for it, where something did."""
        return self.latest_on if self.is_to_do and self.reason else None

    def stand_alone(self, today: date) -> None:
        """No bigger service does it. `today`: at its site."""
        self.superseded_by = None
        self.state = OccurrenceState(state_on(today, self.earliest_on, self.latest_on).value)

    def take_window(self, earliest: date, latest: date, today: date) -> None:
        """What was brought forward is never put off again."""
        if self.brought_to:
            earliest, latest = min(earliest, self.earliest_on), min(latest, self.brought_to)
        self.earliest_on, self.latest_on = earliest, latest
        self.stand_alone(today)

    def void(self, why: str, at: datetime) -> None:
        self.state, self.reason, self.closed_at = OccurrenceState.VOID, why, at
        self.runs_on, self.superseded_by = False, None

    @property
    def nominal(self) -> Nominal:
        return Nominal(self.nominal_on, self.counted_from, self.times, self.origin)

    def is_overdue_by_law(self, today: date) -> bool:
        """The tolerance may end long before the law does. `today`: at its site."""
        return self.is_open and has_passed(self.legal_latest_on, today)


# Open, or done along with a bigger service that is not done yet: as `is_to_do`.
TO_DO = and_(
    Occurrence.state.in_((*OPEN, OccurrenceState.SUPERSEDED)), Occurrence.done_on.is_(None)
)
