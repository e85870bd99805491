"""The pages of work orders: who sees and does what, and how a refusal is told."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from service.core.clock import now
from service.core.db import db
from service.people.models import Customer, Person, Role
from service.plans.occurrences import Occurrence
from service.stations.models import Site, Station
from service.tickets.models import Ticket
from service.tickets.states import Priority
from service.visits import making
from service.visits.models import WorkOrder
from service.visits.states import Kind, LineState, State
from tests.conftest import person, signed_in
from tests.visits.conftest import AT, Due


@pytest.fixture
def order(station: Station, dispatcher: Person) -> WorkOrder:
    """Released, with one line in words."""
    order = WorkOrder.draft(station.site or Site(), Kind.CORRECTIVE, dispatcher, now())
    making.add_words(order, station, "Mend the door", dispatcher, now())
    order.release(dispatcher, now())
    db.session.commit()
    return order


def do(browser: FlaskClient, order: WorkOrder, what: str, **typed: str) -> str:
    answer = browser.post(f"/work-orders/{order.id}/{what}", data=typed, follow_redirects=True)
    db.session.refresh(order)
    return str(answer.text)


def finish(browser: FlaskClient, order: WorkOrder) -> str:
    day = now().date().isoformat()
    return do(browser, order, f"lines/{order.lines[0].id}/completion", done_on=day)


def test_the_list_shows_what_is_open_and_finds_by_station(
    as_dispatcher: FlaskClient, order: WorkOrder
) -> None:
    assert order.number in as_dispatcher.get("/work-orders").text
    assert order.number in as_dispatcher.get("/work-orders?q=hamnen+3").text
    assert order.number not in as_dispatcher.get("/work-orders?q=torget").text
    assert order.number not in as_dispatcher.get("/work-orders?state=closed").text
    assert order.number not in as_dispatcher.get("/work-orders?late=overdue").text
    assert order.number in as_dispatcher.get("/work-orders?assignee=nobody&sort=-planned_on").text
    assert order.number in as_dispatcher.get("/work-orders?format=csv").text


def test_an_order_by_hand_is_made_filled_and_released(
    as_dispatcher: FlaskClient, station: Station, operator: Person
) -> None:
    ticket = Ticket.open_by_hand(station, "Door hangs", Priority.P3, operator, AT)
    db.session.commit()
    typed = {"kind": "corrective", "site_id": str(station.site_id), "title": "Doors"}
    as_dispatcher.post("/work-orders/new", data=typed)
    order = db.session.scalars(select(WorkOrder)).one()

    page = as_dispatcher.get(f"/work-orders/{order.id}/lines/new").text
    assert "Door hangs" in page
    do(as_dispatcher, order, "lines/new", tickets=str(ticket.id))
    words = {"station_id": str(station.id), "text": "Sweep", "work_kind": "cleaning"}
    do(as_dispatcher, order, "lines/words", **words)
    do(as_dispatcher, order, "release")

    assert order.state is State.UNSCHEDULED
    assert [line.about for line in order.lines] == [f"ticket {ticket.id}", "Sweep"]
    assert "no contract" in as_dispatcher.get(f"/work-orders/{order.id}").text


def test_words_without_words_come_back(as_dispatcher: FlaskClient, order: WorkOrder) -> None:
    typed = {"station_id": str(order.lines[0].station_id), "text": "", "work_kind": ""}
    answer = as_dispatcher.post(f"/work-orders/{order.id}/lines/words", data=typed)

    assert answer.status_code == 422
    assert "Say what is to be done." in answer.text


def test_picked_dates_become_orders(
    as_dispatcher: FlaskClient, due: Due, dispatcher: Person
) -> None:
    keys = [due("Hamnen 1").id, due("Hamnen 2").id]

    answer = as_dispatcher.post(
        "/work-orders/from-occurrences", data={"occurrence": keys}, follow_redirects=True
    )
    again = as_dispatcher.post(
        "/work-orders/from-occurrences", data={"occurrence": keys}, follow_redirects=True
    )

    assert "1 work order with 2 lines" in answer.text
    assert "2 were left out: on an open work order already." in again.text
    nothing = as_dispatcher.post("/work-orders/from-occurrences", follow_redirects=True)
    assert "Nothing was made" in nothing.text


def test_the_list_of_what_falls_due_offers_to_make_orders(
    as_dispatcher: FlaskClient, as_technician: FlaskClient, due: Due
) -> None:
    box = f'name="occurrence" value="{due().id}"'

    page = as_dispatcher.get("/service").text
    assert box in page
    assert 'formaction="/work-orders/from-occurrences"' in page
    assert box not in as_technician.get("/service").text


def test_an_order_is_planned_worked_approved_and_closed(
    as_dispatcher: FlaskClient, order: WorkOrder, technician: Person
) -> None:
    day = now().date().isoformat()
    do(as_dispatcher, order, "plan", planned_on=day, assignee_id=str(technician.id))
    assert (order.state, order.assignee) == (State.SCHEDULED, technician)

    assert "Door hangs" not in finish(as_dispatcher, order)
    for what, state in (
        ("completion", "completed"),
        ("approval", "approved"),
        ("closure", "closed"),
    ):
        do(as_dispatcher, order, what)
        assert order.state.value == state
    page = as_dispatcher.get(f"/work-orders/{order.id}").text
    assert "neither its lines nor its prices" in page
    history = as_dispatcher.get(f"/work-orders/{order.id}/history").text
    assert "approved" in history


def test_a_deed_that_comes_too_late_says_so(as_dispatcher: FlaskClient, order: WorkOrder) -> None:
    assert "the work order is now “Unscheduled”" in do(as_dispatcher, order, "approval")
    do(as_dispatcher, order, "work")
    assert "1 line is still open" in do(as_dispatcher, order, "completion")
    assert "Say why." in do(as_dispatcher, order, "hold")
    assert order.state is State.IN_PROGRESS


def test_an_order_is_held_cancelled_and_opened_again(
    as_dispatcher: FlaskClient, order: WorkOrder
) -> None:
    assert "waits for a key" in do(as_dispatcher, order, "hold", reason="waits for a key")
    do(as_dispatcher, order, "hold/end")
    assert order.state is State.UNSCHEDULED
    do(as_dispatcher, order, "cancellation", reason="sold")
    assert order.lines[0].state is LineState.NOT_DONE
    do(as_dispatcher, order, "reopening", reason="not sold")
    assert (order.state, order.lines[0].state) == (State.UNSCHEDULED, LineState.OPEN)


def test_what_cannot_be_completed_leads_to_the_order_that_follows(
    as_dispatcher: FlaskClient, order: WorkOrder
) -> None:
    page = do(as_dispatcher, order, "follow-up", reason="locked")

    after = order.follow_ups[0]
    assert f"goes on in {after.number}" in page
    assert f"/work-orders/{order.id}" in page


def test_a_line_too_early_asks_beside_its_box(as_dispatcher: FlaskClient, due: Due) -> None:
    date = due()
    as_dispatcher.post("/work-orders/from-occurrences", data={"occurrence": date.id})
    order = db.session.scalars(select(WorkOrder)).one()
    line = f"/work-orders/{order.id}/lines/{order.lines[0].id}"
    typed = {"done_on": "2026-01-20"}

    answer = as_dispatcher.post(f"{line}/completion", data=typed)
    assert answer.status_code == 422
    assert "though_early" in answer.text
    as_dispatcher.post(f"{line}/completion", data=typed | {"though_early": "y"})

    assert db.session.get_one(Occurrence, date.id).done_on is not None


def test_a_line_is_given_up_taken_back_priced_and_taken_off(
    as_dispatcher: FlaskClient, order: WorkOrder
) -> None:
    line = order.lines[0]
    path = f"lines/{line.id}"
    do(as_dispatcher, order, f"{path}/obstacle", reason="no key")
    assert "no key" in as_dispatcher.get(f"/work-orders/{order.id}/{path}").text
    do(as_dispatcher, order, f"{path}/reopening", reason="the key came")
    assert line.is_open
    typed = {"extra_price_ore": "1 250,50", "vat_percent": "25", "minutes": "40", "note": "Cake"}
    do(as_dispatcher, order, f"{path}/price", **typed)
    db.session.refresh(line)
    assert (line.extra_price_ore, line.minutes, line.note) == (125_050, 40, "Cake")
    wrong = as_dispatcher.post(
        f"/work-orders/{order.id}/{path}/price", data=typed | {"extra_price_ore": "much"}
    )
    assert wrong.status_code == 422
    do(as_dispatcher, order, f"{path}/removal")
    assert order.lines == []


def test_a_technician_works_on_the_own_orders_and_plans_none(
    app: Flask, order: WorkOrder, technician: Person, dispatcher: Person
) -> None:
    browser = signed_in(app, technician)
    assert browser.get(f"/work-orders/{order.id}").status_code == 404
    order.plan(None, technician, dispatcher, now())
    db.session.commit()

    page = browser.get(f"/work-orders/{order.id}").text
    assert "Done today" in page
    assert "Cancel the work order" not in page
    assert browser.post(f"/work-orders/{order.id}/approval").status_code == 403
    finish(browser, order)
    do(browser, order, "completion")
    assert order.state is State.COMPLETED


def test_a_customer_reads_the_own_orders_without_what_is_said_inside(
    app: Flask, order: WorkOrder, customer: Customer, dispatcher: Person
) -> None:
    order.notes, order.lines[0].note = "Difficult caretaker", "Bring cake"
    order.hold("the customer owes us", dispatcher, now())
    db.session.commit()
    browser = signed_in(app, person(Role.CUSTOMER, "Kund", customer))
    stranger = signed_in(
        app, person(Role.CUSTOMER, "Annan", Customer(name="Annan AB", created_at=AT))
    )

    pages = [
        browser.get(path).text
        for path in (
            "/work-orders",
            f"/work-orders/{order.id}",
            f"/work-orders/{order.id}/lines/{order.lines[0].id}",
            f"/stations/{order.lines[0].station_id}/work-orders",
            f"/sites/{order.site_id}/work-orders",
        )
    ]

    assert all("Mend the door" in page or order.number in page for page in pages)
    for secret in ("Difficult", "cake", "owes us", "Disa Dispatch"):
        assert not any(secret in page for page in pages), secret
    assert stranger.get(f"/work-orders/{order.id}").status_code == 404
    assert order.number not in stranger.get("/work-orders").text


def test_a_ticket_says_on_which_order_it_stands(
    as_dispatcher: FlaskClient, order: WorkOrder, station: Station, operator: Person
) -> None:
    ticket = Ticket.open_by_hand(station, "Door hangs", Priority.P3, operator, now())
    making.add(order, [ticket], operator, now())
    db.session.commit()

    page = as_dispatcher.get(f"/tickets/{ticket.id}").text

    assert f'href="/work-orders/{order.id}">{order.number}</a>' in page
