"""The desk of a large fleet: its list, its searches and its API beside a million tickets."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from flask.testing import FlaskClient
from sqlalchemy import create_engine, text

from app import create_app
from bench.house import House
from service.core.clock import now
from service.core.config import Settings
from service.core.database import opened
from service.core.db import db
from service.people.models import Person, Role
from service.people.web_sessions import WebSession

STATIONS, TICKETS, OPEN_ONE_IN = 100_000, 1_000_000, 50
# A tenth of the fleet stands at sites of ten, the rest at sites of five.
SEED = (
    "INSERT INTO customer (name, created_at) SELECT 'Kund ' || n, now()"
    " FROM generate_series(1, 500) n",
    "INSERT INTO site (customer_id, name, address, postal_code, city, time_zone, environment,"
    " created_at)"
    " SELECT (SELECT min(id) FROM customer) + n % 500, 'Garage ' || n, 'Gatan ' || n, '',"
    " 'Ort ' || n % 300, 'Europe/Stockholm', 'normal', now() FROM generate_series(1, 18000) n",
    "INSERT INTO station_model (maker, name, article_number, current, connectors, capabilities,"
    " created_at) SELECT 'Maker ' || n % 7, 'Model ' || n, '', 'ac', 2, '{}', now()"
    " FROM generate_series(1, 20) n",
    'INSERT INTO station (name, ocpp_identity, identity_key, access, "authorization",'
    " security_profile, created_at, site_id, model_id)"
    " SELECT 'Stolpe ' || n, 'DESK-' || n, 'desk-' || n, 'internal', 'known_tags', 1, now(),"
    " (SELECT min(id) FROM site) + n % 18000, (SELECT min(id) FROM station_model) + n % 20"
    " FROM generate_series(1, :stations) n",
    # Each open ticket has a fault of its own at its station, as the product keeps it.
    "INSERT INTO ticket (station_id, site_id, connector, fault, detail, severity, priority, state,"
    " opened_at, occurrences, last_seen_at, reopened, resolution, resolved_at, recovered_at)"
    " SELECT s.id, s.site_id, n % 3, code, CASE WHEN is_open THEN 'open ' || n ELSE '' END,"
    " 'S' || 1 + n % 4, 'P' || 1 + n % 4, CASE WHEN is_open THEN 'new' ELSE 'resolved' END,"
    " at, 1 + n % 9, at, 0, CASE WHEN NOT is_open THEN 'self_cleared' END,"
    " CASE WHEN NOT is_open THEN at + interval '3 hours' END,"
    " CASE WHEN is_open AND n % 3 = 0 THEN at END FROM generate_series(1, :tickets) n"
    " CROSS JOIN LATERAL (SELECT n % :one_in = 0 AS is_open,"
    " now() - (:tickets - n) * interval '30 seconds' AS at,"
    " (ARRAY(SELECT code FROM fault_code ORDER BY code))[1 + n % 20] AS code) t"
    " JOIN station s ON s.ocpp_identity = 'DESK-' || 1 + (CAST(n AS bigint) * 7919) % :stations",
    "ANALYZE",
)
PAGES = {
    "the list as it opens": "/tickets",
    "the list, all states": "/tickets?state=",
    "page 200 of all": "/tickets?state=&page=200",
    "the newest first": "/tickets?state=&sort=-opened_at",
    "search: a station's name": "/tickets?state=&q=Stolpe+4711",
    "search: a town": "/tickets?state=&q=Ort+42",
    "search: a fault's name": "/tickets?state=&q=ground",
    "search: nothing found": "/tickets?state=&q=finns+inte",
    "search: a number": "/tickets?state=&q=%23123456",
    "the tallies": "/tickets/tally",
    "API: open ones": "/api/v1/tickets?state=open",
    "API: the newest of a station": "/api/v1/tickets?station_id=4711",
}


def seed(house: House, stations: int = STATIONS, tickets: int = TICKETS) -> float:
    """Fill the house. Seconds that it took."""
    began = time.perf_counter()
    engine = create_engine(house.owner_url)
    with engine.begin() as connection:
        for statement in SEED:
            asked = {"stations": stations, "tickets": tickets, "one_in": OPEN_ONE_IN}
            connection.execute(text(statement), asked)
    engine.dispose()
    return time.perf_counter() - began


@contextmanager
def at_work(house: House) -> Iterator[FlaskClient]:
    """The web as it is served, without the socket, and an administrator who has signed in."""
    os.environ.update(house.environment)
    with opened(Settings.read(os.environ)) as settings:
        app = create_app(settings, WTF_CSRF_ENABLED=False)
        with app.app_context():
            cookie, engine = _sign_in(), db.engine
        browser = app.test_client()
        browser.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {house.token()}"
        browser.set_cookie(app.config["SESSION_COOKIE_NAME"], cookie)
        try:
            yield browser
        finally:
            engine.dispose()


def _sign_in() -> str:
    at = now()
    person = Person(name="Bench", email="bench@example.com", role=Role.ADMINISTRATOR, created_at=at)
    db.session.add(person)
    db.session.flush()
    data = {"_user_id": person.fs_uniquifier, "_fresh": True, "fs_paa": at.timestamp()}
    _, cookie = WebSession.begin(data, at, person=person, device="bench", level="password")
    db.session.commit()
    return cookie


def timed(browser: FlaskClient, path: str, times: int) -> list[float]:
    """Milliseconds for each answer, after a first one that warms up."""
    took = []
    for number in range(times + 1):
        began = time.perf_counter()
        answer = browser.get(path)
        if answer.status_code != 200:
            raise SystemExit(f"{path} answered {answer.status_code}")
        if number:
            took.append((time.perf_counter() - began) * 1000)
    return took
