"""The words that describe a station, its model and who may charge there."""

from enum import StrEnum


class Current(StrEnum):
    AC = "ac"
    DC = "dc"


class Access(StrEnum):
    PUBLIC = "public"
    INTERNAL = "internal"


class Authorization(StrEnum):
    """Who may charge, until user groups and prices come."""

    ACCEPT_ALL = "accept_all"
    KNOWN_TAGS = "known_tags"
    REFUSE = "refuse"


class Environment(StrEnum):
    """What the air brings in: dust and salt shorten every interval."""

    NORMAL = "normal"
    DUSTY = "dusty"
    COASTAL = "coastal"


class Capability(StrEnum):
    """What a model has or can do that decides how it is served."""

    REMOTE_RCD_TEST = "remote_rcd_test"
    RCD_SELF_TEST = "rcd_self_test"
    RCD_RECLOSER = "rcd_recloser"
    RCD_BUTTON = "rcd_button"
    EMERGENCY_STOP = "emergency_stop"
    AIR_FILTER = "air_filter"
    LIQUID_COOLING = "liquid_cooling"
    AC_OUTLET = "ac_outlet"
    SCHUKO_OUTLET = "schuko_outlet"
    TILT_SENSOR = "tilt_sensor"
    CABLE_MANAGEMENT = "cable_management"
    CALIBRATION_SEALS = "calibration_seals"


class EvidenceKind(StrEnum):
    MANUAL = "manual"
    # The maker's help pages: a knowledge base.
    KB = "kb"
    OPERATOR = "operator"
    AUTHORITY = "authority"
    # Nobody has read it anywhere: the product's own suggestion.
    DEFAULT = "default"


class RcdType(StrEnum):
    """What a device senses. The first words are those that chargers themselves report."""

    NONE = "none"
    # 6 mA direct current (IEC 62955): it needs an RCD of type A beside it.
    RDC_DD = "rdc_dd"
    A = "a"
    B = "b"
    # No RCD: it watches the insulation of a direct current output.
    IMD = "imd"
    UNKNOWN = "unknown"


class Place(StrEnum):
    """Where a protective device sits."""

    BUILT_IN = "built_in"
    # In the distribution board before the station.
    UPSTREAM = "upstream"
    UNKNOWN = "unknown"


class Per(StrEnum):
    STATION = "station"
    OUTLET = "outlet"


class DocumentKind(StrEnum):
    USER_MANUAL = "user_manual"
    INSTALLATION_MANUAL = "installation_manual"
    SERVICE_MANUAL = "service_manual"
    DATA_SHEET = "data_sheet"
    OTHER = "other"


class ComponentKind(StrEnum):
    """What is built into one station and may be changed by itself."""

    RCD = "rcd"
    FILTER = "filter"
    CONTACTOR = "contactor"
    CABLE = "cable"
    CONNECTOR = "connector"
    MODEM = "modem"
    METER = "meter"
    SCREEN = "screen"
    POWER_MODULE = "power_module"
    FAN = "fan"
    PAYMENT_TERMINAL = "payment_terminal"
    OTHER = "other"
