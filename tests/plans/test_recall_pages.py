"""The pages of recalls: issued, answered station by station, closed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from service.core.clock import now
from service.core.db import db
from service.people.models import Customer, Role
from service.plans.recalls import Recall
from service.stations.models import Station, StationModel
from service.visits.models import WorkOrder
from tests.conftest import person, signed_in

TYPED = {
    "kind": "recall",
    "title": "Loose terminal",
    "issued_on": "2026-03-01",
    "source": "Bulletin 7",
    "criteria": "Before week 18",
    "text": "Tighten it.",
}


@pytest.fixture
def recall(as_dispatcher: FlaskClient, model: StationModel, station: Station) -> Recall:
    as_dispatcher.post("/recalls/new", data=TYPED | {"model_id": model.id})
    return db.session.scalars(select(Recall)).one()


def post(browser: FlaskClient, recall: Recall, what: str, **typed: str) -> str:
    path = f"/recalls/{recall.id}/{what}"
    return str(browser.post(path, data=typed, follow_redirects=True).text)


def test_a_recall_is_issued_and_found(as_dispatcher: FlaskClient, recall: Recall) -> None:
    assert "0 of 1" in as_dispatcher.get("/recalls").text
    assert "Loose terminal" in as_dispatcher.get("/recalls?q=bulletin&kind=recall").text
    assert "Loose terminal" not in as_dispatcher.get("/recalls?state=closed").text
    page = as_dispatcher.get(f"/recalls/{recall.id}").text
    assert "Hamnen 3" in page
    assert "Before week 18" in page
    assert "Loose terminal" in as_dispatcher.get(f"/models/{recall.model_id}/recalls").text


def test_a_recall_without_a_title_comes_back(
    as_dispatcher: FlaskClient, model: StationModel
) -> None:
    answer = as_dispatcher.post("/recalls/new", data=TYPED | {"model_id": model.id, "title": ""})

    assert answer.status_code == 422
    assert "Give it a title." in answer.text


def test_a_recall_is_changed(as_dispatcher: FlaskClient, recall: Recall) -> None:
    post(as_dispatcher, recall, "edit", **TYPED | {"title": "Very loose terminal"})

    assert "Very loose terminal" in as_dispatcher.get("/recalls").text
    assert "changed" in as_dispatcher.get(f"/recalls/{recall.id}/history").text


def test_a_station_is_answered_for_and_taken_back(
    as_dispatcher: FlaskClient, recall: Recall, station: Station
) -> None:
    one = f"stations/{station.id}"
    assert "1 not affected" in post(as_dispatcher, recall, f"{one}/exception", reason="Later")
    assert "0 of 1" in post(as_dispatcher, recall, f"{one}/reopening", reason="It is")
    assert "Nothing was changed" in post(as_dispatcher, recall, f"{one}/exception")
    done = now().date().isoformat()
    assert "1 of 1 · 100 %" in post(as_dispatcher, recall, one, done_on=done, note="Blue dot")
    assert "somebody was first" in post(as_dispatcher, recall, one, done_on=done)


def test_nothing_is_done_tomorrow(
    as_dispatcher: FlaskClient, recall: Recall, station: Station
) -> None:
    tomorrow = (now() + timedelta(days=2)).date().isoformat()
    path = f"/recalls/{recall.id}/stations/{station.id}"

    answer = as_dispatcher.post(path, data={"done_on": tomorrow})

    assert answer.status_code == 422
    assert "That day has not come yet." in answer.text


def test_a_recall_makes_orders_and_shows_them(as_dispatcher: FlaskClient, recall: Recall) -> None:
    assert "1 work order with 1 line" in post(as_dispatcher, recall, "work-orders")

    order = db.session.scalars(select(WorkOrder)).one()
    assert order.number in as_dispatcher.get(f"/recalls/{recall.id}/work-orders").text
    assert "Loose terminal" in as_dispatcher.get(f"/work-orders/{order.id}").text


def test_a_recall_is_closed_and_opened_again(as_dispatcher: FlaskClient, recall: Recall) -> None:
    assert "Closed since" in post(as_dispatcher, recall, "closure", reason="Enough")
    assert "Loose terminal" in as_dispatcher.get("/recalls?state=closed").text
    assert "Closed since" not in post(as_dispatcher, recall, "reopening", reason="More")


def test_a_customer_reads_the_recalls_of_its_stations_without_the_notes(
    app: Flask, as_dispatcher: FlaskClient, recall: Recall, station: Station, customer: Customer
) -> None:
    post(as_dispatcher, recall, f"stations/{station.id}/exception", reason="They never pay")
    browser = signed_in(app, person(Role.CUSTOMER, "Kund", customer))

    page = browser.get(f"/recalls/{recall.id}").text

    assert "Hamnen 3" in page
    assert "never pay" not in page
    assert "never pay" not in browser.get(f"/recalls/{recall.id}?format=csv").text
    assert browser.post(f"/recalls/{recall.id}/closure").status_code == 403
