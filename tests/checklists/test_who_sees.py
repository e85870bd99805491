"""Runs, answers and findings: a customer sees the own stations' ones, once they are submitted."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select, text

from service.checklists import runs
from service.checklists.models import Answer, ChecklistRun, Finding
from service.core.db import db
from service.people.models import Customer, NotVisibleError, Person, Role
from tests.checklists.conftest import answer, complete, later
from tests.conftest import NOON

KINDS = (ChecklistRun, Answer, Finding)
TABLES = ("checklist_run", "checklist_answer", "finding")


@pytest.fixture
def submitted(run: ChecklistRun) -> ChecklistRun:
    complete(run)
    answer(run, "vis.mount|station", {"value": "remark", "photos": ["ab"]}, minutes=5)
    runs.submit(run, None, later(60))
    db.session.commit()
    return run


def somebody(role: Role, customer: Customer | None = None) -> Person:
    name = f"{role.value} of {customer.name if customer else 'the house'}"
    person = Person(name=name, email=f"{name}@x.se", role=role, customer=customer, created_at=NOON)
    db.session.add(person)
    db.session.commit()
    return person


def sees(person: Person, kind: type[Any]) -> int:
    return len(db.session.scalars(kind.visible_to(person)).all())


def seen(table: str, customer: int | str) -> int:
    db.session.execute(select(func.set_config("app.customer", str(customer), True)))
    found = db.session.scalar(text(f"SELECT count(*) FROM {table}"))  # noqa: S608
    db.session.rollback()
    return found or 0


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("role", [role for role in Role if role is not Role.CUSTOMER])
def test_the_house_s_people_see_all(submitted: ChecklistRun, role: Role, kind: type[Any]) -> None:
    assert sees(somebody(role), kind) > 0


@pytest.mark.parametrize("kind", KINDS)
def test_a_customer_sees_the_own_ones(
    submitted: ChecklistRun, customer: Customer, kind: type[Any]
) -> None:
    stranger = Customer(name="Another", created_at=NOON)
    db.session.add(stranger)

    assert sees(somebody(Role.CUSTOMER, customer), kind) > 0
    assert sees(somebody(Role.CUSTOMER, stranger), kind) == 0


def test_a_customer_sees_nothing_that_is_not_submitted(
    run: ChecklistRun, customer: Customer
) -> None:
    answer(run, "vis.mount|station", "ok")
    person = somebody(Role.CUSTOMER, customer)

    assert [sees(person, kind) for kind in KINDS] == [0, 0, 0]
    assert [seen(table, customer.id) for table in TABLES] == [0, 0, 0]
    assert seen("checklist_answer", "") == 1


@pytest.mark.parametrize("table", TABLES)
def test_a_customer_sees_no_stranger_s_rows_even_by_raw_sql(
    submitted: ChecklistRun, customer: Customer, table: str
) -> None:
    mine = customer.id

    assert seen(table, mine) == seen(table, "") > 0
    assert seen(table, 999) == 0


def test_a_stranger_s_run_is_not_there(submitted: ChecklistRun, customer: Customer) -> None:
    stranger = Customer(name="Another", created_at=NOON)
    db.session.add(stranger)

    assert somebody(Role.CUSTOMER, customer).may_see(ChecklistRun, submitted.id) is submitted
    reader = somebody(Role.CUSTOMER, stranger)
    with pytest.raises(NotVisibleError):
        reader.may_see(ChecklistRun, submitted.id)
