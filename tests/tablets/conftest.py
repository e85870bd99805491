"""A tablet in somebody's hand, and what it sends."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import Engine, select

from service.core.clock import now
from service.core.db import db
from service.people.models import Person, Role
from service.people.tablets import Tablet
from service.stations.models import Station
from service.tablets.models import Operation
from service.visits import visiting
from service.visits.lines import WorkOrderLine
from service.visits.models import WorkOrder
from service.visits.service_visits import ServiceVisit
from service.visits.states import Kind
from tests.conftest import bear_lists, person


def photo(colour: str = "navy", kind: str = "JPEG", size: tuple[int, int] = (60, 40)) -> bytes:
    page = io.BytesIO()
    Image.new("RGB", size, colour).save(page, kind)
    return page.getvalue()


def sha_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@dataclass
class Hand:
    """One tablet, whose clock may be wrong."""

    app: Flask
    token: str
    tablet_id: int
    person: Person
    ahead: timedelta = timedelta()
    seq: int = 0
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def clock(self) -> datetime:
        return now() + self.ahead

    def made(self, kind: str, at: datetime | None = None, **more: Any) -> dict[str, Any]:
        """An operation as the app makes it; the body is what is not a field of its envelope."""
        self.seq += 1
        names = ("visit_id", "blobs", "id")
        envelope: dict[str, Any] = {name: more.pop(name) for name in names if name in more}
        return {
            "id": str(uuid4()),
            "seq": self.seq,
            "kind": kind,
            "at": (at or self.clock).isoformat(),
            "zone": "Europe/Stockholm",
            "body": more,
            **envelope,
        }

    def call(self, method: str, path: str, **more: Any) -> Any:
        headers = {"X-Tablet": self.token, "X-Tablet-Time": self.clock.isoformat()}
        headers |= more.pop("headers", {})
        with self.app.test_client() as browser:
            return browser.open(f"/api/t/{path}", method=method, headers=headers, **more)

    def send(self, operation: dict[str, Any]) -> Any:
        return self.call("POST", "operations", json=operation)

    def do(self, kind: str, at: datetime | None = None, **more: Any) -> Any:
        return self.send(self.made(kind, at, **more))

    def put(self, content: bytes, mime: str = "image/jpeg", sha: str = "") -> Any:
        return self.call("PUT", f"blobs/{sha or sha_of(content)}", data=content, content_type=mime)


def hand_of(app: Flask, whose: Person, name: str = "Lenovo 3") -> Hand:
    tablet, token = Tablet.enrol(whose, name, now())
    db.session.commit()
    return Hand(app, token, tablet.id, whose)


def kept() -> list[Operation]:
    db.session.expire_all()
    return list(db.session.scalars(select(Operation).order_by(Operation.id)))


@pytest.fixture
def tove(app: Flask) -> Person:
    return person(Role.TECHNICIAN, "Tove Tekniker")


@pytest.fixture
def hand(app: Flask, tove: Person) -> Hand:
    return hand_of(app, tove)


@pytest.fixture
def lists(app: Flask, owner: Engine) -> None:
    bear_lists(owner)


def planned(
    whose: Person, *stations: Station, hours: float = -1, text: str = "Look at it"
) -> ServiceVisit:
    """A confirmed visit with one line for each station."""
    at, site = now(), stations[0].site
    assert site is not None
    order = WorkOrder.draft(site, Kind.PREVENTIVE, "test", at)
    order.lines.extend(
        WorkOrderLine(station=one, text=f"{text} {one.id}", created_at=at) for one in stations
    )
    db.session.flush()
    order.release("test", at)
    starts = at + timedelta(hours=hours)
    visit = visiting.plan(site, order.lines, starts, "test", at, technician=whose)
    db.session.commit()
    return visit


@pytest.fixture
def visit(lists: None, tove: Person, station: Station) -> ServiceVisit:
    return planned(tove, station)
