"""What is wrong with an imported service history, in words that say what to do."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from service.core import dates, language
from service.stations import import_labels
from service.stations.import_labels import ENCODING, LIMITS, SEPARATOR, sheet_error

__all__ = ["ENCODING", "LIMITS", "SEPARATOR", "sheet_error"]

COLUMN = {
    "station": _l("Station"),
    "task": _l("Task"),
    "done_on": _l("Done on"),
    "note": _l("Note"),
}
ABOUT = {
    "station": _l("Its name, OCPP identity or serial number."),
    "task": _l("What was done: the task's title or key, or the kind of work."),
    "done_on": _l("The day, as 2026-03-02."),
    "note": _l("Who did it, what was found: it stands in the history."),
}
PROBLEM: dict[str, Any] = import_labels.PROBLEM | {
    "unknown_station": _l("No station has this name, OCPP identity or serial number."),
    "several_stations": _l("Several stations are called that: %(told)s. Write the OCPP identity."),
    "station_retired": _l("This station is retired: it has no more dates."),
    "no_plan": _l("%(told)s has no maintenance plan: give it one first."),
    "no_day": _l("%(told)s has no day of commissioning: write it on the station first."),
    "unknown_task": _l("The station’s plan has no such task. It has: %(told)s."),
    "several_tasks": _l("Several tasks are meant: %(told)s. Write one of these keys."),
    "in_future": _l("This day has not come yet: nothing is done in the future."),
    "before_commissioning": _l("The station was commissioned on %(told)s: nothing is before that."),
    "done_otherwise": _l("The date of that day was done on %(told)s already."),
    "was_skipped": _l("Somebody skipped the date of that day. Take that back first."),
}


def problem(one: dict[str, Any]) -> str:
    return import_labels.problem(one, PROBLEM)


def column(name: str) -> Any:
    return COLUMN[name] if name else _("the whole row")


def title(row: dict[str, Any]) -> str:
    """The task of a good row, in the reader's language."""
    return str(row["title_sv"] if language.current() == "sv" else row["title_en"])


def day(row: dict[str, Any]) -> str:
    return dates.day(date.fromisoformat(row["done_on"]), language.current())
