"""A contract from its draft to its end: what may be done to it, and what may not."""

from datetime import date, timedelta

import pytest
from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError, ProgrammingError

from service.contracts.costs import ContractCost
from service.contracts.cover import cover_of
from service.contracts.models import ContractStation, ServiceContract
from service.contracts.packages import ServicePackage
from service.contracts.refusals import (
    DoubleCoverError,
    ForeignStationError,
    IndexCapError,
    NoStationsError,
    OutsideError,
    WrongStateError,
)
from service.contracts.terms import Cover
from service.contracts.words import CostKind, Family, Renewal, State, WorkKind
from service.core.db import db
from service.core.history import History
from service.people.models import Customer
from service.stations.models import Site, Station
from tests.conftest import NOON
from tests.contracts.conftest import END, START, another, contract_of, offer

DAY = timedelta(days=1)


def verbs(contract: ServiceContract) -> list[str]:
    return [deed.verb for deed in db.session.scalars(History.of(contract))][::-1]


def test_a_draft_runs_for_the_package_s_period_at_its_price(
    package: ServicePackage, customer: Customer
) -> None:
    contract = contract_of(customer, package=package, signed=False)

    assert (contract.starts_on, contract.ends_on) == (START, END)
    assert contract.price_ore(START) == 10_000
    assert contract.number == "SA-00001"
    assert not contract.holds(START)


def test_what_is_changed_in_a_package_changes_no_signed_contract(
    contract: ServiceContract, package: ServicePackage
) -> None:
    package.edit(
        "test", NOON, included=[], price_ore=1, help_desk_hours="never", extra_prices={}, name="New"
    )
    db.session.commit()
    db.session.expire_all()

    terms = contract.agreed
    assert terms.package == "Service Plus"
    assert terms.includes(WorkKind.CLEANING)
    assert terms.extra_prices == {WorkKind.AIR_FILTER: 45_000}
    assert terms.sla
    assert terms.sla.targets["P1"] == {"response": 60, "repair": 240}
    assert contract.price_ore(END) == 10_000


def test_a_draft_follows_its_package_until_it_is_signed(
    package: ServicePackage, customer: Customer, station: Station
) -> None:
    contract = contract_of(customer, station, package=package, signed=False)
    package.edit("test", NOON, included=["firmware"])
    contract.sign("test", NOON)

    assert contract.agreed.included == (WorkKind.FIRMWARE,)


def test_a_contract_without_stations_is_not_signed(
    package: ServicePackage, customer: Customer
) -> None:
    with pytest.raises(NoStationsError):
        contract_of(customer, package=package)


def test_it_holds_from_its_first_to_its_last_day(contract: ServiceContract) -> None:
    kind = WorkKind.CLEANING

    assert [contract.includes(kind, day) for day in (START - DAY, START, END, END + DAY)] == [
        False,
        True,
        True,
        False,
    ]
    assert not contract.includes(WorkKind.AIR_FILTER, START)


def test_a_station_has_no_two_contracts_of_a_family_at_one_time(
    contract: ServiceContract, customer: Customer, station: Station
) -> None:
    with pytest.raises(DoubleCoverError) as refused:
        contract_of(customer, station, starts_on=date(2026, 6, 1))

    assert refused.value.names == ["Hamnen 3"]


def test_the_database_refuses_the_second_contract_too(
    contract: ServiceContract, station: Station
) -> None:
    other = contract_of(contract.customer, signed=False)
    kept = db.session.scalars(select(ContractStation)).one()
    row = {"contract_id": other.id, "station_id": station.id, "family": kept.family}

    with pytest.raises(IntegrityError, match="one_contract_of_a_family"):
        db.session.execute(
            insert(ContractStation).values(**row, since=kept.since, binds=kept.binds)
        )


def test_a_station_may_have_one_contract_of_each_family(
    contract: ServiceContract, customer: Customer, station: Station
) -> None:
    online = offer("Uppkoppling", family=Family.COMMUNICATION)

    assert contract_of(customer, station, package=online).is_active


def test_a_contract_that_renews_itself_leaves_no_room_behind_it(
    contract: ServiceContract, customer: Customer, station: Station
) -> None:
    with pytest.raises(DoubleCoverError):
        contract_of(customer, station, starts_on=END + DAY)


def test_after_notice_the_next_contract_may_begin_the_day_after(
    contract: ServiceContract, customer: Customer, station: Station
) -> None:
    contract.choose_renewal(Renewal.ENDS, "test", NOON, "Uppsagt av kunden")
    after = contract_of(customer, station, starts_on=END + DAY)

    assert after.is_active
    with pytest.raises(DoubleCoverError):
        contract.choose_renewal(Renewal.AUTO, "test", NOON, "Ångrat")


def test_two_drafts_may_compete(customer: Customer, station: Station) -> None:
    contract_of(customer, station, signed=False)
    contract_of(customer, station, signed=False)

    assert len(db.session.scalars(select(ServiceContract)).all()) == 2


def test_a_strangers_station_is_not_covered(contract: ServiceContract, site: Site) -> None:
    other = Site(customer=Customer(name="Annan", created_at=NOON), name="Torget", created_at=NOON)
    db.session.add(other)
    foreign = another(other, "Torget 1")

    with pytest.raises(ForeignStationError) as refused:
        contract.cover([foreign], START, "test", NOON)
    assert refused.value.names == ["Torget 1"]


def test_a_station_that_moved_away_before_the_signing_is_refused(
    customer: Customer, station: Station
) -> None:
    draft = contract_of(customer, station, signed=False)
    other = Customer(name="Annan", created_at=NOON)
    station.site = Site(customer=other, name="Torget", created_at=NOON)
    db.session.flush()

    with pytest.raises(ForeignStationError):
        draft.sign("test", NOON)


def test_a_station_leaves_and_its_past_stays(contract: ServiceContract) -> None:
    row = contract.covers[0]
    contract.uncover([row], date(2026, 6, 30), "test", "Flyttad", NOON)

    assert row.is_covered(date(2026, 6, 30))
    assert not row.is_covered(date(2026, 7, 1))
    assert contract.cover([row.station], date(2026, 8, 1), "test", NOON)


def test_a_station_that_is_covered_is_not_added_twice(
    contract: ServiceContract, station: Station
) -> None:
    assert contract.cover([station], date(2026, 5, 1), "test", NOON) == []


def test_what_a_draft_loses_was_never_there(customer: Customer, station: Station) -> None:
    contract = contract_of(customer, station, signed=False)
    contract.uncover(list(contract.covers), END, "test", "Inte med", NOON)
    db.session.commit()

    assert db.session.scalars(select(ContractStation)).all() == []


def test_a_draft_may_be_changed_and_a_signed_contract_not(
    contract: ServiceContract, customer: Customer, station: Station
) -> None:
    draft = contract_of(customer, station, signed=False)
    draft.amend("test", NOON, name="Ny", starts_on=date(2027, 2, 1), price_ore=5)

    assert (draft.name, draft.ends_on, draft.price_ore(START)) == ("Ny", date(2028, 1, 31), 5)
    assert draft.covers[0].since == date(2027, 2, 1)
    with pytest.raises(WrongStateError):
        contract.amend("test", NOON, name="Ny")


def test_a_first_period_of_another_length_moves_the_ones_after_it(
    package: ServicePackage, customer: Customer, station: Station
) -> None:
    contract = contract_of(customer, station, ends_on=date(2026, 6, 30))
    contract.renew("test", NOON)

    assert contract.ends_on == date(2027, 6, 30)


def test_a_price_rises_from_a_day_on_and_no_further_than_its_cap(
    customer: Customer, station: Station
) -> None:
    contract = contract_of(customer, station, package=offer(index_cap_percent=5))
    contract.adjust_price(10_500, date(2026, 7, 1), "test", NOON, "KPI")

    assert contract.price_ore(date(2026, 6, 30)) == 10_000
    assert contract.price_ore(date(2026, 7, 1)) == 10_500
    with pytest.raises(IndexCapError):
        contract.adjust_price(11_026, date(2026, 8, 1), "test", NOON, "KPI")
    with pytest.raises(OutsideError):
        contract.adjust_price(10_600, date(2026, 7, 1), "test", NOON, "KPI")
    with pytest.raises(OutsideError):
        contract.adjust_price(10_600, END + DAY, "test", NOON, "KPI")


def test_a_cancelled_contract_holds_until_the_day_that_was_said(
    contract: ServiceContract, customer: Customer, station: Station
) -> None:
    contract.cancel(date(2026, 3, 31), "test", "Såld fastighet", NOON)

    assert contract.state is State.CANCELLED
    assert contract.holds(date(2026, 3, 31))
    assert not contract.holds(date(2026, 4, 1))
    assert contract_of(customer, station, starts_on=date(2026, 4, 1)).is_active
    for deed in (
        lambda: contract.sign("test", NOON),
        lambda: contract.renew("test", NOON),
        lambda: contract.cancel(END, "test", "x", NOON),
        lambda: contract.cover([station], START, "test", NOON),
        lambda: contract.adjust_price(1, END, "test", NOON, "x"),
    ):
        with pytest.raises(WrongStateError):
            deed()


@pytest.mark.parametrize("last_day", [date(2025, 12, 31), date(2025, 6, 1)])
def test_a_contract_that_is_cancelled_before_it_begins_covers_nobody(
    contract: ServiceContract, station: Station, last_day: date
) -> None:
    contract.cancel(last_day, "test", "Ångrat", NOON)
    db.session.commit()

    assert cover_of([station.id], START)[station.id] == Cover()
    assert contract.covers == []


def test_a_contract_that_is_cancelled_on_its_first_day_holds_that_day(
    contract: ServiceContract, station: Station
) -> None:
    contract.cancel(START, "test", "Ångrat", NOON)
    db.session.commit()

    assert len(cover_of([station.id], START)[station.id].contracts) == 1
    assert cover_of([station.id], START + DAY)[station.id] == Cover()


def test_a_draft_that_is_cancelled_never_held(customer: Customer, station: Station) -> None:
    contract = contract_of(customer, station, signed=False)
    contract.cancel(END, "test", "Avböjt", NOON)
    db.session.commit()

    assert not contract.holds(START)


def test_every_deed_leaves_its_line(contract: ServiceContract, station: Station) -> None:
    contract.rename("Garaget", "test", NOON)
    contract.choose_renewal(Renewal.ASK, "test", NOON, "x")
    contract.adjust_price(11_000, date(2026, 7, 1), "test", NOON, "x")
    contract.renew("test", NOON)
    contract.uncover(list(contract.covers), END, "test", "x", NOON)
    contract.cancel(END, "test", "x", NOON)

    assert verbs(contract) == [
        *("create", "cover", "sign", "edit", "edit", "adjust_price", "renew", "uncover"),
        "cancel",
    ]


def test_a_cost_that_is_written_stays(contract: ServiceContract) -> None:
    cost = ContractCost.enter(contract, START, CostKind.VISIT, 80_000, "Besök", "test", NOON)
    db.session.commit()
    assert [deed.why for deed in db.session.scalars(History.of(cost))] == ["Besök"]
    # The contract's own history is open to more people than its costs.
    assert verbs(contract) == ["create", "cover", "sign"]

    with pytest.raises(ProgrammingError, match="permission denied"):
        db.session.execute(delete(ContractCost))
