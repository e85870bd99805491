"""Brings the database to what the code expects: as the owner, one node at a time."""

from __future__ import annotations

import tempfile
from pathlib import Path

import flask_migrate
import structlog
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import Connection, text

from service.core.config import Settings
from service.core.database import engine_for, working_role
from service.core.db import db
from service.core.postgres import OWNER, Postgres
from service.core.server_account import PostgresError

FOLDER = Path(__file__).parent / "migrations"
# Any number, as long as it is the same on every node.
TURN = 7_204_316
# What the past says stays as it was said: the application role may add, and nothing else.
APPEND_ONLY = (
    *("history", "timeline_entry", "frame", "contract_cost", "checklist_answer"),
    *("operation", "operation_rival", "operation_settlement"),
    "service_report",
)
# Written once; only these columns go on.
ENDED_ONLY = {
    "state_interval": "to_at, window_id",
    "checklist_version": "state, document, notes, published_at, published_by_id, retired_at",
    "checklist_run": "state, places, submitted_at, reviewed_at, person_id",
    "finding": "ticket_id, work_order_line_id, recommendation",
}
log = structlog.get_logger()


def upgrade(app: Flask) -> None:
    """Migrate to the newest version, and let the application role work with what is there."""
    settings: Settings = app.config["SETTINGS"]
    with engine_for(settings.database_url).connect() as connection:
        role = working_role(connection)
    with engine_for(settings.database_owner_url or settings.database_url).begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": TURN})
        before = version(connection)
        if before not in {None, *versions()}:
            raise PostgresError(
                f"the database is of a newer version ({before}) than this program: update it"
            )
        if before != head():
            run(app, connection)
            log.info("database.migrated", before=before, after=head())
        grant(connection, role)


def check(settings: Settings) -> None:
    """Raises PostgresError where the tables are not those that this version works with."""
    with engine_for(settings.database_url).connect() as connection:
        found = version(connection)
    if found != head():
        raise PostgresError(
            f"the database is at {found or 'nothing'}, but this version needs {head()}: "
            "run `python app.py migrate`"
        )


def run(app: Flask, connection: Connection, revision: str = "head") -> None:
    with app.app_context():
        _prepare(app, connection)
        flask_migrate.upgrade(revision=revision)


def version(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def head() -> str:
    return str(ScriptDirectory(str(FOLDER)).get_current_head())


def versions() -> set[str]:
    return {one.revision for one in ScriptDirectory(str(FOLDER)).walk_revisions()}


def new(app: Flask, words: str) -> None:
    """Write the next migration: what the models have and the migrations do not, for developers."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Postgres(Path(folder) / "database") as scratch,
        engine_for(scratch.url(OWNER)).begin() as connection,
        app.app_context(),
    ):
        if versions():
            run(app, connection)
        _prepare(app, connection)
        flask_migrate.migrate(message=words, rev_id=f"{len(versions()) + 1:04}")


def _prepare(app: Flask, connection: Connection) -> None:
    migrate = flask_migrate.Migrate(app, db, directory=str(FOLDER))
    migrate.configure(lambda config: _with(config, connection))


def _with(config: flask_migrate.Config, connection: Connection) -> flask_migrate.Config:
    config.attributes["connection"] = connection
    return config


def grant(connection: Connection, role: str | None) -> None:
    """What the application role may do, table by table. The owner may do everything."""
    if role is None or role == connection.scalar(text("SELECT current_user")):
        return
    name = connection.dialect.identifier_preparer.quote(role)
    statements = [
        f"GRANT USAGE ON SCHEMA public TO {name}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}",
        "REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC",
        f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {name}",
        *(f"GRANT {may} ON {table} TO {name}" for table, may in _rights(connection)),
    ]
    for statement in statements:
        connection.execute(text(statement))


def _rights(connection: Connection) -> list[tuple[str, str]]:
    """Every table with what may be done to it. Partitions are reached through their table alone."""
    tables = connection.scalars(
        text(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            " AND relkind IN ('r', 'p') AND NOT relispartition"
        )
    )
    return [(table, _may(table)) for table in tables]


def _may(table: str) -> str:
    if table == "alembic_version":
        return "SELECT"
    if table in APPEND_ONLY:
        return "SELECT, INSERT"
    if table in ENDED_ONLY:
        return f"SELECT, INSERT, UPDATE ({ENDED_ONLY[table]})"
    return "SELECT, INSERT, UPDATE, DELETE"
