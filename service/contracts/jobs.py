"""What the clock does with contracts: each of these may run as often as it likes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from service.contracts import reminders
from service.contracts.models import ServiceContract
from service.contracts.words import Renewal, State
from service.core.dates import HOME
from service.core.db import db

RULE = "rule"


def remind_of_contracts(at: datetime) -> None:
    today = at.astimezone(HOME).date()
    reminders.tell(reminders.make_reminders(today, at), at)


def end_periods(at: datetime) -> None:
    """What renews itself is renewed, what ends is ended, and what asks waits for a person."""
    today = at.astimezone(HOME).date()
    over = select(ServiceContract).where(
        ServiceContract.state == State.ACTIVE,
        ServiceContract.ends_on < today,
        ServiceContract.renewal != Renewal.ASK,
    )
    for contract in db.session.scalars(over.with_for_update(skip_locked=True)).all():
        if contract.renewal is Renewal.ENDS:
            contract.end(RULE, at)
        while contract.is_active and contract.ends_on < today:
            contract.renew(RULE, at)
