"""The words of maintenance that contracts, plans and work orders share."""

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
