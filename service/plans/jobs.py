"""What the clock does for maintenance."""

from __future__ import annotations

from datetime import datetime

from service.plans import assignments, generation, recalls, replanning, trends, triggers


def keep_dates(at: datetime) -> None:
    """All that falls due is a row, in the state that the day says. Run twice, it adds nothing."""
    generation.end_retired(at)
    assignments.end_of_another_model(at)
    generation.begin(at)
    replanning.catch_up(at)
    assignments.follow_contracts(at)
    generation.run_on(at)
    generation.age(at)


def bring_forward(at: datetime) -> None:
    """What chargers reported, and how much they were used, brings dates forward."""
    triggers.watch_alarms(at)
    triggers.watch_use(at)


def watch_new_measurements(at: datetime) -> None:
    """What was measured lately may bring the next test forward."""
    trends.watch_new(at)


def watch_all_measurements(at: datetime) -> None:
    """The same for all that was ever measured: a plan or a limit may be another now."""
    trends.watch_all(at)


def keep_recalls(at: datetime) -> None:
    """Recalls name the stations that came to their model, and let go of those that left it."""
    recalls.add_stations(at)
    recalls.follow_stations(at)
