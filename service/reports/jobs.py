"""What the clock does for reports."""

from __future__ import annotations

from datetime import datetime

from service.reports.models import CalendarEvent


def forget_old_events(at: datetime) -> None:
    CalendarEvent.forget_old(at)
