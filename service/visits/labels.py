"""The words of work orders as people read them."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from service.contracts.labels import WORK_KIND, day, short_day
from service.core import language
from service.core.money import kronor
from service.monitoring.health import Kind as Look
from service.parts.words import Unit
from service.plans.deeds import (
    BeforeCommissioningError,
    ClosedError,
    LateNewsError,
    NotClosedError,
    TooEarlyError,
)
from service.plans.labels import reason
from service.stations import labels as register
from service.visits import refusals
from service.visits.lines import WorkOrderLine
from service.visits.models import WorkOrder
from service.visits.refusals import Refusal
from service.visits.states import Kind, LineState, State

__all__ = ["WORK_KIND", "column", "day", "reason", "short_day", "value", "verb"]

KIND: dict[Kind, Any] = {
    Kind.PREVENTIVE: _l("Preventive maintenance"),
    Kind.CORRECTIVE: _l("Repair"),
    Kind.INSPECTION: _l("Inspection"),
    Kind.COMMISSIONING: _l("Commissioning"),
    Kind.RETROFIT: _l("Retrofit"),
    Kind.DECOMMISSIONING: _l("Decommissioning"),
}
STATE: dict[State, Any] = {
    State.DRAFT: _l("Draft"),
    State.UNSCHEDULED: _l("Unscheduled"),
    State.SCHEDULED: _l("Scheduled"),
    State.IN_PROGRESS: _l("In progress"),
    State.ON_HOLD: _l("On hold"),
    State.COMPLETED: _l("Completed"),
    State.CANNOT_COMPLETE: _l("Could not be completed"),
    State.APPROVED: _l("Approved"),
    State.CLOSED: _l("Closed"),
    State.CANCELLED: _l("Cancelled"),
}
LOOK: dict[State, Look] = {
    State.DRAFT: Look.UNKNOWN,
    State.UNSCHEDULED: Look.UNKNOWN,
    State.SCHEDULED: Look.SERVICE,
    State.IN_PROGRESS: Look.SERVICE,
    State.ON_HOLD: Look.WARNING,
    State.COMPLETED: Look.OK,
    State.CANNOT_COMPLETE: Look.WARNING,
    State.APPROVED: Look.OK,
    State.CLOSED: Look.OK,
    State.CANCELLED: Look.OFFLINE,
}
LINE: dict[LineState, Any] = {
    LineState.OPEN: _l("to do"),
    LineState.DONE: _l("done"),
    LineState.NOT_DONE: _l("not done"),
}
LINE_LOOK: dict[LineState, Look] = {
    LineState.OPEN: Look.UNKNOWN,
    LineState.DONE: Look.OK,
    LineState.NOT_DONE: Look.WARNING,
}
UNIT: dict[Unit, Any] = {
    Unit.PIECE: _l("pcs"),
    Unit.PAIR: _l("pairs"),
    Unit.SET: _l("sets"),
    Unit.METRE: _l("m"),
    Unit.LITRE: _l("l"),
    Unit.KILOGRAM: _l("kg"),
}
REFUSED: dict[Refusal, Any] = {
    Refusal.ENDED: _l("not open any more"),
    Refusal.TAKEN: _l("on an open work order already"),
    Refusal.RETIRED: _l("the station is retired"),
    Refusal.NO_SITE: _l("the station has no site"),
    Refusal.OTHER_SITE: _l("of another site"),
    Refusal.DRAFT: _l("its work order is a draft"),
    Refusal.ON_VISIT: _l("a service visit is under way with it, or tells of it"),
}
VERB: dict[str, Any] = {
    "unscheduled": _l("released"),
    "scheduled": _l("scheduled"),
    "in_progress": _l("started"),
    "on_hold": _l("put on hold"),
    "completed": _l("completed"),
    "cannot_complete": _l("could not be completed"),
    "approved": _l("approved"),
    "closed": _l("closed"),
    "cancelled": _l("cancelled"),
    "plan": _l("planned"),
    "price": _l("priced by hand"),
    "add_lines": _l("added lines"),
    "remove_line": _l("took off a line"),
    "edit_line": _l("changed a line"),
    "line_done": _l("did"),
    "line_not_done": _l("did not do"),
    "line_open_again": _l("took back"),
    "follow_up": _l("carried on in another order"),
}
COLUMN: dict[str, Any] = {
    "state": _l("State"),
    "kind": _l("Kind"),
    "title": _l("Title"),
    "planned_on": _l("Planned day"),
    "assignee": _l("Technician"),
    "lines": _l("Lines"),
    "line": _l("Line"),
    "station": _l("Station"),
    "done_on": _l("Done on"),
    "price_ore": _l("Extra price"),
    "number": _l("Work order"),
    "minutes": _l("Minutes"),
    "note": _l("Note"),
    "work_kind": _l("Kind of work"),
}
# Errors whose words need nothing that they know.
SAID: dict[type[Exception], Any] = {
    refusals.EndedError: _l("The work order has ended, and does not change any more."),
    refusals.ReasonNeededError: _l("Say why."),
    refusals.NotPlannedError: _l("Give it a day first."),
    refusals.NoLinesError: _l("It has no lines: there is nothing to do."),
    refusals.NothingDoneError: _l(
        "Nothing on it is done: cancel it, or say that it cannot be completed."
    ),
    refusals.WorkDoneError: _l("Some of it is done: say that it cannot be completed instead."),
    refusals.LineStateError: _l("The line is in another state now. Look at it again."),
    refusals.NotStartedError: _l("Nothing is done on a draft, nor on hold. Start it first."),
    refusals.InFutureError: _l("That day has not come yet."),
    ClosedError: _l("This date was done, skipped or dropped elsewhere: say “not done” here."),
    NotClosedError: _l("It cannot be taken back: what followed from it is done."),
    BeforeCommissioningError: _l("That is before the station was commissioned."),
    LateNewsError: _l("That day has not come yet where the station stands."),
    TooEarlyError: _l(
        "The window is not open yet on that day. Say that it counts all the same, or wait."
    ),
}


def said(wrong: Exception) -> str:
    """Why it cannot be done, for the person who asked."""
    if isinstance(wrong, refusals.WrongStateError):
        now = STATE[wrong.before]
        return str(_("Nothing was changed: the work order is now “%(state)s”.", state=now))
    if isinstance(wrong, refusals.RefusedError):
        return str(_("Nothing was changed: %(why)s.", why=REFUSED[wrong.why]))
    if isinstance(wrong, refusals.OpenLinesError):
        words = ngettext(
            "%(num)d line is still open: say whether it is done.",
            "%(num)d lines are still open: say of each whether it is done.",
            wrong.number,
        )
        return str(words)
    found = next((words for kind, words in SAID.items() if isinstance(wrong, kind)), None)
    return str(found or _("Its state does not allow that any more. Look at it again."))


def work(order: WorkOrder) -> str:
    """What somebody called it, or the recall that it is for, or else its kind."""
    return order.title or (order.recall.title if order.recall else str(KIND[order.kind]))


def title(order: WorkOrder) -> str:
    """The same, and where, unless it has a title of its own."""
    return order.title or f"{work(order)}, {order.site.name}"


def about(line: WorkOrderLine) -> str:
    if line.occurrence:
        return line.occurrence.task.title(language.current())
    if line.ticket:
        return str(_("ticket %(number)s", number=line.ticket_id))
    return line.recall_station.recall.title if line.recall_station else line.text or ""


def quantity(number: Any) -> str:
    """`2` or `1,5`."""
    text = f"{number.normalize():f}"
    return text.replace(".", ",") if language.current() == "sv" else text


def verb(word: str) -> Any:
    return VERB.get(word) or register.verb(word)


def column(word: str) -> Any:
    return COLUMN.get(word) or register.column(word)


def value(name: str, given: Any) -> Any:
    """What a column was, or became."""
    if name == "state" and given in list(State):
        return STATE[State(given)]
    if name == "kind" and given in list(Kind):
        return KIND[Kind(given)]
    if name == "price_ore" and isinstance(given, int):
        return kronor(given, language.current())
    return register.value(name, given)
