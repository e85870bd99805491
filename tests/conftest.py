"""The small world that the tests live in, on a PostgreSQL of their own."""

import gc
import re
import socket
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import Connection, Engine, create_engine, delete, insert

from app import create_app
from service.core import migrate
from service.core.clock import now
from service.core.config import Settings
from service.core.db import Model, db
from service.core.postgres import APP, OWNER, Postgres
from service.monitoring import catalogue
from service.monitoring.models import FaultCode
from service.people.models import Customer, Person, Role
from service.people.web_sessions import WebSession
from service.stations.models import Current, Site, Station, StationModel

# What a house is born with, kept beside its tables while the tests run.
FAULTS = ("fault_code",)
LISTS = ("checklist_limit", "checklist_template", "checklist_version")
BORN = (
    "INSERT INTO {0} SELECT * FROM born.{0};"
    "SELECT setval(pg_get_serial_sequence('{0}', 'id'), max(id)) FROM {0}"
)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A PostgreSQL from the wheel: nothing to install, nothing shared."""
    folder: Path = tmp_path_factory.mktemp("pg") / "database"
    with Postgres(folder, fsync="off", max_connections="300") as server:
        yield server


@pytest.fixture(scope="session")
def owner(server: Postgres) -> Iterator[Engine]:
    """The database as the role that owns its tables sees it."""
    engine = create_engine(server.url(OWNER))
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def database_url(server: Postgres, owner: Engine) -> str:
    """Migrated once for all tests: what is tested is what runs."""
    settings = Settings(database_url=server.url(APP), secret_key="a secret for tests only")
    app = create_app(settings, TESTING=True)
    with owner.begin() as connection:
        migrate.run(app, connection)
        migrate.grant(connection, APP)
    with owner.begin() as connection:
        connection.execute(delete(FaultCode))
        connection.execute(insert(FaultCode), catalogue.whole())
        connection.exec_driver_sql("CREATE SCHEMA born")
        for table in (*FAULTS, *LISTS):
            connection.exec_driver_sql(f"CREATE TABLE born.{table} AS TABLE {table}")
    empty(owner)
    return settings.database_url


def empty(owner: Engine) -> None:
    """Every row goes but the catalogue's, and numbers begin anew.

    Deleting a few rows is quicker than truncating.
    """
    tables = [table.name for table in reversed(Model.metadata.sorted_tables)]
    with owner.begin() as connection:
        connection.exec_driver_sql("; ".join(f'DELETE FROM "{table}"' for table in tables))  # noqa: S608
        connection.exec_driver_sql(
            "SELECT setval(quote_ident(sequencename)::regclass, 1, false)"
            " FROM pg_sequences WHERE last_value IS NOT NULL"
        )
        bear(connection, FAULTS)


def bear(connection: Connection, tables: Iterable[str]) -> None:
    """Bring the rows that a house is born with."""
    connection.exec_driver_sql(";".join(map(BORN.format, tables)))


def bear_lists(owner: Engine) -> None:
    """The checklists that the product brings along, and their limits."""
    with owner.begin() as connection:
        bear(connection, LISTS)


@pytest.fixture(scope="session")
def house(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application, put together once: its rows come and go with each test."""
    settings = Settings(
        instance=tmp_path_factory.mktemp("instance"),
        database_url=database_url,
        secret_key="a secret for tests only",
    )
    # Argon2 at its cheapest: the tests ask for many passwords.
    cheap = {"argon2__time_cost": 1, "argon2__memory_cost": 8, "argon2__parallelism": 1}
    app = create_app(settings, TESTING=True, SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS=cheap)
    app.test_client_class = Browser
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def settings(house: Flask) -> Settings:
    settings: Settings = house.config["SETTINGS"]
    return settings


@pytest.fixture
def app(house: Flask, owner: Engine) -> Iterator[Flask]:
    config = dict(house.config)
    with house.app_context():
        yield house
        db.session.remove()
        empty(owner)
    house.config.clear()
    house.config.update(config)


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def customer(app: Flask) -> Customer:
    customer = Customer(name="BRF Kajen", created_at=NOON)
    db.session.add(customer)
    db.session.commit()
    return customer


@pytest.fixture
def site(customer: Customer) -> Site:
    site = Site(customer=customer, name="Hamnen", city="Göteborg", created_at=NOON)
    db.session.add(site)
    db.session.commit()
    return site


@pytest.fixture
def model(app: Flask) -> StationModel:
    model = StationModel(
        maker="Alfen", name="Eve Double", current=Current.AC, connectors=2, created_at=NOON
    )
    db.session.add(model)
    db.session.commit()
    return model


@pytest.fixture
def station(site: Site, model: StationModel) -> Station:
    station = Station.create("Hamnen 3", "CP1", "test", NOON, site=site, model=model)
    db.session.commit()
    return station


class Browser(FlaskClient):
    """A request in a world of its own, as in the product: it meets the test in the database."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        with self.application.app_context():
            answer = super().open(*args, **kwargs)
        db.session.expire_all()
        return answer

    def post(self, *args: Any, csrf: bool = True, **kwargs: Any) -> Any:
        """As our pages post: with the token against forged forms, unless a test leaves it out."""
        if csrf and not str(args[0]).startswith("/api/"):
            kwargs["headers"] = {**kwargs.get("headers", {}), "X-CSRFToken": self.csrf_token()}
        return super().post(*args, **kwargs)

    def csrf_token(self) -> str:
        """As the page has it; signed in by `sign_in`, as the page would have it."""
        cookie = self.get_cookie(self.application.config["SESSION_COOKIE_NAME"])
        row = WebSession.opened_by(cookie.value, now()) if cookie else None
        if row and "csrf_token" in row.data:
            secret = str(self.application.config["SECRET_KEY"])
            return str(
                URLSafeTimedSerializer(secret, "wtf-csrf-token").dumps(row.data["csrf_token"])
            )
        page = self.get("/profile", follow_redirects=True).get_data(as_text=True)
        found = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert found, page
        return found[1]


def sign_in(browser: FlaskClient, somebody: Person) -> str:
    """A session of this person's, begun without the form. Returns its cookie, for a real browser.

    Its name is `app.config["SESSION_COOKIE_NAME"]`.
    """
    at = now()
    data = {"_user_id": somebody.fs_uniquifier, "_fresh": True, "fs_paa": at.timestamp()}
    data["csrf_token"] = "the same in every test"
    _, cookie = WebSession.begin(data, at, person=somebody, device="test", level="password")
    db.session.commit()
    browser.set_cookie(browser.application.config["SESSION_COOKIE_NAME"], cookie)
    return cookie


def signed_in(app: Flask, somebody: Person) -> FlaskClient:
    """A browser of that person's alone."""
    browser = app.test_client()
    sign_in(browser, somebody)
    return browser


def person(role: Role, name: str = "", customer: Customer | None = None) -> Person:
    """Somebody of that role, kept."""
    name = name or f"Kim {role.value}"
    email = f"{name.lower().replace(' ', '.')}@example.com"
    somebody = Person(name=name, email=email, role=role, customer=customer, created_at=NOON)
    db.session.add(somebody)
    db.session.commit()
    return somebody


@pytest.fixture
def operator(app: Flask) -> Person:
    return person(Role.OPERATIONS, "Olle Operatör")


@pytest.fixture
def admin(app: Flask) -> Person:
    return person(Role.ADMINISTRATOR, "Ada Administratör")


# Each role's own browser, signed in.


@pytest.fixture
def as_technician(app: Flask) -> FlaskClient:
    return signed_in(app, person(Role.TECHNICIAN))


@pytest.fixture
def as_dispatcher(app: Flask) -> FlaskClient:
    return signed_in(app, person(Role.DISPATCHER))


@pytest.fixture
def as_operations(app: Flask) -> FlaskClient:
    return signed_in(app, person(Role.OPERATIONS))


@pytest.fixture
def as_customer(app: Flask, customer: Customer) -> FlaskClient:
    return signed_in(app, person(Role.CUSTOMER, customer=customer))


@pytest.fixture
def as_admin(app: Flask, admin: Person) -> FlaskClient:
    return signed_in(app, admin)


@pytest.fixture
def free_port() -> int:
    """A port of loopback where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def pytest_collection_finish() -> None:
    """What was loaded stays: it is not looked through for what may go again and again."""
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A browser that a busy machine held up is asked once more. A fault fails twice."""
    for item in items:
        if {"chromium", "playwright", "webkit"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.flaky(reruns=1))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What was asked twice is told in full: the first answer is worth a look."""
    for report in terminalreporter.stats.get("rerun", []):
        terminalreporter.section(f"asked once more: {report.nodeid}")
        terminalreporter.line(report.longreprtext)
