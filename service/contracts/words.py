"""The words of contracts; plans and work orders share those of maintenance with them."""

from enum import StrEnum


class WorkKind(StrEnum):
    """What is done to a station. A contract includes kinds; a plan's tasks are of one each."""

    VISUAL_INSPECTION = "visual_inspection"
    AIR_FILTER = "air_filter"
    # By its button. It proves that the mechanism moves, and nothing of its trip time.
    RCD_EXERCISE = "rcd_exercise"
    # By an instrument: trip time and trip current.
    RCD_TEST = "rcd_test"
    CLEANING = "cleaning"
    CABLE_CONNECTOR = "cable_connector"
    FIRMWARE = "firmware"
    OTHER = "other"


class Family(StrEnum):
    """What a package is about. A station has at most one contract of each at a time."""

    COMMISSIONING = "commissioning"
    COMMUNICATION = "communication"
    SERVICE = "service"
    ADMINISTRATION = "administration"


class Parts(StrEnum):
    """Which parts the price includes."""

    NONE = "none"
    WEAR = "wear"
    ALL = "all"


class PricePer(StrEnum):
    """What a station's price is for."""

    MONTH = "month"
    YEAR = "year"
    ONCE = "once"


class Renewal(StrEnum):
    """What happens at the end of a period."""

    AUTO = "auto"
    ASK = "ask"
    ENDS = "ends"


class State(StrEnum):
    DRAFT = "draft"
    ACTIVE = "active"
    ENDED = "ended"
    CANCELLED = "cancelled"


class ReminderKind(StrEnum):
    """Of what somebody is reminded."""

    # It ends, unless somebody does something.
    EXPIRY = "expiry"
    # It is renewed, or asks to be.
    RENEWAL = "renewal"
    # The last day to give notice comes near.
    NOTICE = "notice"


class CostKind(StrEnum):
    VISIT = "visit"
    PARTS = "parts"
    OTHER = "other"


# As tickets have them; a policy of service levels names a time for each.
PRIORITIES = ("P1", "P2", "P3", "P4")
