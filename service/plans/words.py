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


class Event(StrEnum):
    """What happens to a station and cannot wait for its date."""

    RCD_TRIPPED = "rcd_tripped"
    OVER_TEMPERATURE = "over_temperature"
    COLLISION = "collision"
    LIGHTNING = "lightning"
    FLOOD = "flood"
    FILTER_BLOCKED = "filter_blocked"
    FAN_FAILED = "fan_failed"


class Scope(StrEnum):
    """How far a tightening reaches."""

    STATION = "station"
    SITE = "site"
    CUSTOMER = "customer"
    CONTRACT = "contract"
    LAW = "law"


class RecallKind(StrEnum):
    """What a maker, or the house itself, asks of every station of a model."""

    # Something to know, and to look for.
    ADVISORY = "advisory"
    # Something that must be put right.
    RECALL = "recall"
    # Something better, put in afterwards.
    RETROFIT = "retrofit"


class RecallState(StrEnum):
    """Where a recall stands at one station."""

    OPEN = "open"
    DONE = "done"
    # By its serial number, its firmware, or what somebody saw.
    NOT_AFFECTED = "not_affected"


# Who brings a date forward, or ends a plan, where it is no person.
RULE = "maintenance trigger"
# Why a rule made a date void: kept in the row, said in the reader's language by labels.
RETIRED = "The station is retired."
ANOTHER_PLAN = "The station has another plan."
ANOTHER_MODEL = "The station is of another model now: its plan has ended."
# Why a rule says that a recall, or a line of a work order, is nothing to be done any more.
NOT_THIS_MODEL = "The station is of another model."
THIS_MODEL_AGAIN = "It is of this model again."
ANOTHER_DEVICE = "Another device stands there since."
ANOTHER_SITE = "The station stands at another site now."
NOT_CONCERNED = "The recall does not concern the station."
DONE_APART = "It was done apart from this order."
BIGGER_SERVICE = "A bigger service does it."
IMPORTED = "The imported history says when it was done last."
ANOTHER_GROUND = "The day that is counted from, or the place, is another now."
TAKEN_BACK = "The work that it followed from was taken back."
