"""One connector of a simulated charger: what is on it, and what is wrong with it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Cure(StrEnum):
    """What makes a fault go away."""

    UNLOCK = "unlock"
    SOFT_RESET = "soft_reset"
    HARD_RESET = "hard_reset"
    TIME = "time"
    # Nothing that can be done from afar.
    VISIT = "visit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What a charger says of its trouble, as it would stand in a StatusNotification."""

    error_code: str
    cure: Cure
    # For Cure.TIME: seconds until it is gone.
    lasts_s: float = 0.0
    # False: a warning. The connector keeps its status and goes on charging.
    blocks: bool = True
    vendor_error_code: str = ""
    vendor_id: str = ""
    info: str = ""


@dataclass(slots=True)
class Outlet:
    """Number 0 is the charger itself."""

    number: int
    kw: float
    status: str = "Available"
    operative: bool = True
    fault: Fault | None = None
    transaction_id: int | None = None
    meter_wh: int = 0
    # Set with the reason when the charge has to end.
    ending: asyncio.Future[str] | None = None
    # Ends when the remote start's car, or any other, has left.
    visit: asyncio.Task[None] | None = field(default=None, repr=False)
    # Set when a fault that blocked it is gone.
    well_again: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    @property
    def is_free(self) -> bool:
        """A car can come."""
        return self.operative and self.status == "Available" and not self.is_blocked

    @property
    def is_blocked(self) -> bool:
        return self.fault is not None and self.fault.blocks

    @property
    def is_taken(self) -> bool:
        """A car is there."""
        return self.visit is not None and not self.visit.done()

    @property
    def status_shown(self) -> str:
        if self.is_blocked:
            return "Faulted"
        return self.status if self.operative or self.is_taken else "Unavailable"

    def report(self, said_at: str) -> dict[str, Any]:
        """The payload of its StatusNotification."""
        words = {
            "connectorId": self.number,
            "errorCode": self.fault.error_code if self.fault else "NoError",
            "status": self.status_shown,
            "timestamp": said_at,
        }
        if self.fault:
            words["info"] = self.fault.info
            words["vendorId"] = self.fault.vendor_id
            words["vendorErrorCode"] = self.fault.vendor_error_code
        return {key: word for key, word in words.items() if word != ""}

    def mend(self) -> None:
        if self.is_blocked:
            self.well_again.set()
        self.fault = None

    def end(self, reason: str) -> None:
        """End the charge, if one runs."""
        if self.ending and not self.ending.done():
            self.ending.set_result(reason)
