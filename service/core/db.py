"""The database: one session per unit of work, all times in UTC."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, Self, cast

import orjson
import psycopg
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import BigInteger, CursorResult, DateTime, Enum, MetaData, Select, Text, Update
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, registry

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


def hot(sql: str, **values: Any) -> psycopg.Cursor[tuple[Any, ...]]:
    """A statement on the hot path, straight to the driver, within the session's transaction.

    It takes a quarter of the CPU that a session takes. What the session has not flushed, it does
    not see; errors are psycopg's own.
    """
    driver = db.session.connection().connection.driver_connection
    given = {name: _array(value) for name, value in values.items()}
    return cast("psycopg.Connection[tuple[Any, ...]]", driver).execute(sql, given)


def _array(value: Any) -> Any:
    """A list of numbers or instants as PostgreSQL writes it: the driver takes ten times as long,
    and prepares the statement anew for every width of number."""
    return "{" + ",".join(map(str, value)) + "}" if isinstance(value, list) else value


def rows(values: Iterable[Mapping[str, Any]]) -> str:
    """Many rows as one parameter, for `json_to_recordset(CAST(%(rows)s AS json))`.

    On the hot path: orjson writes a row in the time that a driver takes to write one of its fields.
    """
    return orjson.dumps(list(values)).decode()


@contextmanager
def unit_of_work() -> Iterator[None]:
    """Everything inside is kept, or nothing is."""
    try:
        yield
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise


def claimed(update: Update) -> bool:
    """Run an update meant for one row. False when somebody else was first."""
    return changed(update) == 1


def changed(update: Update) -> int:
    """Run an update. Returns how many rows it changed."""
    result = db.session.execute(update, execution_options={"synchronize_session": False})
    return cast("CursorResult[tuple[()]]", result).rowcount
