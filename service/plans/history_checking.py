"""Which rows of an imported service history are good: every bad cell is named, with the reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from service.contracts.words import WorkKind
from service.stations.checking import Problem, day, unusable
from service.stations.sheet import Row

# Every column with the headings that mean it, in English and Swedish.
HEADINGS: dict[str, tuple[str, ...]] = {
    "station": (
        *("station", "laddstation", "name", "namn", "ocpp identity", "identity"),
        *("ocpp-identitet", "identitet", "serial number", "serienummer"),
    ),
    "task": ("task", "work", "uppgift", "arbete", "åtgärd", "moment"),
    "done_on": ("done on", "done", "date", "utförd", "utfört", "utförd den", "datum"),
    "note": ("note", "notes", "comment", "anteckning", "notering", "kommentar"),
}
REQUIRED = ("station", "task", "done_on")


@dataclass(frozen=True)
class TaskCard:
    """A task of a plan, by all that it is called."""

    id: int
    series_id: int
    key: str
    kind: WorkKind
    title_sv: str
    title_en: str

    @property
    def names(self) -> set[str]:
        return {one.casefold() for one in (self.key, self.title_sv, self.title_en)}


@dataclass(frozen=True)
class StationCard:
    id: int
    name: str
    identity: str
    # None: it has no plan.
    plan_id: int | None
    # The day that its dates are counted from, and the one before which nothing was done there.
    base: date | None
    commissioned_on: date | None
    today: date


@dataclass(frozen=True)
class Closed:
    """A date that is done, skipped or done along with another."""

    state: str
    done_on: date | None


@dataclass
class Known:
    """What the rows may meet. Names are in lower case."""

    stations: Mapping[str, Sequence[StationCard]]
    retired: set[str]
    tasks: Mapping[int, Sequence[TaskCard]]
    # What each kind of work is called, in either language.
    kinds: Mapping[str, WorkKind]
    # By station, series and nominal date; and each completion by its day.
    closed: Mapping[tuple[int, int, date], Closed]
    completions: set[tuple[int, int, date]]
    # Rows of this file that were good: station, series and date.
    seen: set[tuple[int, int, date]] = field(default_factory=set)


@dataclass
class Checked:
    """`there` counts rows that say what is known already, `twice` those that repeat another."""

    good: list[dict[str, Any]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    there: int = 0
    twice: int = 0


@dataclass
class Reading:
    """One row, while it is read."""

    row: Row
    known: Known
    wrong: list[Problem] = field(default_factory=list)

    def say(self, column: str, code: str, told: str = "") -> None:
        text = self.row.cells.get(column, "")
        self.wrong.append(Problem(self.row.number, column, code, text[:60], told))

    def text(self, column: str) -> str:
        return self.row.cells.get(column, "")


def check(rows: Sequence[Row], known: Known) -> Checked:
    checked = Checked()
    for row in rows:
        _take(Reading(row, known), checked)
    return checked


def _take(one: Reading, checked: Checked) -> None:
    _cells(one)
    bad = {problem.column for problem in one.wrong}
    station = _station(one) if "station" not in bad else None
    task = _task(one, station) if station and "task" not in bad else None
    done_on = _day(one, station) if "done_on" not in bad else None
    if one.wrong or not (station and task and done_on):
        checked.problems += one.wrong
        return
    key = (station.id, task.series_id, done_on)
    if key in one.known.seen:
        checked.twice += 1
    elif key in one.known.completions:
        checked.there += 1
    elif one.known.closed.get(key):
        _closed(one, one.known.closed[key])
        checked.problems += one.wrong
    else:
        one.known.seen.add(key)
        checked.good.append(_good(one, station, task, done_on))


def _cells(one: Reading) -> None:
    if one.row.extra:
        one.wrong.append(Problem(one.row.number, "", "more_cells"))
    for name in REQUIRED:
        if not one.text(name):
            one.say(name, "missing")
    for name, text in one.row.cells.items():
        if code := unusable(name, text):
            one.say(name, code)


def _station(one: Reading) -> StationCard | None:
    key = one.text("station").casefold()
    found = one.known.stations.get(key, ())
    if len(found) == 1:
        return _cared_for(one, found[0])
    if found:
        names = ", ".join(f"{card.name} ({card.identity})" for card in found[:5])
        one.say("station", "several_stations", names)
    else:
        gone = key in one.known.retired
        one.say("station", "station_retired" if gone else "unknown_station")
    return None


def _cared_for(one: Reading, station: StationCard) -> StationCard | None:
    if station.plan_id is None:
        one.say("station", "no_plan", station.name)
    elif station.base is None:
        one.say("station", "no_day", station.name)
    else:
        return station
    return None


def _task(one: Reading, station: StationCard) -> TaskCard | None:
    tasks = one.known.tasks[station.plan_id or 0]
    text = one.text("task").casefold()
    kind = one.known.kinds.get(text)
    found = [task for task in tasks if text in task.names]
    found = found or [task for task in tasks if kind and task.kind is kind]
    if len(found) == 1:
        return found[0]
    keys = ", ".join(task.key for task in found or tasks)
    one.say("task", "several_tasks" if found else "unknown_task", keys)
    return None


def _day(one: Reading, station: StationCard | None) -> date | None:
    try:
        done_on = date.fromisoformat(day(one.text("done_on")))
    except ValueError as reason:
        one.say("done_on", str(reason))
        return None
    if station and done_on > station.today:
        one.say("done_on", "in_future")
    elif station and station.commissioned_on and done_on < station.commissioned_on:
        one.say("done_on", "before_commissioning", station.commissioned_on.isoformat())
    return done_on


def _closed(one: Reading, closed: Closed) -> None:
    if closed.state == "skipped":
        one.say("done_on", "was_skipped")
    else:
        one.say("done_on", "done_otherwise", closed.done_on.isoformat() if closed.done_on else "")


def _good(one: Reading, station: StationCard, task: TaskCard, done_on: date) -> dict[str, Any]:
    return {
        "row": one.row.number,
        "cells": one.row.cells,
        "station_id": station.id,
        "station": station.name,
        "task_id": task.id,
        "title_sv": task.title_sv,
        "title_en": task.title_en,
        "done_on": done_on.isoformat(),
        "note": one.text("note") or None,
    }
