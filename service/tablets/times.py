"""When something was done, as far as a tablet's clock can be believed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

# A clock is believed that is off by so much: networks and people are as slow.
TOLERANCE = timedelta(minutes=2)
# Longer than the longest leave: what is older was made by a clock that had lost its time.
OLDEST = timedelta(days=60)


@dataclass(frozen=True)
class When:
    at: datetime
    # What somebody has to look at, if anything.
    review: str | None = None


def judge(said: datetime, received: datetime, skew: timedelta | None) -> When:
    """`skew`: how far the tablet's clock was ahead when it sent this."""
    at = _put_right(said, skew)
    if at > received + TOLERANCE:
        return When(received, f"The tablet's clock said {_told(said)}, which is to come.")
    if at < received - OLDEST:
        return When(received, f"The tablet's clock said {_told(said)}, which is too long ago.")
    return When(min(at, received))


def _put_right(said: datetime, skew: timedelta | None) -> datetime:
    if skew is None or abs(skew) <= TOLERANCE:
        return said
    try:
        return said - skew
    except OverflowError:
        # Before the first year or after the last one: nobody believes it anyway.
        return said


def _told(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
