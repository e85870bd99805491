"""The words of checklists."""

from enum import StrEnum


class VersionState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    # No new run begins with it. Those that have begun stay on it.
    RETIRED = "retired"


class RunState(StrEnum):
    OPEN = "open"
    SUBMITTED = "submitted"
    REVIEWED = "reviewed"


class Verdict(StrEnum):
    """What an answer says of the station."""

    OK = "ok"
    REMARK = "remark"
    # Inside its limit, but near it.
    WARN = "warn"
    FAIL = "fail"
    NOT_APPLICABLE = "na"


class ItemType(StrEnum):
    VERDICT = "verdict"
    NUMBER = "number"
    CHOICE = "choice"
    TEXT = "text"
    PHOTO = "photo"
    SIGNATURE = "signature"
    PART = "part"
    # Known from the charger; by hand where it cannot be asked.
    AUTO = "auto"


class SectionPer(StrEnum):
    """What a section is answered for, once each."""

    VISIT = "visit"
    STATION = "station"
    EVSE = "evse"
    RCD = "rcd"


class InstrumentKind(StrEnum):
    """What a measurement was made with."""

    MULTIFUNCTION = "multifunction"
    RCD_TESTER = "rcd_tester"
    INSULATION_TESTER = "insulation_tester"
    EVSE_TESTER = "evse_tester"
    MULTIMETER = "multimeter"
    CURRENT_CLAMP = "current_clamp"
    TORQUE_WRENCH = "torque_wrench"
    THERMAL_CAMERA = "thermal_camera"
    OTHER = "other"


# What a run's facts say of the work, beside the kinds of work of plans and contracts.
CORRECTIVE, COMMISSIONING = "corrective", "commissioning"
