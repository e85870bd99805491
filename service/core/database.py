"""Which database, and as whom: one role owns the tables, another works with them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import psycopg
import structlog
from psycopg import errors
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from service.core.config import Settings
from service.core.postgres import APP, OWNER, Postgres
from service.core.server_account import PostgresError

OLDEST = 15
log = structlog.get_logger()


@contextmanager
def opened(settings: Settings) -> Iterator[Settings]:
    """The settings with the addresses of a database that answers. Raises PostgresError.

    Where DATABASE_URL names none, it is our own, started here unless it runs already.
    """
    if settings.database_url:
        yield _named(settings)
        return
    with Postgres(settings.instance / "database") as own:
        yield replace(settings, database_url=own.url(APP), database_owner_url=own.url(OWNER))


def engine_for(url: str) -> Engine:
    """For one errand: nothing stays open behind it."""
    return create_engine(_driver(url), poolclass=NullPool)


def plan_once(engine: Engine) -> None:
    """Its connections keep the plan of a statement that they know: for a process that says the
    same few all day, and would spend more on planning them than on running them."""

    @event.listens_for(engine, "connect")
    def _settle(connection: psycopg.Connection[Any], _record: object) -> None:
        connection.autocommit = True
        connection.execute("SET plan_cache_mode = force_generic_plan")
        connection.execute("SET jit = off")
        connection.autocommit = False


def dsn(url: str) -> str:
    """The address as psycopg itself takes it, for whoever needs a bare connection (LISTEN)."""
    words = _words(_driver(url).set(drivername="postgresql"))
    address, mark, query = words.partition("?")
    # SQLAlchemy writes a space as a plus, which libpq takes for a plus.
    return address + mark + query.replace("+", "%20")


def _driver(url: str) -> URL:
    return make_url(url).set(drivername="postgresql+psycopg")


def _named(settings: Settings) -> Settings:
    """Another PostgreSQL, spelled as SQLAlchemy takes it, and entered as the application role."""
    login = _driver(settings.database_url)
    owner = _driver(settings.database_owner_url or settings.database_url)
    user = _check(login, "DATABASE_URL")
    if settings.database_owner_url:
        _check(owner, "DATABASE_OWNER_URL")
    with engine_for(_words(owner)).begin() as connection:
        member = _let_join(connection, user)
    if not settings.database_owner_url:
        login = _as_app(login) if member else login
        if not member:
            log.warning("database.works_as_owner", login=user, remedy="docs/configuration.md")
    return replace(settings, database_url=_words(login), database_owner_url=_words(owner))


def _words(url: URL) -> str:
    return url.render_as_string(hide_password=False)


def _as_app(url: URL) -> URL:
    options = url.query.get("options", "")
    words = options if isinstance(options, str) else " ".join(options)
    return url.update_query_dict({"options": f"{words} -c role={APP}".strip()})


def _check(url: URL, name: str) -> str:
    """Who we are there."""
    try:
        with engine_for(_words(url)).connect() as connection:
            user, version = connection.execute(
                text("SELECT session_user, current_setting('server_version_num')::int / 10000")
            ).one()
    except OperationalError as error:
        words = str(error.orig).strip().splitlines()[0]
        raise PostgresError(f"{name} cannot be used: {words}") from None
    if version < OLDEST:
        raise PostgresError(f"{name} is PostgreSQL {version}, but it must be {OLDEST} or newer")
    return str(user)


def _let_join(connection: Connection, login: str) -> bool:
    """Make the application role and let `login` act as it, where we may. True where it can."""
    known = "SELECT pg_has_role(:login, oid, 'MEMBER') FROM pg_roles WHERE rolname = :app"
    who = {"login": login, "app": APP}
    member = connection.scalar(text(known), who)
    if member or not _may_make_roles(connection):
        return bool(member)
    quoted = connection.dialect.identifier_preparer.quote(login)
    try:
        with connection.begin_nested():
            if member is None:
                connection.execute(text(f"CREATE ROLE {APP} NOLOGIN"))
            connection.execute(text(f"GRANT {APP} TO {quoted}"))
    except Exception as error:
        if isinstance(getattr(error, "orig", None), errors.InsufficientPrivilege):
            return False
        raise
    return True


def _may_make_roles(connection: Connection) -> bool:
    query = "SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
    return bool(connection.scalar(text(query)))


def working_role(connection: Connection) -> str | None:
    """Whom to grant to, seen from a working connection. None where it owns the tables itself."""
    user = str(connection.scalar(text("SELECT current_user")))
    member = "SELECT pg_has_role(oid, 'MEMBER') FROM pg_roles WHERE rolname = :app"
    return APP if connection.scalar(text(member), {"app": APP}) else user
