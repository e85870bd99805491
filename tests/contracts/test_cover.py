"""What holds for a station on a day, and what the rest costs."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from service.contracts.cover import cover_of
from service.contracts.models import ServiceContract
from service.contracts.terms import Cover, Covering, Terms, extra_price
from service.contracts.words import Family, WorkKind
from service.core.db import db
from service.people.models import Customer
from service.stations.models import Site, Station
from tests.conftest import NOON
from tests.contracts.conftest import END, START, another, contract_of, offer

DAY = timedelta(days=1)
MAY = date(2026, 5, 1)


@pytest.fixture
def statements(app: Any) -> Iterator[list[str]]:
    said: list[str] = []

    def hear(_: Any, __: Any, statement: str, *___: Any) -> None:
        said.append(statement)

    event.listen(db.engine, "before_cursor_execute", hear)
    yield said
    event.remove(db.engine, "before_cursor_execute", hear)


def test_cover_of_many_stations_is_one_question(
    contract: ServiceContract, site: Site, station: Station, statements: list[str]
) -> None:
    bare = another(site, "Hamnen 4")
    statements.clear()

    found = cover_of([station.id, bare.id], START)

    assert len(statements) == 1
    assert found[station.id].including(WorkKind.CLEANING).number == contract.number  # type: ignore[union-attr]
    assert found[bare.id] == Cover()


@pytest.mark.parametrize(
    ("change", "on", "covered"),
    [
        (lambda it: None, START - DAY, False),
        (lambda it: None, START, True),
        (lambda it: None, END, True),
        (lambda it: None, END + DAY, False),
        (lambda it: it.uncover(it.covers[:], MAY, "test", "x", NOON), END, False),
        (lambda it: it.uncover(it.covers[:], MAY, "test", "x", NOON), MAY, True),
        (lambda it: it.cancel(MAY, "test", "x", NOON), END, False),
        (lambda it: it.cancel(MAY, "test", "x", NOON), START, True),
        (lambda it: it.renew("test", NOON), END + DAY, True),
    ],
)
def test_a_station_is_covered_while_both_it_and_the_contract_hold(
    contract: ServiceContract,
    station: Station,
    change: Callable[[ServiceContract], Any],
    on: date,
    covered: bool,
) -> None:
    change(contract)
    db.session.flush()

    assert bool(cover_of([station.id], on)[station.id].contracts) is covered


def test_a_draft_covers_nothing(customer: Customer, station: Station) -> None:
    contract_of(customer, station, signed=False)

    assert cover_of([station.id], START)[station.id] == Cover()


def test_two_families_cover_together(
    contract: ServiceContract, customer: Customer, station: Station
) -> None:
    extras = {WorkKind.AIR_FILTER: 40_000, WorkKind.RCD_TEST: 90_000}
    online = offer(
        "Uppkoppling", family=Family.COMMUNICATION, included=["firmware"], extra_prices=extras
    )
    contract_of(customer, station, package=online)

    cover = cover_of([station.id], START)[station.id]
    assert cover.includes(WorkKind.CLEANING)
    assert cover.includes(WorkKind.FIRMWARE)
    # Of two prices the lower one.
    assert cover.extra_price(WorkKind.AIR_FILTER) == 40_000
    assert cover.extra_price(WorkKind.RCD_TEST) == 90_000
    assert cover.extra_price(WorkKind.OTHER) is None


def test_what_one_contract_includes_costs_nothing_through_another() -> None:
    dear = Terms("A", Family.SERVICE, extra_prices={WorkKind.FIRMWARE: 1})
    free = Terms("B", Family.COMMUNICATION, included=(WorkKind.FIRMWARE,))
    cover = Cover((Covering(1, "1", "A", dear), Covering(2, "2", "B", free)))

    assert cover.extra_price(WorkKind.FIRMWARE) is None
    assert cover.including(WorkKind.FIRMWARE) == cover.contracts[1]


def test_included_work_is_no_extra_even_where_it_has_a_price() -> None:
    terms = Terms(
        "A", Family.SERVICE, included=(WorkKind.CLEANING,), extra_prices={WorkKind.CLEANING: 1}
    )

    assert extra_price(terms, WorkKind.CLEANING) is None


def test_terms_are_read_as_they_were_written(contract: ServiceContract) -> None:
    db.session.expire_all()

    assert contract.agreed == contract.package.terms()
