"""Income by the day, costs as they come, and lines that add up."""

from collections import Counter
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.contracts.profit import (
    Cost,
    Step,
    account,
    income_of,
    months_between,
    months_of,
    rounded,
    total,
)
from service.contracts.words import CostKind, PricePer

# However busy the machine is.
UNHURRIED = settings(deadline=None, max_examples=60)
DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))
SPANS = st.tuples(DAYS, st.integers(0, 900)).map(lambda it: (it[0], it[0] + timedelta(it[1])))
PRICES = st.integers(0, 10**9)
YEAR = (date(2026, 1, 1), date(2026, 12, 31))
PER = st.sampled_from([PricePer.MONTH, PricePer.YEAR])


@pytest.mark.parametrize(
    ("since", "until", "months"),
    [
        (date(2026, 1, 1), date(2026, 12, 31), Fraction(12)),
        (date(2026, 2, 1), date(2026, 2, 28), Fraction(1)),
        (date(2026, 2, 1), date(2026, 2, 1), Fraction(1, 28)),
        (date(2026, 1, 16), date(2026, 2, 14), Fraction(16, 31) + Fraction(1, 2)),
        (date(2026, 2, 2), date(2026, 2, 1), Fraction(0)),
    ],
)
def test_part_of_a_month_counts_by_its_days(since: date, until: date, months: Fraction) -> None:
    assert months_between(since, until) == months


@UNHURRIED
@given(SPANS, st.integers(0, 2000))
def test_a_time_in_two_parts_is_worth_what_it_is_in_one(span: tuple[date, date], cut: int) -> None:
    since, until = span
    middle = min(since + timedelta(cut), until)

    parts = months_between(since, middle) + months_between(middle + timedelta(1), until)
    assert parts == months_between(since, until)


@UNHURRIED
@given(SPANS)
def test_every_day_is_worth_its_share_of_its_own_month(span: tuple[date, date]) -> None:
    since, until = span
    days = [since + timedelta(n) for n in range((until - since).days + 1)]

    assert months_between(since, until) == sum(months_between(day, day) for day in days)


@UNHURRIED
@given(st.lists(st.tuples(DAYS, PRICES), min_size=1, max_size=5), PER, st.lists(SPANS), SPANS)
def test_the_months_lines_add_up_to_the_whole(
    prices: list[tuple[date, int]],
    per: PricePer,
    covered: list[tuple[date, date]],
    asked: tuple[date, date],
) -> None:
    steps = [Step(day, ore) for day, ore in sorted(dict(prices).items())]
    lines = account(steps, per, covered, [], months_of(*asked))

    whole = rounded(income_of(steps, per, Counter(covered), *asked))
    assert sum(line.income for line in lines) == total(lines).income == whole


@UNHURRIED
@given(PRICES, st.integers(1, 50))
def test_a_year_of_stations_is_their_number_times_the_price(ore: int, number: int) -> None:
    stations = Counter({YEAR: number})
    steps = [Step(YEAR[0], ore)]

    assert income_of(steps, PricePer.MONTH, stations, *YEAR) == 12 * ore * number
    assert income_of(steps, PricePer.YEAR, stations, *YEAR) == ore * number
    assert income_of(steps, PricePer.ONCE, stations, *YEAR) == ore * number


def test_what_is_paid_once_counts_on_the_station_s_first_day() -> None:
    stations = Counter({(date(2026, 5, 3), date(2027, 5, 2)): 2})
    steps = [Step(YEAR[0], 100)]

    assert income_of(steps, PricePer.ONCE, stations, date(2026, 5, 3), YEAR[1]) == 200
    assert income_of(steps, PricePer.ONCE, stations, date(2026, 5, 4), YEAR[1]) == 0


def test_a_new_price_counts_from_its_day_on() -> None:
    steps = [Step(YEAR[0], 3100), Step(date(2026, 7, 16), 6200)]

    (line,) = account(steps, PricePer.MONTH, [YEAR], [], [(date(2026, 7, 1), date(2026, 7, 31))])
    assert line.income == 15 * 100 + 16 * 200


def test_costs_stand_in_their_month_and_the_result_is_what_is_left() -> None:
    costs = [
        Cost(date(2026, 1, 31), CostKind.VISIT, 80_000),
        Cost(date(2026, 2, 1), CostKind.PARTS, 5_000),
        Cost(date(2026, 2, 2), CostKind.VISIT, -80_000),
        Cost(date(2027, 1, 1), CostKind.OTHER, 1),
    ]
    lines = account([Step(YEAR[0], 10_000)], PricePer.MONTH, [YEAR], costs, months_of(*YEAR))
    whole = total(lines)

    assert lines[0].result == 10_000 - 80_000
    assert (lines[0].visits, lines[1].visits) == (1, 0)
    assert whole.costs == {CostKind.VISIT: 0, CostKind.PARTS: 5_000}
    assert whole.result == 120_000 - 5_000
    assert whole.margin == pytest.approx(115 / 120)
    assert whole.station_months == 12


def test_a_contract_without_income_has_no_margin() -> None:
    (line,) = account([Step(YEAR[0], 10)], PricePer.MONTH, [], [], [YEAR])

    assert line.margin is None
