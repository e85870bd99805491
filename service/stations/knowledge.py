"""What is known of a model beside its name: from where, how it protects, where to read on."""

from __future__ import annotations

from datetime import date, datetime
from urllib.parse import urlsplit

from sqlalchemy import CheckConstraint, ForeignKey, Select, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.core.db import Model
from service.people.models import Person
from service.stations.register import StationModel
from service.stations.words import DocumentKind, EvidenceKind, Per, Place, RcdType


class ModelEvidence(Model):
    """Where something stands about a model, and what it says there."""

    __tablename__ = "model_evidence"

    id: Mapped[int] = mapped_column(primary_key=True)
    model_id: Mapped[int] = mapped_column(ForeignKey("station_model.id"), index=True)
    kind: Mapped[EvidenceKind]
    # Title, edition or address: enough to find it again.
    document: Mapped[str] = mapped_column(default="")
    page: Mapped[str] = mapped_column(default="")
    dated_on: Mapped[date | None]
    says: Mapped[str]
    # The same in English: what the product brings along is in both languages.
    says_en: Mapped[str | None]
    # Somebody has read it there. Nobody, where the product brought it along as read.
    verified_at: Mapped[datetime | None]
    verified_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    model: Mapped[StationModel] = relationship(back_populates="evidence")
    verified_by: Mapped[Person | None] = relationship()

    @classmethod
    def visible_to(cls, person: Person) -> Select[ModelEvidence]:
        return select(cls)

    def says_in(self, language: str) -> str:
        return (self.says_en if language == "en" else None) or self.says

    @property
    def can_be_verified(self) -> bool:
        """A default stands nowhere: there is nothing to read."""
        return self.kind is not EvidenceKind.DEFAULT


class ProtectiveDevice(Model):
    """What protects people at a station of this model, or must be there beside it."""

    __tablename__ = "protective_device"
    __table_args__ = (CheckConstraint("rated_ma > 0", name="rated_ma"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    model_id: Mapped[int] = mapped_column(ForeignKey("station_model.id"), index=True)
    rcd_type: Mapped[RcdType]
    # The residual current at which it trips, in milliamperes.
    rated_ma: Mapped[int | None]
    place: Mapped[Place] = mapped_column(default=Place.UNKNOWN)
    per: Mapped[Per] = mapped_column(default=Per.STATION)
    note: Mapped[str | None]
    note_en: Mapped[str | None]
    model: Mapped[StationModel] = relationship(back_populates="protection")

    @classmethod
    def visible_to(cls, person: Person) -> Select[ProtectiveDevice]:
        return select(cls)

    def note_in(self, language: str) -> str | None:
        return (self.note_en if language == "en" else None) or self.note


class ModelDocument(Model):
    """Where a manual or a data sheet of the model can be read."""

    __tablename__ = "model_document"
    # It is a link on a page: an address of another kind could be a script.
    __table_args__ = (CheckConstraint("address ~ '^https?://'", name="address"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    model_id: Mapped[int] = mapped_column(ForeignKey("station_model.id"), index=True)
    title: Mapped[str]
    address: Mapped[str]
    kind: Mapped[DocumentKind]
    model: Mapped[StationModel] = relationship(back_populates="documents")

    @classmethod
    def visible_to(cls, person: Person) -> Select[ModelDocument]:
        return select(cls)


def is_web_address(text: str) -> bool:
    """Something that a browser opens as a page of the web, and nothing else."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc) and text.isprintable()
