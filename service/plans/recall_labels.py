"""The words of recalls as people read them."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from service.contracts.labels import short_day
from service.monitoring.health import Kind as Look
from service.plans.labels import reason
from service.plans.recalls import Recall
from service.plans.words import RecallKind, RecallState
from service.stations import labels as register

__all__ = ["column", "reason", "short_day", "value", "verb"]

KIND: dict[RecallKind, Any] = {
    RecallKind.ADVISORY: _l("Advisory"),
    RecallKind.RECALL: _l("Recall"),
    RecallKind.RETROFIT: _l("Retrofit"),
}
STATE: dict[RecallState, Any] = {
    RecallState.OPEN: _l("to do"),
    RecallState.DONE: _l("done"),
    RecallState.NOT_AFFECTED: _l("not affected"),
}
LOOK: dict[RecallState, Look] = {
    RecallState.OPEN: Look.WARNING,
    RecallState.DONE: Look.OK,
    RecallState.NOT_AFFECTED: Look.UNKNOWN,
}
VERB: dict[str, Any] = {
    "close": _l("closed"),
    "reopen": _l("opened again"),
    "finish": _l("said that it is done"),
    "except": _l("said that it is not affected"),
    "take_back": _l("took back"),
}
COLUMN: dict[str, Any] = {
    "station": _l("Station"),
    "done_on": _l("Done on"),
    "issued_on": _l("Issued on"),
    "criteria": _l("Which are affected"),
    "source": _l("Source"),
    "text": _l("What it is about"),
    "title": _l("Title"),
    "kind": _l("Kind"),
}


def look(recall: Recall, left: int) -> str:
    if recall.is_closed:
        return Look.UNKNOWN.value
    return (Look.WARNING if left else Look.OK).value


def state(recall: Recall, left: int) -> Any:
    if recall.is_closed:
        return _l("closed")
    return _l("ongoing") if left else _l("all done")


def verb(word: str) -> Any:
    return VERB.get(word) or register.verb(word)


def column(word: str) -> Any:
    return COLUMN.get(word) or register.column(word)


def value(name: str, given: Any) -> Any:
    """What a column was, or became."""
    if name == "kind" and given in list(RecallKind):
        return KIND[RecallKind(given)]
    return register.value(name, given)
