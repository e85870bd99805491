"""What each model needs: plans in versions, and the tasks of each version."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Select, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.contracts.words import WorkKind
from service.core.db import Model, db
from service.core.history import edit, record
from service.parts.models import Kit
from service.people.models import Person
from service.people.skills import Skill
from service.plans.intervals import Interval
from service.plans.words import Anchor, CatchUp, PlanState
from service.stations.models import StationModel

Doer = Person | str
# What a copy in the next version takes along.
OF_ROW = {"id", "plan_id", "series_id"}


class PlanError(Exception):
    """A rule forbids it. The words are for the person who asked."""


class NotADraftError(PlanError):
    """A published version never changes: what was planned by it stays true. Make a new one."""


class EmptyPlanError(PlanError):
    """A plan without tasks plans nothing."""


class DraftExistsError(PlanError):
    """Two drafts of one plan would overwrite each other."""


class MaintenancePlan(Model):
    """One version of what a model needs. Those of one model and name follow each other."""

    __tablename__ = "maintenance_plan"
    __table_args__ = (
        UniqueConstraint("model_id", "name", "version"),
        *(
            Index(
                f"ix_maintenance_plan_{state}",
                "model_id",
                "name",
                unique=True,
                postgresql_where=f"state = '{state}'",
            )
            for state in ("draft", "published")
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    model_id: Mapped[int] = mapped_column(ForeignKey("station_model.id"), index=True)
    name: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)
    state: Mapped[PlanState] = mapped_column(default=PlanState.DRAFT)
    notes: Mapped[str | None]
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]
    model: Mapped[StationModel] = relationship()
    tasks: Mapped[list[MaintenanceTask]] = relationship(
        back_populates="plan", order_by="MaintenanceTask.position", cascade="all, delete-orphan"
    )

    @classmethod
    def visible_to(cls, person: Person) -> Select[MaintenancePlan]:
        return select(cls)

    @classmethod
    def published(cls, model_id: int) -> Select[MaintenancePlan]:
        mine = (cls.model_id == model_id, cls.state == PlanState.PUBLISHED)
        return select(cls).where(*mine).order_by(cls.name)

    @classmethod
    def create(cls, model: StationModel, name: str, by: Doer, at: datetime) -> MaintenancePlan:
        """A first draft, or the draft of the version that follows. Raises DraftExistsError."""
        versions = cls._versions(model.id, name)
        if versions and versions[0].state is PlanState.DRAFT:
            raise DraftExistsError(name)
        number = versions[0].version + 1 if versions else 1
        plan = cls(model=model, name=name, version=number, created_at=at)
        db.session.add(plan)
        record("create", plan, by, at)
        return plan

    @classmethod
    def has_draft(cls, model_id: int, name: str) -> bool:
        return any(one.state is PlanState.DRAFT for one in cls._versions(model_id, name))

    @classmethod
    def _versions(cls, model_id: int, name: str) -> list[MaintenancePlan]:
        same = (cls.model_id == model_id, func.lower(cls.name) == name.lower())
        return list(db.session.scalars(select(cls).where(*same).order_by(cls.version.desc())))

    @property
    def title(self) -> str:
        return f"{self.name} v{self.version}"

    @property
    def replaces(self) -> MaintenancePlan | None:
        """The published version that this draft would follow."""
        published = MaintenancePlan.published(self.model_id).where(
            MaintenancePlan.name == self.name, MaintenancePlan.id != self.id
        )
        return db.session.scalars(published).one_or_none()

    def edit(self, by: Doer, at: datetime, **facts: Any) -> None:
        self.refuse_unless_draft()
        edit(self, by, at, **facts)

    def add_task(self, by: Doer, at: datetime, **facts: Any) -> MaintenanceTask:
        """Raises NotADraftError."""
        self.refuse_unless_draft()
        facts.setdefault("key", self._free_key(facts.get("title_en") or facts["title_sv"]))
        task = MaintenanceTask(position=len(self.tasks) + 1, **facts)
        self.tasks.append(task)
        db.session.flush()
        task.series_id = task.series_id or task.id
        record("add_task", self, by, at, task=task.titles)
        return task

    def _free_key(self, title: str) -> str:
        key = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:60] or "task"
        taken = {task.key for task in self.tasks}
        return next(
            one for one in (key, *(f"{key}-{n}" for n in range(2, 1000))) if one not in taken
        )

    def remove_task(self, task: MaintenanceTask, by: Doer, at: datetime) -> None:
        self.refuse_unless_draft()
        record("remove_task", self, by, at, task=task.titles)
        self.tasks.remove(task)

    def new_version(self, by: Doer, at: datetime) -> MaintenancePlan:
        """A draft with the same tasks. Raises DraftExistsError."""
        draft = MaintenancePlan.create(self.model, self.name, by, at)
        draft.notes = self.notes
        for task in self.tasks:
            draft.tasks.append(task.copy())
        db.session.flush()
        return draft

    def publish(self, by: Doer, at: datetime) -> None:
        """From now on it is what new stations get. Raises NotADraftError, EmptyPlanError."""
        self.refuse_unless_draft()
        if not self.tasks:
            raise EmptyPlanError(self.name)
        if before := self.replaces:
            before.retire(by, at, f"v{self.version}")
        self.state, self.published_at = PlanState.PUBLISHED, at
        record("publish", self, by, at, version=self.version)

    def retire(self, by: Doer, at: datetime, why: str | None = None) -> None:
        """Given to no more stations. Those that have it keep it until they are moved."""
        self.state, self.retired_at = PlanState.RETIRED, at
        record("retire", self, by, at, why)
        db.session.flush()

    def refuse_unless_draft(self) -> None:
        if self.state is not PlanState.DRAFT:
            raise NotADraftError(self.title)


class MaintenanceTask(Model):
    """One thing that is done again and again. `series_id` is the same in every version."""

    __tablename__ = "maintenance_task"
    __table_args__ = (
        UniqueConstraint("plan_id", "key"),
        CheckConstraint("months > 0 OR days > 0", name="interval"),
        CheckConstraint("months IS NULL OR days IS NULL", name="one_unit"),
        CheckConstraint("early_days >= 0 AND late_days >= 0", name="tolerance"),
        CheckConstraint("minutes > 0", name="minutes"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("maintenance_plan.id"), index=True)
    series_id: Mapped[int | None] = mapped_column(
        ForeignKey("maintenance_task.id", deferrable=True, initially="DEFERRED"), index=True
    )
    position: Mapped[int]
    key: Mapped[str]
    kind: Mapped[WorkKind]
    title_sv: Mapped[str]
    title_en: Mapped[str]
    checklist: Mapped[str | None]
    kit_id: Mapped[int | None] = mapped_column(ForeignKey("kit.id"))
    skill_id: Mapped[int | None] = mapped_column(ForeignKey("skill.id"))
    # What the law asks of whoever does it, beside the skill.
    authorisation_id: Mapped[int | None] = mapped_column(ForeignKey("skill.id"))
    minutes: Mapped[int]
    legal_basis: Mapped[str | None]
    # Either calendar months or days; beside them, whichever comes first, by use.
    months: Mapped[int | None]
    days: Mapped[int | None]
    kwh: Mapped[int | None]
    sessions: Mapped[int | None]
    plug_cycles: Mapped[int | None]
    hours: Mapped[int | None]
    anchor: Mapped[Anchor] = mapped_column(default=Anchor.CAPPED)
    legal_max_months: Mapped[int | None]
    early_days: Mapped[int] = mapped_column(default=0)
    late_days: Mapped[int] = mapped_column(default=0)
    # Months of the year in which it is done; both or neither, and over New Year where from > to.
    season_from: Mapped[int | None]
    season_to: Mapped[int | None]
    # Keys of tasks of the same plan whose work this one does along the way.
    supersedes: Mapped[list[str]] = mapped_column(default=list)
    # Percent of the interval where the place is hard on the station.
    dusty_percent: Mapped[int] = mapped_column(default=100)
    coastal_percent: Mapped[int] = mapped_column(default=100)
    catch_up: Mapped[CatchUp] = mapped_column(default=CatchUp.EACH)
    # What brings it forward, and how soon it is due then. What chargers say of themselves counts
    # from so many times in so many days; what a person reports, at once.
    events: Mapped[list[str]] = mapped_column(default=list)
    event_within_days: Mapped[int] = mapped_column(default=7)
    event_times: Mapped[int] = mapped_column(default=3)
    event_days: Mapped[int] = mapped_column(default=30)
    # Also what it measures, where that moves towards its limit.
    trend: Mapped[bool] = mapped_column(default=False)
    plan: Mapped[MaintenancePlan] = relationship(back_populates="tasks")
    kit: Mapped[Kit | None] = relationship()
    skill: Mapped[Skill | None] = relationship(foreign_keys=[skill_id])
    authorisation: Mapped[Skill | None] = relationship(foreign_keys=[authorisation_id])

    @classmethod
    def visible_to(cls, person: Person) -> Select[MaintenanceTask]:
        return select(cls)

    @property
    def interval(self) -> Interval:
        return Interval(self.months or 0, self.days or 0)

    @property
    def legal_max(self) -> Interval | None:
        return Interval(self.legal_max_months) if self.legal_max_months else None

    @property
    def titles(self) -> dict[str, str]:
        """As the history keeps it: each reader has their own language."""
        return {"sv": self.title_sv, "en": self.title_en}

    def title(self, language: str) -> str:
        return self.title_sv if language == "sv" else self.title_en

    def edit(self, by: Doer, at: datetime, **facts: Any) -> None:
        """Raises NotADraftError."""
        self.plan.refuse_unless_draft()
        edit(self, by, at, **facts)

    def copy(self) -> MaintenanceTask:
        facts: Mapping[str, Any] = {
            column.name: getattr(self, column.name)
            for column in self.__table__.columns
            if column.name not in OF_ROW
        }
        return MaintenanceTask(series_id=self.series_id, **facts)
