"""The stream of changes, over a real socket."""

import json
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.client import HTTPConnection, HTTPResponse
from time import monotonic, sleep
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, update
from werkzeug.serving import make_server

from service.core.clock import now
from service.core.database import dsn
from service.core.db import db, unit_of_work
from service.core.hub import Gaps, Hub
from service.core.jobs import forget_changes
from service.core.live import Change, announce
from service.people.models import Customer, Person, Role
from service.people.web_sessions import WebSession
from service.stations.models import Site, Station
from tests.conftest import NOON, person, sign_in

PATIENCE_S = 20

Event = dict[str, str]


class Stream:
    """What one page hears."""

    def __init__(self, answer: HTTPResponse) -> None:
        self.status, self.headers = answer.status, answer.headers
        self._answer = answer

    def next(self, name: str = "changed") -> Event:
        """The next event of that name. A socket that stays silent for long fails the test."""
        until = monotonic() + PATIENCE_S
        while (event := self._next()).get("event") != name:
            assert event, f"the stream ended before {name}"
            assert monotonic() < until, f"no {name} within {PATIENCE_S} s"
        return event

    def changed(self) -> tuple[str, int]:
        body = json.loads(self.next()["data"])
        return body["topic"], body["ref"]

    def _next(self) -> Event:
        event: Event = {}
        while line := self._answer.readline().decode().rstrip("\n"):
            key, _, value = line.partition(": ")
            event[key] = value
        return event


@pytest.fixture
def port(app: Flask) -> Iterator[int]:
    app.config["LIVE_HEARTBEAT"] = 0.2
    app.extensions["live_hub"] = Hub(dsn(app.config["SQLALCHEMY_DATABASE_URI"]), most=20)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    app.extensions["live_hub"].close()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def connect(app: Flask, port: int) -> Iterator[Callable[..., Stream]]:
    open_ones: list[HTTPConnection] = []

    def connected(somebody: Person, path: str = "/live", **headers: str) -> Stream:
        cookie = sign_in(app.test_client(), somebody)
        connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
        open_ones.append(connection)
        name = app.config["SESSION_COOKIE_NAME"]
        named = {key.replace("_", "-"): value for key, value in headers.items()}
        connection.request("GET", path, headers={"Cookie": f"{name}={cookie}", **named})
        return Stream(connection.getresponse())

    yield connected
    for connection in open_ones:
        connection.close()


def changed(topic: str, ref: int) -> None:
    with unit_of_work():
        announce(topic, ref, now())


def test_a_change_is_told_to_everybody_who_looks(connect: Any, operator: Person) -> None:
    streams = [connect(operator), connect(operator)]
    for stream in streams:
        stream.next("alive")
    changed("ticket", 42)

    assert [stream.changed() for stream in streams] == [("ticket", 42), ("ticket", 42)]


def test_a_change_that_was_taken_back_is_not_told(connect: Any, operator: Person) -> None:
    stream = connect(operator)
    stream.next("alive")
    announce("ticket", 1, now())
    db.session.rollback()
    changed("ticket", 2)

    assert stream.changed() == ("ticket", 2)


def test_a_page_hears_what_happened_since_it_was_made(connect: Any, operator: Person) -> None:
    changed("ticket", 7)

    assert connect(operator, "/live?after=0").changed() == ("ticket", 7)


def test_a_lost_stream_goes_on_where_it_was(connect: Any, operator: Person) -> None:
    changed("ticket", 1)
    seen = connect(operator, "/live?after=0").next()["id"]
    changed("ticket", 2)
    stream = connect(operator, Last_Event_ID=seen)

    assert {stream.changed(), stream.changed()} >= {("ticket", 2)}


def test_a_stream_lost_for_too_long_asks_for_everything(connect: Any, operator: Person) -> None:
    db.session.execute(insert(Change).values(id=5_000, at=now(), topic="ticket", ref=1))
    db.session.commit()

    assert connect(operator, Last_Event_ID="12").next("all")


def test_a_customers_person_hears_of_their_own_rows_alone(
    connect: Any, station: Station, site: Site
) -> None:
    other = Customer(name="Parkab", created_at=NOON)
    theirs = Site(customer=other, name="Deras", created_at=NOON)
    db.session.add(theirs)
    their_station = Station.create("P 1", "P1", "test", NOON, site=theirs)
    db.session.commit()
    stream = connect(person(Role.CUSTOMER, customer=site.customer))
    stream.next("alive")
    for topic, ref in (
        ("pending_charger", 1),
        ("something_new", station.id),
        ("station", their_station.id),
        ("station", station.id),
    ):
        changed(topic, ref)

    assert stream.changed() == ("station", station.id)


def test_the_stream_ends_with_the_session(connect: Any, operator: Person) -> None:
    stream = connect(operator)
    stream.next("alive")
    WebSession.end_all(operator, "test", now(), "told to")
    db.session.commit()

    assert stream.next("signed-out")
    assert stream._next() == {}


def test_the_stream_ends_when_a_person_is_disabled(connect: Any, operator: Person) -> None:
    stream = connect(operator)
    stream.next("alive")
    db.session.execute(update(Person).where(Person.id == operator.id).values(active=False))
    db.session.commit()

    assert stream.next("signed-out")


def test_nobody_hears_anything_without_signing_in(app: Flask, port: int) -> None:
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    connection.request("GET", "/live", headers={"Accept": "text/event-stream"})

    assert connection.getresponse().status == 401
    connection.close()


def test_one_viewer_too_many_is_asked_to_come_back(
    app: Flask, connect: Any, operator: Person
) -> None:
    app.extensions["live_hub"].close()
    app.extensions["live_hub"] = Hub(dsn(app.config["SQLALCHEMY_DATABASE_URI"]), most=1)
    # Kept: a stream that nobody holds is closed, and its place is free.
    seen = connect(operator)
    seen.next("alive")
    refused = connect(operator)

    assert refused.status == 503
    assert refused.headers["Retry-After"] == "15"
    assert connect(operator, "/live?probe=1").status == 503


def test_a_viewer_holds_no_connection_to_the_database(
    app: Flask, connect: Any, operator: Person
) -> None:
    streams = [connect(operator) for _ in range(5)]
    for stream in streams:
        stream.next("alive")
        stream.next("alive")
    db.session.remove()

    # Each asks now and then whether its person is signed in still: between that, it holds none.
    pool: Any = db.engine.pool
    until = monotonic() + PATIENCE_S
    while pool.checkedout() and monotonic() < until:
        sleep(0.005)
    assert pool.checkedout() == 0


def test_a_number_that_is_kept_late_is_waited_for() -> None:
    gaps = Gaps(last=10)
    gaps.saw([11, 14], at=0.0)
    assert gaps.missing == [12, 13]

    gaps.saw([13], at=1.0)
    assert gaps.missing == [12]

    gaps.saw([], at=61.0)
    assert gaps.missing == []


def test_changes_are_forgotten_after_an_hour(app: Flask) -> None:
    at = now()
    announce("ticket", 1, at - timedelta(minutes=61))
    announce("ticket", 2, at - timedelta(minutes=59))
    db.session.commit()
    forget_changes(at)
    db.session.commit()

    assert [change.ref for change in Change.after(0)] == [2]
