"""What a charger is asked from the glass: tablet, server, link and charger are real."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from service.core.clock import now
from service.core.db import db
from service.core.settings import Setting
from service.people.models import Person
from service.sessions.models import Tag
from service.stations.models import Station
from service.tickets.models import Ticket
from service.tickets.states import Priority
from service.visits.service_visits import ServiceVisit
from tests.tablet.conftest import Garage, Hand
from tests.tablet.test_danger import Outside

TAG = "LADDVAKT-TEST"
ASKED = ("Reset", "UnlockConnector", "RemoteStartTransaction")


@pytest.fixture
def outside(garage: Garage, harbour: Station, visit: ServiceVisit) -> Iterator[Outside]:
    key = harbour.give_key("test", now())
    db.session.commit()
    outside = Outside(garage, harbour, key, ASKED)
    outside.start()
    yield outside
    outside.wait()


def test_a_charger_is_restarted_unlocked_and_tried_by_thumb(
    outside: Outside, visit: ServiceVisit, hand: Hand, tove: Person
) -> None:
    page = hand.page
    page.goto(f"{hand.garage.address}/t/#/visit/{visit.id}/remote")
    expect(page.get_by_text("Uttag 1: ledigt")).to_be_visible()
    page.get_by_label("Orsak").fill("Fastnat")
    said = page.get_by_role("main").get_by_role("status").last

    page.get_by_role("button", name="Provladda uttag 1").click()
    expect(said).to_contain_text("Ingen laddbricka för provladdning är satt")
    Tag.create(TAG, tove, now())
    Setting.change("test_tag", TAG, tove, now())
    db.session.commit()

    for name, answer in (
        ("Starta om", "Accepted"),
        ("Lås upp uttag 1", "Unlocked"),
        ("Provladda uttag 1", "Accepted"),
    ):
        page.get_by_label("Orsak").fill("Fastnat")
        page.get_by_role("button", name=name).click()
        expect(said).to_contain_text(f"Stationen har svarat · {answer}")

    assert outside.wait() == [
        {"type": "Soft"},
        {"connectorId": 1},
        {"connectorId": 1, "idTag": TAG},
    ]


def test_where_no_station_is_meant_there_is_nobody_to_ask(
    harbour: Station, visit: ServiceVisit, hand: Hand, tove: Person
) -> None:
    """A ticket of the whole site."""
    ticket = Ticket.open_by_hand(harbour, "Skylten är borta", Priority.P3, tove, now())
    ticket.station = None
    for line in visit.order_lines:
        line.station, line.text, line.ticket = None, None, ticket
    visit.touch(now())
    db.session.commit()
    hand.sync()
    hand.open(f"#/visit/{visit.id}/remote")

    expect(hand.page.get_by_text("Besöket gäller hela platsen")).to_be_visible()
    expect(hand.page.get_by_role("button", name="Starta om")).to_have_count(0)
