"""What the clock does about people."""

from __future__ import annotations

from datetime import datetime

from service.people.brake import Attempt
from service.people.tablets import TabletCode
from service.people.web_sessions import WebSession


def forget_ended_sessions(at: datetime) -> None:
    WebSession.sweep(at)


def forget_attempts(at: datetime) -> None:
    Attempt.sweep(at)


def forget_tablet_codes(at: datetime) -> None:
    TabletCode.sweep(at)
