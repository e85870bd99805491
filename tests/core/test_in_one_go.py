"""Statements that travel together keep their order, and are kept or lost as one."""

from __future__ import annotations

import pytest
from psycopg.errors import NotNullViolation
from sqlalchemy import func, select

from service.core.db import db, hot, in_one_go, later
from service.core.live import Change
from tests.conftest import NOON

ADD = "INSERT INTO change (topic, ref, at) VALUES ('station', %(ref)s, %(at)s) RETURNING ref"

pytestmark = pytest.mark.usefixtures("app")


def refs() -> list[int]:
    return list(db.session.scalars(select(Change.ref).order_by(Change.id)))


def test_what_was_said_last_is_kept_with_the_commit() -> None:
    with in_one_go():
        later(ADD, ref=1, at=NOON)
        later(ADD, ref=2, at=NOON)
    db.session.rollback()

    assert refs() == [1, 2]


def test_a_statement_that_is_waited_for_comes_after_those_before_it() -> None:
    with in_one_go():
        first = later(ADD, ref=1, at=NOON)
        assert hot("SELECT count(*) FROM change") == [(1,)]
        assert first.rows == [(1,)]


def test_the_session_sees_what_was_said_before_it() -> None:
    with in_one_go():
        later(ADD, ref=1, at=NOON)
        assert db.session.scalar(select(func.count(Change.id))) == 1
        db.session.add(Change(topic="station", ref=2, at=NOON))
        later(ADD, ref=3, at=NOON)

    assert sorted(refs()) == [1, 2, 3]


def say(*numbers: int | None) -> None:
    with in_one_go():
        for number in numbers:
            later(ADD, ref=number, at=NOON)


def test_one_that_fails_takes_all_with_it_and_says_why() -> None:
    with pytest.raises(NotNullViolation):
        say(1, None, 2)

    assert refs() == []


def test_nothing_waits_after_a_unit_that_broke() -> None:
    with pytest.raises(NotNullViolation):
        say(1, None)
    say(2)

    assert refs() == [2]


def test_outside_of_it_nothing_waits() -> None:
    later(ADD, ref=1, at=NOON)

    assert refs() == [1]
