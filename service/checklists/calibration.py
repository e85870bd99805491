"""Whose instruments have to be calibrated, and who is told of it in time: once each."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import joinedload

from service.checklists.models import Instrument
from service.core.db import db
from service.core.history import History, record
from service.core.outbox import WEB, Mail
from service.people.models import Person
from service.people.roles import Role

EARLY = timedelta(days=30)
RULE = "rule"
VERB = "remind"


def expiring(on: date) -> list[Instrument]:
    """In use, and expired or about to, the first one first."""
    due = Instrument.in_use().where(Instrument.calibrated_until <= on + EARLY)
    by_day = due.order_by(None).order_by(Instrument.calibrated_until, Instrument.id)
    return list(db.session.scalars(by_day.options(joinedload(Instrument.person))))


def remind(on: date, at: datetime) -> None:
    """One mail a person, however many instruments. A certificate is reminded of once: the history
    remembers it, and another certificate has another day."""
    new = [one for one in expiring(on) if not _is_told(one)]
    of_person: dict[str, list[Instrument]] = defaultdict(list)
    for one in new:
        record(VERB, one, RULE, at, until=str(one.calibrated_until))
        for address in _concerned(one):
            of_person[address].append(one)
    for address, several in of_person.items():
        # In a mail, which has no reader's language: Swedish first, then English.
        subject = f"Instrument att kalibrera / instruments to calibrate: {len(several)}"
        Mail.queue(address, subject, "\n\n".join(map(_line, several)), at, about="instruments")


def _is_told(one: Instrument) -> bool:
    told = exists().where(
        History.subject == Instrument.__tablename__,
        History.subject_id == one.id,
        History.verb == VERB,
        History.details["until"].astext == str(one.calibrated_until),
    )
    return bool(db.session.scalar(select(told)))


def _concerned(one: Instrument) -> list[str]:
    """Whoever carries it, and the administrators; each once."""
    them = select(Person.email).where(
        Person.role == Role.ADMINISTRATOR, Person.active, Person.email.is_not(None)
    )
    carrier = one.person.email if one.person and one.person.active else None
    found = [carrier, *db.session.scalars(them.order_by(Person.id))]
    return list(dict.fromkeys(address for address in found if address))


def _line(one: Instrument) -> str:
    carried = one.person.name if one.person else "–"
    return "\n".join(
        [
            f"{one.make} {one.model}, nr {one.serial} · {carried}",
            f"kalibrerat till och med / calibrated until: {one.calibrated_until}",
            f"{WEB}/instruments/{one.id}",
        ]
    )
