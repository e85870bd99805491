"""Measures and reports: `python -m bench`, or `python -m bench --quick` for a first look."""

from __future__ import annotations

import argparse
import gc
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import uvloop

from bench import faults, load, machine
from bench.house import House, built
from bench.report import DOCUMENT, Line, document, of, percentiles, table


@dataclass(frozen=True, slots=True)
class Size:
    chargers: int = 1000
    storm: int = 5000
    rounds: int = 3
    seconds: float = 4.0
    singles: int = 60
    burst: int = 300


# Reports under way where servers are compared.
IN_FLIGHT = 50
QUICK = Size(chargers=300, storm=1000, rounds=1, seconds=2.0, singles=15, burst=100)


@dataclass(slots=True)
class Rates:
    """One server, round after round."""

    rates: list[float] = field(default_factory=list)
    cpu_us: list[float] = field(default_factory=list)
    answers_ms: list[float] = field(default_factory=list)

    async def measure(self, url: str, pid: int, identities: list[str], key: str, s: float) -> None:
        told, used = await load.closed_loop(
            url, identities, key, s, IN_FLIGHT, meter=lambda: machine.cpu_seconds(pid)
        )
        _no_errors(told)
        self.rates.append(told.rate)
        self.cpu_us.append(used / max(1, len(told.answers_ms)) * 1e6)
        self.answers_ms += told.answers_ms


async def ratios(house: House, size: Size) -> list[Line]:
    """The same load on three servers in turn, several rounds."""
    ours, echo, plain = Rates(), Rates(), Rates()
    who = house.identities(1, size.chargers)
    async with house.link() as (url, pid):
        for _ in range(size.rounds):
            for name, rates in (("bench.echo", echo), ("bench.plain", plain)):
                with machine.baseline(name) as (address, process):
                    await rates.measure(address, process, who, house.key, size.seconds)
            await ours.measure(url, pid, who, house.key, size.seconds)
    against_echo = [a / b for a, b in zip(ours.rates, echo.rates, strict=True)]
    against_plain = [a / b for a, b in zip(ours.rates, plain.rates, strict=True)]
    loop = f"{size.chargers} chargers, {IN_FLIGHT} reports under way at any moment"
    return [
        Line("Laddvakt, durable", of(ours.rates, " /s"), loop),
        Line("bare `websockets` echo with JSON, nothing kept", of(echo.rates, " /s"), loop),
        Line("plain `ocpp` package, nothing kept", of(plain.rates, " /s"), loop),
        Line("durable rate : echo", of(against_echo, digits=2), "in turns, round by round"),
        Line("durable rate : plain `ocpp`", of(against_plain, digits=2), "in turns"),
        Line("answer of Laddvakt, p50 / p99", percentiles(ours.answers_ms), loop),
        Line("answer of plain `ocpp`, p50 / p99", percentiles(plain.answers_ms), loop),
        Line("CPU of the link per report", of(ours.cpu_us, " µs"), "without PostgreSQL's"),
        Line("CPU of the echo per report", of(echo.cpu_us, " µs")),
        Line("CPU of plain `ocpp` per report", of(plain.cpu_us, " µs")),
    ]


async def durable(house: House, size: Size) -> list[Line]:
    """One link with many chargers: as fast as it goes, and at a pace."""
    lines = []
    who = house.identities(1, size.chargers)
    cases = [
        ("each a change of state", load.VISIT, size.chargers),
        ("each opens or clears an alarm", load.BROKEN, size.chargers),
        ("one at a time", load.VISIT, 1),
    ]
    async with house.link() as (url, _):
        for what, words, many in cases:
            rates, answers = [], []
            for _round in range(size.rounds):
                told, _used = await load.closed_loop(url, who, house.key, size.seconds, many, words)
                _no_errors(told)
                rates.append(told.rate)
                answers += told.answers_ms
            how = f"{size.chargers} chargers, {many} under way at any moment"
            lines.append(Line(f"durable reports, {what}", of(rates, " /s"), how))
            lines.append(Line(f"answer, {what}, p50 / p99", percentiles(answers), how))
        told = await load.paced(url, who, house.key, size.chargers, size.seconds * 2)
        _no_errors(told)
        how = f"{size.chargers} chargers, one report a second each, open loop"
        lines.append(Line("answer at a pace, p50 / p99", percentiles(told.answers_ms), how))
    return lines


async def tickets(house: House, size: Size) -> list[Line]:
    """From the wire to the API, with the web process running."""
    first = size.chargers + 1
    token = house.token()
    async with house.link() as (url, _), house.web() as port:
        desk = faults.Desk(port, token)
        singles = house.identities(first, size.singles)
        ids = list(range(first, first + size.singles))
        with faults.traffic(url, house.identities(1, size.chargers), house.key, size.chargers):
            took = await faults.one_by_one(url, desk, singles, ids, house.key)
        burst = house.identities(first + size.singles, size.burst)
        many, answered_ms = await faults.all_at_once(url, desk, burst, house.key)
    busy = f"{size.singles} faults one by one, beside {size.chargers} other reports a second"
    at_once = f"{size.burst} stations fault in the same moment"
    return [
        Line("fault → ticket in the API, p50 / p99", percentiles(took), busy),
        Line("fault → ticket in the API, p50 / p99", percentiles(many), at_once),
        Line("until the last of them is in the API", f"{max(many):.0f} ms", at_once),
        Line("until the last of them is answered", f"{answered_ms:.0f} ms", at_once),
    ]


async def connections(house: House, size: Size) -> list[Line]:
    """Everybody comes back at once, and then is quiet."""
    who = house.identities(1, size.storm)
    with machine.baseline("bench.plain") as (address, process):
        before = machine.memory(process)
        plain = await load.storm(address, who, house.key)
        plain_kib = (machine.memory(process) - before) / len(who) / 1024
        await load.hang_up(plain.wires)
    async with house.link() as (url, pid):
        before = machine.memory(pid)
        ours = await load.storm(url, who, house.key)
        kib = (machine.memory(pid) - before) / len(who) / 1024
        await load.hang_up(ours.wires)
    for words, times in ours.failures.most_common(5):
        print(f"  {times} × {words}", flush=True)
    how = f"{size.storm} at once: Basic auth, boot, two statuses, heartbeat, all kept"
    bare = "the same, nothing checked and nothing kept"
    return [
        Line("reconnect storm", f"{ours.seconds:.1f} s", how),
        Line("of them failed or were reset", str(ours.failures.total()), how),
        Line("reconnect storm, plain `ocpp`", f"{plain.seconds:.1f} s", bare),
        Line("memory per idle connection", f"{kib:.1f} KiB", f"{size.storm} open, link's RSS"),
        Line("memory per idle connection, plain `ocpp`", f"{plain_kib:.1f} KiB", bare),
    ]


Part = Callable[[House, Size], Awaitable[list[Line]]]
PARTS: dict[str, Part] = {
    "Ratios": ratios,
    "Durable reports on one link": durable,
    "From a fault to its ticket": tickets,
    "Connections": connections,
}


async def everything(house: House, size: Size, only: str) -> dict[str, list[Line]]:
    measured = {}
    for title, part in PARTS.items():
        if only and only not in part.__name__:
            continue
        print(f"\n{title}", flush=True)
        measured[title] = await part(house, size)
        print(table(measured[title]), flush=True)
        house.settle()
        gc.collect()
    return measured


def _no_errors(told: load.Told) -> None:
    if told.errors:
        raise SystemExit(f"{told.errors} of {len(told.answers_ms)} answers were errors")


def main() -> None:
    reading = argparse.ArgumentParser(prog="bench", description=__doc__)
    reading.add_argument("--quick", action="store_true", help="smaller, within a minute")
    reading.add_argument("--only", default="", help="one part: " + ", ".join(_names()))
    asked = reading.parse_args()
    size = QUICK if asked.quick else Size()
    # Told to end, it still ends its own processes and throws its database away.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    machine.raise_limits()
    machine.pin(os.getpid(), machine.LOAD_CPU)
    began = time.monotonic()
    with built(max(size.storm, size.chargers + size.singles + size.burst)) as house:
        measured = uvloop.run(everything(house, size, asked.only))
    seconds = time.monotonic() - began
    if not asked.only:
        command = "./laddvakt bench" + (" --quick" if asked.quick else "")
        DOCUMENT.write_text(document(measured, command, seconds), encoding="utf-8")
        print(f"\n{seconds:.0f} s. Written to {DOCUMENT.relative_to(machine.ROOT)}")


def _names() -> list[str]:
    return [part.__name__ for part in PARTS.values()]


if __name__ == "__main__":
    main()
