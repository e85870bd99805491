"""What the clock does for reports."""

from __future__ import annotations

from datetime import datetime

from service.core.config import Settings
from service.reports import service_making
from service.reports.models import CalendarEvent
from service.reports.service_photos import photos


def forget_old_events(at: datetime) -> None:
    CalendarEvent.forget_old(at)


def ask_for_reports(at: datetime) -> None:
    service_making.ask_for_reports(at)


def make_waiting_reports(settings: Settings) -> None:
    service_making.make_waiting(settings, photos)
