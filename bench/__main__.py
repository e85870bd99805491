"""Measures and reports: `python -m bench`, or `python -m bench --quick` for a first look."""

from __future__ import annotations

import argparse
import gc
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable

import uvloop

from bench import desk, faults, fleet_file, load, machine, upkeep
from bench import paper as documents
from bench.compare import cpu, kept, no_errors
from bench.house import House, built
from bench.report import DOCUMENT, Line, aim, document, of, percentile, percentiles, table
from bench.size import QUICK, Size


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
                no_errors(told)
                rates.append(told.rate)
                answers += told.answers_ms
            how = f"{size.chargers} chargers, {many} under way at any moment"
            lines.append(Line(f"durable reports, {what}", of(rates, " /s"), how))
            lines.append(Line(f"answer, {what}, p50 / p99", percentiles(answers), how))
        told = await load.paced(url, who, house.key, size.chargers, size.seconds * 2)
        no_errors(told)
        how = f"{size.chargers} chargers, one report a second each, open loop"
        lines.append(Line("answer at a pace, p50 / p99", percentiles(told.answers_ms), how))
    return lines


async def tickets(house: House, size: Size) -> list[Line]:
    """From the wire to the API, with the web process running."""
    first = size.chargers + 1
    token = house.token()
    async with house.link() as (url, _), house.web() as port:
        api = faults.Desk(port, token)
        singles = house.identities(first, size.singles)
        ids = list(range(first, first + size.singles))
        with faults.traffic(url, house.identities(1, size.chargers), house.key, size.chargers):
            took = await faults.one_by_one(url, api, singles, ids, house.key)
        burst = house.identities(first + size.singles, size.burst)
        many, answered_ms = await faults.all_at_once(url, api, burst, house.key)
    busy = f"{size.singles} faults one by one, beside {size.chargers} other reports a second"
    at_once = f"{size.burst} stations fault in the same moment"
    tail, last = percentile(took, 0.99), max(many)
    goal, burst_goal = aim("p99 ≤ 250 ms", tail <= 250), aim("≤ 500 ms", last <= 500)
    return [
        Line("fault → ticket in the API, p50 / p99", percentiles(took), busy, goal),
        Line("fault → ticket in the API, p50 / p99", percentiles(many), at_once),
        Line("until the last of them is in the API", f"{last:.0f} ms", at_once, burst_goal),
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
    lost, resident = ours.failures.total(), f"{size.storm} open, the link's RSS"
    goal = aim("≤ ½ of plain `ocpp`", ours.seconds <= plain.seconds / 2)
    bare = "the same, nothing checked and nothing kept"
    return [
        Line("reconnect storm", f"{ours.seconds:.1f} s", how, goal),
        Line("of them failed or were reset", str(lost), how, aim("none", not lost)),
        Line("reconnect storm, plain `ocpp`", f"{plain.seconds:.1f} s", bare),
        Line("memory per idle connection", f"{kib:.1f} KiB", resident, aim("≤ 25 KiB", kib <= 25)),
        Line("memory per idle connection, plain `ocpp`", f"{plain_kib:.1f} KiB", bare),
    ]


async def large_desk(house: House, size: Size) -> list[Line]:
    """The pages that a dispatcher waits for, and a fleet from a file."""
    desk.seed(house, size.stations, size.tickets)
    how = f"{size.tickets} tickets, {size.stations} stations, asked {size.asked} times"
    lines = []
    with desk.at_work(house) as browser:
        for what, path in desk.PAGES.items():
            took = desk.timed(browser, path, size.asked)
            tail = percentile(took, 0.95)
            value = f"{percentile(took, 0.5):.0f} / {tail:.0f} ms"
            lines.append(Line(f"{what}, p50 / p95", value, how, aim("p95 < 100 ms", tail < 100)))
        seen, taken_in = fleet_file.take_in(browser, fleet_file.table(size.imported))
    value, goal = f"{seen:.1f} + {taken_in:.1f} s", aim("≤ 20 s", seen + taken_in <= 20)
    file = f"a file of {size.imported} stations, five at each site"
    return [*lines, Line("import: until its preview + until it is kept", value, file, goal)]


async def dates(house: House, size: Size) -> list[Line]:
    """What falls due where, for a large fleet, beside one scheduler job for each task."""
    each = upkeep.one_job_each(house, size.jobs)
    with upkeep.fleet(house, size.planned):
        house.settle()
        first, made = upkeep.run(upkeep.NOON)
        house.settle()
        again, more = upkeep.run(upkeep.NOON)
        day, _due = upkeep.run(upkeep.NOON + upkeep.A_DAY)
        month, _due = upkeep.run(upkeep.NOON + upkeep.A_MONTH)
    all_jobs = each * size.planned * 6
    part = all_jobs / max(day, 0.001)
    how = f"{size.planned} stations, six tasks each"
    stored = f"{size.jobs} jobs stored and run, {each * 1000:.1f} ms each, times six a station"
    return [
        Line("their first dates", f"{first:.1f} s", f"{how}: {made} rows"),
        Line("the same again", f"{again:.2f} s", f"{more} rows", aim("no row", not more)),
        Line("the due run of the next day", f"{day:.2f} s"),
        Line("the due run after a month in which nothing ran", f"{month:.2f} s"),
        Line("one scheduler job for each task", f"{all_jobs:.0f} s", stored),
        Line("jobs : due run of a day", f"{part:.0f}", "", aim("≥ 500", part >= 500)),
        Line("jobs : first dates", f"{all_jobs / first:.0f}"),
    ]


async def paper(_house: House, _size: Size) -> list[Line]:
    """A service report of four pages with a dozen photos, and the same without them."""
    told = documents.measured()
    times, how = told.ratio, f"{told.pages} pages, 12 photos of 1600 px, {told.megabytes:.1f} MB"
    value = f"{told.photos_ms:.0f} · {told.plain_ms:.0f} ms"
    memory = aim("≤ 80 MB", told.peak_mb <= 80)
    return [
        Line("CPU of a report: with photos · without", value, f"{how}; in turns, median of 9"),
        Line("with photos : without", f"{times:.1f} ×", how, aim("≤ 3 ×", times <= 3)),
        Line("peak memory over the imports", f"{told.peak_mb:.0f} MB", how, memory),
    ]


Part = Callable[[House, Size], Awaitable[list[Line]]]
PARTS: dict[str, Part] = {
    "What one message costs": cpu,
    "Kept before it is answered": kept,
    "Durable reports on one link": durable,
    "From a fault to its ticket": tickets,
    "Connections": connections,
    "The desk of a large fleet": large_desk,
    "The dates of a large fleet": dates,
    "A report on paper": paper,
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
