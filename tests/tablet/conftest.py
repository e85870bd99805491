"""A tablet in a real browser, in front of the real product: a technician, and a visit today."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright
from sqlalchemy import Engine, select
from werkzeug.serving import BaseWSGIServer, make_server

from app import create_app
from service.checklists import catalogue
from service.core.clock import now
from service.core.config import Settings
from service.core.db import db
from service.people.models import Customer, Person, Role
from service.people.tablets import TabletCode
from service.stations.models import Site, Station, StationModel
from service.stations.words import Current
from service.tablets.models import Operation
from service.visits import visiting
from service.visits.lines import WorkOrderLine
from service.visits.models import WorkOrder
from service.visits.service_visits import ServiceVisit
from service.visits.states import Kind
from tests.browser.conftest import CHROMIUM
from tests.conftest import empty, person
from tests.tablet.items.conftest import until

PIN = "4711"
UPRIGHT = {"width": 820, "height": 1180}


@dataclass
class Garage:
    """The product as it is served here. It can be stopped, and started at the same address."""

    app: Flask
    port: int = 0
    server: BaseWSGIServer | None = None
    thread: threading.Thread | None = None
    # What is done with a request before the product sees it: `lose` answers, count them.
    before: list[Callable[[Any], None]] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self.server = make_server("127.0.0.1", self.port, self.app, threaded=True)
        self.port = self.server.server_port
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def stop(self) -> None:
        if self.server is None or self.thread is None:
            return
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
        self.server = None


@pytest.fixture
def garage(
    tmp_path_factory: pytest.TempPathFactory, database_url: str, owner: Engine
) -> Iterator[Garage]:
    settings = Settings(
        instance=tmp_path_factory.mktemp("garage") / "instance",
        database_url=database_url,
        secret_key="a secret for tests only",
    )
    app = create_app(settings, TESTING=True)
    with app.app_context():
        catalogue.load(db.session.connection())
        db.session.commit()
        garage = Garage(app)
        garage.start()
        yield garage
        garage.stop()
        db.session.remove()
        app.extensions["live_hub"].close()
        db.engine.dispose()
    empty(owner)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=CHROMIUM)
    yield browser
    browser.close()


@pytest.fixture
def tove(garage: Garage) -> Person:
    return person(Role.TECHNICIAN, "Tove Tekniker")


@pytest.fixture
def harbour(garage: Garage) -> Station:
    """A station of two connectors at a site in Göteborg."""
    at = now()
    customer = Customer(name="BRF Kajen", created_at=at)
    site = Site(
        customer=customer,
        name="Hamngaraget",
        address="Kajen 1",
        city="Göteborg",
        latitude=57.7,
        longitude=11.96,
        access_notes="Nyckel i skåpet, kod 1234",
        created_at=at,
    )
    model = StationModel(
        maker="Alfen", name="Eve Double", current=Current.AC, connectors=2, created_at=at
    )
    db.session.add_all([site, model])
    facts = {"site": site, "model": model, "serial_number": "ACE-1"}
    station = Station.create("Hamnen 3", "CP1", "test", at, **facts)
    db.session.commit()
    return station


@pytest.fixture
def visit(tove: Person, harbour: Station) -> ServiceVisit:
    return planned(tove, harbour)


def planned(whose: Person, *stations: Station, text: str = "Årlig service") -> ServiceVisit:
    """A confirmed visit today, with one line for each station."""
    at, site = now(), stations[0].site
    assert site is not None
    order = WorkOrder.draft(site, Kind.PREVENTIVE, "test", at)
    order.lines.extend(
        WorkOrderLine(station=one, text=text, minutes=30, created_at=at) for one in stations
    )
    db.session.flush()
    order.release("test", at)
    starts = at + timedelta(minutes=1)
    visit = visiting.plan(site, order.lines, starts, "test", at, technician=whose)
    db.session.commit()
    return visit


@dataclass
class Hand:
    """One tablet in somebody's hand."""

    garage: Garage
    context: BrowserContext
    page: Page

    def open(self, address: str = "#/") -> Page:
        self.page.goto(f"{self.garage.address}/t/{address}")
        self.ready()
        return self.page

    def ready(self) -> None:
        self.page.wait_for_selector("html[data-ready]")

    def unlock(self) -> None:
        self.page.fill("#pin", PIN)
        self.page.press("#pin", "Enter")

    def again(self) -> None:
        """Reloaded, as after a restart: locked by its PIN."""
        self.page.reload()
        self.ready()
        self.unlock()

    def enrol(self, whose: Person) -> None:
        code = TabletCode.make(whose, whose, now())
        db.session.commit()
        self.open(f"#/enrol/{code}")
        self.page.fill("#pin", PIN)
        with self.page.expect_navigation():
            self.page.click("form .main")
        self.ready()
        self.unlock()
        until(self.page, "navigator.serviceWorker.controller !== null")

    def stored(self, store: str) -> list[Any]:
        """What stands in one of the tablet's stores."""
        return list(self.page.evaluate(STORED, store))


STORED = """async (name) => {
  const { openStore } = await import("/static/t/store.js");
  return (await openStore()).getAll(name);
}"""


@pytest.fixture
def hand(garage: Garage, chromium: Browser, tove: Person, visit: ServiceVisit) -> Iterator[Hand]:
    """Tove's tablet, with the day on it."""
    context = chromium.new_context(viewport=UPRIGHT, locale="sv-SE", has_touch=True)  # type: ignore[arg-type]
    hand = Hand(garage, context, context.new_page())
    hand.enrol(tove)
    hand.page.wait_for_selector("article.visit")
    yield hand
    context.close()


def kept() -> list[Operation]:
    db.session.rollback()
    db.session.expire_all()
    return list(db.session.scalars(select(Operation).order_by(Operation.id)))
