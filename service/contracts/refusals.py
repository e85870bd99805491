"""Why a contract is not changed as somebody asked."""

from __future__ import annotations

from datetime import date


class RefusedError(Exception):
    """A rule forbids it. The words are for the person who asked."""


class WrongStateError(RefusedError):
    """It is signed already, or not yet, or over."""


class NoStationsError(RefusedError):
    """Nothing would be covered."""


class OutsideError(RefusedError):
    """The day must be one from the first to the last of these."""

    def __init__(self, first: date, last: date) -> None:
        super().__init__(f"{first} to {last}")
        self.first, self.last = first, last


class ForeignStationError(RefusedError):
    """These stations stand at no site of the customer's. `names` are the first of them."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(", ".join(names))
        self.names = names


class DoubleCoverError(RefusedError):
    """These have another contract of the same family then. `names` are the first of them."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(", ".join(names))
        self.names = names


class IndexCapError(RefusedError):
    """The price would rise by more than the terms allow."""

    def __init__(self, cap_percent: int) -> None:
        super().__init__(f"{cap_percent} %")
        self.cap_percent = cap_percent
