"""Behind a proxy of ours: whom it speaks for is believed, and whom others claim to be is not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from flask import Flask, request
from flask.testing import FlaskClient

from app import create_app
from service.core.config import Settings
from service.core.db import db
from service.people.brake import PER_ACCOUNT_AND_ADDRESS
from tests.conftest import Browser

REAL, CLAIMED = "203.0.113.7", "198.51.100.9"
THROUGH_ONE = {"X-Forwarded-For": f"{CLAIMED}, {REAL}", "X-Forwarded-Proto": "https"}


Seen = list[tuple[str | None, bool]]


@contextmanager
def behind(settings: Settings, proxies: int) -> Iterator[tuple[FlaskClient, Seen]]:
    """A product behind so many proxies, and who each request seemed to come from."""
    app = create_app(replace(settings, proxies=proxies), TESTING=True)
    app.test_client_class = Browser
    seen: Seen = []
    app.before_request(lambda: seen.append((request.remote_addr, request.is_secure)))
    yield app.test_client(), seen
    with app.app_context():
        db.engine.dispose()


@pytest.mark.parametrize(
    ("proxies", "expected"),
    [(0, ("127.0.0.1", False)), (1, (REAL, True)), (2, (CLAIMED, False))],
)
def test_the_last_entries_are_those_of_our_proxies(
    app: Flask, settings: Settings, proxies: int, expected: tuple[str, bool]
) -> None:
    with behind(settings, proxies) as (browser, seen):
        browser.get("/health", headers=THROUGH_ONE)

    assert seen == [expected]


def test_one_who_guesses_behind_a_proxy_makes_nobody_else_wait(
    app: Flask, settings: Settings
) -> None:
    form = {"email": "olle@example.com", "password": "a guess"}
    with behind(settings, 1) as (browser, _):

        def guess(address: str) -> int:
            headers = {"X-Forwarded-For": address}
            return int(browser.post("/sign-in", data=form, headers=headers).status_code)

        statuses = [guess(REAL) for _ in range(PER_ACCOUNT_AND_ADDRESS + 1)]
        assert statuses[-1] == 429
        assert guess(CLAIMED) != 429
