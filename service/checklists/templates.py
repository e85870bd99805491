"""Checklists as they are written: a template, and its versions one after the other."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Select, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.checklists import document
from service.checklists.limits import Limit
from service.checklists.words import VersionState
from service.core.db import Model, db
from service.core.history import edit, record
from service.core.retired import refuse_if_retired
from service.people.models import Person
from service.stations.words import Current

Doer = Person | str


class ChecklistError(Exception):
    """A rule forbids it. The words are for the person who asked."""


class NotADraftError(ChecklistError):
    """A published version never changes: what was answered by it stays true. Make a new one."""


class DraftExistsError(ChecklistError):
    """Two drafts of one template would overwrite each other."""


class InvalidDocumentError(ChecklistError):
    """What is wrong, by its path in the document."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__("; ".join(f"{path}: {words[0]}" for path, words in errors.items()))
        self.errors = errors


class ChecklistTemplate(Model):
    """One checklist, whatever becomes of its words. Plans name it by its key."""

    __tablename__ = "checklist_template"
    __table_args__ = (
        Index(
            "ix_checklist_template_default",
            "current",
            unique=True,
            postgresql_where="is_default AND retired_at IS NULL",
        ),
        CheckConstraint("NOT is_default OR current IS NOT NULL", name="default"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    title_sv: Mapped[str]
    title_en: Mapped[str]
    # For which stations it is; None: for both kinds.
    current: Mapped[Current | None]
    # What stations of its current get where nothing else is named.
    is_default: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
    versions: Mapped[list[ChecklistVersion]] = relationship(
        back_populates="template", order_by="ChecklistVersion.number.desc()"
    )

    @classmethod
    def visible_to(cls, person: Person) -> Select[ChecklistTemplate]:
        return select(cls)

    @classmethod
    def in_use(cls) -> Select[ChecklistTemplate]:
        return select(cls).where(cls.retired_at.is_(None)).order_by(cls.key)

    @classmethod
    def with_key(cls, key: str) -> ChecklistTemplate | None:
        return db.session.scalars(select(cls).where(cls.key == key)).one_or_none()

    @classmethod
    def default_for(cls, current: Current) -> ChecklistTemplate | None:
        """What a station of this current gets where nothing else is named."""
        return db.session.scalars(
            cls.in_use().where(cls.is_default, cls.current == current)
        ).one_or_none()

    @classmethod
    def create(cls, by: Doer, at: datetime, **facts: Any) -> ChecklistTemplate:
        if facts.get("is_default"):
            cls._no_default(facts["current"], by, at)
        template = cls(created_at=at, **facts)
        db.session.add(template)
        record("create", template, by, at)
        return template

    def title(self, language: str) -> str:
        return self.title_sv if language == "sv" else self.title_en

    @property
    def published(self) -> ChecklistVersion | None:
        return self._in(VersionState.PUBLISHED)

    @property
    def draft(self) -> ChecklistVersion | None:
        return self._in(VersionState.DRAFT)

    def _in(self, state: VersionState) -> ChecklistVersion | None:
        return next((one for one in self.versions if one.state is state), None)

    def edit(self, by: Doer, at: datetime, **facts: Any) -> None:
        refuse_if_retired(self)
        current = facts.get("current", self.current)
        becomes = facts.get("is_default") and (not self.is_default or current is not self.current)
        if becomes and current:
            self._no_default(current, by, at)
        edit(self, by, at, **facts)

    @classmethod
    def _no_default(cls, current: Current, by: Doer, at: datetime) -> None:
        """The one before it steps aside."""
        if before := cls.default_for(current):
            edit(before, by, at, is_default=False)
            db.session.flush()

    def write(self, content: dict[str, Any], by: Doer, at: datetime) -> ChecklistVersion:
        """A draft of its next version. Raises DraftExistsError."""
        refuse_if_retired(self)
        if self.draft:
            raise DraftExistsError(self.key)
        number = max((one.number for one in self.versions), default=0) + 1
        version = ChecklistVersion(number=number, document=content, created_at=at)
        version.state = VersionState.DRAFT
        self.versions.insert(0, version)
        record("create", version, by, at)
        return version

    def retire(self, by: Doer, why: str, at: datetime) -> None:
        """Given to no new run. Runs that have begun stay on it."""
        refuse_if_retired(self)
        self.retired_at = at
        record("retire", self, by, at, why)


class ChecklistVersion(Model):
    """What is asked, in one version. Published, it never changes: a trigger keeps that too."""

    __tablename__ = "checklist_version"
    __table_args__ = (
        UniqueConstraint("template_id", "number"),
        CheckConstraint("state <> 'published' OR published_at IS NOT NULL", name="published"),
        *(
            Index(
                f"ix_checklist_version_{state}",
                "template_id",
                unique=True,
                postgresql_where=f"state = '{state}'",
            )
            for state in ("draft", "published")
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    template_id: Mapped[int] = mapped_column(ForeignKey("checklist_template.id"))
    number: Mapped[int]
    state: Mapped[VersionState] = mapped_column(default=VersionState.DRAFT)
    document: Mapped[dict[str, Any]]
    # What is new in it.
    notes: Mapped[str | None]
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    # Nobody, where the product brought it along.
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    retired_at: Mapped[datetime | None]
    template: Mapped[ChecklistTemplate] = relationship(back_populates="versions")
    published_by: Mapped[Person | None] = relationship()

    @classmethod
    def visible_to(cls, person: Person) -> Select[ChecklistVersion]:
        """A customer reads what is in force, or was: it is what the reports were made by."""
        query = select(cls)
        return query if person.sees_all else query.where(cls.published_at.is_not(None))

    def title(self, language: str) -> str:
        return f"{self.template.title(language)} v{self.number}"

    def edit(self, by: Doer, at: datetime, **facts: Any) -> None:
        """Another document, or other notes. Raises NotADraftError."""
        self._refuse_unless_draft()
        content = facts.pop("document", None)
        if content is not None and content != self.document:
            self.document = content
            record("edit_document", self, by, at)
        edit(self, by, at, **facts)

    def new_version(self, by: Doer, at: datetime) -> ChecklistVersion:
        """A draft with the same document. Raises DraftExistsError."""
        draft = self.template.write(self.document, by, at)
        draft.notes = None
        return draft

    @property
    def errors(self) -> dict[str, list[str]]:
        """What is in the way of its publication, by path."""
        limits = Limit.by_key()
        return document.errors_of(self.document, {key: one.copied for key, one in limits.items()})

    def publish(self, by: Doer, at: datetime) -> None:
        """From now on it is what new runs get, with the limits as they are today.

        Raises NotADraftError, InvalidDocumentError.
        """
        self._refuse_unless_draft()
        if errors := self.errors:
            raise InvalidDocumentError(errors)
        if before := self.template.published:
            before.retire(by, at, f"v{self.number}")
        limits = {key: one.copied for key, one in Limit.by_key().items()}
        self.document = document.with_limits(self.document, limits)
        self.state, self.published_at = VersionState.PUBLISHED, at
        self.published_by_id = None if isinstance(by, str) else by.id
        record("publish", self, by, at, number=self.number)

    def retire(self, by: Doer, at: datetime, why: str | None = None) -> None:
        """No new run begins with it. A draft that is retired is given up."""
        refuse_if_retired(self)
        self.state, self.retired_at = VersionState.RETIRED, at
        record("retire", self, by, at, why)
        db.session.flush()

    def _refuse_unless_draft(self) -> None:
        if self.state is not VersionState.DRAFT:
            raise NotADraftError(self.template.key, self.number)
