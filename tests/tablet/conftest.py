"""A tablet in a real browser, in front of the real product: a technician, and a visit today."""

from __future__ import annotations

import io
import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    Playwright,
    expect,
    sync_playwright,
)
from sqlalchemy import Engine, select, text
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from app import create_app
from service.core.clock import now
from service.core.config import Settings
from service.core.db import db
from service.people.models import Customer, Person, Role
from service.people.tablets import Tablet, TabletCode
from service.stations.models import Site, Station, StationModel
from service.stations.words import Current
from service.tablets.models import Operation
from service.visits import visiting
from service.visits.lines import WorkOrderLine
from service.visits.models import WorkOrder
from service.visits.service_visits import ServiceVisit
from service.visits.states import Kind
from tests.browser.conftest import CHROMIUM
from tests.conftest import bear_lists, empty, person
from tests.tablet.items.conftest import until

# A machine that does much beside is slow, not wrong.
expect.set_options(timeout=20_000)
PIN = "4711"
# Somebody waits for a row that another one holds.
WAITS = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
UPRIGHT = {"width": 820, "height": 1180}


Serve = Callable[[dict[str, Any], Any], Iterable[bytes]]


@dataclass
class Mischief:
    """What becomes of the next so many requests that begin so."""

    asked: str
    times: int
    deed: Callable[[Serve, dict[str, Any], Any], Iterable[bytes]]


class OneRequest(WSGIRequestHandler):
    """One for each connection: a stopped server answers nothing on one that is still open."""

    protocol_version = "HTTP/1.0"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Quiet."""


def whole(answer: Iterable[bytes]) -> Iterable[bytes]:
    """Read and closed before it is sent: a page that is left meanwhile leaves no file open."""
    with closing(answer) as parts:  # type: ignore[type-var]
        return [*parts]


@dataclass
class Garage:
    """The product as it is served here. It can be stopped, and started at the same address."""

    app: Flask
    port: int = 0
    server: BaseWSGIServer | None = None
    thread: threading.Thread | None = None
    ice: socket.socket | None = None
    # Every request that came, as "POST /api/t/operations", and what is done to the coming ones.
    asked: list[str] = field(default_factory=list)
    mischief: list[Mischief] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        asked = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"
        self.asked.append(asked)
        for one in self.mischief:
            if one.times and asked.startswith(one.asked):
                one.times -= 1
                return one.deed(self.app, environ, start_response)
        answer = self.app(environ, start_response)
        return whole(answer) if environ["PATH_INFO"].startswith("/static/") else answer

    def lose(self, asked: str, times: int = 1) -> None:
        """It is done, and the answer never arrives."""

        def lost(app: Serve, environ: dict[str, Any], _start: Any) -> Iterable[bytes]:
            list(app(environ, lambda *_: lambda _: None))
            raise ConnectionAbortedError

        self.mischief.append(Mischief(asked, times, lost))

    def refuse(self, asked: str, status: str, body: str = "{}", times: int = 10**6) -> None:
        """The product does not see it."""

        def refused(_app: Serve, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
            environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            start(status, [("Content-Type", "application/problem+json")])
            return [body.encode()]

        self.mischief.append(Mischief(asked, times, refused))

    def came(self, asked: str) -> int:
        """How many requests of this kind came."""
        return sum(one.startswith(asked) for one in self.asked)

    def freeze(self) -> None:
        """It takes connections, and answers none."""
        self.stop()
        self.ice = socket.create_server(("127.0.0.1", self.port), backlog=128)

    def thaw(self) -> None:
        if self.ice is not None:
            self.ice.close()
            self.ice = None
        self.start()

    def start(self) -> None:
        self.server = make_server(
            "127.0.0.1",
            self.port,
            self,
            threaded=True,
            request_handler=OneRequest,
        )
        # Closed when the last answer is out, so that no connection to the database stays behind.
        self.server.daemon_threads = False  # type: ignore[attr-defined]
        self.port = self.server.server_port
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def stop(self) -> None:
        if self.ice is not None:
            self.ice.close()
        if self.server is None or self.thread is None:
            return
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
        self.server = None


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory, database_url: str) -> Iterator[Flask]:
    """Put together once: its rows come and go with each test."""
    settings = Settings(
        instance=tmp_path_factory.mktemp("garage") / "instance",
        database_url=database_url,
        secret_key="a secret for tests only",
    )
    app = create_app(settings, TESTING=True)
    yield app
    app.extensions["live_hub"].close()
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def garage(product: Flask, owner: Engine) -> Iterator[Garage]:
    with product.app_context():
        bear_lists(owner)
        garage = Garage(product)
        garage.start()
        yield garage
        garage.stop()
        db.session.remove()
        # Other tests have their own application: no connection of this one is left open.
        db.engine.dispose()
    empty(owner)


# Not for the session: while it runs, no other test could run a loop of its own.
@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="module")
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


def planned(
    whose: Person,
    *stations: Station,
    text: str = "Årlig service",
    starts: datetime | None = None,
    minutes: int = 30,
) -> ServiceVisit:
    """A confirmed visit today, with one line for each station."""
    at, site = now(), stations[0].site
    assert site is not None
    order = WorkOrder.draft(site, Kind.PREVENTIVE, "test", at)
    order.lines.extend(
        WorkOrderLine(station=one, text=text, minutes=minutes, created_at=at) for one in stations
    )
    db.session.flush()
    order.release("test", at)
    starts = starts or at + timedelta(minutes=1)
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

    @contextmanager
    def reloading(self) -> Iterator[None]:
        """Back when the page that this brings up is there: another address in the one before is
        a navigation too.
        """
        with self.page.expect_event("load"):
            yield
        self.ready()

    def unlock(self) -> None:
        self.page.fill("#pin", PIN)
        self.page.press("#pin", "Enter")

    def again(self) -> None:
        """Reloaded, as after a restart: locked by its PIN."""
        self.page.reload()
        self.ready()
        self.unlock()

    def given(self, whose: Person) -> None:
        """Enrolled behind the page's back: no code, no PIN."""
        tablet, token = Tablet.enrol(whose, "Lenovo 3", now())
        db.session.commit()
        person = {"id": whose.id, "name": whose.name, "language": "sv"}
        self.page.goto(f"{self.garage.address}/static/icon.svg")
        device = {"id": tablet.id, "token": token, "person": person, "name": tablet.name}
        self.page.evaluate(SET_META, ["device", device])
        self.open()
        self.page.wait_for_selector("article.visit")

    def set(self, name: str, value: Any) -> None:
        """A fact that the tablet keeps of itself."""
        self.page.evaluate(SET_META, [name, value])

    def close(self) -> None:
        self.context.close()
        self.garage.stop()

    def enrol(self, whose: Person) -> None:
        code = TabletCode.make(whose, whose, now())
        db.session.commit()
        self.open(f"#/enrol/{code}")
        self.page.fill("#pin", PIN)
        with self.reloading():
            self.page.click("form .main")
        self.unlock()
        until(self.page, "navigator.serviceWorker.controller !== null", 60_000)

    def sync(self) -> None:
        """As a person does it; back when it is through."""
        self.page.click("#sync")
        self.page.wait_for_selector("#sync:enabled")

    def handed_over(self, sent: int, within: int = 15_000) -> None:
        """Wait until nothing waits here, and so many are sent."""
        assert self.page.evaluate(HANDED_OVER, [sent, within]) == "handed over"

    def do(
        self, kind: str, visit: int | None = None, blobs: Sequence[str] = (), **body: Any
    ) -> None:
        """Done, as the pages do it."""
        self.page.evaluate(DO, [kind, visit, body, list(blobs)])

    def photo(self, colour: str = "teal") -> str:
        """Kept on the tablet: what it is called by."""
        return str(self.page.evaluate(KEEP, list(picture(colour))))

    def stored(self, store: str) -> list[Any]:
        """What stands in one of the tablet's stores."""
        return list(self.page.evaluate(STORED, store))


HANDED_OVER = """([sent, within]) => new Promise(async (settle) => {
  const { onChange, operations } = await import("/static/t/store.js");
  const look = async () => {
    const all = await operations();
    if (all.length === sent && all.every((op) => op.state === "sent")) settle("handed over");
  };
  onChange(look);
  setTimeout(async () => settle(JSON.stringify(await operations())), within);
  look();
})"""
SET_META = """async ([name, value]) => {
  const { setMeta } = await import("/static/t/store.js");
  await setMeta(name, value);
}"""
KEEP = """async (bytes) => {
  const { putBlob } = await import("/static/t/store.js");
  return putBlob(new Uint8Array(bytes), "image/png");
}"""
DO = """async ([kind, visit_id, body, blobs]) => {
  const { addOperation } = await import("/static/t/store.js");
  const { flush } = await import("/static/t/outbox.js");
  await addOperation({ visit_id, kind, body, blobs });
  flush({ now: true });
}"""
STORED = """async (name) => {
  const { openStore } = await import("/static/t/store.js");
  return (await openStore()).getAll(name);
}"""


def a_hand(garage: Garage, chromium: Browser, **more: Any) -> Hand:
    context = chromium.new_context(viewport=UPRIGHT, locale="sv-SE", has_touch=True, **more)  # type: ignore[arg-type]
    context.set_default_timeout(15_000)
    return Hand(garage, context, context.new_page())


@pytest.fixture
def light(garage: Garage, chromium: Browser, tove: Person, visit: ServiceVisit) -> Iterator[Hand]:
    """Tove's tablet, with the day on it: as long as its page is open, that is all it takes."""
    hand = a_hand(garage, chromium, service_workers="block")
    hand.given(tove)
    yield hand
    hand.close()


@pytest.fixture
def hand(garage: Garage, chromium: Browser, tove: Person, visit: ServiceVisit) -> Iterator[Hand]:
    """As people do it: enrolled by a code, with a PIN, and kept by the service worker."""
    hand = a_hand(garage, chromium)
    hand.enrol(tove)
    hand.page.wait_for_selector("article.visit")
    yield hand
    hand.close()


def picture(colour: str = "teal") -> bytes:
    page = io.BytesIO()
    Image.new("RGB", (60, 40), colour).save(page, "PNG")
    return page.getvalue()


def kept() -> list[Operation]:
    db.session.rollback()
    db.session.expire_all()
    return list(db.session.scalars(select(Operation).order_by(Operation.id)))
