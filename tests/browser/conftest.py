"""A real browser in front of the real product, with the demo fleet in it."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, sync_playwright
from sqlalchemy import Engine
from werkzeug.serving import make_server

from app import create_app
from service.core.clock import now
from service.core.config import Settings
from service.core.db import db
from tests.browser import world
from tests.conftest import empty, sign_in

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))


@dataclass(frozen=True)
class Desk:
    """The product as it is served here."""

    app: Flask
    address: str
    cookie: dict[str, str]
    values: dict[str, Any]


@pytest.fixture(scope="module")
def product(
    tmp_path_factory: pytest.TempPathFactory, database_url: str, owner: Engine
) -> Iterator[Flask]:
    settings = Settings(
        instance=tmp_path_factory.mktemp("desk") / "instance",
        database_url=database_url,
        secret_key="a secret for tests only",
    )
    app = create_app(settings, TESTING=True, LIVE_HEARTBEAT=1.0)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
    empty(owner)


@pytest.fixture(scope="module")
def desk(product: Flask) -> Iterator[Desk]:
    cookie = sign_in(product.test_client(), world.build(product, now()))
    values = world.values()
    db.session.remove()
    server = make_server("127.0.0.1", 0, product, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    name = product.config["SESSION_COOKIE_NAME"]
    yield Desk(product, address, {"name": name, "value": cookie, "url": address}, values)
    product.extensions["live_hub"].close()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def visitor(chromium: Browser) -> Iterator[BrowserContext]:
    """Somebody who has not signed in."""
    context = chromium.new_context(locale="sv-SE", viewport={"width": 1440, "height": 900})
    yield context
    context.close()


@pytest.fixture(scope="module")
def administrator(chromium: Browser, desk: Desk) -> Iterator[BrowserContext]:
    context = chromium.new_context(locale="sv-SE", viewport={"width": 1440, "height": 900})
    context.add_cookies([desk.cookie])  # type: ignore[list-item]
    yield context
    context.close()
