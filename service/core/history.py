"""Who did what, on what, and why: one row for every verb that a person or a rule performs."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, Index, Select, select
from sqlalchemy.orm import Mapped, mapped_column

from service.core import dates
from service.core.clock import now
from service.core.db import Model, db

if TYPE_CHECKING:
    from service.people.models import Person


# Whatever is told in words is told in both.
LANGUAGES = ("sv", "en")
# As `_plain` writes them down.
DAY = re.compile(r"\d{4}-\d\d-\d\d")
MOMENT = re.compile(DAY.pattern + r"[T ]\d\d:\d\d\S*[+-]\d\d:\d\d")


class History(Model):
    """One deed. Append-only: the application role may insert and read, nothing else."""

    __tablename__ = "history"
    __table_args__ = (Index("ix_history_subject", "subject", "subject_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    # The rule's name where no person acted.
    actor: Mapped[str]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    verb: Mapped[str]
    # The table and key of the row that the deed was done to.
    subject: Mapped[str]
    subject_id: Mapped[int]
    why: Mapped[str | None]
    # What changed: {"column": [before, after]}. Never a secret.
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)

    @classmethod
    def of(cls, row: Model) -> Select[History]:
        """What has been done to one row, newest first."""
        subject = row.__tablename__
        mine = select(cls).where(cls.subject == subject, cls.subject_id == row.id)  # type: ignore[attr-defined]
        return mine.order_by(cls.id.desc())


def record(
    verb: str,
    row: Model,
    by: Person | str,
    at: datetime,
    why: str | None = None,
    **details: Any,
) -> None:
    """Write down a deed. `by` is a person, or the name of the rule that acted."""
    db.session.flush()
    person = None if isinstance(by, str) else by
    db.session.add(
        History(
            at=at,
            actor=by if isinstance(by, str) else by.name,
            person_id=person.id if person else None,
            verb=verb,
            subject=row.__tablename__,
            subject_id=row.id,  # type: ignore[attr-defined]
            why=why,
            details=details,
        )
    )


def edit(row: Model, by: Person | str, at: datetime, why: str | None = None, **facts: Any) -> bool:
    """Give columns new values, and write down what they were. False where nothing differs."""
    changes = {
        name: [_plain(getattr(row, name)), _plain(value)]
        for name, value in facts.items()
        if getattr(row, name) != value
    }
    for name in changes:
        setattr(row, name, facts[name])
    if changes:
        record("edit", row, by, at, why, **changes)
    return bool(changes)


def _plain(value: Any) -> Any:
    """As JSON can carry it: a row by key and name, a date or an amount as its text."""
    if isinstance(value, Model):
        return _named(value)
    if value is None or isinstance(value, str | int | float | list | dict):
        return value
    return str(value)


def _named(row: Model) -> Any:
    """By the name that it has now: a number says nothing, and the row may be renamed or go."""
    name = getattr(row, "name", None) or getattr(row, "title", None)
    key = row.id  # type: ignore[attr-defined]
    return {"id": key, "name": name} if isinstance(name, str) else key


def in_both(say: Callable[[str], str]) -> dict[str, str]:
    """What is written down by its words in each language: who reads it, and where, is not known."""
    return {one: say(one) for one in LANGUAGES}


def spoken(given: Any, language: str) -> Any:
    """What was written down, as somebody reads it: rows by their name, words and days in their
    language.
    """
    if isinstance(given, list):
        return [spoken(one, language) for one in given]
    if isinstance(given, str):
        return _dated(given, language)
    if not isinstance(given, dict):
        return given
    return given.get("name", given) if "id" in given else given.get(language, given)


def _dated(words: str, language: str) -> str:
    try:
        if DAY.fullmatch(words):
            return dates.day(date.fromisoformat(words), language)
        if MOMENT.fullmatch(words):
            return dates.moment(datetime.fromisoformat(words), language, now())
    except ValueError:
        pass  # The number of a part may look like a day.
    return words


def plain(_name: str, given: Any) -> Any:
    """What a column was, or became, where a page has no better word for it."""
    if isinstance(given, list):
        return ", ".join(str(one) for one in given) or "–"
    return "–" if given in (None, "") else given
