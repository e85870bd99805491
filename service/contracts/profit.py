"""What a contract brings in and what it costs: exact until the last step, öre without VAT.

Income is prorated by the day: a day is worth its share of its own calendar month (1/31 in
January), and a month of a yearly price is a twelfth of it. So a whole month is worth exactly a
month's price, and twelve of them the year's, whatever their days. A price that is paid once counts
on the station's first day.
"""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from service.contracts.periods import DAY, add_months
from service.contracts.words import CostKind, PricePer

Days = tuple[date, date]


@dataclass(frozen=True)
class Step:
    """The price of a station from a day on."""

    since: date
    ore: int


@dataclass(frozen=True)
class Cost:
    on: date
    kind: CostKind
    ore: int


@dataclass
class Account:
    """One line of the view: a month, or all of them."""

    since: date
    until: date
    station_months: Fraction = Fraction(0)
    income: int = 0
    costs: Counter[CostKind] = field(default_factory=Counter)
    visits: int = 0

    @property
    def cost(self) -> int:
        return sum(self.costs.values())

    @property
    def result(self) -> int:
        return self.income - self.cost

    @property
    def margin(self) -> float | None:
        """The result as a part of the income; None where nothing came in."""
        return self.result / self.income if self.income else None


def account(
    steps: Sequence[Step],
    per: PricePer,
    covered: Iterable[Days],
    costs: Iterable[Cost],
    months: Sequence[Days],
) -> list[Account]:
    """A line for each of the months, in their order.

    `covered` are the first and last days of each station that is covered. The lines are rounded
    so that they add up to what all of them together are worth.
    """
    stations, spent = Counter(covered), list(costs)
    lines, exact, told = [], Fraction(0), 0
    for since, until in months:
        line = Account(since, until, station_months_of(stations, since, until))
        exact += income_of(steps, per, stations, since, until)
        line.income, told = rounded(exact) - told, rounded(exact)
        for cost in spent:
            if since <= cost.on <= until:
                line.costs[cost.kind] += cost.ore
                line.visits += cost.kind is CostKind.VISIT and cost.ore > 0
        lines.append(line)
    return lines


def total(lines: Sequence[Account]) -> Account:
    """All lines as one."""
    whole = Account(lines[0].since, lines[-1].until)
    for line in lines:
        whole.station_months += line.station_months
        whole.income += line.income
        whole.visits += line.visits
        whole.costs.update(line.costs)
    return whole


def income_of(
    steps: Sequence[Step], per: PricePer, stations: Counter[Days], since: date, until: date
) -> Fraction:
    """Öre, exact. `stations` counts how many are covered from a first to a last day."""
    if per is PricePer.ONCE:
        begun = [(days, n) for days, n in stations.items() if since <= days[0] <= until]
        return Fraction(sum(_price(steps, days[0]) * n for days, n in begun))
    worth = Fraction(0)
    for first, last, ore in _spans(steps, since, until):
        worth += ore * station_months_of(stations, first, last)
    return worth / 12 if per is PricePer.YEAR else worth


def station_months_of(stations: Counter[Days], since: date, until: date) -> Fraction:
    return sum(
        (
            n * months_between(max(since, first), min(until, last))
            for (first, last), n in stations.items()
        ),
        Fraction(0),
    )


def months_between(since: date, until: date) -> Fraction:
    """Calendar months from the first to the last day, both counted; part of one by its days."""
    if until < since:
        return Fraction(0)
    whole = (until.year - since.year) * 12 + until.month - since.month
    return whole + Fraction(until.day, _days(until)) - Fraction(since.day - 1, _days(since))


def months_of(since: date, until: date) -> list[Days]:
    """The calendar months of a time, the first and the last of them cut."""
    found = []
    while since <= until:
        end = min(until, add_months(since.replace(day=1), 1) - DAY)
        found.append((since, end))
        since = end + DAY
    return found


def rounded(ore: Fraction) -> int:
    """To whole öre, half of one upwards."""
    return (2 * ore.numerator + ore.denominator) // (2 * ore.denominator)


def _spans(steps: Sequence[Step], since: date, until: date) -> Iterator[tuple[date, date, int]]:
    """The time in parts of one price. What comes before the first step costs as the first."""
    for number, step in enumerate(steps):
        first = max(since, step.since) if number else since
        following = steps[number + 1].since - DAY if number + 1 < len(steps) else until
        last = min(until, following)
        if first <= last:
            yield first, last, step.ore


def _price(steps: Sequence[Step], on: date) -> int:
    return next((step.ore for step in reversed(steps) if step.since <= on), steps[0].ore)


def _days(day: date) -> int:
    return monthrange(day.year, day.month)[1]
