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
