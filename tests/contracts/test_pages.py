"""The pages of packages and contracts: what is typed, what is refused, and who sees what."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text

from service.contracts.costs import ContractCost
from service.contracts.list_views import today
from service.contracts.models import ContractPrice, ContractStation, ServiceContract
from service.contracts.packages import ServicePackage, SlaPolicy
from service.contracts.reminders import ContractReminder
from service.contracts.words import CostKind, ReminderKind, Renewal, State, WorkKind
from service.core.db import db
from service.people.models import Customer, Person, Role
from service.stations.models import Site, Station
from tests.conftest import NOON, person, signed_in
from tests.contracts.conftest import END, START, another, contract_of, offer

PACKAGE = {
    "name": "Service Bas",
    "family": "service",
    "inc_cleaning": "y",
    "extra_air_filter": "450,50",
    "extra_cleaning": "12",
    "parts": "wear",
    "visits_per_year": "2",
    "price_ore": "1 149",
    "price_per": "year",
    "vat_percent": "25",
    "period_months": "12",
    "notice_months": "3",
    "renewal": "auto",
}


def test_a_package_is_typed_changed_and_retired(as_admin: FlaskClient) -> None:
    as_admin.post("/packages", data=PACKAGE)
    package = db.session.scalars(select(ServicePackage)).one()

    assert package.price_ore == 114_900
    assert package.included == ["cleaning"]
    # What is included has a price of its own beyond the visits that are.
    assert package.extra_prices == {WorkKind.AIR_FILTER: 45_050, WorkKind.CLEANING: 1_200}
    path = f"/packages/{package.id}"
    assert 'value="450.5"' in as_admin.get(f"{path}/edit").text.replace("450.50", "450.5")
    as_admin.post(path, data=PACKAGE | {"visits_per_year": "", "extra_air_filter": ""})
    db.session.expire_all()
    assert package.visits_per_year is None
    assert package.extra_prices == {}
    assert "as many as are needed" in as_admin.get(path).text
    as_admin.post(f"{path}/retirement", data={"reason": "Ersatt"})
    assert "no package" in as_admin.get("/packages").text.lower()
    assert "retired" in as_admin.get(f"{path}/history").text


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"name": ""}, "This field is required"),
        ({"name": "SERVICE PLUS"}, "There is a package of this name already"),
        ({"price_ore": "dyrt"}, "Write a number"),
        ({"price_ore": "1,005"}, "whole öre"),
        ({"price_ore": "-1"}, "between 0 and"),
        ({"extra_air_filter": "x"}, "Write a number"),
        ({"period_months": "0"}, "between 1 and 240"),
        ({"family": "mat"}, "Invalid Choice"),
    ],
)
def test_a_wrong_package_is_refused_beside_the_field(
    as_admin: FlaskClient, typed: dict[str, str], words: str
) -> None:
    offer()
    answer = as_admin.post("/packages", data=PACKAGE | typed)

    assert answer.status_code == 422
    assert words in answer.text
    assert db.session.scalar(select(func.count(ServicePackage.id))) == 1


def test_a_service_level_is_typed_in_minutes_and_shown_in_hours(as_admin: FlaskClient) -> None:
    typed = {"name": "Guld", "hours": "24/7", "p1_response": "240", "p1_repair": "1440"}
    as_admin.post("/service-levels", data=typed)
    policy = db.session.scalars(select(SlaPolicy)).one()

    assert policy.targets == {"P1": {"response": 240, "repair": 1440}}
    assert "4 h" in as_admin.get(f"/service-levels/{policy.id}").text
    assert 'value="240"' in as_admin.get(f"/service-levels/{policy.id}/edit").text
    as_admin.post(f"/service-levels/{policy.id}", data=typed | {"p1_response": ""})
    db.session.expire_all()
    assert policy.targets == {"P1": {"response": None, "repair": 1440}}
    assert as_admin.post("/service-levels", data=typed).status_code == 422
    assert "24 h" in as_admin.get("/service-levels").text


def test_a_contract_goes_from_draft_to_signed_through_its_pages(
    as_admin: FlaskClient, package: ServicePackage, site: Site, station: Station
) -> None:
    other = another(site, "Hamnen 4")
    typed = {"customer_id": site.customer_id, "package_id": package.id, "name": "Garaget"}
    made = as_admin.post("/contracts", data=typed | {"starts_on": "2026-01-01"})
    contract = db.session.scalars(select(ServiceContract)).one()
    path = f"/contracts/{contract.id}"
    assert made.location == path

    assert "Add stations first" in as_admin.post(f"{path}/signature", follow_redirects=True).text
    assert "Hamnen 4" in as_admin.get(f"{path}/stations").text
    as_admin.post(f"{path}/stations", data={"sites": [site.id], "since": "2026-01-01"})
    as_admin.post(f"{path}/signature")
    db.session.expire_all()

    assert contract.state is State.ACTIVE
    assert {one.station_id for one in contract.covers} == {station.id, other.id}
    shown = as_admin.get(path).text
    assert "100.00\N{NO-BREAK SPACE}kr" in shown
    assert "450.00\N{NO-BREAK SPACE}kr" in shown
    assert "31 Dec 2026" in shown
    assert "30 Sep 2026" in shown


def test_stations_are_taken_one_by_one_too_and_none_is_said(
    as_admin: FlaskClient, customer: Customer, site: Site, station: Station
) -> None:
    contract = contract_of(customer, station, signed=False)
    fourth, _fifth = another(site, "Hamnen 4"), another(site, "Hamnen 5")
    path = f"/contracts/{contract.id}/stations"

    none = as_admin.post(path, data={"since": "2026-02-01"})
    assert (none.status_code, "at least one site or station" in none.text) == (422, True)
    early = as_admin.post(path, data={"since": "2020-01-01", "chosen": [fourth.id]})
    assert (
        early.status_code,
        "Choose a day from 1 January 2026 to 31 December 2026" in early.text,
    ) == (422, True)
    as_admin.post(path, data={"since": "2026-02-01", "chosen": [fourth.id, 999]})

    names = select(Station.name).join(ContractStation).order_by(Station.id)
    assert db.session.scalars(names).all() == ["Hamnen 3", "Hamnen 4"]


def test_stations_are_let_go_with_a_reason(
    as_admin: FlaskClient, contract: ServiceContract, station: Station, site: Site
) -> None:
    path = f"/contracts/{contract.id}/stations/removal"
    assert "Hamnen 3" in as_admin.get(path).text
    typed = {"sites": [site.id], "until": "2026-05-31"}

    assert as_admin.post(path, data=typed).status_code == 422
    as_admin.post(path, data=typed | {"reason": "Riven"})
    kept = db.session.scalars(select(ContractStation)).one()
    db.session.refresh(kept)
    assert kept.until == date(2026, 5, 31)


def test_a_second_contract_of_the_family_is_refused_in_words(
    as_admin: FlaskClient, contract: ServiceContract, station: Station
) -> None:
    rival = contract_of(contract.customer, station, signed=False)
    answer = as_admin.post(f"/contracts/{rival.id}/signature", follow_redirects=True)

    assert "Another contract of this family covers them then: Hamnen 3" in answer.text
    db.session.expire_all()
    assert rival.is_draft


def test_every_deed_asks_for_its_reason_and_is_done(
    as_admin: FlaskClient, contract: ServiceContract
) -> None:
    path = f"/contracts/{contract.id}"
    deeds: dict[str, dict[str, str]] = {
        "price": {"price_ore": "110", "since": "2026-07-01"},
        "renewal": {"renewal": "ask"},
        "period": {},
        "cancellation": {"last_day": "2027-06-30"},
    }
    for name, typed in deeds.items():
        assert as_admin.get(f"{path}/{name}").status_code == 200, name
        assert as_admin.post(f"{path}/{name}", data=typed).status_code == 422, name
        assert as_admin.post(f"{path}/{name}", data=typed | {"reason": "x"}).status_code == 303

    db.session.expire_all()
    assert [step.price_ore for step in contract.prices] == [10_000, 11_000]
    assert contract.renewal is Renewal.ASK
    assert (contract.state, contract.ends_on) == (State.CANCELLED, date(2027, 6, 30))
    again = as_admin.post(f"{path}/period", data={"reason": "x"})
    assert (again.status_code, "does not allow that" in again.text) == (422, True)
    history = as_admin.get(f"{path}/history").text
    assert "100.00\N{NO-BREAK SPACE}kr → 110.00\N{NO-BREAK SPACE}kr" in history
    assert "renews itself → asks to be renewed" in history


def test_a_price_over_the_cap_is_refused_in_words(
    as_admin: FlaskClient, customer: Customer, station: Station
) -> None:
    contract = contract_of(customer, station, package=offer(index_cap_percent=3))
    typed = {"price_ore": "104", "since": "2026-07-01", "reason": "KPI"}
    answer = as_admin.post(f"/contracts/{contract.id}/price", data=typed)

    assert answer.status_code == 422
    assert "rise by 3 % at once" in answer.text
    assert 'value="104"' in answer.text


def test_a_draft_is_edited_and_a_signed_contract_not(
    as_admin: FlaskClient, contract: ServiceContract
) -> None:
    draft = contract_of(contract.customer, signed=False)
    typed = {"package_id": draft.package_id, "name": "Nytt", "starts_on": "2026-03-01"}
    path = f"/contracts/{draft.id}"
    assert 'value="100"' in as_admin.get(f"{path}/edit").text.replace("100.00", "100")

    as_admin.post(path, data=typed | {"price_ore": "90", "ends_on": ""})
    db.session.expire_all()
    assert (draft.name, draft.price_ore(START), draft.ends_on) == (
        "Nytt",
        9_000,
        date(2027, 2, 28),
    )
    assert as_admin.post(path, data=typed | {"ends_on": "2026-02-01"}).status_code == 422
    taken = as_admin.post(path, data=typed | {"number": contract.number})
    assert "Another contract has this number" in taken.text
    signed = as_admin.post(f"/contracts/{contract.id}", data=typed, follow_redirects=True)
    assert "what was agreed stays as it is" in signed.text


def test_the_list_is_searched_and_filtered(
    as_admin: FlaskClient, customer: Customer, station: Station
) -> None:
    soon = today() + timedelta(days=20)
    contract_of(customer, number="A-SOON", signed=False, ends_on=soon)
    active = contract_of(customer, station, number="A-LATE", ends_on=today() + timedelta(days=200))
    other = Customer(name="Annan AB", created_at=NOON)
    db.session.add(other)
    contract_of(other, number="B-1", signed=False, name="Torget")

    def numbers(query: str) -> set[str]:
        page = as_admin.get(f"/contracts?{query}").text
        return {number for number in ("A-SOON", "A-LATE", "B-1") if number in page}

    assert numbers("") == {"A-SOON", "A-LATE", "B-1"}
    assert numbers("state=active") == {"A-LATE"}
    assert numbers("q=torget") == {"B-1"}
    assert numbers(f"customer={other.id}") == {"B-1"}
    assert numbers("ends=90") == set()
    active.ends_on = soon
    db.session.commit()
    assert numbers("ends=90") == {"A-LATE"}
    active.ends_on = today() - timedelta(days=1)
    db.session.commit()
    assert numbers("ends=decision") == {"A-LATE"}
    assert "A-LATE" in as_admin.get("/contracts?format=csv").text


def test_the_pages_of_station_and_customer_say_what_covers_them(
    as_operations: FlaskClient, customer: Customer, site: Site, station: Station
) -> None:
    contract = contract_of(customer, station, ends_on=today() + timedelta(days=9))
    bare = another(site, "Hamnen 4")

    assert contract.number in as_operations.get(f"/stations/{station.id}/contracts").text
    assert "No contract covers" in as_operations.get(f"/stations/{bare.id}/contracts").text
    assert contract.number in as_operations.get(f"/customers/{customer.id}/contracts").text
    assert f"/stations/{station.id}/contracts" in as_operations.get(f"/stations/{station.id}").text
    page = as_operations.get(f"/customers/{customer.id}").text
    assert f"/customers/{customer.id}/contracts" in page


def test_a_customer_sees_its_signed_contract_without_what_is_ours(
    as_customer: FlaskClient, contract: ServiceContract
) -> None:
    ContractCost.enter(contract, START, CostKind.VISIT, 77_700, "Besök", "test", NOON)
    row = {"contract_id": contract.id, "kind": ReminderKind.NOTICE, "due_on": END}
    db.session.add(ContractReminder(**row, made_at=NOON))
    draft = contract_of(contract.customer, signed=False)
    path = f"/contracts/{contract.id}"

    shown = as_customer.get(path)
    assert shown.status_code == 200
    assert "Service Plus" in shown.text
    assert "Reminders" not in shown.text
    assert "/profit" not in shown.text
    assert as_customer.get(f"/contracts/{draft.id}").status_code == 404
    listed = as_customer.get("/contracts").text
    assert contract.number in listed
    assert draft.number not in listed
    assert as_customer.get(f"{path}/profit").status_code == 403
    assert as_customer.get("/packages").status_code == 403
    assert as_customer.get(f"/customers/{contract.customer_id}/contracts").status_code == 200


def test_a_station_that_was_sold_is_no_longer_shown_to_the_customer(
    as_customer: FlaskClient, contract: ServiceContract, station: Station
) -> None:
    other = Customer(name="Annan", created_at=NOON)
    station.site = Site(customer=other, name="Torget", created_at=NOON)
    db.session.commit()
    shown = as_customer.get(f"/contracts/{contract.id}")

    assert shown.status_code == 200
    assert station.name not in shown.text


def test_another_customer_finds_none_of_it(app: Flask, contract: ServiceContract) -> None:
    stranger = Customer(name="Annan", created_at=NOON)
    db.session.add(stranger)
    browser = signed_in(app, person(Role.CUSTOMER, "Stig", stranger))

    assert browser.get(f"/contracts/{contract.id}").status_code == 404
    assert contract.number not in browser.get("/contracts").text


@pytest.mark.parametrize(
    ("table", "mine"),
    [
        ("service_contract", 1),
        ("contract_station", 1),
        ("contract_price", 1),
        ("contract_cost", 0),
        ("contract_reminder", 0),
        ("service_package", 0),
        ("package_extra_price", 0),
        ("sla_policy", 0),
    ],
)
def test_the_database_shows_a_customer_its_own_signed_rows_and_none_of_ours(
    contract: ServiceContract, station: Station, table: str, mine: int
) -> None:
    contract_of(contract.customer, station, signed=False)
    ContractCost.enter(contract, START, CostKind.VISIT, 5, "Besök", "test", NOON)
    row = {"contract_id": contract.id, "kind": ReminderKind.NOTICE, "due_on": END}
    db.session.add(ContractReminder(**row, made_at=NOON))
    db.session.commit()
    count = text(f"SELECT count(*) FROM {table}")  # noqa: S608

    def seen(customer: object) -> object:
        db.session.execute(select(func.set_config("app.customer", str(customer), True)))
        return db.session.scalar(count)

    assert db.session.scalar(count)
    assert seen(contract.customer_id) == mine
    assert seen(999) == 0


def test_only_administrators_shape_what_is_sold(
    as_operations: FlaskClient, contract: ServiceContract
) -> None:
    assert as_operations.get(f"/contracts/{contract.id}").status_code == 200
    for path in (
        "/packages",
        "/service-levels",
        "/contracts/new",
        f"/contracts/{contract.id}/profit",
    ):
        assert as_operations.get(path).status_code == 403, path


def test_the_profit_is_shown_with_its_costs_and_as_a_file(
    as_admin: FlaskClient, contract: ServiceContract
) -> None:
    path = f"/contracts/{contract.id}"
    typed = {"spent_on": "2026-02-10", "kind": "visit", "ore": "80,50", "note": "Filterbyte"}
    as_admin.post(f"{path}/costs", data=typed)
    period = "from=2026-01-01&to=2026-12-31"
    page = as_admin.get(f"{path}/profit?{period}").text

    assert "1,200.00\N{NO-BREAK SPACE}kr" in page
    assert "80.50\N{NO-BREAK SPACE}kr" in page
    assert "1,119.50\N{NO-BREAK SPACE}kr" in page
    assert "93%" in page
    assert "Filterbyte" in page
    lines = as_admin.get(f"{path}/profit?{period}&format=csv").text.splitlines()
    assert len(lines) == 1 + 12 + 1
    assert lines[2] == "2026-02-01,2026-02-28,1.0,100.00,80.50,0.00,0.00,19.50,1"
    assert lines[-1].endswith("1200.00,80.50,0.00,0.00,1119.50,1")
    assert as_admin.get(f"{path}/profit?{period}&format=xlsx").status_code == 200


def test_the_profit_of_any_time_can_be_asked(
    as_admin: FlaskClient, contract: ServiceContract
) -> None:
    draft = contract_of(contract.customer, signed=False)
    far = ("?from=0001-01-01", "?to=9999-12-31")
    for query in ("", "?from=x&to=", "?from=2030-01-01&to=2020-01-01", *far):
        for one in (contract, draft):
            assert as_admin.get(f"/contracts/{one.id}/profit{query}").status_code == 200, query


@pytest.mark.parametrize("ore", ["0", "", "x"])
def test_a_cost_of_nothing_is_refused(
    as_admin: FlaskClient, contract: ServiceContract, ore: str
) -> None:
    typed = {"spent_on": "2026-02-10", "kind": "visit", "ore": ore, "note": "x"}

    assert as_admin.post(f"/contracts/{contract.id}/costs", data=typed).status_code == 422
    assert db.session.scalars(select(ContractCost)).all() == []


def test_a_reminder_and_the_next_ones_stand_on_the_page(
    as_admin: FlaskClient, customer: Customer, station: Station, admin: Person
) -> None:
    contract = contract_of(customer, station, ends_on=today() + timedelta(days=200))
    row = {"contract_id": contract.id, "kind": ReminderKind.NOTICE, "due_on": today()}
    db.session.add(ContractReminder(**row, made_at=NOON))
    db.session.commit()
    page = as_admin.get(f"/contracts/{contract.id}").text

    assert "the administrators were told" in page
    assert "comes on" in page
    assert db.session.scalar(select(func.count(ContractPrice.id))) == 1
