"""What somebody can do, until when they may, and how long their week is."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKey, Select, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, contains_eager, joinedload, mapped_column, relationship

from service.core import dates
from service.core.db import Model, db
from service.core.history import edit, record
from service.people.models import Person

# A course is booked in time.
SOON = timedelta(days=60)

# What the product is born with (code, Swedish, English, whether an authorisation); from then on
# the rows are edited.
FIRST = (
    ("field_technician", "Fälttekniker", "Field technician", False),
    ("electrician", "Elektriker med auktorisation", "Authorised electrician", True),
    ("rcd_instrument", "Jordfelsbrytarprov med instrument", "RCD test by instrument", False),
    ("high_voltage_dc", "Högspänd likström", "High-voltage direct current", False),
    ("liquid_cooling", "Vätskekylning", "Liquid cooling", False),
)


class Skill(Model):
    """Something that a task can ask of whoever does it."""

    __tablename__ = "skill"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name_sv: Mapped[str]
    name_en: Mapped[str]
    # The law asks for it: without a valid one the work may not be done at all.
    is_authorisation: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]

    @classmethod
    def visible_to(cls, person: Person) -> Select[Skill]:
        return select(cls)

    @classmethod
    def in_use(cls) -> Select[Skill]:
        return select(cls).where(cls.retired_at.is_(None)).order_by(cls.code)

    @classmethod
    def with_code(cls, code: str) -> Skill | None:
        same = func.lower(cls.code) == code.lower()
        return db.session.scalars(select(cls).where(same)).one_or_none()

    @classmethod
    def create(cls, by: Person | str, at: datetime, **facts: Any) -> Skill:
        skill = cls(created_at=at, **facts)
        db.session.add(skill)
        record("create", skill, by, at)
        return skill

    def title(self, language: str) -> str:
        return self.name_sv if language == "sv" else self.name_en

    def edit(self, by: Person | str, at: datetime, **facts: Any) -> None:
        edit(self, by, at, **facts)

    def retire(self, by: Person, why: str, at: datetime) -> None:
        """Not asked for any more. Whoever has it keeps it."""
        self.retired_at = at
        record("retire", self, by, at, why)


class PersonSkill(Model):
    """Somebody has a skill: for good, or until its certificate runs out."""

    __tablename__ = "person_skill"
    __table_args__ = (UniqueConstraint("person_id", "skill_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    skill_id: Mapped[int] = mapped_column(ForeignKey("skill.id"), index=True)
    # The last day on which it holds.
    valid_until: Mapped[date | None]
    # Number and issuer, as they stand on it.
    certificate: Mapped[str | None]
    person: Mapped[Person] = relationship()
    skill: Mapped[Skill] = relationship()

    @classmethod
    def visible_to(cls, person: Person) -> Select[PersonSkill]:
        query = select(cls)
        return query if person.sees_all else query.where(cls.person_id == person.id)

    @classmethod
    def of(cls, person: Person) -> list[PersonSkill]:
        mine = select(cls).where(cls.person_id == person.id).join(cls.skill).order_by(Skill.code)
        return list(db.session.scalars(mine.options(joinedload(cls.skill))))

    @classmethod
    def held(cls, skill: Skill) -> list[PersonSkill]:
        """Whoever has it, by name."""
        return list(db.session.scalars(cls.holders(skill).order_by(Person.name, cls.id)))

    @classmethod
    def holders(cls, skill: Skill) -> Select[PersonSkill]:
        """Who of those that may sign in has it, whether it still holds or not."""
        theirs = select(cls).join(cls.person).where(cls.skill_id == skill.id, Person.active)
        return theirs.options(contains_eager(cls.person))

    @classmethod
    def give(
        cls,
        person: Person,
        skill: Skill,
        by: Person | str,
        at: datetime,
        valid_until: date | None = None,
        certificate: str | None = None,
    ) -> PersonSkill:
        """The person has the skill from now on; who had it already, with the new certificate."""
        had = select(cls).where(cls.person_id == person.id, cls.skill_id == skill.id)
        own = db.session.scalars(had).one_or_none() or cls(person=person, skill=skill)
        own.valid_until, own.certificate = valid_until, certificate
        db.session.add(own)
        until = str(valid_until) if valid_until else None
        record("give_skill", person, by, at, skill=skill.code, until=until, certificate=certificate)
        return own

    def take_away(self, by: Person | str, at: datetime) -> None:
        db.session.delete(self)
        record("take_skill", self.person, by, at, skill=self.skill.code)

    def holds_on(self, day: date) -> bool:
        return self.valid_until is None or day <= self.valid_until

    def ends_soon(self, day: date) -> bool:
        """It holds, and is to be renewed."""
        return self.holds_on(day) and not self.holds_on(day + SOON)


def authorisations_of(person: Person, at: datetime) -> list[str]:
    """The skills that the person has on that day, by their codes."""
    on = dates.today(at)
    return sorted(one.skill.code for one in PersonSkill.of(person) if one.holds_on(on))


def holding(skill: Skill, day: date) -> Select[Person]:
    """Whoever may be sent on that day with this skill."""
    own = select(PersonSkill.person_id).where(
        PersonSkill.skill_id == skill.id,
        (PersonSkill.valid_until.is_(None)) | (PersonSkill.valid_until >= day),
    )
    return select(Person).where(Person.id.in_(own), Person.active).order_by(Person.name)


def rows() -> list[dict[str, Any]]:
    """The first skills, as `Skill` takes them."""
    names = ("code", "name_sv", "name_en", "is_authorisation")
    return [dict(zip(names, one, strict=True)) for one in FIRST]
