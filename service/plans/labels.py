"""The words of maintenance as people read them."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from service.plans.words import Anchor, CatchUp, OccurrenceState, PlanState, Scope

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
    Scope.LAW: _l("everywhere, by law"),
}
