"""What a contract does not include becomes a priced extra on the order."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from service.contracts.terms import Cover, Covering, Terms
from service.contracts.words import Family, WorkKind
from service.core.db import db
from service.people.models import Customer, Person
from service.stations.models import Site, Station
from service.visits import carrying, making, pricing
from service.visits.charges import Charge, Price, quote
from service.visits.lines import WorkOrderLine
from service.visits.models import WorkOrder
from service.visits.refusals import EndedError
from service.visits.states import Kind
from tests.contracts.conftest import contract_of, offer
from tests.plans.conftest import day
from tests.visits.conftest import AT, TODAY, Due, ordered

PLUS = Terms(
    package="Plus",
    family=Family.SERVICE,
    included=(WorkKind.VISUAL_INSPECTION,),
    extra_prices={WorkKind.CLEANING: 50_000},
    vat_percent=12,
)
COVER = Cover((Covering(7, "SA-00007", "Garage", PLUS),))


def test_what_the_contract_includes_is_paid_by_it() -> None:
    quoted = quote(COVER, WorkKind.VISUAL_INSPECTION, {})

    assert (quoted.charge, quoted.contract_id, quoted.price) == (Charge.INCLUDED, 7, None)


def test_what_it_does_not_include_has_the_price_agreed_in_it() -> None:
    quoted = quote(COVER, WorkKind.CLEANING, {WorkKind.CLEANING: Price(1, 25)})

    assert (quoted.charge, quoted.price) == (Charge.EXTRA, Price(50_000, 12))


def test_what_nobody_agreed_on_is_an_extra_without_a_price() -> None:
    quoted = quote(COVER, WorkKind.RCD_TEST, {WorkKind.RCD_TEST: Price(1, 25)})

    assert (quoted.charge, quoted.price) == (Charge.EXTRA, None)


def test_of_two_contracts_the_lower_price_holds() -> None:
    dear = Terms("Dear", Family.ADMINISTRATION, extra_prices={WorkKind.CLEANING: 90_000})
    both = Cover((Covering(3, "SA-00003", "Dear", dear), *COVER.contracts))

    quoted = quote(both, WorkKind.CLEANING, {})

    assert (quoted.contract_id, quoted.price) == (7, Price(50_000, 12))


def test_without_a_contract_the_list_s_price_holds_or_none() -> None:
    listed = {WorkKind.CLEANING: Price(70_000, 25)}

    known, unknown = (
        quote(Cover(), kind, listed) for kind in (WorkKind.CLEANING, WorkKind.RCD_TEST)
    )

    assert (known.charge, known.price) == (Charge.NO_CONTRACT, Price(70_000, 25))
    assert (unknown.charge, unknown.price) == (Charge.NO_CONTRACT, None)


@pytest.fixture
def line(due: Due, dispatcher: Person) -> WorkOrderLine:
    """A cleaning that is due."""
    return ordered(dispatcher, due(task={"kind": WorkKind.CLEANING})).lines[0]


def station_of(line: WorkOrderLine) -> Station:
    assert line.station is not None
    return line.station


def charge_of(line: WorkOrderLine) -> str:
    return line.charge.value if line.charge else ""


def sign(line: WorkOrderLine, customer: Customer, **facts: Any) -> None:
    package = offer(extra_prices={WorkKind.CLEANING: 45_000}, **facts)
    contract_of(customer, station_of(line), package=package, starts_on=date(2026, 3, 1))


def test_an_order_shows_the_contract_that_includes_its_work(
    line: WorkOrderLine, customer: Customer, dispatcher: Person
) -> None:
    assert charge_of(line) == "no_contract"
    sign(line, customer, included=["cleaning"])

    pricing.price([line.order], AT)

    assert line.charge is Charge.INCLUDED
    assert line.contract is not None
    assert line.contract.number.startswith("SA-")


def test_an_order_shows_the_price_of_an_extra(line: WorkOrderLine, customer: Customer) -> None:
    sign(line, customer, included=["visual_inspection"])

    pricing.price([line.order], AT)

    assert (line.charge, line.extra_price_ore, line.vat_percent) == (Charge.EXTRA, 45_000, 25)
    assert line.order.extra_ore == 45_000


def test_the_cover_is_that_of_the_planned_day(
    line: WorkOrderLine, customer: Customer, dispatcher: Person
) -> None:
    sign(line, customer, included=["cleaning"])
    line.order.plan(day("2026-02-28"), None, dispatcher, AT)
    pricing.price([line.order], AT)
    assert charge_of(line) == "no_contract"
    assert line.extra_price_ore == 45_000

    line.order.plan(day("2026-03-05"), None, dispatcher, AT)
    pricing.price([line.order], AT)
    assert charge_of(line) == "included"


def test_a_price_by_hand_stays(line: WorkOrderLine, customer: Customer, dispatcher: Person) -> None:
    pricing.agree(line, 12_300, 25, dispatcher, AT)
    sign(line, customer, included=["cleaning"])

    pricing.price([line.order], AT)
    assert (line.charge, line.extra_price_ore) == (Charge.AGREED, 12_300)

    pricing.agree(line, None, 25, dispatcher, AT)
    assert (charge_of(line), line.extra_price_ore) == ("included", None)


def test_an_approved_order_keeps_its_prices(
    line: WorkOrderLine, customer: Customer, dispatcher: Person
) -> None:
    carrying.finish(line, day(TODAY), dispatcher, AT)
    line.order.complete(dispatcher, AT)
    line.order.approve(dispatcher, AT)
    sign(line, customer, included=["cleaning"])

    pricing.price([line.order], AT)

    assert line.charge is Charge.NO_CONTRACT
    with pytest.raises(EndedError):
        pricing.agree(line, 1, 25, dispatcher, AT)


def test_what_is_in_words_alone_has_no_price_before_somebody_says_one(
    station: Station, dispatcher: Person
) -> None:
    order = WorkOrder.draft(station.site or Site(), Kind.CORRECTIVE, dispatcher, AT)
    line = making.add_words(order, station, "Mend the door", dispatcher, AT)

    assert (line.charge, line.extra_price_ore) == (None, None)


def test_packages_that_differ_are_no_list_of_prices(line: WorkOrderLine) -> None:
    offer("A", extra_prices={WorkKind.CLEANING: 1_000, WorkKind.RCD_TEST: 5_000})
    offer("B", extra_prices={WorkKind.CLEANING: 2_000})

    assert pricing.list_prices() == {WorkKind.RCD_TEST: Price(5_000, 25)}


def test_what_is_given_up_costs_nothing(line: WorkOrderLine, dispatcher: Person) -> None:
    pricing.agree(line, 12_300, 25, dispatcher, AT)

    carrying.give_up(line, "no access", dispatcher, AT)
    db.session.flush()

    assert line.order.extra_ore == 0


def test_a_price_by_hand_goes_on_with_the_work_that_is_not_done(
    due: Due, dispatcher: Person
) -> None:
    order = ordered(dispatcher, due("Hamnen 1"), due("Hamnen 2"))
    pricing.agree(order.lines[1], 50_000, 12, dispatcher, AT)
    carrying.finish(order.lines[0], day(TODAY), dispatcher, AT)

    after = carrying.cannot_complete(order, "no key", dispatcher, AT)

    assert after is not None
    (line,) = after.lines
    assert (line.charge, line.extra_price_ore, line.vat_percent) == (Charge.AGREED, 50_000, 12)
