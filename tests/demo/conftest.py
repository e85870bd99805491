"""The demo fleet, planted once for all tests that only look at it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine

from app import create_app
from service.checklists import catalogue as checklists
from service.core.config import Settings
from service.core.db import db
from service.demo.credentials import Credentials
from service.demo.plant import plant
from tests.conftest import NOON, empty


@pytest.fixture(scope="module")
def planted_app(
    tmp_path_factory: pytest.TempPathFactory, database_url: str, owner: Engine
) -> Iterator[Flask]:
    folder: Path = tmp_path_factory.mktemp("demo")
    settings = Settings(
        instance=folder / "instance",
        database_url=database_url,
        secret_key="a secret for tests only",
    )
    app = create_app(settings, TESTING=True)
    with app.app_context():
        checklists.load(db.session.connection())
        db.session.commit()
        yield app
        db.session.remove()
        db.engine.dispose()
    empty(owner)


@pytest.fixture(scope="module")
def planted(planted_app: Flask) -> Credentials:
    return plant(planted_app, NOON)
