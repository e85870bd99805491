"""The words of maintenance as people read them."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from service.plans.words import (
    ANOTHER_DEVICE,
    ANOTHER_GROUND,
    ANOTHER_MODEL,
    ANOTHER_PLAN,
    ANOTHER_SITE,
    BIGGER_SERVICE,
    DONE_APART,
    IMPORTED,
    NOT_CONCERNED,
    NOT_THIS_MODEL,
    RETIRED,
    TAKEN_BACK,
    THIS_MODEL_AGAIN,
    Anchor,
    CatchUp,
    Event,
    OccurrenceState,
    PlanState,
    Scope,
)

PLAN_STATE = {
    PlanState.DRAFT: _l("draft"),
    PlanState.PUBLISHED: _l("published"),
    PlanState.RETIRED: _l("retired"),
}
OCCURRENCE_STATE = {
    OccurrenceState.OVERDUE: _l("overdue"),
    OccurrenceState.DUE: _l("due"),
    OccurrenceState.FORECAST: _l("to come"),
    OccurrenceState.DONE: _l("done"),
    OccurrenceState.SKIPPED: _l("skipped"),
    OccurrenceState.SUPERSEDED: _l("done along with another"),
    OccurrenceState.VOID: _l("void"),
}
# Shape and colour, as everywhere.
LOOK = {
    OccurrenceState.OVERDUE: "fault",
    OccurrenceState.DUE: "warning",
    OccurrenceState.FORECAST: "unknown",
    OccurrenceState.DONE: "ok",
    OccurrenceState.SKIPPED: "offline",
    OccurrenceState.SUPERSEDED: "service",
    OccurrenceState.VOID: "offline",
}
ANCHOR = {
    Anchor.CAPPED: _l("after the last time, never later than the first plan said (capped)"),
    Anchor.FIXED: _l("on the same days every time, whatever is done when (fixed)"),
    Anchor.FLOATING: _l("after the last time it was done (floating)"),
}
CATCH_UP = {
    CatchUp.EACH: _l("one date for every cycle that was missed"),
    CatchUp.ONE: _l("one date that says how many were missed"),
}
SCOPE = {
    Scope.STATION: _l("one station"),
    Scope.SITE: _l("a site"),
    Scope.CUSTOMER: _l("a customer"),
    Scope.CONTRACT: _l("a contract"),
    Scope.LAW: _l("everywhere, by law"),
}
EVENT = {
    Event.RCD_TRIPPED: _l("RCD tripped"),
    Event.OVER_TEMPERATURE: _l("too hot"),
    Event.COLLISION: _l("hit by a vehicle"),
    Event.LIGHTNING: _l("lightning"),
    Event.FLOOD: _l("flood"),
    Event.FILTER_BLOCKED: _l("filter blocked"),
    Event.FAN_FAILED: _l("fan failed"),
}
# What rules write beside a date, as a constant of theirs.
REASON = {
    RETIRED: _l("The station is retired."),
    ANOTHER_PLAN: _l("The station has another plan."),
    ANOTHER_GROUND: _l("The day that is counted from, or the place, is another now."),
    ANOTHER_MODEL: _l("The station is of another model now: its plan has ended."),
    NOT_THIS_MODEL: _l("The station is of another model."),
    THIS_MODEL_AGAIN: _l("It is of this model again."),
    ANOTHER_DEVICE: _l("Another device stands there since."),
    ANOTHER_SITE: _l("The station stands at another site now."),
    NOT_CONCERNED: _l("The recall does not concern the station."),
    DONE_APART: _l("It was done apart from this order."),
    BIGGER_SERVICE: _l("A bigger service does it."),
    IMPORTED: _l("The imported history says when it was done last."),
    TAKEN_BACK: _l("The work that it followed from was taken back."),
}


def reason(words: str | None) -> str:
    """Of a row: a rule's in the reader's language, a person's as they are."""
    return str(REASON.get(words or "", words or ""))
