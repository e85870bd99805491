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
    # Who writes service reports: the name, and what stands below it.
    "company_name": "",
    "company_facts": "",
    # What an hour of a technician costs us, in kronor: for the profit of contracts.
    "hour_costs_kronor": "0",
    # The tag on which a technician's tablet starts a test charge; it is in the list of tags.
    "test_tag": "",
    # What the control programme says of faults that are found, in either language.
    "deviations_sv": (
        "Den som ser en skada eller brist anmäler den genast. Varje avvikelse blir ett ärende med "
        "nummer, prioritet och ansvarig.\n"
        "Vid fara för liv, hälsa eller egendom tas stationen ur drift och hålls avstängd tills "
        "felet är åtgärdat och stationen kontrollerad.\n"
        "Arbete som kräver auktorisation, som att öppna kapslingen eller mäta på spänningsförande "
        "delar, utförs bara av ett registrerat elinstallationsföretag enligt dess "
        "egenkontrollprogram.\n"
        "Ärendet stängs först när åtgärden är kontrollerad. En kontroll som inte är gjord i tid "
        "står som försenad här tills den är gjord; den som hoppas över har en skriven orsak."
    ),
    "deviations_en": (
        "Whoever sees damage or a defect reports it at once. Every deviation becomes a ticket with "
        "a number, a priority and somebody who answers for it.\n"
        "Where life, health or property is in danger, the station is taken out of service and "
        "stays so until the fault is mended and the station has been checked.\n"
        "Work that asks for an authorisation, such as opening the enclosure or measuring on live "
        "parts, is done by a registered electrical contractor alone, under its own programme of "
        "self-checks.\n"
        "A ticket is closed when the repair has been checked, not before. A control that was not "
        "done in time stands here as overdue until it is done; one that is skipped has a written "
        "reason."
    ),
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
