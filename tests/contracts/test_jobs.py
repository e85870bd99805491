"""What the clock does with contracts: reminders once, and the end of each period."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from service.contracts.jobs import end_periods, let_retired_stations_go, remind_of_contracts
from service.contracts.models import ServiceContract
from service.contracts.refusals import DoubleCoverError
from service.contracts.reminders import ContractReminder
from service.contracts.words import ReminderKind, Renewal, State
from service.core.db import db
from service.core.history import History
from service.core.outbox import Mail
from service.people.models import Customer, Person, Role
from service.stations.models import Site, Station
from tests.conftest import NOON, person
from tests.contracts.conftest import END, another, contract_of


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 11, tzinfo=UTC)


def mails() -> list[Mail]:
    return list(db.session.scalars(select(Mail).order_by(Mail.id)))


def test_a_reminder_is_made_and_mailed_once(contract: ServiceContract, admin: Person) -> None:
    for hour in range(3):
        remind_of_contracts(datetime(2026, 8, 31, 5 + hour, tzinfo=UTC))
    remind_of_contracts(noon(date(2026, 9, 1)))
    db.session.commit()

    (kept,) = db.session.scalars(select(ContractReminder))
    assert [deed.verb for deed in db.session.scalars(History.of(contract))].count("remind") == 1
    assert (kept.kind, kept.due_on) == (ReminderKind.NOTICE, date(2026, 8, 31))
    (mail,) = mails()
    assert mail.recipient == admin.email
    assert contract.number in mail.body
    assert "2026-09-30" in mail.body
    assert f"/contracts/{contract.id}" in mail.body


def test_a_clock_that_stood_still_reminds_late_rather_than_never(
    contract: ServiceContract, admin: Person
) -> None:
    remind_of_contracts(noon(date(2026, 9, 20)))

    assert len(mails()) == 1


@pytest.mark.usefixtures("contract")
def test_only_administrators_at_work_are_told(admin: Person) -> None:
    person(Role.OPERATIONS)
    person(Role.ADMINISTRATOR, "Gone").active = False
    remind_of_contracts(noon(date(2026, 8, 31)))

    assert [mail.recipient for mail in mails()] == [admin.email]


@pytest.mark.usefixtures("admin")
def test_many_contracts_are_one_mail(customer: Customer, site: Site) -> None:
    for number in range(3):
        contract_of(customer, another(site, f"Hamnen {number}"), number=f"A{number}")
    remind_of_contracts(noon(date(2026, 8, 31)))

    (mail,) = mails()
    assert all(f"A{number} " in mail.body for number in range(3))
    assert mail.subject.endswith(": 3")


@pytest.mark.usefixtures("admin")
def test_drafts_and_what_is_over_remind_nobody(contract: ServiceContract) -> None:
    contract.cancel(END, "test", "x", NOON)
    contract_of(contract.customer, signed=False)
    remind_of_contracts(noon(date(2026, 8, 31)))

    assert mails() == []


def test_what_renews_itself_is_renewed_when_its_period_is_over(contract: ServiceContract) -> None:
    end_periods(noon(END))
    assert contract.ends_on == END

    end_periods(noon(date(2027, 1, 1)))
    assert (contract.state, contract.ends_on) == (State.ACTIVE, date(2027, 12, 31))


def test_a_clock_that_stood_still_for_years_renews_each_of_them(
    contract: ServiceContract,
) -> None:
    end_periods(noon(date(2029, 3, 1)))
    end_periods(noon(date(2029, 3, 1)))

    renewed = [deed for deed in db.session.scalars(History.of(contract)) if deed.verb == "renew"]
    assert contract.ends_on == date(2029, 12, 31)
    assert len(renewed) == 3
    assert {deed.actor for deed in renewed} == {"rule"}


def test_the_day_is_sweden_s_not_greenwich_s(contract: ServiceContract) -> None:
    end_periods(datetime(2026, 12, 31, 23, 30, tzinfo=UTC))

    assert contract.ends_on == date(2027, 12, 31)


def test_what_ends_is_ended(contract: ServiceContract) -> None:
    contract.choose_renewal(Renewal.ENDS, "test", NOON, "x")
    end_periods(noon(date(2027, 1, 1)))

    assert contract.state is State.ENDED


def test_what_asks_waits_for_a_person(contract: ServiceContract) -> None:
    contract.choose_renewal(Renewal.ASK, "test", NOON, "x")
    end_periods(noon(date(2027, 1, 1)))

    assert (contract.state, contract.ends_on) == (State.ACTIVE, END)
    assert contract.waits_for_decision(date(2027, 1, 1))
    assert not contract.holds(date(2027, 1, 1))


def test_a_late_renewal_takes_no_station_from_its_new_contract(
    contract: ServiceContract, customer: Customer, station: Station
) -> None:
    contract.choose_renewal(Renewal.ASK, "test", NOON, "x")
    contract_of(customer, station, starts_on=date(2027, 1, 1))

    with pytest.raises(DoubleCoverError):
        contract.renew("test", NOON)


def test_a_retired_station_is_let_go_on_its_last_day(
    contract: ServiceContract, station: Station, admin: Person
) -> None:
    station.retire(admin, "Riven", NOON)
    for _ in range(2):
        let_retired_stations_go(noon(date(2026, 6, 1)))

    assert [row.until for row in contract.covers] == [NOON.date()]
    verbs = [deed.verb for deed in db.session.scalars(History.of(contract))]
    assert verbs == ["uncover", "sign", "cover", "create"]


def test_a_draft_loses_a_retired_station(
    customer: Customer, station: Station, admin: Person
) -> None:
    draft = contract_of(customer, station, signed=False)
    station.retire(admin, "Riven", NOON)
    let_retired_stations_go(NOON)
    db.session.commit()

    assert draft.covers == []
