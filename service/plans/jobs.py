"""What the clock does for maintenance."""

from __future__ import annotations

from datetime import datetime

from service.plans import assignments, generation, recalls, replanning, triggers


def keep_dates(at: datetime) -> None:
    """All that falls due is a row, in the state that the day says. Run twice, it adds nothing."""
    generation.end_retired(at)
    generation.begin(at)
    replanning.catch_up(at)
    assignments.follow_contracts(at)
    generation.run_on(at)
    generation.age(at)


def bring_forward(at: datetime) -> None:
    """What chargers reported, and how much they were used, brings dates forward."""
    triggers.watch_alarms(at)
    triggers.watch_use(at)


def keep_recalls(at: datetime) -> None:
    """Recalls name the stations that came to their model, and let go of those that are retired."""
    recalls.add_stations(at)
    recalls.leave_retired()
