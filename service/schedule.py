"""Everything the clock does, in one list."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from socket import gethostname
from threading import Event

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger
from flask import Flask

from service.checklists import jobs as checklists
from service.contracts import jobs as contracts
from service.core import mail
from service.core.clock import now
from service.core.config import Settings
from service.core.db import unit_of_work
from service.core.jobs import forget_changes
from service.core.lease import Lease
from service.monitoring import jobs as monitoring
from service.monitoring.link_models import Node
from service.people import jobs as people
from service.plans import jobs as plans
from service.remote import jobs as remote
from service.reports import jobs as reports
from service.tablets import jobs as tablets
from service.tickets import jobs as tickets
from service.visits import jobs as visits

LEASE_LASTS = timedelta(seconds=15)
SECOND, MINUTE, HOUR = 1, 60, 3600
log = structlog.get_logger()


def call_silent_stations(at: datetime, settings: Settings) -> None:
    tickets.call_silent_stations(at, timedelta(seconds=settings.offline_after_seconds))


# How often, and what. Each run is a unit of work of its own; what is due is asked of the database.
SCHEDULE: tuple[tuple[int, Callable[..., None]], ...] = (
    (SECOND, tickets.open_ripe_alarms),
    (2 * SECOND, tickets.resolve_what_is_proven),
    (SECOND, remote.judge_what_is_over),
    (SECOND, call_silent_stations),
    (5 * SECOND, monitoring.name_outages_in_ledger),
    (5 * SECOND, tickets.speak_after_outages),
    (5 * SECOND, visits.verify_check_outs),
    (15 * SECOND, remote.give_up_on_answers),
    (MINUTE, remote.cancel_what_waits_too_long),
    (MINUTE, tickets.end_boot_loops),
    (MINUTE, tickets.close_resolved),
    (MINUTE, plans.keep_dates),
    (MINUTE, visits.keep_due_days),
    (MINUTE, reports.ask_for_reports),
    (10 * MINUTE, plans.bring_forward),
    (10 * MINUTE, plans.keep_recalls),
    (10 * MINUTE, plans.watch_new_measurements),
    (10 * MINUTE, tickets.let_warnings_age),
    (10 * MINUTE, visits.let_go_of_what_ended),
    (10 * MINUTE, visits.ask_about_forgotten),
    (10 * MINUTE, forget_changes),
    # What is due by the day is asked by the hour: a clock that stood still misses nothing.
    (HOUR, contracts.let_retired_stations_go),
    (HOUR, contracts.end_periods),
    (HOUR, contracts.remind_of_contracts),
    (HOUR, checklists.remind_of_calibration),
    (24 * HOUR, plans.watch_all_measurements),
    (HOUR, people.forget_ended_sessions),
    (HOUR, people.forget_attempts),
    (HOUR, people.forget_tablet_codes),
    (HOUR, visits.forget_positions),
    (24 * HOUR, tablets.forget_told_positions),
    (HOUR, reports.forget_old_events),
    (HOUR, monitoring.make_partitions),
    (HOUR, monitoring.drop_old_frames),
)
# What minds its own units of work: a slow mail server keeps no transaction open.
CARRIERS: tuple[tuple[int, Callable[[Settings], object]], ...] = (
    (SECOND, mail.send_waiting),
    (5 * SECOND, reports.make_waiting_reports),
)


@dataclass(frozen=True)
class Clock:
    """One node's clock. Of several, the one that holds the lease does the work."""

    app: Flask
    node: str

    @property
    def settings(self) -> Settings:
        settings: Settings = self.app.config["SETTINGS"]
        return settings

    def run(self, job: Callable[..., None]) -> bool:
        """Run one job as one unit of work. False when another node has the lease, or it failed."""
        with self.app.app_context():
            if not self._has_lease():
                return False
            try:
                with unit_of_work():
                    job(now(), self.settings) if job is call_silent_stations else job(now())
            except Exception:
                log.exception("job failed", job=job.__name__)
                return False
            return True

    def carry(self, carrier: Callable[[Settings], object]) -> None:
        with self.app.app_context():
            if self._has_lease():
                carrier(self.settings)

    def beat(self) -> None:
        """Say that this clock lives."""
        with self.app.app_context(), unit_of_work():
            Node.beat(self.node, "clock", now())

    def stop(self) -> None:
        with self.app.app_context(), unit_of_work():
            Lease.release("clock", self.node)
            Node.leave(self.node)

    def _has_lease(self) -> bool:
        with unit_of_work():
            return Lease.take("clock", self.node, now(), LEASE_LASTS)


def start(clock: Clock) -> BackgroundScheduler:
    """APScheduler only ticks: a tick that comes late runs all the same, and never twice at once."""
    # A tick that finds the last one still at work waits for the next: no news.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    scheduler = BackgroundScheduler(
        timezone=UTC,
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    scheduler.add_job(clock.beat, IntervalTrigger(seconds=5), id="beat", next_run_time=now())
    for seconds, job in SCHEDULE:
        trigger = IntervalTrigger(seconds=seconds)
        scheduler.add_job(clock.run, trigger, [job], id=job.__name__, next_run_time=now())
    for seconds, carrier in CARRIERS:
        trigger = IntervalTrigger(seconds=seconds)
        scheduler.add_job(clock.carry, trigger, [carrier], id=carrier.__name__, next_run_time=now())
    scheduler.start()
    return scheduler


def run_forever(app: Flask, stop: Event) -> None:
    """The clock process: ticks until it is told to stop."""
    clock = Clock(app, f"clock-{gethostname()}-{os.getpid()}")
    scheduler = start(clock)
    log.info("clock started", node=clock.node)
    stop.wait()
    scheduler.shutdown(wait=True)
    clock.stop()
    log.info("clock stopped", node=clock.node)
