"""The web process itself, frozen and killed while a tablet sends: one row for each deed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from flask import Flask
from playwright.sync_api import Browser, Route
from sqlalchemy import select

from service.core.config import HOME
from service.core.db import db
from service.people.models import Person
from service.visits.service_visits import ServiceVisit
from tests.house import free_ports, until
from tests.tablet.conftest import WAITS, Garage, Hand, a_hand, kept
from tests.visitor import Visitor


class WebProcess(Garage):
    """`python app.py web` on the tests' database."""

    folder: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        settings = self.app.config["SETTINGS"]
        given = {
            "INSTANCE": self.folder,
            "DATABASE_URL": settings.database_url,
            "SECRET_KEY": settings.secret_key,
            "HTTP_PORT": self.port,
            "LOG_LEVEL": "WARNING",
        }
        environment = os.environ | {name: str(value) for name, value in given.items()}
        line = [sys.executable, str(HOME / "app.py"), "web"]
        self.process = subprocess.Popen(line, env=environment, cwd=self.folder)
        until(self.is_up)

    def is_up(self) -> bool:
        try:
            return Visitor(self.address).status("/t/") == 200
        except OSError:
            return False

    def tell(self, what: signal.Signals) -> None:
        """To all of it: it serves with processes of its own."""
        assert self.process
        whole = psutil.Process(self.process.pid)
        for one in (whole, *whole.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                one.send_signal(what)

    def kill(self) -> None:
        self.tell(signal.SIGKILL)
        assert self.process
        self.process.wait(10)

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.tell(signal.SIGCONT)
            self.kill()


# Started once for the file: it serves whatever rows are there.
@pytest.fixture(scope="module")
def web(product: Flask, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebProcess]:
    server = WebProcess(product, free_ports(1)[0])
    server.folder = tmp_path_factory.mktemp("web")
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture
def out(
    web: WebProcess, garage: Garage, chromium: Browser, tove: Person, visit: ServiceVisit
) -> Iterator[Hand]:
    hand = a_hand(web, chromium, service_workers="block")
    hand.given(tove)
    yield hand
    hand.context.close()


def told() -> list[str]:
    return [(one.body or {})["text"] for one in kept()]


def test_a_process_frozen_between_request_and_answer_gets_each_deed_once(
    web: WebProcess, out: Hand, visit: ServiceVisit
) -> None:
    out.set("patience_ms", 700)
    # The request is in the server, and waits for its visit.
    db.session.execute(select(ServiceVisit).where(ServiceVisit.id == visit.id).with_for_update())
    out.do("note", visit.id, text="One")
    until(lambda: db.session.scalar(WAITS))
    web.tell(signal.SIGSTOP)
    db.session.rollback()
    out.do("note", visit.id, text="Two")
    out.page.wait_for_selector("#state.offline")
    assert kept() == []

    web.tell(signal.SIGCONT)
    # Nobody hears the answer to the first try: it is sent again.
    until(lambda: told() == ["One"])
    out.set("patience_ms", 15_000)
    out.sync()
    out.handed_over(2)
    assert told() == ["One", "Two"]
    assert out.stored("outbox")[0]["tries"] > 0


def test_a_process_killed_after_its_commit_and_before_its_answer_leaves_one_row(
    web: WebProcess, out: Hand, visit: ServiceVisit
) -> None:
    def done_and_dead(route: Route) -> None:
        answer = route.fetch()
        assert answer.status == 201
        web.kill()
        route.abort("connectionreset")

    out.page.route("**/api/t/operations", done_and_dead, times=1)
    out.do("note", visit.id, text="One")
    out.page.wait_for_selector("#state.offline")
    assert len(kept()) == 1
    assert out.stored("outbox")[0]["state"] == "waiting"

    web.start()
    out.sync()
    out.handed_over(1)
    assert told() == ["One"]
