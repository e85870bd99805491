"""How often a token may call: as often as the setting says, and all processes count together."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from service.core.config import Settings
from service.core.db import db, unit_of_work
from service.people.models import Customer, Person, Role
from service.people.tokens import ApiToken, TooManyCallsError, create_token
from tests.api.conftest import Caller
from tests.conftest import NOON

LIMIT = 3


@pytest.fixture
def token(app: Flask) -> str:
    made = create_token(Role.OPERATIONS, "Billing", NOON)
    db.session.commit()
    return made


@pytest.fixture
def strict(app: Flask, settings: Settings) -> None:
    app.config["SETTINGS"] = replace(settings, api_calls_per_minute=LIMIT)


def call(token: str, at: datetime, limit: int = LIMIT) -> bool:
    try:
        with unit_of_work():
            return isinstance(ApiToken.call(token, limit, at), Person)
    except TooManyCallsError:
        return False


@pytest.mark.usefixtures("strict")
def test_one_call_too_many_is_a_problem_that_says_when_to_come_again(program: Caller) -> None:
    robot = program(Role.OPERATIONS)
    for _ in range(LIMIT):
        robot.get("/sites")

    answer = robot.ask("POST", "/customers", json={"name": "BRF Björken"})
    assert answer.status_code == 429
    assert answer.mimetype == "application/problem+json"
    assert answer.json is not None
    assert "Retry-After" in answer.json["detail"]
    assert 1 <= int(answer.headers["Retry-After"]) <= 20
    assert db.session.scalars(select(Customer)).all() == []


@pytest.mark.usefixtures("strict")
def test_each_token_counts_for_itself(program: Caller) -> None:
    busy, calm = program(Role.OPERATIONS), program(Role.TECHNICIAN)
    statuses = [busy.ask("GET", "/sites").status_code for _ in range(LIMIT + 1)]

    assert statuses == [200] * LIMIT + [429]
    calm.get("/sites")


@pytest.mark.usefixtures("strict")
def test_an_address_that_is_not_there_counts_too(program: Caller) -> None:
    robot = program(Role.OPERATIONS)
    statuses = [robot.ask("GET", "/nothing").status_code for _ in range(LIMIT + 1)]

    assert statuses == [404] * LIMIT + [429]


def test_room_comes_back_a_share_at_a_time(token: str) -> None:
    assert [call(token, NOON) for _ in range(LIMIT + 1)] == [True] * LIMIT + [False]

    later = NOON + timedelta(seconds=20)
    assert [call(token, later), call(token, later)] == [True, False]
    assert not call(token, later + timedelta(seconds=19))


def test_after_a_quiet_minute_all_of_it_is_there_and_no_more(token: str) -> None:
    call(token, NOON)
    tomorrow = NOON + timedelta(days=1)

    assert [call(token, tomorrow) for _ in range(LIMIT + 1)] == [True] * LIMIT + [False]


def test_a_refused_call_does_not_put_off_the_next(token: str) -> None:
    for _ in range(LIMIT + 50):
        call(token, NOON)

    assert call(token, NOON + timedelta(seconds=20))


def test_what_it_says_of_the_wait_is_true(token: str) -> None:
    for _ in range(LIMIT):
        call(token, NOON)
    with pytest.raises(TooManyCallsError) as refused:
        ApiToken.call(token, LIMIT, NOON)

    assert refused.value.wait_s == 20
    assert call(token, NOON + timedelta(seconds=refused.value.wait_s))


def test_processes_that_are_called_at_once_count_together(app: Flask, token: str) -> None:
    def from_elsewhere(_: int) -> bool:
        with app.app_context():
            return call(token, NOON, limit=10)

    with ThreadPoolExecutor(8) as processes:
        answers = Counter(processes.map(from_elsewhere, range(40)))

    assert answers == {True: 10, False: 30}
