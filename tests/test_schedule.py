"""What the clock does, and that of several clocks only one does it."""

from datetime import datetime, timedelta
from threading import Event, Thread

import pytest
from flask import Flask
from sqlalchemy import select

from service import schedule
from service.core.clock import now
from service.core.db import db
from service.core.lease import Lease
from service.monitoring.link_models import Node
from service.schedule import SCHEDULE, Clock
from service.stations.models import Station
from tests.conftest import NOON
from tests.saying import say, status, tickets


def test_only_one_clock_does_the_work(app: Flask) -> None:
    done: list[datetime] = []
    here, there = Clock(app, "here"), Clock(app, "there")

    assert here.run(done.append)
    assert not there.run(done.append)
    assert here.run(done.append)
    assert len(done) == 2


def test_another_clock_takes_over_when_the_first_has_gone(app: Flask) -> None:
    here, there = Clock(app, "here"), Clock(app, "there")
    here.run(lambda at: None)
    here.stop()

    assert there.run(lambda at: None)


def test_another_clock_takes_over_when_the_lease_has_run_out(app: Flask) -> None:
    assert Lease.take("clock", "dead", now() - timedelta(minutes=1), timedelta(seconds=15))
    db.session.commit()

    assert Clock(app, "here").run(lambda at: None)


def test_a_job_that_fails_leaves_nothing_half_done(app: Flask, station: Station) -> None:
    def half(at: datetime) -> None:
        station.name = "Halvt"
        db.session.flush()
        raise RuntimeError("the plug is out")

    assert not Clock(app, "here").run(half)
    db.session.expire_all()
    assert db.session.scalars(select(Station.name)).one() == "Hamnen 3"


@pytest.mark.parametrize("job", [job for _, job in SCHEDULE], ids=lambda job: job.__name__)
def test_every_job_runs_on_an_empty_database(app: Flask, job: object) -> None:
    assert Clock(app, "here").run(job)  # type: ignore[arg-type]


def test_the_clock_opens_what_has_waited_out_its_debounce(app: Flask, station: Station) -> None:
    say(status(station, NOON, "Faulted", "InternalError"))
    stop = Event()
    clock = Thread(target=schedule.run_forever, args=(app, stop))
    clock.start()
    deadline = now() + timedelta(seconds=10)
    while not tickets() and now() < deadline:
        stop.wait(0.05)
    stop.set()
    clock.join()

    assert [ticket.fault for ticket in tickets()] == ["internal_error"]
    assert db.session.scalars(select(Node)).all() == []


def test_a_tick_that_comes_late_runs_all_the_same(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """APScheduler's own default drops a job that is a second late."""
    ran = Event()
    monkeypatch.setattr(schedule, "SCHEDULE", ((3600, lambda at: None),))
    monkeypatch.setattr(schedule, "CARRIERS", ())
    scheduler = schedule.start(Clock(app, "here"))

    scheduler.add_job(ran.set, "interval", hours=1, next_run_time=now() - timedelta(minutes=30))

    assert ran.wait(5)
    scheduler.shutdown(wait=True)
