"""Who is told in time that a contract ends, is renewed, or can still be given notice of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Select, UniqueConstraint, false, literal_column, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from service.contracts import periods
from service.contracts.models import ServiceContract
from service.contracts.words import ReminderKind, Renewal, State
from service.core.db import Model, db
from service.core.history import record
from service.core.outbox import WEB, Mail
from service.people.models import Person
from service.people.roles import Role

# In a mail, which has no reader's language: Swedish first, then English.
WORDS = {
    (ReminderKind.EXPIRY, Renewal.ENDS): "går ut / ends",
    (ReminderKind.EXPIRY, Renewal.ASK): "går ut om ingen förnyar det / ends unless renewed",
    (ReminderKind.RENEWAL, Renewal.ASK): "väntar på beslut om förnyelse / asks to be renewed",
    (ReminderKind.RENEWAL, Renewal.AUTO): "förnyas av sig självt / renews itself",
    (ReminderKind.NOTICE, Renewal.AUTO): "ska sägas upp senast / last day to give notice",
}
LISTED = 100
RULE = "rule"


class ContractReminder(Model):
    """Somebody was told. However often the clock asks, once."""

    __tablename__ = "contract_reminder"
    __table_args__ = (UniqueConstraint("contract_id", "kind", "due_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("service_contract.id"))
    kind: Mapped[ReminderKind]
    due_on: Mapped[date]
    made_at: Mapped[datetime]
    contract: Mapped[ServiceContract] = relationship()

    @classmethod
    def visible_to(cls, person: Person) -> Select[ContractReminder]:
        return select(cls) if person.sees_all else select(cls).where(false())


def near_their_end(on: date) -> Select[ServiceContract]:
    """Active contracts of which somebody may have to be told by that day."""
    noticed: Any = literal_column("make_interval(months => service_contract.notice_months::int)")
    return select(ServiceContract).where(
        ServiceContract.state == State.ACTIVE,
        ServiceContract.ends_on >= on,
        or_(
            ServiceContract.ends_on <= on + periods.EARLY,
            # A month more than is needed: which of them are due, the rule says.
            ServiceContract.ends_on - noticed <= on + 2 * periods.LATE,
        ),
    )


def make_reminders(on: date, at: datetime) -> list[ContractReminder]:
    """Keep what is due and not yet kept. Returns what is new."""
    due = [
        {"contract_id": one.id, "kind": what.kind, "due_on": what.on, "made_at": at}
        for one in db.session.scalars(near_their_end(on))
        for what in periods.reminders_due(one.renewal, one.ends_on, one.notice_months, on)
    ]
    if not due:
        return []
    kept = insert(ContractReminder).values(due).on_conflict_do_nothing()
    keys = db.session.scalars(kept.returning(ContractReminder.id)).all()
    of_customer = joinedload(ContractReminder.contract).joinedload(ServiceContract.customer)
    new = select(ContractReminder).where(ContractReminder.id.in_(keys)).options(of_customer)
    made = list(db.session.scalars(new.order_by(ContractReminder.id)))
    for one in made:
        record("remind", one.contract, RULE, at, reminder=one.kind.value)
    return made


def tell(new: Sequence[ContractReminder], at: datetime) -> None:
    """One mail to each administrator, however many reminders there are."""
    if not new:
        return
    subject = f"Avtal att se över / contracts to look at: {len(new)}"
    body = "\n\n".join([_line(one) for one in new[:LISTED]] + _rest(len(new)))
    for address in _administrators():
        Mail.queue(address, subject, body, at, about="contracts")


def _administrators() -> Sequence[str]:
    them = select(Person.email).where(
        Person.role == Role.ADMINISTRATOR, Person.active, Person.email.is_not(None)
    )
    return [address for address in db.session.scalars(them.order_by(Person.id)) if address]


def _line(one: ContractReminder) -> str:
    contract = one.contract
    words = WORDS.get((one.kind, contract.renewal), one.kind.value)
    return "\n".join(
        [
            f"{contract.number} {contract.name} · {contract.customer.name}",
            f"{words}: {day_of(one.kind, contract)}",
            f"{WEB}/contracts/{contract.id}",
        ]
    )


def _rest(number: int) -> list[str]:
    more = number - LISTED
    return [f"… och {more} till / and {more} more: {WEB}/contracts"] if more > 0 else []


def day_of(kind: ReminderKind, contract: ServiceContract) -> date:
    """The day that the reminder is about."""
    if kind is ReminderKind.NOTICE:
        return periods.last_notice_day(contract.ends_on, contract.notice_months)
    return contract.ends_on
