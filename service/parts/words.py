"""The words that describe a part."""

from enum import StrEnum


class Unit(StrEnum):
    """What one of a part is, and what its price is for."""

    PIECE = "piece"
    PAIR = "pair"
    SET = "set"
    METRE = "metre"
    LITRE = "litre"
    KILOGRAM = "kilogram"
