"""What the clock does for maintenance."""

from __future__ import annotations

from datetime import datetime

from service.plans import generation, replanning


def keep_dates(at: datetime) -> None:
    """All that falls due is a row, in the state that the day says. Run twice, it adds nothing."""
    generation.end_retired(at)
    generation.begin(at)
    replanning.catch_up(at)
    generation.run_on(at)
    generation.age(at)
