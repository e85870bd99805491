"""Service visits over the API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from service.core.clock import now
from service.core.db import db
from service.core.fields import written
from service.people.models import Customer, Person, Role
from service.stations.models import Site, Station
from service.visits import making
from service.visits.models import WorkOrder
from service.visits.states import Kind
from tests.api.conftest import Caller, Program, fields
from tests.conftest import person

VISITS = "/service-visits"


@pytest.fixture
def order(site: Site, station: Station) -> WorkOrder:
    order = WorkOrder.draft(site, Kind.CORRECTIVE, "test", now())
    for text in ("Tighten the lid", "Paint the post"):
        making.add_words(order, station, text, "test", now(), minutes=25)
    order.release("test", now())
    db.session.commit()
    return order


@pytest.fixture
def technician() -> Person:
    return person(Role.TECHNICIAN, "Tove Tekniker")


def plan(admin: Program, order: WorkOrder, **facts: Any) -> Any:
    body: dict[str, Any] = {"work_order_ids": [order.id], "starts_at": written(now())}
    return admin.post(VISITS, body | facts)


def test_a_visit_goes_all_its_way(admin: Program, order: WorkOrder, technician: Person) -> None:
    made = plan(admin, order, technician_id=technician.id)
    one = f"{VISITS}/{made['id']}"
    assert (made["state"], made["minutes"], len(made["line_ids"])) == ("confirmed", 50, 2)

    assert admin.post(f"{one}/dispatch", status=200)["state"] == "dispatched"
    came = written(now() - timedelta(hours=2))
    assert admin.post(f"{one}/check-in", {"at": came}, 200)["state"] == "on_site"
    left = admin.post(f"{one}/check-out", {"at": written(now() - timedelta(hours=1))}, 200)
    assert left["checked_out_at"] > left["checked_in_at"]
    assert left["not_available"] == ["Hamnen 3 1: –", "Hamnen 3 2: –"]
    first, second = made["line_ids"]
    lines = [{"line_id": first, "done": True}, {"line_id": second, "done": False, "why": "rain"}]
    told = admin.post(f"{one}/finish", {"lines": lines}, 200)

    assert told["state"] == "finished"
    (review,) = told["reviews"]
    assert (review["question"], review["facts"]["words"]) == ("not done on the visit", "rain")
    answer = {"review_id": review["id"], "answer": "Next week"}
    assert admin.post(f"{one}/answer", answer, 200)["reviews"][0]["answer"] == "Next week"
    assert fields(admin.post(f"{one}/answer", answer, 422)) == {"review_id"}


def test_an_illegal_step_is_a_409(admin: Program, order: WorkOrder, technician: Person) -> None:
    one = f"{VISITS}/{plan(admin, order, technician_id=technician.id)['id']}"

    steps: list[tuple[str, dict[str, Any]]] = [("check-out", {}), ("finish", {"lines": []})]
    for verb, body in steps:
        assert admin.post(f"{one}/{verb}", body, 409)["type"].endswith("#wrong-state")


def test_a_visit_of_nobody_is_not_sent_out(admin: Program, order: WorkOrder) -> None:
    made = plan(admin, order)
    assert made["state"] == "tentative"

    problem = admin.post(f"{VISITS}/{made['id']}/dispatch", status=409)
    assert "technician" in problem["detail"]


def test_nothing_happens_in_the_future(
    admin: Program, order: WorkOrder, technician: Person
) -> None:
    one = f"{VISITS}/{plan(admin, order, technician_id=technician.id)['id']}"
    tomorrow = {"at": written(now() + timedelta(days=1))}

    assert fields(admin.post(f"{one}/check-in", tomorrow, 422)) == {"at"}


def test_a_line_stands_on_one_visit(admin: Program, order: WorkOrder) -> None:
    made = plan(admin, order)
    starts = {"starts_at": written(now())}

    assert fields(admin.post(VISITS, starts | {"line_ids": made["line_ids"]}, 422)) == {"line_ids"}
    assert fields(admin.post(VISITS, starts | {"work_order_ids": [order.id]}, 422)) == {
        "work_order_ids"
    }
    admin.post(f"{VISITS}/{made['id']}/cancellation", {"reason": "sold"}, 200)
    assert plan(admin, order)["line_ids"] == made["line_ids"]


def test_a_visit_is_moved_and_keeps_what_is_not_named(
    admin: Program, order: WorkOrder, technician: Person
) -> None:
    made = plan(admin, order, technician_id=technician.id, notes="Ring")
    told = admin.patch(f"{VISITS}/{made['id']}", {"minutes": 90})

    assert (told["minutes"], told["notes"], told["technician_id"]) == (90, "Ring", technician.id)
    assert told["rev"] > made["rev"]


def test_visits_are_found(admin: Program, order: WorkOrder, technician: Person) -> None:
    made = plan(admin, order, technician_id=technician.id)

    def found(**query: Any) -> list[int]:
        return [one["id"] for one in admin.get(VISITS, **query)["items"]]

    assert found() == found(state="open") == found(technician_id=technician.id) == [made["id"]]
    assert found(state="finished") == found(site_id=9999) == []
    assert found(**{"from": written(now() + timedelta(hours=1))}) == []
    assert found(**{"to": written(now() + timedelta(hours=1))}) == [made["id"]]


def test_a_customer_sees_it_without_what_is_inside(
    admin: Program, program: Caller, order: WorkOrder, technician: Person, customer: Customer
) -> None:
    made = plan(admin, order, technician_id=technician.id, notes="Beware of the dog")
    told = program(Role.CUSTOMER, customer).get(f"{VISITS}/{made['id']}")

    assert told["number"] == made["number"]
    assert told.keys() & {"notes", "technician_id", "rev", "reviews", "times", "scanned"} == set()


def test_what_it_could_not_do_ends_it(admin: Program, order: WorkOrder, technician: Person) -> None:
    one = f"{VISITS}/{plan(admin, order, technician_id=technician.id)['id']}"
    told = admin.post(f"{one}/abort", {"kind": "no_access", "words": "locked"}, 200)

    assert (told["state"], told["abort_kind"], told["state_reason"]) == (
        "aborted",
        "no_access",
        "locked",
    )
