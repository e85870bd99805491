"""Migrations: they make exactly what the models say, and the walls that the models cannot."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from flask import Flask
from sqlalchemy import Connection, Engine, create_engine, func, select, text
from sqlalchemy.exc import ProgrammingError

from app import create_app
from service.core import migrate
from service.core.codes import read_code
from service.core.config import Settings
from service.core.database import dsn
from service.core.db import Model, db
from service.core.postgres import APP, OWNER, Postgres
from service.core.server_account import PostgresError
from service.monitoring import catalogue
from service.people.models import Customer
from service.stations import catalogue as models
from service.stations.models import Site, Station

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)

SHAPE = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
 WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text !~ '^(frame_|alembic)'
UNION ALL
SELECT tablename, indexname, indexdef FROM pg_indexes
 WHERE schemaname = 'public' AND tablename !~ '^(frame_|alembic)'
UNION ALL
SELECT relname, 'options', reloptions::text FROM pg_class
 WHERE relnamespace = 'public'::regnamespace AND reloptions IS NOT NULL AND relname !~ '^frame_'
ORDER BY 1, 2, 3
"""


def fresh(server: Postgres, name: str) -> Engine:
    with psycopg.connect(dsn(server.url("postgres")), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name} OWNER {OWNER}")
    return create_engine(server.url(OWNER, name))


@pytest.fixture(scope="module")
def migrated(server: Postgres, database_url: str) -> Iterator[Engine]:
    """An empty database that has been migrated, and a program that works with it."""
    engine = fresh(server, "migrated")
    migrate.upgrade(program(server, "migrated"))
    yield engine
    engine.dispose()


def program(server: Postgres, name: str) -> Flask:
    settings = Settings(
        database_url=server.url(APP, name),
        database_owner_url=server.url(OWNER, name),
        secret_key="a secret for tests only",
    )
    return create_app(settings, TESTING=True)


@pytest.fixture
def working(server: Postgres, migrated: Engine) -> Iterator[Connection]:
    """The same database as the product sees it. Nothing that is done here stays."""
    engine = create_engine(server.url(APP, "migrated"))
    with engine.connect() as connection, connection.begin() as transaction:
        yield connection
        transaction.rollback()
    engine.dispose()


def test_the_migrations_make_what_the_models_say(migrated: Engine) -> None:
    with migrated.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "include_object": lambda _, name, kind, *rest: not str(name).startswith("frame_"),
                "compare_server_default": True,
            },
        )
        assert compare_metadata(context, Model.metadata) == []


def test_constraints_and_indexes_are_the_models_too(server: Postgres, migrated: Engine) -> None:
    by_models = fresh(server, "by_models")
    with by_models.begin() as connection:
        # A column's default names it; what it does is for the migration alone.
        connection.execute(text("CREATE FUNCTION station_code() RETURNS text RETURN ''"))
    Model.metadata.create_all(by_models)

    with by_models.connect() as theirs, migrated.connect() as ours:
        made, expected = ours.execute(text(SHAPE)).all(), theirs.execute(text(SHAPE)).all()
    by_models.dispose()

    assert made == expected


def test_a_second_migration_changes_nothing(server: Postgres, migrated: Engine) -> None:
    migrate.upgrade(program(server, "migrated"))

    with migrated.connect() as connection:
        assert migrate.version(connection) == migrate.head()


def test_an_unmigrated_database_is_not_worked_with(server: Postgres) -> None:
    fresh(server, "nothing").dispose()

    with pytest.raises(PostgresError, match=r"app\.py migrate"):
        migrate.check(Settings(database_url=server.url(OWNER, "nothing")))


def test_a_database_of_a_newer_version_is_left_alone(server: Postgres, migrated: Engine) -> None:
    with migrated.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    try:
        with pytest.raises(PostgresError, match="newer version"):
            migrate.upgrade(program(server, "migrated"))
    finally:
        with migrated.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :v"), {"v": head()})


def head() -> str:
    return migrate.head()


def test_the_product_is_born_with_the_catalogue_of_faults(working: Connection) -> None:
    codes = set(working.scalars(text("SELECT code FROM fault_code")))

    assert codes == {row["code"] for row in catalogue.rows()}


def test_the_product_is_born_with_the_catalogue_of_models(working: Connection) -> None:
    names = set(working.execute(text("SELECT maker, name FROM station_model")))
    verified = working.scalar(text("SELECT count(verified_at) FROM station_model"))

    assert names == {(row["maker"], row["name"]) for row in models.models()}
    assert verified == 4


def test_a_house_that_has_models_keeps_them_as_they_are(server: Postgres) -> None:
    engine = fresh(server, "furnished")
    with engine.begin() as connection:
        migrate.run(program(server, "furnished"), connection, "0002")
        connection.execute(
            text(
                "INSERT INTO station_model (maker, name, article_number, current, connectors,"
                " created_at) VALUES ('Zaptec', 'Pro', '', 'ac', 3, now());"
                " INSERT INTO customer (name, created_at) VALUES ('A', now());"
                " INSERT INTO site (customer_id, name, address, postal_code, city, time_zone,"
                " created_at) SELECT id, 'A', '', '', '', 'UTC', now() FROM customer"
            )
        )
        migrate.run(program(server, "furnished"), connection)
        own = text(
            "SELECT connectors, capabilities, visit_months, m.verified_at, count(e.id)"
            " FROM station_model m LEFT JOIN model_evidence e ON e.model_id = m.id"
            " WHERE maker = 'Zaptec' AND name = 'Pro' GROUP BY m.id"
        )

        assert connection.execute(own).one() == (3, [], None, None, 0)
        assert connection.scalar(text("SELECT environment FROM site")) == "normal"
    engine.dispose()


def test_stations_that_stand_already_get_their_codes(server: Postgres) -> None:
    engine = fresh(server, "labelled")
    with engine.begin() as connection:
        migrate.run(program(server, "labelled"), connection, "0013")
        connection.execute(
            text(
                'INSERT INTO station (name, ocpp_identity, identity_key, access, "authorization",'
                " security_profile, created_at) SELECT 'S', 'C' || n, 'c' || n, 'internal',"
                " 'known_tags', 1, now() FROM generate_series(1, 5000) AS n"
            )
        )
        migrate.run(program(server, "labelled"), connection)
        given = connection.scalars(text("SELECT code FROM station")).all()
        key = connection.scalar(text("SELECT search_key FROM station ORDER BY id LIMIT 1"))
    engine.dispose()

    assert len(set(given)) == 5000
    assert all(read_code(code) == code for code in given)
    first = given[0].lower()
    assert key == f"s\nc1\n{first[:4]}-{first[4:]}\n{first}"


@pytest.mark.parametrize(
    "deed",
    [
        "UPDATE history SET why = 'another'",
        "DELETE FROM history",
        "UPDATE timeline_entry SET text = 'another'",
        "DELETE FROM timeline_entry",
        "UPDATE frame SET raw = 'another'",
        "DELETE FROM frame",
        "DELETE FROM frame_default",
        "DELETE FROM state_interval",
        "UPDATE state_interval SET state = 'available'",
        "DROP TABLE history",
        "ALTER TABLE station DISABLE ROW LEVEL SECURITY",
        "TRUNCATE station CASCADE",
        "CREATE TABLE mine (id int)",
        "UPDATE alembic_version SET version_num = '0'",
        "SET ROLE laddvakt_owner",
    ],
)
def test_the_product_cannot_change_the_past_or_the_tables(working: Connection, deed: str) -> None:
    with pytest.raises(ProgrammingError) as error:
        working.execute(text(deed))

    assert isinstance(error.value.orig, psycopg.errors.InsufficientPrivilege)


def partitions(connection: Connection) -> set[str]:
    query = (
        "SELECT relname FROM pg_class"
        " WHERE relispartition AND relkind = 'r' AND relname ~ '^frame_[0-9]'"
    )
    return set(connection.scalars(text(query)))


def insert_frame(connection: Connection, at: datetime) -> None:
    connection.execute(
        text(
            "INSERT INTO frame (received_at, station_id, direction, raw, findings)"
            " VALUES (:at, 1, 'in', 'x', '{}')"
        ),
        {"at": at},
    )


def test_the_product_has_a_day_of_frames_made(working: Connection) -> None:
    day = {"day": date(2031, 1, 2)}

    assert working.scalar(text("SELECT frame_partition(:day)"), day)
    assert not working.scalar(text("SELECT frame_partition(:day)"), day)

    insert_frame(working, datetime(2031, 1, 2, 23, 59, tzinfo=UTC))
    where = "SELECT tableoid::regclass::text FROM frame WHERE received_at > '2031-01-01'"
    assert working.scalars(text(where)).all() == ["frame_20310102"]


def test_frames_that_came_before_their_day_was_made_move_into_it(working: Connection) -> None:
    for hour in (0, 23):
        insert_frame(working, datetime(2021, 5, 1, hour, tzinfo=UTC))
    insert_frame(working, datetime(2021, 5, 2, tzinfo=UTC))

    working.execute(text("SELECT frame_partition(date '2021-05-01')"))

    where = "SELECT tableoid::regclass::text FROM frame WHERE received_at > '2021-01-01' ORDER BY 1"
    assert working.scalars(text(where)).all() == ["frame_20210501"] * 2 + ["frame_default"]


def test_old_days_of_frames_leave_whole(working: Connection) -> None:
    for day in (date(2021, 1, 1), date(2021, 1, 2), date(2021, 1, 3)):
        working.execute(text("SELECT frame_partition(:day)"), {"day": day})
        insert_frame(working, datetime.combine(day, datetime.min.time(), UTC))
    insert_frame(working, datetime(2020, 1, 1, tzinfo=UTC))

    gone = working.scalar(text("SELECT drop_frame_partitions_before(date '2021-01-03')"))

    assert gone == 2
    left = partitions(working)
    assert "frame_20210103" in left
    assert not left & {"frame_20210101", "frame_20210102"}
    assert working.scalar(text("SELECT count(*) FROM frame")) == 1


@pytest.fixture
def two_customers(app: Flask) -> tuple[Station, Station]:
    """Two customers with a site, a station and a ticket each."""
    return one_with_everything("A"), one_with_everything("B")


def one_with_everything(name: str) -> Station:
    customer = Customer(name=name, created_at=NOON)
    site = Site(customer=customer, name=name, created_at=NOON)
    db.session.add(site)
    station = Station.create(f"Station {name}", f"CP-{name}", "test", NOON, site=site)
    db.session.flush()
    for statement in (
        "INSERT INTO ticket (station_id, site_id, connector, fault, detail, severity, priority,"
        " state, opened_at, occurrences, last_seen_at, reopened)"
        " VALUES (:station, :site, 0, 'other', '', 'S2', 'P2', 'new', now(), 1, now(), 0)",
        "INSERT INTO timeline_entry (ticket_id, at, kind, text, facts, actor)"
        " SELECT id, now(), 'note', 'x', '{}', 'test' FROM ticket WHERE station_id = :station",
        "INSERT INTO frame (received_at, station_id, direction, raw, findings)"
        " VALUES (now(), :station, 'in', 'x', '{}')",
    ):
        db.session.execute(text(statement), {"station": station.id, "site": site.id})
    db.session.commit()
    return station


def seen(table: str, customer: int | str) -> int:
    db.session.execute(select(func.set_config("app.customer", str(customer), True)))
    found = db.session.scalar(text(f"SELECT count(*) FROM {table}"))  # noqa: S608
    db.session.rollback()
    return found or 0


TABLES = ("customer", "site", "station", "connector", "ticket", "timeline_entry", "frame")


@pytest.mark.parametrize("table", TABLES)
def test_a_customer_sees_no_stranger_s_rows_even_by_raw_sql(
    two_customers: tuple[Station, Station], table: str
) -> None:
    mine = two_customers[0].site.customer_id  # type: ignore[union-attr]

    assert seen(table, "") == 2
    assert seen(table, mine) == 1
    assert seen(table, 999) == 0


def test_a_customer_writes_nothing_of_a_stranger_s(
    two_customers: tuple[Station, Station],
) -> None:
    mine, other = two_customers
    db.session.execute(
        select(func.set_config("app.customer", str(mine.site.customer_id), True))  # type: ignore[union-attr]
    )

    changed = db.session.execute(text("UPDATE station SET name = 'mine now'"))
    assert changed.rowcount == 1  # type: ignore[attr-defined]
    with pytest.raises(ProgrammingError, match="row-level security"):
        db.session.execute(text("UPDATE station SET site_id = :id"), {"id": other.site_id})


def test_every_table_with_a_customer_s_rows_is_walled(migrated: Engine) -> None:
    """Whatever hangs on a customer, a site, a station, a ticket or a contract has its policy."""
    roots = {"customer", "site", "station", "connector", "ticket", "service_contract"}
    hanging = {
        table.name
        for table in Model.metadata.sorted_tables
        if table.name in roots or {key.column.table.name for key in table.foreign_keys} & roots
    }
    walled = "SELECT relname FROM pg_class WHERE relrowsecurity"
    with migrated.connect() as connection:
        assert hanging - set(connection.scalars(text(walled))) == set()


def test_tomorrow_s_frames_need_no_migration(working: Connection) -> None:
    insert_frame(working, datetime.now(UTC) + timedelta(days=400))

    assert working.scalar(text("SELECT count(*) FROM frame")) == 1
