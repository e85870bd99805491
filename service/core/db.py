"""The database: one session per unit of work, all times in UTC."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any, Protocol, Self, cast

import orjson
import psycopg
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    BigInteger,
    Connection,
    CursorResult,
    DateTime,
    Engine,
    Enum,
    MetaData,
    Select,
    Text,
    Update,
    event,
    func,
    select,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, registry
from sqlalchemy.sql.schema import ScalarElementColumnDefault

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Model(DeclarativeBase):
    """What every row is made from: integers are 64 bits wide, instants carry their zone."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMES),
        type_annotation_map={
            datetime: DateTime(timezone=True),
            int: BigInteger,
            str: Text,
            dict[str, Any]: JSONB,
            list[str]: ARRAY(Text),
            StrEnum: Enum(
                StrEnum,
                native_enum=False,
                length=40,
                create_constraint=True,
                values_callable=lambda kind: [member.value for member in kind],
            ),
        },
    )


# A page reads rows after the commit (a redirect's flash, a JSON answer): they stay readable.
db = SQLAlchemy(model_class=Model, session_options={"expire_on_commit": False})


class Visible(Protocol):
    """A model that says for itself who may see its rows."""

    id: Any

    @classmethod
    def visible_to(cls, person: Any) -> Select[Self]: ...


Rows = list[tuple[Any, ...]]
Driver = psycopg.Connection[tuple[Any, ...]]


class Later:
    """A statement that was said and goes out with the next one that somebody waits for."""

    __slots__ = ("_cursor", "_sql", "_values")

    def __init__(self, sql: str, values: dict[str, Any]) -> None:
        self._sql, self._values = sql, values
        self._cursor: psycopg.Cursor[tuple[Any, ...]] | None = None

    def send(self, driver: Driver) -> None:
        self._cursor = driver.execute(self._sql, self._values)

    @property
    def rows(self) -> Rows:
        """What it found. Now it, and all that was said before it, has to be sent."""
        if self._cursor is None:
            _send(_driver())
        assert self._cursor  # noqa: S101  it was among those that waited
        return self._cursor.fetchall() if self._cursor.description else []


_waiting: ContextVar[list[Later] | None] = ContextVar("waiting", default=None)


def hot(sql: str, **values: Any) -> Rows:
    """A statement on the hot path, straight to the driver, within the session's transaction.

    It takes a quarter of the CPU that a session takes. What the session has not flushed, it does
    not see; errors are psycopg's own.
    """
    return later(sql, **values).rows


def later(sql: str, **values: Any) -> Later:
    """The same, but nobody waits for it yet: inside `in_one_go` it travels with its neighbours."""
    said = Later(sql, {name: _array(value) for name, value in values.items()})
    waiting = _waiting.get()
    if waiting is None:
        said.send(_driver())
    else:
        waiting.append(said)
    return said


def add_later(kind: type[Model], values: Sequence[Mapping[str, Any]], found: str = "") -> Later:
    """New rows of one kind, however many, as one statement. `found`: columns to read back.

    Each row names the same columns. A column's default that is no plain value has to be given.
    """
    plain = _plain_defaults(kind)
    whole = [{**plain, **one} for one in values]
    return later(_adding(kind, tuple(whole[0]), found), rows=rows(whole))


@cache
def _plain_defaults(kind: type[Model]) -> dict[str, Any]:
    columns = kind.metadata.tables[kind.__tablename__].columns
    defaults = {one.name: one.default for one in columns}
    return {
        name: one.arg
        for name, one in defaults.items()
        if isinstance(one, ScalarElementColumnDefault)
    }


@cache
def _adding(kind: type[Model], names: tuple[str, ...], found: str) -> str:
    table = kind.metadata.tables[kind.__tablename__]
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    types = ", ".join(f'"{one}" {table.c[one].type.compile(dialect)}' for one in names)
    columns = ", ".join(f'"{one}"' for one in names)
    reads = f" RETURNING {found}" if found else ""
    return (
        f"INSERT INTO {table.name} ({columns}) SELECT * FROM"  # noqa: S608  names of our own
        f" json_to_recordset(CAST(%(rows)s AS json)) AS n({types}){reads}"
    )


def _driver() -> Driver:
    return cast("Driver", db.session.connection().connection.driver_connection)


def _send(driver: Driver, commit: bool = False) -> None:
    """All that waits in one trip, in the order in which it was said."""
    waiting = _waiting.get()
    if not waiting:
        return
    sending = waiting[:]
    waiting.clear()
    with driver.pipeline():
        for said in sending:
            said.send(driver)
        if commit:
            driver.commit()


@event.listens_for(Engine, "before_cursor_execute")
def _in_order(connection: Connection, *_: object) -> None:
    """What the session says comes after all that was said before it."""
    if _waiting.get():
        _send(cast("Driver", connection.connection.driver_connection))


def _array(value: Any) -> Any:
    """A list of numbers or instants as PostgreSQL writes it: the driver takes ten times as long,
    and prepares the statement anew for every width of number."""
    return "{" + ",".join(map(str, value)) + "}" if isinstance(value, list) else value


def rows(values: Iterable[Mapping[str, Any]]) -> str:
    """Many rows as one parameter, for `json_to_recordset(CAST(%(rows)s AS json))`.

    On the hot path: orjson writes a row in the time that a driver takes to write one of its fields.
    """
    return orjson.dumps(list(values), default=_amount).decode()


def _amount(value: object) -> str:
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"no row holds {value!r}")


@contextmanager
def unit_of_work() -> Iterator[None]:
    """Everything inside is kept, or nothing is."""
    try:
        yield
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise


@contextmanager
def in_one_go() -> Iterator[None]:
    """A unit of work in which what is said `later` waits; the last of it goes with the commit."""
    before = _waiting.set([])
    try:
        with unit_of_work():
            yield
            db.session.flush()
            _send(_driver(), commit=True)
    finally:
        _waiting.reset(before)


def need_not_reach_the_disk() -> None:
    """This transaction's commit does not wait for it: what a crash may forget, it may."""
    db.session.execute(select(func.set_config("synchronous_commit", "off", True)))


def claimed(update: Update) -> bool:
    """Run an update meant for one row. False when somebody else was first."""
    return changed(update) == 1


def changed(update: Update) -> int:
    """Run an update. Returns how many rows it changed."""
    result = db.session.execute(update, execution_options={"synchronize_session": False})
    return cast("CursorResult[tuple[()]]", result).rowcount
