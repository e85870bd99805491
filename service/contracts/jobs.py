"""What the clock does with contracts: each of these may run as often as it likes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from service.contracts import reminders
from service.contracts.models import ContractStation, ServiceContract
from service.contracts.reminders import RULE
from service.contracts.words import Renewal, State
from service.core.dates import HOME
from service.core.db import db
from service.stations.models import Station

MOST = 1000


def remind_of_contracts(at: datetime) -> None:
    today = at.astimezone(HOME).date()
    reminders.tell(reminders.make_reminders(today, at), at)


def let_retired_stations_go(at: datetime) -> None:
    """What is taken out of the fleet is covered, and paid for, up to that day."""
    retired = select(ContractStation).join(ContractStation.contract).join(ContractStation.station)
    retired = retired.where(
        ServiceContract.state.in_((State.DRAFT, State.ACTIVE)),
        ContractStation.until.is_(None),
        Station.retired_at.is_not(None),
    )
    for row in db.session.scalars(retired.limit(MOST)).all():
        gone = (row.station.retired_at or at).astimezone(HOME).date()
        row.contract.uncover([row], gone, RULE, "station retired", at)


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
