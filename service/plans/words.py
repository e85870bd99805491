"""The words of maintenance plans."""

from enum import StrEnum


class Anchor(StrEnum):
    """What the next date of a task is counted from."""

    # The grid of its first date, whatever is done when.
    FIXED = "fixed"
    # The completion before it.
    FLOATING = "floating"
    # The completion before it, but never later than the grid says.
    CAPPED = "capped"


class DateState(StrEnum):
    """Where a date stands on a given day."""

    FORECAST = "forecast"
    DUE = "due"
    OVERDUE = "overdue"
    DONE = "done"


class PlanState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


class OccurrenceState(StrEnum):
    FORECAST = "forecast"
    # Its window is open.
    DUE = "due"
    OVERDUE = "overdue"
    DONE = "done"
    # With a reason, by a person.
    SKIPPED = "skipped"
    # A bigger service in its window does the work.
    SUPERSEDED = "superseded"
    # It no longer applies: the station is retired, or the plan says otherwise.
    VOID = "void"


OPEN = (OccurrenceState.FORECAST, OccurrenceState.DUE, OccurrenceState.OVERDUE)


class CatchUp(StrEnum):
    """What becomes of the cycles that passed while nothing ran."""

    EACH = "each"
    # One row that says how many were missed before it.
    ONE = "one"


class Scope(StrEnum):
    """How far a tightening reaches."""

    STATION = "station"
    SITE = "site"
    CUSTOMER = "customer"
    LAW = "law"
