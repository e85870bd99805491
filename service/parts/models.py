"""Parts, kits, and which part wears out in which model."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, Self

from sqlalchemy import CheckConstraint, ForeignKey, Numeric, Select, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from service.core.db import Model, db
from service.core.history import edit, record
from service.parts.words import Unit
from service.people.models import Person
from service.stations.register import StationModel

Doer = Person | str


class RetiredPartError(Exception):
    """A retired part goes into no kit any more."""


class _Registered(Model):
    """What parts and kits do alike."""

    __abstract__ = True

    id: Mapped[int] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]

    @classmethod
    def visible_to(cls, person: Person) -> Select[Self]:
        return select(cls)

    @classmethod
    def create(cls, by: Doer, at: datetime, **facts: Any) -> Self:
        row = cls(created_at=at, **facts)
        db.session.add(row)
        record("create", row, by, at)
        return row

    def edit(self, by: Doer, at: datetime, **facts: Any) -> None:
        edit(self, by, at, **facts)

    def retire(self, by: Person, why: str, at: datetime) -> None:
        """Not offered any more. Where it stands, it stays."""
        self.retired_at = at
        record("retire", self, by, at, why)


class Part(_Registered):
    """Something that is ordered, carried and used up: a filter mat, a cable, a litre of coolant."""

    __tablename__ = "part"
    __table_args__ = (
        CheckConstraint("price_ore >= 0", name="price"),
        CheckConstraint("vat_percent BETWEEN 0 AND 100", name="vat"),
    )

    # The maker's, or the house's own where the maker's is not known.
    number: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    maker: Mapped[str] = mapped_column(default="")
    unit: Mapped[Unit] = mapped_column(default=Unit.PIECE)
    # For one unit, without VAT.
    price_ore: Mapped[int | None]
    vat_percent: Mapped[int] = mapped_column(default=25)
    notes: Mapped[str | None]

    @classmethod
    def in_use(cls) -> Select[Part]:
        return select(cls).where(cls.retired_at.is_(None)).order_by(cls.name, cls.number)

    @classmethod
    def with_id(cls, key: Any) -> Part | None:
        """None too for what can be no key."""
        if isinstance(key, bool) or not isinstance(key, int) or not 0 < key < 2**63:
            return None
        return db.session.get(cls, key)

    @classmethod
    def with_number(cls, number: str) -> Part | None:
        same = func.lower(cls.number) == number.lower()
        return db.session.scalars(select(cls).where(same)).one_or_none()

    @property
    def title(self) -> str:
        return f"{self.number} · {self.name}"


class Kit(_Registered):
    """What is packed for one kind of work."""

    __tablename__ = "kit"

    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    lines: Mapped[list[KitLine]] = relationship(
        back_populates="kit", order_by="KitLine.id", cascade="all, delete-orphan"
    )

    @classmethod
    def in_use(cls) -> Select[Kit]:
        return select(cls).where(cls.retired_at.is_(None)).order_by(cls.code)

    @classmethod
    def with_code(cls, code: str) -> Kit | None:
        same = func.lower(cls.code) == code.lower()
        return db.session.scalars(select(cls).where(same)).one_or_none()

    @property
    def title(self) -> str:
        return f"{self.code} · {self.name}"

    def put_in(self, part: Part, quantity: Decimal, by: Doer, at: datetime) -> KitLine:
        """So much of the part is in the kit; what was there of it before, no more.

        Raises RetiredPartError for a part that was not in the kit already.
        """
        line = next((one for one in self.lines if one.part_id == part.id), None)
        if line is None:
            if part.retired_at:
                raise RetiredPartError(part.number)
            line = KitLine(part=part)
            self.lines.append(line)
        line.quantity = quantity
        record("put_in", self, by, at, part=part.number, quantity=f"{quantity.normalize():f}")
        return line

    def take_out(self, line: KitLine, by: Doer, at: datetime) -> None:
        self.lines.remove(line)
        record("take_out", self, by, at, part=line.part.number)


class KitLine(Model):
    """So much of a part, in a kit."""

    __tablename__ = "kit_line"
    __table_args__ = (
        UniqueConstraint("kit_id", "part_id"),
        CheckConstraint("quantity > 0", name="quantity"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kit_id: Mapped[int] = mapped_column(ForeignKey("kit.id"))
    part_id: Mapped[int] = mapped_column(ForeignKey("part.id"), index=True)
    # In the part's unit.
    quantity: Mapped[Decimal] = mapped_column(Numeric(10, 3))
    kit: Mapped[Kit] = relationship(back_populates="lines")
    part: Mapped[Part] = relationship()

    @classmethod
    def visible_to(cls, person: Person) -> Select[KitLine]:
        return select(cls)


class WearPart(Model):
    """A part of a model that is replaced in time."""

    __tablename__ = "wear_part"
    __table_args__ = (
        UniqueConstraint("model_id", "part_id"),
        CheckConstraint("months > 0", name="months"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    model_id: Mapped[int] = mapped_column(ForeignKey("station_model.id"))
    part_id: Mapped[int] = mapped_column(ForeignKey("part.id"), index=True)
    # None: by its condition alone.
    months: Mapped[int | None]
    note: Mapped[str | None]
    model: Mapped[StationModel] = relationship()
    part: Mapped[Part] = relationship()

    @classmethod
    def visible_to(cls, person: Person) -> Select[WearPart]:
        return select(cls)

    @classmethod
    def of(cls, model: StationModel) -> list[WearPart]:
        mine = select(cls).where(cls.model_id == model.id).join(cls.part)
        return list(
            db.session.scalars(mine.order_by(Part.name, cls.id).options(joinedload(cls.part)))
        )

    @classmethod
    def name(
        cls,
        model: StationModel,
        part: Part,
        by: Doer,
        at: datetime,
        months: int | None = None,
        note: str | None = None,
    ) -> WearPart:
        """The part wears out in this model. Known already: with the new months and note."""
        known = select(cls).where(cls.model_id == model.id, cls.part_id == part.id)
        one = db.session.scalars(known).one_or_none() or cls(model=model, part=part)
        one.months, one.note = months, note
        db.session.add(one)
        record("add_wear_part", model, by, at, part=part.number, months=months)
        return one

    def remove(self, by: Doer, at: datetime) -> None:
        db.session.delete(self)
        record("remove_wear_part", self.model, by, at, part=self.part.number)
