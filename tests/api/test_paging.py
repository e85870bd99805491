"""Lists, a page at a time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, insert

from service.core.db import db
from service.monitoring.link_models import Direction, Frame
from service.people.models import Customer
from service.stations.models import Station
from service.tickets.models import Ticket
from service.tickets.states import Priority
from tests.api.conftest import Program
from tests.conftest import NOON


def grow(names: str) -> None:
    db.session.add_all(Customer(name=name, created_at=NOON) for name in names)
    db.session.commit()


def walk(admin: Program, path: str, **query: Any) -> Iterator[dict[str, Any]]:
    cursor = None
    while True:
        more: dict[str, Any] = {"cursor": cursor} if cursor else {}
        page = admin.get(path, **query, **more)
        yield page
        cursor = page["next"]
        if cursor is None:
            return


def test_a_list_that_is_empty_says_so(admin: Program) -> None:
    assert admin.get("/sites") == {"items": [], "total": 0, "next": None}


def test_pages_hold_every_row_once_while_rows_come(admin: Program) -> None:
    grow("ABCDE")
    names: list[str] = []
    for number, page in enumerate(walk(admin, "/customers", per_page=2)):
        names += [one["name"] for one in page["items"]]
        if number < 2:
            grow("XY"[number])

    assert names == ["A", "B", "C", "D", "E", "X", "Y"]


def test_newest_first_never_shows_a_row_twice_while_rows_come(
    admin: Program, station: Station, operator: Any
) -> None:
    def open_one() -> int:
        ticket = Ticket.open_by_hand(station, "Broken", Priority.P3, operator, NOON)
        db.session.commit()
        return ticket.id

    there = [open_one() for _ in range(5)]
    seen: list[int] = []
    pages = 0
    for page in walk(admin, "/tickets", per_page=2):
        seen += [one["id"] for one in page["items"]]
        open_one()
        pages += 1

    assert seen == sorted(there, reverse=True)
    assert pages == 3


def test_a_page_that_is_just_full_is_the_last(admin: Program) -> None:
    grow("AB")

    assert admin.get("/customers", per_page=2)["next"] is None


def test_fifty_rows_are_a_page_and_500_the_most(admin: Program) -> None:
    rows = [{"name": f"Customer {number}", "created_at": NOON} for number in range(501)]
    db.session.execute(insert(Customer), rows)
    db.session.commit()

    assert len(admin.get("/customers")["items"]) == 50
    page = admin.get("/customers", per_page=500)
    assert (len(page["items"]), page["total"]) == (500, 501)
    assert len(admin.get("/customers", per_page=500, cursor=page["next"])["items"]) == 1


def test_counting_stops_at_ten_thousand(admin: Program) -> None:
    rows = [
        {"station_id": 1, "direction": Direction.IN, "raw": "[]", "received_at": NOON}
        for _ in range(10_050)
    ]
    db.session.execute(insert(Frame), rows)
    db.session.commit()

    assert admin.get("/frames")["total"] == 10_000


@pytest.fixture
def fleet(station: Station, operator: Any) -> Station:
    """Some of everything that a list shows."""
    _more(station, operator, "a")
    return station


def _more(station: Station, operator: Any, mark: str) -> None:
    for number in range(3):
        another = Station.create(
            f"{mark}{number}", f"{mark}{number}", "test", NOON, site=station.site
        )
        ticket = Ticket.open_by_hand(another, "Broken", Priority.P3, operator, NOON)
        ticket.note("Looked", operator, NOON + timedelta(minutes=1))
    db.session.commit()


def statements_of(admin: Program, path: str) -> int:
    said: list[str] = []

    def count(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        said.append(statement)

    event.listen(db.engine, "before_cursor_execute", count)
    try:
        admin.get(path)
    finally:
        event.remove(db.engine, "before_cursor_execute", count)
    return len(said)


LISTS = [
    "/customers",
    "/sites",
    "/models",
    "/stations",
    "/tickets",
    "/tickets?state=open&station_id=1",
    "/remote-actions",
    "/fault-codes",
    "/frames",
    "/planned-outages",
    "/sessions",
    "/tags",
    "/history",
]


@pytest.mark.parametrize("path", LISTS)
def test_more_rows_need_no_more_statements(
    admin: Program, fleet: Station, operator: Any, path: str
) -> None:
    admin.get(path)
    before = statements_of(admin, path)
    _more(fleet, operator, "b")

    assert statements_of(admin, path) == before <= 6


def test_a_long_timeline_needs_no_more_statements(
    admin: Program, fleet: Station, operator: Any
) -> None:
    ticket = db.session.query(Ticket).order_by(Ticket.id).first()
    assert ticket is not None
    admin.get(f"/tickets/{ticket.id}")
    before = statements_of(admin, f"/tickets/{ticket.id}")
    for _ in range(5):
        ticket.note("More", operator, NOON)
    db.session.commit()

    assert statements_of(admin, f"/tickets/{ticket.id}") == before
