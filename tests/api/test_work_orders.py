"""Work orders and recalls over the API."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from service.contracts.words import WorkKind
from service.core.clock import now
from service.core.db import db
from service.people.models import Customer, Person, Role
from service.plans.occurrences import Occurrence
from service.stations.models import Site, Station, StationModel
from service.tickets.models import Ticket
from service.tickets.states import Priority
from tests.api.conftest import Caller, Program, fields
from tests.conftest import NOON, person
from tests.contracts.conftest import contract_of, offer
from tests.plans.conftest import MakePlan, MakeStation, give, make_plan, make_station  # noqa: F401

ORDERS = "/work-orders"


@pytest.fixture
def due(make_plan: MakePlan, make_station: MakeStation) -> list[Occurrence]:  # noqa: F811
    """A date each at two stations of one site, whose windows are open today."""
    plan, today = make_plan({"early_days": 200, "late_days": 200}), now().date().isoformat()
    made = [make_station("2020-01-01", name) for name in ("Hamnen 1", "Hamnen 2")]
    for station in made:
        give(plan, station, today)
    query = select(Occurrence).where(Occurrence.state == "due").order_by(Occurrence.id)
    first: dict[int, Occurrence] = {}
    for one in db.session.scalars(query):
        first.setdefault(one.station_id, one)
    return list(first.values())


def make(admin: Program, due: list[Occurrence], **facts: Any) -> Any:
    lines = [{"occurrence_id": one.id} for one in due]
    body: dict[str, Any] = {"kind": "preventive", "state": "unscheduled", "lines": lines} | facts
    return admin.post(ORDERS, body)


def today() -> str:
    return now().date().isoformat()


def test_an_order_of_dates_goes_all_its_way(admin: Program, due: list[Occurrence]) -> None:
    made = make(admin, due)
    one = f"{ORDERS}/{made['id']}"
    assert made["state"] == "unscheduled"
    assert made["needs"] == {"minutes": 60, "parts": [], "skills": []}

    assert admin.patch(one, {"planned_on": today()})["state"] == "scheduled"
    for line in made["lines"]:
        admin.post(f"{one}/lines/{line['id']}/completion", {"done_on": today()}, 200)
    for state in ("completed", "approved", "closed"):
        told = admin.post(f"{one}/state", {"state": state}, 200)
        assert told["state"] == state

    assert [line["done_on"] for line in told["lines"]] == [today()] * 2
    assert admin.get(f"/occurrences/{due[0].id}")["state"] == "done"
    problem = admin.patch(one, {"title": "Another"}, 409)
    assert problem["type"].endswith("#wrong-state")


def test_an_illegal_step_is_a_409_that_says_which(admin: Program, due: list[Occurrence]) -> None:
    made = make(admin, due)

    problem = admin.post(f"{ORDERS}/{made['id']}/state", {"state": "approved"}, 409)

    assert "unscheduled cannot become approved" in problem["detail"]


def test_what_stops_the_work_needs_its_reason(admin: Program, due: list[Occurrence]) -> None:
    made = make(admin, due)

    problem = admin.post(f"{ORDERS}/{made['id']}/state", {"state": "cancelled"}, 422)

    assert fields(problem) == {"reason"}


def test_a_cancelled_order_frees_its_dates(admin: Program, due: list[Occurrence]) -> None:
    made = make(admin, due)
    body = {"lines": [{"occurrence_id": due[0].id}], "kind": "preventive"}
    assert admin.post(ORDERS, body, 409)["detail"].endswith("on an open order already.")

    admin.post(f"{ORDERS}/{made['id']}/state", {"state": "cancelled", "reason": "Moved"}, 200)

    assert admin.get(f"/occurrences/{due[0].id}")["state"] == "due"
    assert admin.post(ORDERS, body)["state"] == "draft"


def test_a_follow_up_carries_on_with_what_is_not_done(
    admin: Program, due: list[Occurrence]
) -> None:
    made = make(admin, due)
    one, line = f"{ORDERS}/{made['id']}", made["lines"][0]["id"]
    admin.post(f"{one}/lines/{line}/completion", {"done_on": today()}, 200)

    after = admin.post(f"{one}/follow-up", {"reason": "Locked"})

    assert after["parent_id"] == made["id"]
    assert [line["occurrence_id"] for line in after["lines"]] == [due[1].id]
    told = admin.get(one)
    assert (told["state"], told["follow_up_ids"]) == ("cannot_complete", [after["id"]])


def test_a_line_before_its_window_asks(admin: Program, due: list[Occurrence]) -> None:
    made = make(admin, due)
    line = f"{ORDERS}/{made['id']}/lines/{made['lines'][0]['id']}"
    early = {"done_on": "2021-01-01"}

    assert admin.post(f"{line}/completion", early, 409)["type"].endswith("#too-early")
    told = admin.post(f"{line}/completion", early | {"though_early": True}, 200)

    assert told["lines"][0]["done_on"] == "2021-01-01"


def test_a_line_is_given_up_taken_back_and_taken_off(admin: Program, due: list[Occurrence]) -> None:
    made = make(admin, due)
    line = f"{ORDERS}/{made['id']}/lines/{made['lines'][0]['id']}"

    told = admin.post(f"{line}/not-done", {"reason": "No access"}, 200)
    assert (told["lines"][0]["state"], told["lines"][0]["reason"]) == ("not_done", "No access")
    told = admin.post(f"{line}/reopening", {"reason": "The key came"}, 200)
    assert told["lines"][0]["state"] == "open"
    told = admin.post(f"{line}/removal", status=200)
    assert len(told["lines"]) == 1


def test_dates_of_many_sites_become_orders_at_once(admin: Program, due: list[Occurrence]) -> None:
    keys = [one.id for one in due]
    told = admin.post(f"{ORDERS}/from-occurrences", {"occurrence_ids": keys})
    assert [one["state"] for one in told["orders"]] == ["unscheduled"]

    again = admin.post(f"{ORDERS}/from-occurrences", {"occurrence_ids": keys})

    assert again["orders"] == []
    assert {one["why"] for one in again["left"]} == {"it stands on an open order already"}


def test_an_order_holds_tickets_and_words_too(
    admin: Program, station: Station, operator: Person
) -> None:
    ticket = Ticket.open_by_hand(station, "Door hangs", Priority.P3, operator, NOON)
    db.session.commit()
    lines = [{"ticket_id": ticket.id}, {"station_id": station.id, "text": "Sweep", "minutes": 5}]

    made = admin.post(ORDERS, {"kind": "corrective", "lines": lines})

    assert [line["about"] for line in made["lines"]] == [f"ticket {ticket.id}", "Sweep"]
    told = admin.get(f"/tickets/{ticket.id}")
    assert told["timeline"][-1]["text"] == f"Work order {made['number']}: added"


@pytest.mark.parametrize(
    "line",
    [
        {},
        {"text": "Sweep"},
        {"station_id": 1},
        {"ticket_id": 1, "text": "Sweep"},
        {"ticket_id": 1, "station_id": 1},
        {"occurrence_id": 1, "ticket_id": 1},
    ],
)
def test_a_line_is_about_one_thing(admin: Program, line: dict[str, Any]) -> None:
    admin.post(ORDERS, {"kind": "corrective", "lines": [line]}, 422)


def test_a_line_of_something_that_is_not_there_says_so(admin: Program) -> None:
    body = {"kind": "corrective", "lines": [{"occurrence_id": 999}]}

    assert fields(admin.post(ORDERS, body, 422)) == {"occurrence_id"}


def test_what_is_said_of_a_line_is_priced_with_it(
    admin: Program, station: Station, customer: Customer, operator: Person
) -> None:
    package = offer(extra_prices={WorkKind.AIR_FILTER: 45_000})
    contract_of(customer, station, package=package)
    ticket = Ticket.open_by_hand(station, "The fan howls", Priority.P3, operator, now())
    db.session.commit()
    line = {"ticket_id": ticket.id, "work_kind": "air_filter"}

    made = admin.post(ORDERS, {"kind": "corrective", "lines": [line]})

    assert [(one["charge"], one["extra_price_ore"]) for one in made["lines"]] == [("extra", 45_000)]


def test_a_price_is_set_by_hand_and_left_to_the_contracts_again(
    admin: Program, due: list[Occurrence]
) -> None:
    made = make(admin, due)
    line = f"{ORDERS}/{made['id']}/lines/{made['lines'][0]['id']}"

    told = admin.patch(line, {"extra_price_ore": 12_500, "note": "As agreed by phone"})
    assert (told["lines"][0]["charge"], told["extra_ore"]) == ("agreed", 12_500)

    told = admin.patch(line, {"extra_price_ore": None})
    assert (told["lines"][0]["charge"], told["extra_ore"]) == ("no_contract", 0)


def test_orders_are_found_by_what_they_are(
    admin: Program, due: list[Occurrence], site: Site
) -> None:
    made = make(admin, due)
    admin.post(ORDERS, {"kind": "corrective", "site_id": site.id})

    def found(**asked: Any) -> list[int]:
        return [one["id"] for one in admin.get(ORDERS, **asked)["items"]]

    assert found(state="unscheduled") == [made["id"]]
    assert found(kind="preventive", site_id=site.id) == [made["id"]]
    assert found(station_id=due[1].station_id) == [made["id"]]
    assert found(q=made["number"]) == [made["id"]]
    assert found(overdue="true") == []
    assert len(found(state="open", overdue="false")) == 2


def test_a_technician_s_token_works_on_the_own_orders_alone(
    admin: Program, program: Caller, due: list[Occurrence]
) -> None:
    made = make(admin, due)
    technician = program(Role.TECHNICIAN)
    technician.get(f"{ORDERS}/{made['id']}", 404)
    key = db.session.scalars(select(Person.id).where(Person.role == Role.TECHNICIAN)).one()
    admin.patch(f"{ORDERS}/{made['id']}", {"assignee_id": key})

    state = f"{ORDERS}/{made['id']}/state"
    assert technician.post(state, {"state": "in_progress"}, 200)["state"] == "in_progress"
    technician.post(state, {"state": "cancelled", "reason": "No"}, 403)


def test_nobody_of_a_customer_s_gets_an_order(
    admin: Program, due: list[Occurrence], customer: Customer
) -> None:
    made = make(admin, due)
    guest = person(Role.CUSTOMER, "Kund", customer)

    problem = admin.patch(f"{ORDERS}/{made['id']}", {"assignee_id": guest.id}, 422)

    assert fields(problem) == {"assignee_id"}


def test_a_customer_reads_the_own_orders_without_what_is_said_inside(
    admin: Program, program: Caller, stranger: Program, due: list[Occurrence], customer: Customer
) -> None:
    made = make(admin, due, notes="The caretaker is difficult")
    line = f"{ORDERS}/{made['id']}/lines/{made['lines'][0]['id']}"
    admin.patch(line, {"note": "Bring cake"})
    theirs = program(Role.CUSTOMER, customer)

    told = theirs.get(f"{ORDERS}/{made['id']}")

    assert not {"notes", "assignee_id", "state_reason", "needs"} & set(told)
    assert not {"note", "minutes", "reason"} & set(told["lines"][0])
    assert stranger.get(ORDERS)["items"] == []
    stranger.get(f"{ORDERS}/{made['id']}", 404)
    theirs.post(f"{ORDERS}/{made['id']}/state", {"state": "in_progress"}, 403)


NEW_RECALL = {"kind": "recall", "title": "Loose terminal", "issued_on": "2026-03-01"}


def test_a_recall_names_the_stations_of_its_model_and_is_done_by_orders(
    admin: Program, station: Station, model: StationModel
) -> None:
    recall = admin.post("/recalls", NEW_RECALL | {"model_id": model.id})
    one = f"/recalls/{recall['id']}"
    assert recall["progress"] == {
        "done": 0,
        "open": 1,
        "not_affected": 0,
        "total": 1,
        "percent": 0,
    }

    made = admin.post(f"{one}/work-orders")["orders"][0]
    (line,) = admin.get(f"{ORDERS}/{made['id']}")["lines"]
    done = {"done_on": today()}
    admin.post(f"{ORDERS}/{made['id']}/lines/{line['id']}/completion", done, 200)

    assert made["kind"] == "corrective"
    assert [one["id"] for one in admin.get(ORDERS, recall_id=recall["id"])["items"]] == [made["id"]]
    assert admin.get(one)["progress"]["percent"] == 100
    assert [row["state"] for row in admin.get(f"{one}/stations")["items"]] == ["done"]


def test_a_station_of_a_recall_is_done_excepted_and_opened_by_hand(
    admin: Program, station: Station, model: StationModel
) -> None:
    recall = admin.post("/recalls", NEW_RECALL | {"model_id": model.id})
    state = f"/recalls/{recall['id']}/stations/{station.id}/state"

    assert fields(admin.post(state, {"state": "not_affected"}, 422)) == {"reason"}
    told = admin.post(state, {"state": "not_affected", "reason": "Later series"}, 200)
    assert (told["state"], told["note"]) == ("not_affected", "Later series")
    admin.post(state, {"state": "done"}, 409)
    admin.post(state, {"state": "open", "reason": "It is affected"}, 200)
    assert admin.post(state, {"state": "done"}, 200)["done_on"]
    assert fields(admin.post(state, {"state": "open"}, 422)) == {"reason"}
    admin.post(f"/recalls/{recall['id']}/stations/999/state", {"state": "done"}, 404)


def test_a_recall_is_changed_closed_and_opened_again(admin: Program, model: StationModel) -> None:
    recall = admin.post("/recalls", NEW_RECALL | {"model_id": model.id})
    one = f"/recalls/{recall['id']}"

    assert admin.patch(one, {"source": "Bulletin 7"})["source"] == "Bulletin 7"
    assert admin.post(f"{one}/closure", {"reason": "All done"}, 200)["closed_at"]
    admin.post(f"{one}/closure", {"reason": "Again"}, 409)
    assert admin.get("/recalls", state="open", model_id=model.id)["items"] == []
    assert len(admin.get("/recalls", state="closed", q="terminal", kind="recall")["items"]) == 1
    assert admin.post(f"{one}/reopening", {"reason": "More"}, 200)["closed_at"] is None


def test_a_customer_reads_the_recalls_of_its_own_stations(
    admin: Program,
    program: Caller,
    stranger: Program,
    station: Station,
    model: StationModel,
    customer: Customer,
) -> None:
    recall = admin.post("/recalls", NEW_RECALL | {"model_id": model.id})
    theirs = program(Role.CUSTOMER, customer)

    assert theirs.get("/recalls")["items"][0]["progress"]["total"] == 1
    rows = theirs.get(f"/recalls/{recall['id']}/stations")["items"]
    assert not {"note", "by_id"} & set(rows[0])
    stranger.get(f"/recalls/{recall['id']}", 404)
