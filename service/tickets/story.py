"""A timeline as it is read: by day, each remote action together with its answer and its effect."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from typing import Any, Protocol
from zoneinfo import ZoneInfo

# What is said among colleagues.
INSIDE = frozenset({"note", "mail"})


class Entry(Protocol):
    @property
    def at(self) -> datetime: ...
    @property
    def kind(self) -> str: ...
    @property
    def facts(self) -> dict[str, Any]: ...
    @property
    def remote_action_id(self) -> int | None: ...


@dataclass(slots=True)
class Line:
    """One line; `answer` and `outcome` are the facts of what followed a remote action."""

    entry: Entry
    answer: dict[str, Any] | None = None
    outcome: dict[str, Any] | None = None


@dataclass(slots=True)
class Told:
    lines: list[Line] = field(default_factory=list)
    actions: dict[int, Line] = field(default_factory=dict)

    def add(self, entry: Entry) -> None:
        asked = self.actions.get(entry.remote_action_id or 0)
        if asked and entry.kind == "answer":
            asked.answer = entry.facts
        elif asked and entry.kind == "outcome":
            asked.outcome = entry.facts
        else:
            self._begin(Line(entry))

    def _begin(self, line: Line) -> None:
        self.lines.append(line)
        if line.entry.kind == "action" and line.entry.remote_action_id:
            self.actions[line.entry.remote_action_id] = line


def lines(entries: Iterable[Entry], inside: bool = True) -> list[Line]:
    """In the order in which they were written. `inside`: also what is said among colleagues."""
    told = Told()
    for entry in entries:
        if inside or entry.kind not in INSIDE:
            told.add(entry)
    return told.lines


def by_day(found: Iterable[Line], zone: ZoneInfo) -> list[tuple[date, list[Line]]]:
    def day(line: Line) -> date:
        return line.entry.at.astimezone(zone).date()

    return [(on, list(group)) for on, group in groupby(found, day)]


def states(kept: dict[str, Any] | None, connector: int | None) -> list[tuple[int, str]]:
    """What a snapshot of a station says: (connector, status), of one connector or of those that
    the station has; of the whole station where it names no connector."""
    found = {
        int(number): str(one.get("status") or "Unknown") for number, one in (kept or {}).items()
    }
    if connector and connector in found:
        return [(connector, found[connector])]
    outlets = {number: status for number, status in found.items() if number}
    return sorted((outlets or found).items())
