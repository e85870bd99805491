"""The link beside other servers, with the same load, in turns."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

from bench import load, machine
from bench.house import House
from bench.report import Line, aim, of, percentile, percentiles
from bench.size import Size

# Reports under way where servers are compared.
IN_FLIGHT = 50


@dataclass(slots=True)
class Rates:
    """One server, round after round."""

    rates: list[float] = field(default_factory=list)
    cpu_us: list[float] = field(default_factory=list)
    answers_ms: list[float] = field(default_factory=list)

    async def measure(
        self,
        where: tuple[str, int],
        house: House,
        size: Size,
        in_flight: int = IN_FLIGHT,
        words: Sequence[tuple[str, str]] = load.VISIT,
    ) -> None:
        (url, pid), who = where, house.identities(1, size.chargers)
        told, used = await load.closed_loop(
            url, who, house.key, size.seconds, in_flight, words, lambda: machine.cpu_seconds(pid)
        )
        no_errors(told)
        self.rates.append(told.rate)
        self.cpu_us.append(used / max(1, len(told.answers_ms)) * 1e6)
        self.answers_ms += told.answers_ms

    def times(self, other: Rates) -> list[float]:
        return [a / b for a, b in zip(self.rates, other.rates, strict=True)]


def no_errors(told: load.Told) -> None:
    if told.errors:
        raise SystemExit(f"{told.errors} of {len(told.answers_ms)} answers were errors")


async def kept(house: House, size: Size) -> list[Line]:
    """Durable reports, beside what one would write first and beside what keeps nothing."""
    ours, orm, plain, alone, orm_alone = (Rates() for _ in range(5))
    async with house.link() as link:
        for _ in range(size.rounds):
            with machine.baseline("bench.plain") as where:
                await plain.measure(where, house, size)
            with machine.baseline("bench.orm", house.environment) as where:
                await orm.measure(where, house, size)
                await orm_alone.measure(where, house, size, in_flight=1)
            await ours.measure(link, house, size)
            await alone.measure(link, house, size, in_flight=1)
    loop = f"{size.chargers} chargers, {IN_FLIGHT} reports under way at any moment, in turns"
    one = "one report under way at any moment, in turns"
    times, once = ours.times(orm), alone.times(orm_alone)
    tail = percentile(ours.answers_ms, 0.99) / percentile(orm.answers_ms, 0.99)
    return [
        Line("Laddvakt, durable", of(ours.rates, " /s"), loop),
        Line("`ocpp` + ORM + a commit each, durable", of(orm.rates, " /s"), loop),
        Line(
            "rate : `ocpp` + ORM",
            of(times, " ×", 1),
            loop,
            aim("≥ 10 ×", statistics.median(times) >= 10),
        ),
        Line("answer of Laddvakt, p50 / p99", percentiles(ours.answers_ms), loop),
        Line("answer of `ocpp` + ORM, p50 / p99", percentiles(orm.answers_ms), loop),
        Line("p99 : p99 of `ocpp` + ORM", f"{tail:.2f}", loop, aim("≤ 0.2", tail <= 0.2)),
        Line(
            "rate : `ocpp` + ORM, one at a time",
            of(once, " ×", 1),
            one,
            aim("≥ 1 ×", statistics.median(once) >= 1),
        ),
        Line("plain `ocpp` package, nothing kept", of(plain.rates, " /s"), loop),
        Line("durable rate : plain `ocpp`, nothing kept", of(ours.times(plain), digits=2), loop),
        Line("CPU of the link per report", of(ours.cpu_us, " µs"), "without PostgreSQL's"),
    ]


async def cpu(house: House, size: Size) -> list[Line]:
    """One message read, checked and answered: the link without its database, in turns."""
    lines = []
    for what, words, echo_goal, plain_goal in (
        ("StatusNotification", load.VISIT, 1.5, 3.5),
        ("MeterValues, 8 samples", load.METERS, 2.0, 10.0),
    ):
        ours, echo, plain = Rates(), Rates(), Rates()
        for _ in range(size.rounds):
            for module, rates in (("echo", echo), ("plain", plain), ("bare", ours)):
                with machine.baseline(f"bench.{module}", house.environment) as where:
                    await rates.measure(where, house, size, words=words)
        lines += _costs(what, ours, echo, plain, echo_goal, plain_goal)
    return lines


def _costs(
    what: str, ours: Rates, echo: Rates, plain: Rates, most: float, least: float
) -> list[Line]:
    to_echo = [a / b for a, b in zip(ours.cpu_us, echo.cpu_us, strict=True)]
    to_plain = [b / a for a, b in zip(ours.cpu_us, plain.cpu_us, strict=True)]
    costs = f"{of(ours.cpu_us)} · {of(echo.cpu_us)} · {of(plain.cpu_us)} µs"
    how = "read, checked by its schema and answered; nothing kept; in turns"
    return [
        Line(f"CPU per {what}: link · `websockets` echo · plain `ocpp`", costs, how),
        Line(
            f"{what}: link : echo",
            of(to_echo, " ×", 2),
            how,
            aim(f"≤ {most:g} ×", statistics.median(to_echo) <= most),
        ),
        Line(
            f"{what}: plain `ocpp` : link",
            of(to_plain, " ×", 1),
            how,
            aim(f"≥ {least:g} ×", statistics.median(to_plain) >= least),
        ),
    ]
