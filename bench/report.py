"""What was measured, as a table on the terminal and as docs/performance.md."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bench import machine

DOCUMENT = machine.ROOT / "docs" / "performance.md"
NOT_MEASURED = """\
## What these numbers are not

* Everything runs on one machine and talks over loopback: the load, the link, the web and PostgreSQL
  share its processors. With two processors PostgreSQL competes with both; a database of its own
  gives more. Absolute numbers follow the machine and whatever else it does; the ratios are taken in
  turns within one run and are the sturdy part.
* *Durable* means that PostgreSQL has been told to flush (`fsync` and `synchronous_commit` are on).
  Whether this machine's disk then really keeps it through a power cut is not tested here.
* TLS, 10 000 chargers and more, several links beside each other, several hours on end, and networks
  that lose packets are not measured.
* *Plain `ocpp`* and the echo answer the same frames without a database, without credentials and
  without keeping anything: what they leave out is the work that they are compared with.
* *`ocpp` + ORM* keeps the frames, the state, the ledger and the alarm with one commit for each
  message, in threads beside the loop. It checks no credentials, opens no ticket and tells no page.
* The desk is measured without the socket and its server: the whole application answers, nothing is
  sent. Every figure follows from how busy the machine was; the load is named below.
"""


@dataclass(frozen=True, slots=True)
class Line:
    what: str
    value: str
    note: str = ""
    # What was to be reached, and whether it was; empty where there is no goal.
    goal: str = ""


def aim(words: str, reached: bool) -> str:
    return f"{words}: {'reached' if reached else '**missed**'}"


def of(values: Sequence[float], unit: str = "", digits: int = 0) -> str:
    """The median, and from where to where it went."""
    middle = f"{_number(statistics.median(values), digits)}{unit}"
    if len(values) < 2:
        return middle
    return f"{middle} ({_number(min(values), digits)}–{_number(max(values), digits)})"


def percentiles(ms: Sequence[float]) -> str:
    """`p50 / p99` in milliseconds."""
    if not ms:
        return "–"
    return f"{percentile(ms, 0.5):.1f} / {percentile(ms, 0.99):.1f} ms"


def percentile(ms: Sequence[float], part: float) -> float:
    ordered = sorted(ms)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


def table(lines: Sequence[Line]) -> str:
    wide = max(len(line.what) for line in lines)
    value = max(len(line.value) for line in lines)
    return "\n".join(
        f"{line.what:<{wide}}  {line.value:>{value}}  {line.goal}  {line.note}".rstrip()
        for line in lines
    )


def document(parts: dict[str, list[Line]], command: str, seconds: float) -> str:
    day = datetime.now(UTC).strftime("%Y-%m-%d")
    text = [
        "# Performance",
        "",
        f"Measured on {day} by `{command}` in {seconds:.0f} s. The command writes this file anew.",
        "Where several rounds were run, the median stands first and the range behind it.",
        "",
    ]
    for title, lines in parts.items():
        text += [f"## {title}", "", "| what | measured | goal | how |", "|---|---|---|---|"]
        text += [f"| {line.what} | {line.value} | {line.goal} | {line.note} |" for line in lines]
        text.append("")
    text += [NOT_MEASURED, "## The machine", "", "| | |", "|---|---|"]
    text += [f"| {name} | {words} |" for name, words in machine.facts().items()]
    return "\n".join(text) + "\n"


def _number(value: float, digits: int) -> str:
    return f"{value:,.{digits}f}".replace(",", " ")
