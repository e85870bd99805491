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
* The baselines answer the same frames without a database, without credentials and without keeping
  anything: what they leave out is the work that they are compared with.
"""


@dataclass(frozen=True, slots=True)
class Line:
    what: str
    value: str
    note: str = ""


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
    ordered = sorted(ms)
    at = [ordered[min(len(ordered) - 1, int(len(ordered) * part))] for part in (0.5, 0.99)]
    return " / ".join(f"{one:.1f}" for one in at) + " ms"


def table(lines: Sequence[Line]) -> str:
    wide = max(len(line.what) for line in lines)
    value = max(len(line.value) for line in lines)
    return "\n".join(
        f"{line.what:<{wide}}  {line.value:>{value}}  {line.note}".rstrip() for line in lines
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
        text += [f"## {title}", "", "| what | measured | how |", "|---|---|---|"]
        text += [f"| {line.what} | {line.value} | {line.note} |" for line in lines]
        text.append("")
    text += [NOT_MEASURED, "## The machine", "", "| | |", "|---|---|"]
    text += [f"| {name} | {words} |" for name, words in machine.facts().items()]
    return "\n".join(text) + "\n"


def _number(value: float, digits: int) -> str:
    return f"{value:,.{digits}f}".replace(",", " ")
