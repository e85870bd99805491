"""What a correction changes of parts is entered as the difference, and hours stay as they are."""

from __future__ import annotations

from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from service.checklists.models import ChecklistRun
from service.contracts.costs import ContractCost
from service.contracts.words import CostKind
from service.core.clock import now
from service.core.db import db
from service.core.settings import Setting
from service.parts.models import Part
from service.people.models import Customer, Person, Role
from service.stations.models import Station
from service.visits.service_visits import ServiceVisit
from tests.conftest import person, signed_in
from tests.contracts.conftest import contract_of
from tests.tablets.conftest import Hand, lists, visit
from tests.tablets.test_corrected_at_the_desk import correction, filter_mat, sent, typed
from tests.tablets.test_lists_become_work import Say, given, place_of_parts, run, say

__all__ = ["filter_mat", "lists", "run", "say", "visit"]
PART, HOURS = CostKind.PARTS, CostKind.VISIT


@pytest.fixture
def paid(
    visit: ServiceVisit, customer: Customer, station: Station, admin: Person, filter_mat: Part
) -> ServiceVisit:
    """Under a contract; an hour costs 600 kr, a filter mat 100."""
    filter_mat.price_ore = 10_000
    (line,) = visit.order_lines
    line.contract_id = contract_of(customer, station, starts_on=date(2026, 1, 1)).id
    Setting.change("hour_costs_kronor", "600", admin, now())
    db.session.commit()
    return visit


@pytest.fixture
def done(paid: ServiceVisit, say: Say, run: str, hand: Hand, filter_mat: Part) -> ChecklistRun:
    """One filter mat, and an hour and a half."""
    (line,) = paid.order_lines
    say("check_in", scan=None)
    told = [{"part_id": filter_mat.id, "quantity": "1"}]
    say("answer", **given(run, "end.parts", told, place_of_parts(hand)))
    say("submit", run=run)
    say("time", kind="work", minutes=90)
    say("finish", lines=[{"line_id": line.id, "done": True}])
    return db.session.scalars(select(ChecklistRun)).one()


def costs() -> list[tuple[CostKind, int]]:
    db.session.expire_all()
    rows = db.session.scalars(select(ContractCost).order_by(ContractCost.id))
    return [(one.kind, one.ore) for one in rows]


@pytest.fixture
def disa(done: ChecklistRun, hand: Hand) -> FlaskClient:
    return signed_in(hand.app, person(Role.DISPATCHER, "Disa Dispatch"))


def mats(count: str, where: str) -> dict[str, str]:
    told = {"part-0": "HYC-MAT · Filtermatta" if count else "", "quantity-0": count, "note": ""}
    return {f"{where}-{name}": word for name, word in told.items()}


def test_each_correction_enters_the_difference_of_parts_and_no_hours(
    disa: FlaskClient, done: ChecklistRun, hand: Hand
) -> None:
    where = f"end.parts|{place_of_parts(hand)}"
    assert sorted(costs()) == [(PART, 10_000), (HOURS, 90_000)]

    for count in ("3", "2", ""):
        assert sent(disa, correction() or done, **mats(count, where)).status_code == 303

    assert costs()[2:] == [(PART, 20_000), (PART, -10_000), (PART, -20_000)]
    assert sum(ore for kind, ore in costs() if kind is HOURS) == 90_000


def test_a_correction_of_something_else_costs_nothing(
    disa: FlaskClient, done: ChecklistRun
) -> None:
    before = costs()
    sent(disa, done, **typed("vis.label|station", "ok"))

    assert costs() == before
