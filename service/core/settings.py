"""Settings that an administrator changes while the product runs, each with its default."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.orm import Mapped, mapped_column

from service.core.db import Model, db
from service.core.history import record

if TYPE_CHECKING:
    from service.people.models import Person

DEFAULTS = {
    # Where a new P1 or P2 ticket is mailed. Several addresses are separated by commas.
    "duty_email": "",
    "frame_retention_days": "90",
    # Who pays for the frames' room on disk also decides how long resolved tickets wait to close.
    "close_resolved_after_hours": "24",
}


class Setting(Model):
    __tablename__ = "setting"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    value: Mapped[str]
    changed_at: Mapped[datetime]

    @classmethod
    def change(
        cls, name: str, value: str, by: Person, at: datetime, why: str | None = None
    ) -> None:
        row = db.session.query(cls).filter_by(name=name).one_or_none()
        before = row.value if row else DEFAULTS[name]
        if row is None:
            row = cls(name=name)
            db.session.add(row)
        row.value, row.changed_at = value, at
        record("change", row, by, at, why, name=name, value=[before, value])


def setting(name: str) -> str:
    """The value in force."""
    row = db.session.query(Setting).filter_by(name=name).one_or_none()
    return row.value if row else DEFAULTS[name]
