"""Programs that call the API, each with a token of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.core.db import db
from service.people.models import Customer, Role
from service.people.tokens import create_token
from tests.conftest import NOON


@dataclass
class Program:
    """Calls addresses under /api/v1."""

    browser: FlaskClient
    token: str = ""

    def get(self, path: str, status: int = 200, **query: Any) -> Any:
        more = {"query_string": query} if query else {}
        return self.call("GET", path, status, **more)

    def post(self, path: str, body: Any = None, status: int = 201) -> Any:
        return self.call("POST", path, status, json={} if body is None else body)

    def patch(self, path: str, body: Any, status: int = 200) -> Any:
        return self.call("PATCH", path, status, json=body)

    def call(self, method: str, path: str, status: int, **request: Any) -> Any:
        answer = self.ask(method, path, **request)
        assert answer.status_code == status, answer.get_data(as_text=True)
        told: Any = answer.json
        if status >= 400:
            assert answer.mimetype == "application/problem+json"
            assert told["status"] == status
            assert set(told) >= {"type", "title", "status", "detail"}
        return told

    def ask(self, method: str, path: str, **request: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        headers |= request.pop("headers", {})
        return self.browser.open(f"/api/v1{path}", method=method, headers=headers, **request)


Caller = Callable[..., Program]


@pytest.fixture
def program(app: Flask, browser: FlaskClient) -> Caller:
    """Makes a program of a role; a customer's needs its customer."""

    def make(role: Role = Role.ADMINISTRATOR, customer: Customer | None = None) -> Program:
        name = f"{role.value} {customer.name if customer else ''}"
        token = create_token(role, name.strip(), NOON, customer)
        db.session.commit()
        return Program(browser, token)

    return make


@pytest.fixture
def admin(program: Caller) -> Program:
    return program()


@pytest.fixture
def stranger(program: Caller) -> Program:
    """A program of a customer who owns nothing here."""
    other = Customer(name="Annan AB", created_at=NOON)
    db.session.add(other)
    db.session.commit()
    return program(Role.CUSTOMER, other)


def fields(problem: dict[str, Any]) -> set[str]:
    return set(problem["errors"])
