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
