"""The dates of a large fleet: all made at once, made again, and the due run of a month later."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Event

from apscheduler.events import EVENT_JOB_EXECUTED
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy import create_engine, func, select, text

from app import create_app
from bench.house import House
from service.core.config import Settings
from service.core.database import opened
from service.core.db import db, unit_of_work
from service.plans import jobs
from service.plans.models import MaintenancePlan
from service.plans.occurrences import Occurrence
from service.plans.usual import add_usual_tasks
from service.stations.models import Current, StationModel

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
A_DAY, A_MONTH = timedelta(days=1), timedelta(days=30)
# Commissioned over three years, at no site: the house's own time zone.
STATIONS = text(
    'INSERT INTO station (name, ocpp_identity, identity_key, access, "authorization",'
    " security_profile, created_at, model_id, commissioned_on)"
    " SELECT 'Upkeep ' || n, 'UPKEEP-' || n, 'upkeep-' || n, 'internal', 'known_tags', 1, now(),"
    " :model, date '2023-03-02' + n % 1095 FROM generate_series(1, :count) n"
)
GIVEN = text(
    "INSERT INTO plan_assignment (station_id, plan_id, since, created_at)"
    " SELECT id, :plan, date '2026-03-02', now() FROM station WHERE model_id = :model"
)


@contextmanager
def fleet(house: House, stations: int) -> Iterator[None]:
    """A plan of six tasks, and stations that have it and no dates yet."""
    with opened(Settings.read(house.environment)) as settings, create_app(settings).app_context():
        model = StationModel(maker="Bench", name="Six tasks", current=Current.AC, created_at=NOON)
        db.session.add(model)
        plan = MaintenancePlan.create(model, "Service", "bench", NOON)
        add_usual_tasks(plan, "bench", NOON)
        plan.publish("bench", NOON)
        db.session.commit()
        with create_engine(house.owner_url).begin() as connection:
            connection.execute(STATIONS, {"model": model.id, "count": stations})
            connection.execute(GIVEN, {"model": model.id, "plan": plan.id})
        yield
        db.session.remove()


def run(at: datetime) -> tuple[float, int]:
    """One tick of the clock. Seconds, and how many rows there are more."""
    before = _rows()
    began = time.perf_counter()
    with unit_of_work():
        jobs.keep_dates(at)
    return time.perf_counter() - began, _rows() - before


def _rows() -> int:
    return db.session.scalar(select(func.count(Occurrence.id))) or 0


def nothing() -> None:
    """What a scheduler's job does here."""


def one_job_each(house: House, tasks: int) -> float:
    """Seconds that a scheduler with one stored job per task takes for each: added, and run once."""
    store = SQLAlchemyJobStore(url=house.owner_url, tablename="bench_jobs")
    scheduler = BackgroundScheduler(jobstores={"default": store}, timezone=UTC)
    done, left = Event(), [tasks]

    def count(_event: object) -> None:
        left[0] -= 1
        if not left[0]:
            done.set()

    scheduler.add_listener(count, EVENT_JOB_EXECUTED)
    scheduler.start(paused=True)
    began = time.perf_counter()
    for number in range(tasks):
        every = IntervalTrigger(days=365, timezone=UTC)
        due = datetime.now(UTC)
        scheduler.add_job(
            nothing, every, id=str(number), next_run_time=due, misfire_grace_time=None
        )
    scheduler.resume()
    done.wait(300)
    took = time.perf_counter() - began
    scheduler.remove_all_jobs()
    scheduler.shutdown()
    return took / tasks
