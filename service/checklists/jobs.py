"""What the clock does for checklists."""

from __future__ import annotations

from datetime import datetime

from service.checklists import calibration
from service.core.dates import today


def remind_of_calibration(at: datetime) -> None:
    calibration.remind(today(at), at)
